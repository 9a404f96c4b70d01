//! The common grammar of all attributes: `key = value, ..`, with each key at most once and every mistake reported. A key with a
//! list, `unique(a, b)`, can be repeated.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{Ident, Path, Token, parenthesized};

use crate::errors::Errors;
use crate::suggest;

/// The keys of one attribute.
pub(crate) struct Keys {
    pub(crate) attribute: &'static str,
    pub(crate) known: &'static [&'static str],
    /// Keys of other attributes, and why they are wrong here.
    pub(crate) misplaced: &'static [(&'static str, &'static str)],
}

/// Whether all arguments were understood. If not, a missing argument may be one of those that were not.
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

impl Keys {
    /// Calls `each` after every known key, to parse the value. Returns whether there was a mistake.
    pub(crate) fn parse(
        &self,
        tokens: TokenStream,
        errors: &mut Errors,
        mut each: impl FnMut(&Key, ParseStream<'_>) -> syn::Result<()>,
    ) -> Understood {
        let mut understood = Understood::Wholly;
        let mut seen: Vec<Ident> = Vec::new();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let result = self.key(input, &mut seen).and_then(|key| each(&key, input));
                if let Err(error) = result {
                    errors.push(error);
                    understood = Understood::InPart;
                    skip_to_comma(input)?;
                }
                comma(input, self.attribute, errors)?;
            }
            Ok(())
        };
        let result = parser.parse2(tokens);
        errors.take(result);
        understood
    }

    fn key(&self, input: ParseStream<'_>, seen: &mut Vec<Ident>) -> syn::Result<Key> {
        let word = input.call(Ident::parse_any)?;
        let key = Key { name: word.to_string(), word };
        if let Some((_, reason)) = self.misplaced.iter().find(|(word, _)| key.name() == *word) {
            return Err(syn::Error::new(key.word.span(), reason));
        }
        if !self.known.contains(&key.name()) {
            let message = suggest::unknown("argument", key.name(), self.attribute, self.known);
            return Err(syn::Error::new(key.word.span(), message));
        }
        if input.peek(Paren) {
            return Ok(key);
        }
        if seen.contains(&key.word) {
            return Err(syn::Error::new(key.word.span(), format!("`{}` is given twice", key.name)));
        }
        seen.push(key.word.clone());
        Ok(key)
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
        if input.parse::<Token![=]>().is_err() || input.is_empty() {
            let message = format!("`{}` needs a value, as in `{example}`", self.name);
            return Err(syn::Error::new(self.word.span(), message));
        }
        parse(input).map_err(|error| syn::Error::new(error.span(), format!("expected `{example}`")))
    }
}

/// The comma before the next argument, or the end.
pub(crate) fn comma(input: ParseStream<'_>, attribute: &str, errors: &mut Errors) -> syn::Result<()> {
    if !input.is_empty() && !input.peek(Token![,]) {
        errors.at(input.span(), format!("expected `,` between the arguments of the `{attribute}` attribute"));
        skip_to_comma(input)?;
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(())
}

/// Skips the rest of an argument with a mistake.
pub(crate) fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// The keyword of an item, such as `struct`: an error underlines it instead of the whole item.
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

/// The tokens as a message shows them.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}
