//! The forms in which users write a signal and its sender before they have read how: each is answered with the right form, with
//! the names of the user.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Path, PathArguments, Type, TypePath};

use crate::case::{camel_case, snake_case};
use crate::foreign::signal_names::SIGNALS;
use crate::foreign::{self, Place};
use crate::grammar::text;
use crate::values::{Kind, models};
use crate::written::{Name, is_camel, is_constant, names};

/// The signals and senders that the user meant.
#[derive(Default)]
struct Meant {
    signals: Vec<String>,
    senders: Vec<String>,
}

/// The mistake of an argument without a key that is not a path, nor a list of paths.
pub(super) fn not_a_path(tokens: TokenStream) -> syn::Error {
    let mut meant = Meant::of(names(tokens.clone()));
    let fact = fact(&tokens);
    // `Paid<'_>` and `Paid(order)` begin with the signal.
    if meant.signals.is_empty() && begins_with_a_name(&tokens) && !meant.senders.is_empty() {
        meant.signals.push(meant.senders.remove(0));
    }
    let help = if meant.signals.is_empty() { example().to_owned() } else { format!("write `{}`", meant.written()) };
    syn::Error::new_spanned(tokens, format!("{fact}\n\nhelp: {help}"))
}

/// The mistake of a path that is no signal by its name alone: a constant, a payload, a callback of another library.
pub(super) fn not_a_signal(path: &Path) -> Option<syn::Error> {
    let name = Name { segments: path.segments.iter().map(|segment| segment.ident.to_string()).collect() };
    let last = name.last().to_owned();
    let tokens = path.to_token_stream();
    let owner = name.segments.len().checked_sub(2).map(|owner| name.segments[owner].clone());
    let written = text(path);
    let message = match owner {
        Some(owner) if is_camel(&owner) && (is_constant(&last) || !is_camel(&last)) => {
            let meant = Meant::of(vec![name]).written();
            if is_constant(&last) {
                format!(
                    "`{written}` is a constant, to which closures are connected, and no signal\n\nhelp: write `{meant}`"
                )
            } else {
                format!("a signal is not named by its model\n\nhelp: write `{meant}`")
            }
        }
        Some(_) => return None,
        None => {
            match SIGNALS.iter().find(|(_, payload)| *payload == last || snake_case(payload).to_uppercase() == last) {
                Some((signal, payload)) if *payload == last => {
                    format!("`{last}` is the payload of a signal, and not the signal\n\nhelp: write `{signal}`")
                }
                Some((signal, _)) => format!("a signal is written in lower case\n\nhelp: write `{signal}`"),
                None if is_camel(&last) => return None,
                None => foreign::answer(Place::SignalName, &last, &TokenStream::new())?,
            }
        }
    };
    Some(syn::Error::new_spanned(tokens, message))
}

/// The mistake of several arguments without a key. `later` are those after the first.
pub(super) fn several(first: &[Path], later: &[Vec<Path>], has_sender: bool) -> syn::Error {
    let is_type = |path: &&Path| path.segments.last().is_some_and(|last| is_camel(&last.ident.to_string()));
    let later_paths = || later.iter().flatten();
    let first_is_type = first.iter().all(|path| is_type(&path));
    let (types, others): (Vec<&Path>, Vec<&Path>) = later_paths().partition(is_type);
    let list = |paths: &[&Path]| {
        let paths: Vec<String> = paths.iter().map(text).collect();
        if let [one] = &paths[..] { one.clone() } else { format!("[{}]", paths.join(", ")) }
    };
    if first_is_type && types.is_empty() {
        // `User, post_save`
        let first: Vec<&Path> = first.iter().collect();
        let message = format!(
            "the signal comes first, and a sender has its name in front\n\nhelp: write `{}, sender = {}`",
            list(&others),
            list(&first)
        );
        return syn::Error::new_spanned(spanned(&first), message);
    }
    if !first_is_type && others.is_empty() || has_sender && !types.is_empty() {
        // `post_save, User` or `post_save, sender = User, Order`
        let message = if has_sender {
            format!(
                "several senders are written in brackets\n\nhelp: write `sender = [.., {}]`",
                list(&types).trim_matches(['[', ']'])
            )
        } else {
            format!("a sender has its name in front\n\nhelp: write `sender = {}`", list(&types))
        };
        return syn::Error::new_spanned(spanned(&types), message);
    }
    let all: Vec<&Path> = first.iter().chain(others.iter().copied()).collect();
    let mut help = format!("write `{}`", list(&all));
    if first_is_type {
        let all: Vec<&Path> = first.iter().chain(later_paths()).collect();
        help = format!("write `{}`, or `sender = {}` for the sender of the signal", list(&all), list(&types));
    } else if !types.is_empty() {
        help = format!("write `{}, sender = {}`", list(&all), list(&types));
    }
    let message = format!("several signals are written in brackets\n\nhelp: {help}");
    let underlined: Vec<&Path> = later_paths().collect();
    syn::Error::new_spanned(spanned(&underlined), message)
}

/// The mistake of a sender that is a type, but not the path of a model.
pub(super) fn not_a_model(sender: &Type, signals: &[Path]) -> Option<syn::Error> {
    let tokens = || sender.to_token_stream();
    let Type::Path(TypePath { path, qself: None, .. }) = sender else {
        let meant = models(tokens());
        let is_list = meant.as_ref().is_some_and(|meant| meant.starts_with('['));
        let kind = if is_list { Kind::Senders.several().to_owned() } else { Kind::Senders.what() };
        return Some(syn::Error::new_spanned(sender, takes_a_model(&format!("`sender` takes {kind}"), meant)));
    };
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let last = path.segments.last()?;
    if let [word] = &segments[..]
        && (!is_camel(word) || ["None", "Self"].contains(&word.as_str()))
        && let Some(message) = foreign::answer(Place::Sender, word, &tokens())
    {
        return Some(syn::Error::new_spanned(sender, message));
    }
    if let PathArguments::AngleBracketed(_) = &last.arguments
        && CONTAINERS.contains(&last.ident.to_string().as_str())
    {
        let meant = models(last.arguments.to_token_stream());
        let fact = format!("`sender` takes a model, and no `{}` of one", last.ident);
        return Some(syn::Error::new_spanned(sender, takes_a_model(&fact, meant)));
    }
    let [.., owner, field] = &segments[..] else { return None };
    if !is_camel(owner) || is_camel(field) {
        return None;
    }
    let of_relations =
        signals.iter().any(|signal| signal.segments.last().is_some_and(|last| last.ident == "m2m_changed"));
    let meant = models(tokens());
    let message = match meant {
        Some(model) if of_relations && field != "through" => format!(
            "`{0}` is no model: the sender of `m2m_changed` is the through model of the field\n\n\
             help: write `sender = {model}{1}`, or the model that `through` names",
            text(sender),
            camel_case(field)
        ),
        meant => takes_a_model(&format!("`{}` is no model", text(sender)), meant),
    };
    Some(syn::Error::new_spanned(sender, message))
}

/// Types of the library and of Rust that contain a model.
const CONTAINERS: &[&str] =
    &["Option", "Vec", "Id", "Ref", "Box", "Arc", "Rc", "ManyToMany", "ForeignKey", "PhantomData"];

fn takes_a_model(fact: &str, meant: Option<String>) -> String {
    let help = meant.unwrap_or_else(|| "User".to_owned());
    format!("{fact}\n\nhelp: write `sender = {help}`")
}

/// The first of the paths to the last, for a span.
fn spanned(paths: &[&Path]) -> TokenStream {
    paths.iter().flat_map(|path| path.to_token_stream()).collect()
}

impl Meant {
    fn of(names: Vec<Name>) -> Self {
        let mut meant = Self::default();
        for name in names {
            meant.add(name);
        }
        meant
    }

    fn add(&mut self, mut name: Name) {
        while name.segments.len() > 1 && ["connect", "send", "class", "objects"].contains(&name.last()) {
            name.segments.pop();
        }
        let last = name.last().to_owned();
        let known = SIGNALS.iter().find(|(signal, payload)| {
            *payload == last || *signal == last || is_constant(&last) && last.to_lowercase() == *signal
        });
        let at = name.segments.len() - 1;
        let owner = at.checked_sub(1).map(|owner| name.segments[owner].as_str());
        let is_owned = owner.is_some_and(is_camel);
        if is_owned && last == "SIGNAL" {
            name.segments.pop();
            self.signals.push(name.path());
        } else if is_owned && !is_camel(&last) {
            name.segments.pop();
            self.signals.push(last.to_lowercase());
            self.senders.push(name.path());
        } else if let Some((signal, _)) = known {
            // A path in Python, such as `models.signals.post_save`, is none here.
            let is_rust = name
                .segments
                .first()
                .is_some_and(|first| ["signals", "crate", "self", "super"].contains(&first.as_str()));
            name.segments[at] = (*signal).to_owned();
            self.signals.push(if is_rust { name.path() } else { (*signal).to_owned() });
        } else if is_camel(&last) {
            if last != "Signal" && last != "Model" {
                self.senders.push(name.path());
            }
        } else if !["of", "for", "or", "and", "on", "from", "sender", "connect", "dyn", "impl", "mut", "ref", "with"]
            .contains(&last.as_str())
        {
            self.signals.push(name.path());
        }
    }

    /// The arguments, rightly written.
    fn written(&self) -> String {
        let list = |all: &[String]| if let [one] = all { one.clone() } else { format!("[{}]", all.join(", ")) };
        if self.senders.is_empty() {
            list(&self.signals)
        } else {
            format!("{}, sender = {}", list(&self.signals), list(&self.senders))
        }
    }
}

fn example() -> &'static str {
    "write a path, as in `#[receiver(post_save, sender = User)]`"
}

fn begins_with_a_name(tokens: &TokenStream) -> bool {
    matches!(tokens.clone().into_iter().next(), Some(TokenTree::Ident(_)))
}

/// What is wrong with the form of the argument.
fn fact(tokens: &TokenStream) -> &'static str {
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let has = |sign: char| all.iter().any(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == sign));
    match &all[..] {
        [TokenTree::Literal(_)] => "a signal is a path, and no string",
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            "a signal and its sender are two arguments, and several signals are written in brackets"
        }
        [.., TokenTree::Group(_)] if !has('.') && begins_with_a_name(tokens) => "a signal takes no parentheses here",
        _ if has('<') && has('\'') && names(tokens.clone()).len() == 1 => "a signal is named without its lifetime",
        _ if has('<') => "a signal takes no type here: its sender is another argument",
        _ if has('.') => "a signal is named by a path",
        _ => "expected the path of a signal",
    }
}
