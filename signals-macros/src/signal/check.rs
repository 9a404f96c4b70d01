//! The rules for signals beyond the grammar.

use syn::ext::IdentExt;
use syn::{Fields, GenericParam, Generics, Lifetime};

use super::durable;
use super::owned::owned;
use super::parse::{Parsed, SentBy};
use super::senders;
use crate::errors::Errors;
use crate::grammar::text;
use crate::root::Root;

pub(super) fn check(parsed: &Parsed, root: Root, errors: &mut Errors) {
    let item = &parsed.item;
    match parsed.arguments.sender {
        SentBy::Anything => check_not_generic(&item.generics, errors),
        SentBy::Types => senders::check(item, errors),
    }
    durable::check(parsed, root, errors);
    let lifetimes: Vec<&Lifetime> = item.generics.lifetimes().map(|parameter| &parameter.lifetime).collect();
    if let [_, second, ..] = lifetimes[..] {
        errors.on(second, "a signal borrows with one lifetime\n\nhelp: use the same lifetime in every field");
    }
    if let Fields::Unnamed(fields) = &item.fields {
        errors.on(
            fields,
            format!(
                "the fields of a signal have names: receivers ask for them by name\n\n\
                 help: write `struct {} {{ order: Order }}`",
                item.ident
            ),
        );
    }
    if let Some((output, owned)) = parsed.arguments.output.as_ref().and_then(|output| Some((output, owned(output)?))) {
        errors.on(
            output,
            format!(
                "an output is owned: what receivers return is collected, and lives longer than the signal\n\n\
                 help: write `output = {}`",
                text(owned).replace(',', ", ")
            ),
        );
    }
    if let Some(name) = parsed.arguments.name.as_ref().filter(|name| name.value().trim().is_empty()) {
        errors.on(name, "the name of a signal cannot be empty");
    }
    for field in &item.fields {
        if field.ident.as_ref().is_some_and(|name| name == "event") {
            errors.on(
                &field.ident,
                "`event` is what a receiver calls the whole payload\n\nhelp: give this field another name",
            );
        }
        let name = field.ident.as_ref().map(|name| name.unraw().to_string()).unwrap_or_default();
        let plain = name.trim_start_matches('_');
        if plain != name && !plain.is_empty() {
            errors.on(
                &field.ident,
                format!(
                    "no receiver can take `{name}`: a parameter with `_` in front is an unused one, of the field `{plain}`\n\n\
                     help: name it `{plain}`"
                ),
            );
        }
    }
}

fn check_not_generic(generics: &Generics, errors: &mut Errors) {
    for parameter in &generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            errors.on(
                parameter,
                "a signal cannot be generic: its receivers are listed when the program is linked\n\n\
                 help: declare one signal per type, or borrow a `&dyn Trait`; a parameter for the type that sends the signal is \
                 declared with `#[signal(sender)]`",
            );
        }
    }
}
