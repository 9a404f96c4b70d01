//! How much of a durable signal is written, and its rules.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Field, Fields, ItemStruct};

use super::owned::{owned, owned_wholly};
use super::parse::{Parsed, SentBy};
use crate::errors::Errors;
use crate::grammar::text;
use crate::receiver::durability::missing;
use crate::root::Root;

/// How much of a durable signal is written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Stored {
    /// It is not durable.
    Not,
    /// It is durable, and has a mistake: it is sent like one, so that its uses are no further errors.
    OnlySent,
    Wholly,
}

impl Stored {
    pub(super) fn of(parsed: &Parsed, root: Root) -> Self {
        // The kernel has no `Tx` to send it with.
        let is_durable = parsed.arguments.durable.is_durable() && root == Root::Facade;
        if !is_durable || parsed.arguments.sender != SentBy::Anything {
            Self::Not
        } else if missing(root).is_none()
            && parsed.item.generics.params.is_empty()
            && parsed.is_whole
            && !matches!(parsed.item.fields, Fields::Unnamed(_))
        {
            Self::Wholly
        } else {
            Self::OnlySent
        }
    }
}

pub(super) fn check(parsed: &Parsed, root: Root, errors: &mut Errors) {
    let durable = &parsed.arguments.durable;
    let Some(word) = &durable.word else {
        let settings = durable.version.iter().map(|(word, _)| word).chain(durable.upcast.iter().map(|(word, _)| word));
        for setting in settings {
            let message = format!(
                "`{setting}` is for durable signals, and this one is not stored\n\n\
                 help: write `durable` as well, or leave `{setting}` out"
            );
            errors.on(setting, message);
        }
        return;
    };
    if let Some(message) = missing(root) {
        errors.on(word, message);
        return;
    }
    if parsed.arguments.sender != SentBy::Anything {
        errors.on(
            word,
            "a signal with senders cannot be durable: a sender is a type of this program, and the payload borrows from it\n\n\
             help: leave `sender` out, and store what receivers need in fields, such as the id of a row",
        );
        return;
    }
    if let Some(output) = &parsed.arguments.output {
        errors.on(
            output,
            "a durable signal has no output: its receivers are called after it was sent\n\nhelp: leave `output` out",
        );
    }
    if let Some((word, _)) = durable.upcast.as_ref().filter(|_| durable.version() == 1) {
        errors.on(
            word,
            "`upcast` reads what an older version has stored, and version 1 is the first\n\n\
             help: write `version = 2` as well, or leave `upcast` out",
        );
    }
    check_fields(parsed, errors);
}

fn check_fields(parsed: &Parsed, errors: &mut Errors) {
    if let Some(lifetime) = parsed.item.generics.lifetimes().next() {
        let owning = parsed.item.fields.iter().filter_map(|field| {
            let ty = text(owned(&field.ty)?).replace(',', ", ");
            Some(format!("`{}: {ty}`", field.ident.as_ref()?))
        });
        let fields = owning.collect::<Vec<_>>().join(", ");
        let with = if fields.is_empty() { String::new() } else { format!(", with {fields}") };
        errors.on(
            &lifetime.lifetime,
            format!(
                "a durable signal owns its fields: they are stored, and read again for each receiver\n\n\
                 help: write `struct {}`{with}",
                parsed.item.ident
            ),
        );
    }
    for (field, ty) in borrowed(&parsed.item) {
        let name = field.ident.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        errors.on(
            &field.ty,
            format!(
                "a durable signal owns its fields: they are stored, and read again for each receiver\n\nhelp: write `{name}{}`",
                text(ty).replace(',', ", ")
            ),
        );
    }
    for name in parsed.item.fields.iter().filter_map(|field| field.ident.as_ref()) {
        if ["tx", "db", "delivery", "context"].iter().any(|part| name == part) {
            errors.on(
                name,
                format!("`{name}` is what a durable receiver takes next to the payload\n\nhelp: give this field another name"),
            );
        }
    }
}

/// The fields that borrow for ever, or without a lifetime, and the types that own what they borrow.
fn borrowed(item: &ItemStruct) -> impl Iterator<Item = (&Field, TokenStream)> {
    let fields = item.fields.iter().filter(|_| item.generics.params.is_empty());
    fields.filter_map(|field| Some((field, owned_wholly(&field.ty)?)))
}

/// Gives the fields the types that were meant, so that a field that borrows is one error.
pub(super) fn own_fields(parsed: &mut Parsed) {
    if !parsed.arguments.durable.is_durable() {
        return;
    }
    if borrowed(&parsed.item).next().is_none() {
        return;
    }
    for field in &mut parsed.item.fields {
        if let Some(ty) = owned_wholly(&field.ty).and_then(|ty| syn::parse2(ty).ok()) {
            field.ty = ty;
        }
    }
    parsed.written = parsed.item.to_token_stream();
}
