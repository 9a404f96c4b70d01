//! The rules of durable receivers, and what they become.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, Path, Type};

use super::arguments::Arguments;
use super::durability::{is_of_models, missing};
use super::ir::{Function, Parameter};
use super::parse::Parsed;
use super::timeout;
use crate::errors::Errors;
use crate::root::{SpanRange, moved};

/// Whether one of the attributes says `durable`.
pub(super) fn is_durable(attributes: &[Arguments]) -> bool {
    attributes.iter().any(|arguments| arguments.durable.is_durable())
}

pub(super) fn check(parsed: &Parsed, parameters: &[Parameter<'_>], errors: &mut Errors) {
    for arguments in &parsed.attributes {
        let Some(word) = &arguments.durable.word else {
            for setting in arguments.durable.settings() {
                let message = format!(
                    "`{setting}` is for durable receivers, and this one is called once\n\n\
                     help: write `durable` as well, or leave `{setting}` out"
                );
                errors.on(setting, message);
            }
            continue;
        };
        if let Some(message) = missing(parsed.root) {
            errors.on(word, message);
            continue;
        }
        // Once, also if each of the attributes says so.
        let is_first = parsed
            .attributes
            .iter()
            .find(|one| one.durable.is_durable())
            .is_some_and(|one| std::ptr::eq(one, arguments));
        if parsed.attributes.len() > 1 && is_first {
            errors.on(
                word,
                "a durable receiver has one `receiver` attribute, because its deliveries are stored by its `id`\n\n\
                 help: name several senders or signals in one attribute, as in `sender = [User, Order]`, or write two functions",
            );
        }
        check_arguments(arguments, errors);
        check_parameters(parameters, errors);
    }
}

fn check_arguments(arguments: &Arguments, errors: &mut Errors) {
    let order = [("after", &arguments.after), ("before", &arguments.before)];
    for (word, paths) in order {
        if let Some(path) = paths.first() {
            errors.on(
                path,
                format!(
                    "`{word}` has no effect with `durable`: each durable receiver is called on its own, until it succeeds\n\n\
                     help: leave `{word}` out; what depends on another receiver receives a signal that the other sends"
                ),
            );
        }
    }
    let is_of_rows = arguments.signals.iter().any(is_of_models);
    if let (Some((_, field)), None, true) = (&arguments.durable.key, &arguments.senders, is_of_rows) {
        errors.on(
            field,
            "`key` names a field of one model, and this receiver receives from every model\n\n\
             help: name the model, as in `sender = User`, or leave `key` out: then it is the primary key",
        );
    }
}

fn check_parameters(parameters: &[Parameter<'_>], errors: &mut Errors) {
    let part = |part: &str| {
        let mut all = parameters.iter().map(Parameter::binding);
        all.find(|binding| binding.name == part)
    };
    if let (Some(_), Some(db)) = (part("tx"), part("db")) {
        errors.on(
            db.written,
            "a durable receiver takes `tx` or `db`, and not both: with `tx`, its delivery ends in the transaction in which it writes\n\n\
             help: leave one of them out",
        );
    }
}

/// What the registry knows of it.
pub(super) fn durability(arguments: &Arguments, function: &Function<'_>, private: &TokenStream) -> TokenStream {
    let durable = &arguments.durable;
    if durable.word.is_none() {
        return quote!(::core::option::Option::None);
    }
    let retries = durable.retries.as_ref().map(|(_, retries)| quote!(.retries(#retries)));
    let backoff = durable.backoff.as_ref().map(|(_, time)| {
        let time = timeout::duration(*time);
        quote!(.backoff(#time))
    });
    let concurrency = durable.concurrency.as_ref().map(|(_, limit)| quote!(.concurrency(#limit)));
    let key = durable.key.as_ref().map(|(_, field)| {
        let field = field.unraw().to_string();
        quote!(.key(#field))
    });
    let skip = durable.on_dead.as_ref().filter(|(_, word)| word == "skip");
    let on_dead = skip.map(|_| quote!(.on_dead(#private::OnDead::Skip)));
    let with_tx = takes_tx(function).then(|| quote!(.with_tx()));
    let all = quote!(#private::Durability::NEW #retries #backoff #concurrency #key #on_dead #with_tx);
    quote!(::core::option::Option::Some(&const { #all }))
}

/// Whether the function takes `tx`, so that its delivery ends in the transaction in which it writes.
fn takes_tx(function: &Function<'_>) -> bool {
    function.parameters.iter().any(|parameter| matches!(parameter, Parameter::Part(binding) if binding.name == "tx"))
}

/// The statements that take a delivery apart, and the payload, which is one of the parts. The former are not in the future of the receiver:
/// the type of the delivery would be in it, and the compiler does not see for each lifetime in it that it is `Send`.
pub(super) fn parts(function: &Function<'_>, private: &TokenStream) -> (TokenStream, TokenStream) {
    let [delivered, parts, payload] =
        ["delivered", "parts", "payload"].map(|name| Ident::new(name, Span::mixed_site()));
    let take = if takes_tx(function) { quote!(parts_with_tx) } else { quote!(parts) };
    (
        quote!(let mut #parts = #private::#take(#delivered);),
        quote! {
            let #parts = &mut #parts;
            let #payload = &mut *#parts.payload;
        },
    )
}

/// The filter of a durable receiver: what today's filter says of the payload, and the key of the delivery.
pub(super) fn filter(
    (signal, sender): (&Path, Option<&Type>),
    narrow: Option<&TokenStream>,
    passes: Option<&TokenStream>,
    arguments: &Arguments,
    private: &TokenStream,
) -> Option<TokenStream> {
    let [delivered, payload, holds, key] =
        ["delivered", "payload", "holds", "key"].map(|name| Ident::new(name, Span::mixed_site()));
    let payload = quote! {
        let #payload = #delivered.payload_mut();
        #narrow
        let #payload = &*#payload;
    };
    let Some((_, field)) = &arguments.durable.key else {
        return passes.map(|passes| quote!(|#delivered| { #payload #passes }));
    };
    let passes = passes.map_or_else(|| quote!(true), TokenStream::clone);
    let of_model = sender.is_some() || is_of_models(signal);
    let place = SpanRange::of(field);
    let row = of_model.then(|| quote_spanned!(place.hygienic()=> .instance));
    let question = if of_model { quote!(KeyColumn::key_of_column) } else { quote!(key_of_field) };
    let question = moved(quote!(#private::#question), place);
    // A variable with the user's location, so that the compiler points at the field if it is no column.
    let mut argument = Group::new(Delimiter::Parenthesis, quote!(#field));
    argument.set_span(place.first());
    let value = quote_spanned!(place.hygienic()=> &payload #row.#field);
    let value = quote!({ let #field = #value; #question #argument });
    Some(quote! {
        |#delivered| {
            #payload
            let #holds = #passes;
            let #key = ::core::primitive::bool::then(#holds, || #value);
            #private::set_key(#delivered, #key);
            #holds
        }
    })
}
