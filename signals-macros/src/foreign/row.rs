//! A row of the table: words, where they stand, and the answer.

use proc_macro2::{TokenStream, TokenTree};

use crate::values::Kind;

/// Where a word stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Place {
    /// An argument of `#[receiver(..)]`.
    Receiver,
    /// A signal, the first argument of `#[receiver(..)]`.
    SignalName,
    /// The value of `sender = ..`.
    Sender,
    /// A parameter of a receiver.
    Parameter,
    /// An argument of `#[signal(..)]`.
    Signal,
    /// An argument of `#[model(..)]`.
    Model,
    /// An attribute of a field.
    Field,
    /// An argument of `#[column(..)]` on a field.
    Column,
    /// An argument of `#[column(..)]` on a type with `#[derive(Column)]`.
    ColumnType,
    /// An argument of `#[column(..)]` on a variant.
    Variant,
    /// An argument of `#[read_only(..)]`.
    ReadOnly,
    /// An argument of `#[one_to_one(..)]`.
    OneToOne,
    /// An argument of `#[foreign_key(..)]`.
    ForeignKey,
    /// An argument of `#[many_to_many(..)]`.
    ManyToMany,
    /// The value of `on_delete = ..`.
    OnDelete,
}

impl Place {
    /// The name of the attribute, as a message has it.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Receiver | Self::SignalName | Self::Sender | Self::Parameter => "receiver",
            Self::Signal => "signal",
            Self::Model | Self::Field => "model",
            Self::Column | Self::ColumnType | Self::Variant => "column",
            Self::ReadOnly => "read_only",
            Self::OneToOne => "one_to_one",
            Self::ForeignKey | Self::OnDelete => "foreign_key",
            Self::ManyToMany => "many_to_many",
        }
    }
}

/// Words and the answer to them.
pub(crate) struct Row {
    pub(super) places: &'static [Place],
    /// In snake case. They are compared without regard to case, underscores and plural.
    pub(crate) words: &'static [&'static str],
    /// What the word is here. `{}` is the word as the user wrote it.
    fact: &'static str,
    /// The way out. What stands in braces is replaced with the value of the user, if it is of the kind `value`:
    /// "write `sender = {User}`".
    help: &'static str,
    value: Option<Kind>,
}

/// A row whose answer does not depend on a value.
pub(super) const fn row(
    places: &'static [Place],
    words: &'static [&'static str],
    fact: &'static str,
    help: &'static str,
) -> Row {
    Row { places, words, fact, help, value: None }
}

impl Row {
    /// The value of the user stands in the braces of the help.
    pub(super) const fn with(self, value: Kind) -> Self {
        Self { value: Some(value), ..self }
    }

    pub(super) fn answer(&self, word: &str, rest: &TokenStream) -> String {
        let fact = self.fact.replace("{}", word);
        let help = self.help.replace("{}", word);
        let help = match self.value {
            Some(kind) => fill(&help, kind.meant(&value_in(rest)).as_deref()),
            None => help,
        };
        format!("{fact}\n\nhelp: {help}")
    }
}

/// The value without the sign or the parentheses round it.
fn value_in(rest: &TokenStream) -> TokenStream {
    let is_sign = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if [':', '=', '>'].contains(&p.as_char()));
    let value: Vec<TokenTree> = rest.clone().into_iter().skip_while(is_sign).collect();
    match &value[..] {
        [TokenTree::Group(group)] => group.stream(),
        _ => value.into_iter().collect(),
    }
}

/// Replaces `{default}` with the value, or with the default.
fn fill(help: &str, value: Option<&str>) -> String {
    let Some((start, rest)) = help.split_once('{') else { return help.to_owned() };
    let Some((default, end)) = rest.split_once('}') else { return help.to_owned() };
    format!("{start}{}{end}", value.unwrap_or(default))
}
