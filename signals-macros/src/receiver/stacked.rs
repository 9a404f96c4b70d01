//! Several attributes on one function, if they were imported under another name: the macro cannot recognise the others.

use std::borrow::Cow;

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, ItemFn, Meta, parse_quote};

use crate::grammar::text;

/// Attributes of Rust, which are not ours under another name.
const OF_RUST: &[&str] = &[
    "allow",
    "cfg",
    "cfg_attr",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "forbid",
    "inline",
    "must_use",
    "no_mangle",
    "target_feature",
    "test",
    "track_caller",
    "warn",
];

/// The function. If one of its other attributes may be ours under another name, it gets a last attribute, which has no effect.
pub(super) fn with_trace(item: &ItemFn) -> Cow<'_, ItemFn> {
    let is_of_rust = |attribute: &Attribute| OF_RUST.iter().any(|name| attribute.path().is_ident(name));
    let may_be_ours = |attribute: &Attribute| matches!(attribute.meta, Meta::List(_)) && !is_of_rust(attribute);
    if !item.attrs.iter().any(may_be_ours) {
        return Cow::Borrowed(item);
    }
    let mut item = item.clone();
    item.attrs.push(trace());
    Cow::Owned(item)
}

/// A receiver is no `extern` function, so that the lint never applies.
fn trace() -> Attribute {
    parse_quote!(#[allow(improper_ctypes_definitions, reason = "it is a receiver")])
}

/// The mistake, if another attribute has left its trace.
pub(super) fn mistake(function: &ItemFn) -> Option<TokenStream> {
    let is_trace = |attribute: &Attribute| attribute.path().is_ident("allow") && text(attribute) == text(trace());
    if !function.attrs.iter().any(is_trace) {
        return None;
    }
    let message = "this function has a `receiver` attribute already, under another name\n\n\
                   help: name the signals in one attribute, as in `[OrderPaid, OrderShipped]`, or import it as `receiver`";
    // The location of the attribute, with the hygiene of the user's code.
    let place = Span::call_site().resolved_at(function.sig.ident.span());
    Some(syn::Error::new(place, message).into_compile_error())
}
