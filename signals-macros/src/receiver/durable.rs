//! `durable`, and what it can be given: `retries`, `backoff`, `concurrency`, `key` and `on_dead`.

use core::time::Duration;

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Path, Type};

use super::arguments::Arguments;
use super::ir::{Function, Parameter};
use super::parse::Parsed;
use super::timeout;
use crate::errors::Errors;
use crate::grammar::Key;
use crate::root::{Root, SpanRange, moved};
use crate::values::Kind;

/// The words of the attribute.
pub(crate) const WORDS: [&str; 5] = ["retries", "backoff", "concurrency", "key", "on_dead"];

/// The values of `on_dead`.
const ON_DEAD: &[&str] = &["block_key", "skip"];

/// What one attribute says of durability.
#[derive(Default)]
pub(super) struct Durable {
    /// The word `durable`.
    pub(super) word: Option<Ident>,
    retries: Option<(Ident, u32)>,
    backoff: Option<(Ident, Duration)>,
    concurrency: Option<(Ident, u32)>,
    /// The word `key`, and the field.
    key: Option<(Ident, Ident)>,
    /// The word `on_dead`, and its value.
    on_dead: Option<(Ident, Ident)>,
}

impl Durable {
    /// Parses the value of one of the [`WORDS`], or the word `durable`.
    pub(super) fn value(&mut self, key: &Key<'_>) -> syn::Result<()> {
        let word = key.word.clone();
        match key.name() {
            "retries" => self.retries = Some((word, key.number("retries = 5")?)),
            "backoff" => {
                let written: LitStr = key.value_of(Kind::Time, "backoff = \"10s\"", Parse::parse)?;
                let zero = "a failed call would be repeated at once, for as long as it fails\n\n\
                            help: write a longer time, or leave `backoff` out";
                self.backoff = Some((word, timeout::time("backoff", &written, zero)?));
            }
            "concurrency" => {
                let limit = key.number("concurrency = 2")?;
                if limit == 0 {
                    let message = "a receiver with no calls at once never runs\n\n\
                                   help: write `concurrency = 1` for one call at a time, or leave it out for no limit";
                    return Err(syn::Error::new(word.span(), message));
                }
                self.concurrency = Some((word, limit));
            }
            "key" => self.key = Some((word, key.value_of(Kind::Field, "key = country", Ident::parse_any)?)),
            "on_dead" => {
                let known = |input: ParseStream<'_>| {
                    let word = input.parse::<Ident>()?;
                    if ON_DEAD.iter().any(|known| word == known) { Ok(word) } else { Err(input.error("another word")) }
                };
                self.on_dead = Some((word, key.value_of(Kind::Word(ON_DEAD), "on_dead = skip", known)?));
            }
            _ => {
                self.word = Some(word);
                key.flag()?;
            }
        }
        Ok(())
    }

    /// The words that need `durable`, as they were written.
    fn settings(&self) -> impl Iterator<Item = &Ident> {
        let numbers = [&self.retries, &self.concurrency].into_iter().flatten().map(|(word, _)| word);
        let words = [&self.key, &self.on_dead].into_iter().flatten().map(|(word, _)| word);
        numbers.chain(self.backoff.iter().map(|(word, _)| word)).chain(words)
    }
}

/// Whether one of the attributes says `durable`.
pub(super) fn is_durable(attributes: &[Arguments]) -> bool {
    attributes.iter().any(|arguments| arguments.durable.word.is_some())
}

/// The fields of a delivery, which are not fields of the payload.
pub(super) fn is_part(name: &Ident) -> bool {
    ["tx", "db", "delivery", "context"].iter().any(|part| name == part)
}

/// Whether the name of a signal says that its receivers can be durable.
pub(super) fn is_known(signal: &Path) -> bool {
    can_be(&name_of(signal))
}

/// The same of the name alone.
pub(super) fn can_be(signal: &str) -> bool {
    ["post_commit", "post_delete_commit"].contains(&signal)
}

/// Whether it is a signal of models, by its name.
pub(super) fn is_of_models(signal: &Path) -> bool {
    name_of(signal).starts_with(char::is_lowercase)
}

fn name_of(signal: &Path) -> String {
    signal.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default()
}

/// Why a program cannot have what is durable.
pub(crate) fn missing(root: Root) -> Option<&'static str> {
    let has_feature = cfg!(any(feature = "durable", test));
    match root {
        Root::Core => Some(
            "the kernel has no database in which a delivery could be stored\n\n\
             help: durable receivers and signals are those of the crate `signals-rs`: `cargo add signals-rs --features durable`",
        ),
        Root::Facade if !has_feature => Some(
            "`durable` needs the feature `durable` of `signals-rs`\n\n\
             help: enable it, `cargo add signals-rs --features durable`",
        ),
        Root::Facade => None,
    }
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
        if parsed.attributes.len() > 1 {
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
