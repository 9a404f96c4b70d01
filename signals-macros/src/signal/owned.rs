//! The output of a signal, if it borrows.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Type;

/// What the type borrows, owned: `String` for `&str`, `Vec<u8>` for `&[u8]`, `Cow<'static, str>` for `Cow<'a, str>`. `None` if it
/// borrows nothing.
pub(super) fn owned(ty: &Type) -> Option<TokenStream> {
    let (mut borrows, tokens) = (false, ty.to_token_stream());
    let owned = own(tokens, &mut borrows);
    borrows.then_some(owned)
}

fn own(tokens: TokenStream, borrows: &mut bool) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = &trees[..];
    let mut owned = TokenStream::new();
    loop {
        rest = match rest {
            [] => return owned,
            [and, tick, TokenTree::Ident(name), rest @ ..] if is(and, '&') && is(tick, '\'') && name == "static" => {
                owned.extend(quote!(#and #tick #name));
                rest
            }
            [and, rest @ ..] if is(and, '&') => {
                *borrows = true;
                own_reference(rest, &mut owned, borrows)
            }
            [tick, TokenTree::Ident(name), rest @ ..] if is(tick, '\'') => {
                *borrows |= name != "static";
                let name = Ident::new("static", name.span());
                owned.extend(quote!(#tick #name));
                rest
            }
            [TokenTree::Group(group), rest @ ..] => {
                owned.extend([Group::new(group.delimiter(), own(group.stream(), borrows))]);
                rest
            }
            [other, rest @ ..] => {
                owned.extend([other.clone()]);
                rest
            }
        };
    }
}

/// What follows the `&`.
fn own_reference<'a>(rest: &'a [TokenTree], owned: &mut TokenStream, borrows: &mut bool) -> &'a [TokenTree] {
    let rest = match rest {
        [tick, _, rest @ ..] if is(tick, '\'') => rest,
        _ => rest,
    };
    let rest = match rest {
        [TokenTree::Ident(word), rest @ ..] if word == "mut" => rest,
        _ => rest,
    };
    match rest {
        [TokenTree::Ident(name), rest @ ..] if name == "str" => {
            owned.extend(quote!(String));
            rest
        }
        [TokenTree::Group(group), rest @ ..] => {
            let element = own(group.stream(), borrows);
            owned.extend(quote!(Vec<#element>));
            rest
        }
        _ => rest,
    }
}

fn is(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::owned;
    use crate::grammar::text;

    #[test]
    fn what_borrows_is_owned() {
        let text = |ty| owned(&ty).map(text);
        assert_eq!(text(parse_quote!(&str)).as_deref(), Some("String"));
        assert_eq!(text(parse_quote!(Vec<&'a str>)).as_deref(), Some("Vec<String>"));
        assert_eq!(text(parse_quote!(&'a [u8])).as_deref(), Some("Vec<u8>"));
        assert_eq!(text(parse_quote!(Option<&'a mut User>)).as_deref(), Some("Option<User>"));
        assert_eq!(text(parse_quote!((&str, u8))).as_deref(), Some("(String,u8)"));
        assert_eq!(text(parse_quote!(Cow<'a, str>)).as_deref(), Some("Cow<'static,str>"));
        assert_eq!(text(parse_quote!(&'static str)), None);
        assert_eq!(text(parse_quote!(Vec<u8>)), None);
    }
}
