//! The grammar of `#[receiver(..)]`, without its meaning.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::token::{Bracket, Paren};
use syn::{Attribute, Expr, Ident, Item, ItemFn, LitBool, LitStr, Meta, Path, Token, Type, bracketed, parenthesized};

use crate::errors::Errors;
use crate::grammar::{comma, first_word, skip_to_comma};
use crate::suggest;

/// A function and everything that its `receiver` attributes say.
pub(super) struct Parsed {
    /// The function without its `receiver` attributes.
    pub(super) function: ItemFn,
    /// One per attribute: they may be stacked.
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
    /// The word `raw`, if the receiver is called for raw writes.
    pub(super) fn takes_raw(&self) -> Option<&Ident> {
        self.raw.as_ref().filter(|(_, value)| value.value).map(|(word, _)| word)
    }
}

/// `changed(email, name)`
pub(super) struct Changed {
    pub(super) word: Ident,
    pub(super) fields: Vec<Ident>,
}

const KEYS: &[&str] = &["sender", "created", "changed", "raw", "when", "after", "before", "id", "crate"];

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

/// The item as the user wrote it, for when the macro only adds errors.
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
    let mut seen: Vec<Ident> = Vec::new();
    let mut complete = true;
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = argument(input, &mut arguments, &mut seen) {
                errors.push(error);
                complete = false;
                skip_to_comma(input)?;
            }
            comma(input, "receiver", errors)?;
        }
        Ok(())
    };
    let result = parser.parse2(tokens);
    errors.take(result);
    if arguments.signals.is_empty() && complete {
        errors.at(
            place,
            "the `receiver` attribute does not say which signal to receive\n\n\
             help: write `#[receiver(post_save, sender = User)]`, or `#[receiver(OrderPaid)]` for a signal of your own",
        );
    }
    arguments
}

fn argument(input: ParseStream<'_>, arguments: &mut Arguments, seen: &mut Vec<Ident>) -> syn::Result<()> {
    if input.peek(Ident) && input.peek2(Paren) {
        let word: Ident = input.parse()?;
        if word != "changed" {
            let message = format!("`{word}` takes no list in parentheses\n\nhelp: write `{}`", example(&word));
            let unknown = || suggest::unknown("argument", &word.to_string(), "receiver", KEYS);
            let is_known = KEYS.contains(&word.to_string().as_str());
            return Err(syn::Error::new(word.span(), if is_known { message } else { unknown() }));
        }
        let once = at_most_once(&word, seen);
        arguments.changed = Some(Changed { fields: changed(input)?, word });
        return once;
    }
    let keyed = input.peek2(Token![=]) && input.fork().call(Ident::parse_any).is_ok();
    if !keyed {
        if let Some(key) = input.fork().call(Ident::parse_any).ok().filter(|key| is_key(key, input)) {
            return Err(syn::Error::new(key.span(), format!("`{key}` needs a value, as in `{}`", example(&key))));
        }
        if !arguments.signals.is_empty() {
            let message =
                "the signals come first, several of them in brackets: `#[receiver([post_save, post_delete])]`";
            return Err(syn::Error::new(input.span(), message));
        }
        arguments.signals = one_or_more(input, Path::parse_mod_style)?;
        return Ok(());
    }
    let key = input.call(Ident::parse_any)?;
    input.parse::<Token![=]>()?;
    at_most_once(&key, seen)?;
    let expected = |error: syn::Error| syn::Error::new(error.span(), format!("expected `{}`", example(&key)));
    match key.to_string().as_str() {
        "sender" => arguments.senders = Some(one_or_more(input, Type::parse).map_err(expected)?),
        "created" => {
            let value = input.parse::<LitBool>().map_err(expected)?;
            arguments.created = Some((key, value));
        }
        "raw" => {
            let value = input.parse::<LitBool>().map_err(expected)?;
            arguments.raw = Some((key, value));
        }
        "when" => arguments.when = Some(input.parse::<Expr>().map_err(expected)?),
        "after" => arguments.after = one_or_more(input, Path::parse_mod_style).map_err(expected)?,
        "before" => arguments.before = one_or_more(input, Path::parse_mod_style).map_err(expected)?,
        "id" => arguments.id = Some(input.parse::<LitStr>().map_err(expected)?),
        "changed" => return Err(syn::Error::new(key.span(), "expected `changed(email, name)`")),
        "crate" => arguments.root = Some(input.call(Path::parse_mod_style).map_err(expected)?),
        other => return Err(syn::Error::new(key.span(), suggest::unknown("argument", other, "receiver", KEYS))),
    }
    Ok(())
}

/// The fields in the parentheses.
fn changed(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    let content;
    let parentheses = parenthesized!(content in input);
    let fields = Punctuated::<Ident, Token![,]>::parse_terminated(&content)
        .map_err(|error| syn::Error::new(error.span(), "expected the names of fields, as in `changed(email, name)`"))?;
    if fields.is_empty() {
        let message = "`changed` names no field\n\nhelp: write `changed(email, name)`, or leave it out";
        return Err(syn::Error::new(parentheses.span.join(), message));
    }
    Ok(fields.into_iter().collect())
}

fn at_most_once(key: &Ident, seen: &mut Vec<Ident>) -> syn::Result<()> {
    if seen.contains(key) {
        return Err(syn::Error::new(key.span(), format!("`{key}` is given twice")));
    }
    seen.push(key.clone());
    Ok(())
}

/// Whether a word without `=` is a key, and not the path of a signal.
fn is_key(word: &Ident, input: ParseStream<'_>) -> bool {
    !input.peek2(Token![::]) && KEYS.contains(&word.to_string().as_str())
}

fn example(key: &Ident) -> &'static str {
    match key.to_string().as_str() {
        "sender" => "sender = User` or `sender = [User, Order]",
        "created" => "created = true` or `created = false",
        "changed" => "changed(email, name)",
        "raw" => "raw = true` or `raw = false",
        "when" => "when = is_large",
        "after" => "after = [create_profile]",
        "before" => "before = [create_profile]",
        "id" => "id = \"welcome-mail\"",
        _ => "crate = path::to::signals",
    }
}

fn one_or_more<T>(input: ParseStream<'_>, one: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<Vec<T>> {
    if input.peek(Bracket) {
        let content;
        let bracket = bracketed!(content in input);
        let list = Punctuated::<T, Token![,]>::parse_terminated_with(&content, one)?;
        if list.is_empty() {
            return Err(syn::Error::new(bracket.span.join(), "this list is empty"));
        }
        Ok(list.into_iter().collect())
    } else {
        Ok(vec![one(input)?])
    }
}
