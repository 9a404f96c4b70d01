//! `#[signal]`

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Attribute, Fields, Generics};

use self::parse::{Parsed, SentBy};
use crate::errors::Errors;
use crate::root::Root;

mod check;
mod durability;
mod durable;
mod durable_impls;
mod expand;
mod owned;
mod parse;
mod sender_impls;
mod senders;

pub(crate) fn expand(attribute: TokenStream, item: TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::new();
    let mut parsed = parse::parse(attribute, item.clone(), &mut errors);
    if let Some(parsed) = &mut parsed {
        check::check(parsed, root, &mut errors);
        durable::own_fields(parsed);
    }
    let errors = errors.flush().err();
    match parsed {
        // Also with a mistake, so that its receivers and the code that sends it have none.
        Some(parsed) if can_be_expanded(&parsed) => {
            let signal = expand::expand(&parsed, root);
            quote!(#signal #errors)
        }
        _ => item.into_iter().chain(errors.unwrap_or_default()).collect(),
    }
}

/// `#[derive(Signal)]`: the way out, and what `#[signal]` adds.
pub(crate) fn derived(item: TokenStream, root: Root) -> TokenStream {
    let message = "`Signal` is not derived: an attribute makes a struct a signal\n\n\
                   help: write `#[signal]` instead of the derive";
    // The location of the name in the derive, with the hygiene of the user's code.
    let origin = item.clone().into_iter().last().map_or_else(Span::call_site, |token| token.span());
    let error = syn::Error::new(Span::call_site().resolved_at(origin), message).into_compile_error();
    let mut unread = Errors::new();
    let parsed = parse::parse(TokenStream::new(), item, &mut unread);
    drop(unread.flush());
    match parsed {
        Some(mut parsed) if has_one_type(&parsed.item.generics) && !parsed.item.attrs.iter().any(is_signal) => {
            parsed.written = TokenStream::new();
            let signal = expand::expand(&parsed, root);
            quote!(#signal #error)
        }
        _ => error,
    }
}

fn is_signal(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "signal")
}

/// Whether it is one type, or one type per sender.
fn can_be_expanded(parsed: &Parsed) -> bool {
    let generics = &parsed.item.generics;
    match parsed.arguments.sender {
        SentBy::Anything => has_one_type(generics),
        // Of a struct that cannot be parsed, the fields are not known.
        SentBy::Types => {
            senders::has_one_parameter(generics) && !matches!(parsed.item.fields, Fields::Unnamed(_)) && parsed.is_whole
        }
    }
}

/// Whether it is one type: it has no parameters, or one lifetime.
fn has_one_type(generics: &Generics) -> bool {
    generics.params.len() == generics.lifetimes().count() && generics.params.len() <= 1
}
