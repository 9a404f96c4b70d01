//! What all attributes have in common: `key = value, ..`, each key at most once, every mistake reported.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::token::{Bracket, Paren};
use syn::{Ident, Path, Token, bracketed, parenthesized};

use crate::errors::Errors;
use crate::suggest;

/// The keys of one attribute.
pub(crate) struct Keys {
    attribute: &'static str,
    known: &'static [&'static str],
    repeatable: &'static [&'static str],
    misplaced: &'static [(&'static str, &'static str)],
}

/// Whether all arguments of an attribute were understood. If not, what is missing may have been among them.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Understood {
    Wholly,
    InPart,
}

/// A key as it was written.
pub(crate) struct Key {
    pub(crate) word: Ident,
    name: String,
}

/// The keys of an attribute that were read so far.
#[derive(Default)]
pub(crate) struct Seen(Vec<Ident>);

impl Keys {
    pub(crate) const fn new(attribute: &'static str, known: &'static [&'static str]) -> Self {
        Self { attribute, known, repeatable: &[], misplaced: &[] }
    }

    /// These keys may come several times.
    pub(crate) const fn repeatable(self, repeatable: &'static [&'static str]) -> Self {
        Self { repeatable, ..self }
    }

    /// These words are keys of other attributes. Each comes with the reason why this attribute does not have it.
    pub(crate) const fn misplaced(self, misplaced: &'static [(&'static str, &'static str)]) -> Self {
        Self { misplaced, ..self }
    }

    /// Calls `value` after each known key, to parse the value. Says whether there was a mistake.
    pub(crate) fn parse(
        &self,
        tokens: TokenStream,
        errors: &mut Errors,
        mut value: impl FnMut(&Key, ParseStream<'_>) -> syn::Result<()>,
    ) -> Understood {
        let mut seen = Seen::default();
        self.parse_arguments(tokens, errors, |input| {
            let key = self.key(input, &mut seen)?;
            value(&key, input)
        })
    }

    /// Like [`parse`](Self::parse), for an attribute that also has arguments without a key: `argument` parses one of either kind.
    pub(crate) fn parse_arguments(
        &self,
        tokens: TokenStream,
        errors: &mut Errors,
        mut argument: impl FnMut(ParseStream<'_>) -> syn::Result<()>,
    ) -> Understood {
        let mut understood = Understood::Wholly;
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = argument(input) {
                    errors.push(error);
                    understood = Understood::InPart;
                    skip_to_comma(input)?;
                }
                self.comma(input, errors)?;
            }
            Ok(())
        };
        let result = parser.parse2(tokens);
        errors.take(result);
        understood
    }

    /// Whether the next argument has a key: one of these keys, or another word with a value.
    pub(crate) fn is_next(&self, input: ParseStream<'_>) -> bool {
        let Ok(word) = input.fork().call(Ident::parse_any) else { return false };
        let is_known = !input.peek2(Token![::]) && self.known.contains(&word.to_string().as_str());
        is_known || input.peek2(Token![=]) || (input.peek(Ident) && input.peek2(Paren))
    }

    pub(crate) fn key(&self, input: ParseStream<'_>, Seen(seen): &mut Seen) -> syn::Result<Key> {
        let word = input.call(Ident::parse_any)?;
        let key = Key { name: word.to_string(), word };
        if let Some((_, reason)) = self.misplaced.iter().find(|(word, _)| key.name() == *word) {
            return Err(syn::Error::new(key.word.span(), reason));
        }
        if !self.known.contains(&key.name()) {
            let message = suggest::unknown("argument", key.name(), self.attribute, self.known);
            return Err(syn::Error::new(key.word.span(), message));
        }
        if seen.contains(&key.word) && !self.repeatable.contains(&key.name()) {
            return Err(syn::Error::new(key.word.span(), format!("`{}` is given twice", key.name)));
        }
        seen.push(key.word.clone());
        Ok(key)
    }

    /// The comma before the next argument, or the end.
    fn comma(&self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if !input.is_empty() && !input.peek(Token![,]) {
            let message = format!("expected `,` between the arguments of the `{}` attribute", self.attribute);
            errors.at(input.span(), message);
            skip_to_comma(input)?;
        }
        input.parse::<Option<Token![,]>>()?;
        Ok(())
    }
}

impl Key {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The key stands alone.
    pub(crate) fn flag(&self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        Err(syn::Error::new(input.span(), format!("`{}` takes no value", self.name)))
    }

    /// `= value`, as in the example.
    pub(crate) fn value<T: Parse>(&self, input: ParseStream<'_>, example: &str) -> syn::Result<T> {
        self.value_with(input, example, T::parse)
    }

    /// `(a, b)`, names of fields as in the example.
    pub(crate) fn fields(&self, input: ParseStream<'_>, example: &str) -> syn::Result<Vec<Ident>> {
        if !input.peek(Paren) {
            let message = format!("`{}` names fields, as in `{example}`", self.name);
            return Err(syn::Error::new(self.word.span(), message));
        }
        let content;
        parenthesized!(content in input);
        let fields = Punctuated::<Ident, Token![,]>::parse_terminated_with(&content, Ident::parse_any);
        let expected = |error: syn::Error| {
            syn::Error::new(error.span(), format!("expected the names of fields, as in `{example}`"))
        };
        Ok(fields.map_err(expected)?.into_iter().collect())
    }

    /// `= path::to::signals`
    pub(crate) fn path(&self, input: ParseStream<'_>) -> syn::Result<Path> {
        self.value_with(input, "crate = path::to::signals", Path::parse_mod_style)
    }

    pub(crate) fn value_with<T>(
        &self,
        input: ParseStream<'_>,
        example: &str,
        parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    ) -> syn::Result<T> {
        if input.peek(Paren) {
            let message = format!("`{}` takes no list in parentheses\n\nhelp: write `{example}`", self.name);
            return Err(syn::Error::new(self.word.span(), message));
        }
        if input.parse::<Token![=]>().is_err() || input.is_empty() {
            let message = format!("`{}` needs a value, as in `{example}`", self.name);
            return Err(syn::Error::new(self.word.span(), message));
        }
        parse(input).map_err(|error| syn::Error::new(error.span(), format!("expected `{example}`")))
    }
}

/// `a`, or several in brackets: `[a, b]`.
pub(crate) fn one_or_more<T>(
    input: ParseStream<'_>,
    one: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    if !input.peek(Bracket) {
        return Ok(vec![one(input)?]);
    }
    let content;
    let bracket = bracketed!(content in input);
    let list = Punctuated::<T, Token![,]>::parse_terminated_with(&content, one)?;
    if list.is_empty() {
        return Err(syn::Error::new(bracket.span.join(), "this list is empty"));
    }
    Ok(list.into_iter().collect())
}

/// Leaves out the rest of an argument with a mistake.
fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// The word that says what an item is: a mistake underlines it, and not a page.
pub(crate) fn first_word(item: &syn::Item) -> TokenStream {
    let tokens = match item {
        syn::Item::Struct(item) => item.struct_token.into_token_stream(),
        syn::Item::Enum(item) => item.enum_token.into_token_stream(),
        syn::Item::Union(item) => item.union_token.into_token_stream(),
        syn::Item::Trait(item) => item.trait_token.into_token_stream(),
        syn::Item::Mod(item) => item.mod_token.into_token_stream(),
        syn::Item::Impl(item) => item.impl_token.into_token_stream(),
        syn::Item::Fn(item) => item.sig.fn_token.into_token_stream(),
        syn::Item::Type(item) => item.type_token.into_token_stream(),
        other => other.to_token_stream(),
    };
    tokens.into_iter().take(1).collect()
}

/// What was written, as a message shows it.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}
