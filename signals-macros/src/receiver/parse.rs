//! The grammar of `#[receiver(..)]`.

use proc_macro2::{Group, Span, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::token::Paren;
use syn::{Attribute, Expr, Ident, Item, ItemFn, LitBool, LitStr, Meta, Path, Token, Type};

use crate::errors::Errors;
use crate::grammar::{Key, Keys, Seen, Understood, first_word, one_or_more};

/// A function and its `receiver` attributes.
pub(super) struct Parsed {
    /// The function without its `receiver` attributes.
    pub(super) function: ItemFn,
    /// One per attribute: several attributes may be stacked.
    pub(super) attributes: Vec<Arguments>,
}

/// One `#[receiver(..)]`.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) signals: Vec<Path>,
    pub(super) senders: Option<Vec<Type>>,
    pub(super) created: Option<(Ident, LitBool)>,
    pub(super) changed: Option<Changed>,
    pub(super) raw: Option<(Ident, LitBool)>,
    pub(super) when: Option<Expr>,
    pub(super) after: Vec<Path>,
    pub(super) before: Vec<Path>,
    pub(super) id: Option<LitStr>,
    pub(super) root: Option<Path>,
}

impl Arguments {
    /// The word `raw` of `raw = true`.
    pub(super) fn takes_raw(&self) -> Option<&Ident> {
        self.raw.as_ref().filter(|(_, value)| value.value).map(|(word, _)| word)
    }
}

/// `changed(email, name)`
pub(super) struct Changed {
    pub(super) word: Ident,
    pub(super) fields: Vec<Ident>,
}

const KEYS: Keys =
    Keys::new("receiver", &["sender", "created", "changed", "raw", "when", "after", "before", "id", "crate"]);

pub(super) fn parse(attribute: TokenStream, item: TokenStream, errors: &mut Errors) -> Option<Parsed> {
    // The location of the attribute, with the hygiene of the user's code.
    let origin = item.clone().into_iter().last().map_or_else(Span::call_site, |token| token.span());
    let mut attributes = vec![arguments(attribute, Span::call_site().resolved_at(origin), errors)];
    let mut function = match syn::parse2::<Item>(item) {
        Ok(Item::Fn(function)) => function,
        Ok(other) => {
            errors.on(first_word(&other), "the `receiver` attribute goes on a function");
            return None;
        }
        Err(error) => {
            errors.push(error);
            return None;
        }
    };
    let (stacked, others) = function.attrs.into_iter().partition(is_receiver);
    function.attrs = others;
    for attribute in stacked {
        let span = attribute.path().segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
        let tokens = match attribute.meta {
            Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        attributes.push(arguments(tokens, span, errors));
    }
    Some(Parsed { function, attributes })
}

/// The item as the user wrote it, for output that only adds errors.
pub(super) fn without_receivers(item: TokenStream) -> TokenStream {
    match syn::parse2::<ItemFn>(item.clone()) {
        Ok(mut function) => {
            function.attrs.retain(|attribute| !is_receiver(attribute));
            function.into_token_stream()
        }
        Err(_) => item,
    }
}

fn is_receiver(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "receiver")
}

fn arguments(tokens: TokenStream, place: Span, errors: &mut Errors) -> Arguments {
    let mut arguments = Arguments::default();
    let mut seen = Seen::default();
    let understood = KEYS.parse_arguments(tokens, errors, |input| {
        if KEYS.is_next(input) {
            let key = KEYS.key(input, &mut seen)?;
            value(key, input, &mut arguments)
        } else {
            signals(input, &mut arguments)
        }
    });
    if arguments.signals.is_empty() && understood == Understood::Wholly {
        errors.at(
            place,
            "the `receiver` attribute does not say which signal to receive\n\n\
             help: write `#[receiver(post_save, sender = User)]`, or `#[receiver(OrderPaid)]` for a signal of your own",
        );
    }
    arguments
}

/// The only argument without a key.
fn signals(input: ParseStream<'_>, arguments: &mut Arguments) -> syn::Result<()> {
    if !arguments.signals.is_empty() {
        let message = "the signals come first, several of them in brackets: `#[receiver([post_save, post_delete])]`";
        return Err(syn::Error::new(input.span(), message));
    }
    arguments.signals = one_or_more(input, Path::parse_mod_style)?;
    Ok(())
}

fn value(key: Key, input: ParseStream<'_>, arguments: &mut Arguments) -> syn::Result<()> {
    let many = |input: ParseStream<'_>| one_or_more(input, Path::parse_mod_style);
    match key.name() {
        "sender" => {
            let example = "sender = User` or `sender = [User, Order]";
            let senders = key.value_with(input, example, |input| one_or_more(input, Type::parse))?;
            arguments.senders = Some(senders);
        }
        "created" => {
            let value = key.value(input, "created = true` or `created = false")?;
            arguments.created = Some((key.word, value));
        }
        "raw" => {
            let value = key.value(input, "raw = true` or `raw = false")?;
            arguments.raw = Some((key.word, value));
        }
        "changed" => arguments.changed = Some(Changed { fields: changed(&key, input)?, word: key.word }),
        "when" => arguments.when = Some(key.value(input, "when = is_large")?),
        "after" => arguments.after = key.value_with(input, "after = [create_profile]", many)?,
        "before" => arguments.before = key.value_with(input, "before = [create_profile]", many)?,
        "id" => arguments.id = Some(key.value(input, "id = \"welcome-mail\"")?),
        _ => arguments.root = Some(key.path(input)?),
    }
    Ok(())
}

/// The fields in the parentheses.
fn changed(key: &Key, input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    let example = "changed(email, name)";
    if !input.peek(Paren) {
        let start = if input.peek(Token![=]) {
            "expected".to_owned()
        } else {
            format!("`{}` needs a value, as in", key.name())
        };
        return Err(syn::Error::new(key.word.span(), format!("{start} `{example}`")));
    }
    let parentheses = input.fork().parse::<Group>()?;
    let fields = key.fields(input, example)?;
    if fields.is_empty() {
        let message = format!("`changed` names no field\n\nhelp: write `{example}`, or leave it out");
        return Err(syn::Error::new(parentheses.span(), message));
    }
    Ok(fields)
}
