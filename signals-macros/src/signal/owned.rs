//! The output of a signal, if it borrows.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Type;

use crate::written::find_word;

/// What the type borrows, owned: `String` for `&str`, `Vec<u8>` for `&[u8]`, `Cow<'static, str>` for `Cow<'a, str>`. `None` if it
/// borrows nothing.
pub(super) fn owned(ty: &Type) -> Option<TokenStream> {
    let mut state = Owning { borrows: false, keeps_static: true };
    let owned = own(ty.to_token_stream(), &mut state);
    state.borrows.then_some(owned)
}

/// Like [`owned`], of what must not even borrow for ever: `String` for `&'static str`. What a function borrows is its own affair.
pub(super) fn owned_wholly(ty: &Type) -> Option<TokenStream> {
    let is_function = |word: &Ident| ["fn", "dyn", "impl"].iter().any(|function| word == function);
    let tokens = ty.to_token_stream();
    if find_word(tokens.clone(), &is_function).is_some() {
        return None;
    }
    let mut state = Owning { borrows: false, keeps_static: false };
    let owned = own(tokens, &mut state);
    state.borrows.then_some(owned)
}

/// What was found, and what is wanted.
struct Owning {
    /// Whether there was something borrowed.
    borrows: bool,
    /// Whether a `&'static` may stay.
    keeps_static: bool,
}

fn own(tokens: TokenStream, state: &mut Owning) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = &trees[..];
    let mut owned = TokenStream::new();
    loop {
        rest = match rest {
            [] => return owned,
            [and, tick, TokenTree::Ident(name), rest @ ..]
                if state.keeps_static && is(and, '&') && is(tick, '\'') && name == "static" =>
            {
                owned.extend(quote!(#and #tick #name));
                rest
            }
            [and, rest @ ..] if is(and, '&') => {
                state.borrows = true;
                own_reference(rest, &mut owned, state)
            }
            [tick, TokenTree::Ident(name), rest @ ..] if is(tick, '\'') => {
                state.borrows |= name != "static";
                let name = Ident::new("static", name.span());
                owned.extend(quote!(#tick #name));
                rest
            }
            [TokenTree::Group(group), rest @ ..] => {
                owned.extend([Group::new(group.delimiter(), own(group.stream(), state))]);
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
fn own_reference<'a>(rest: &'a [TokenTree], owned: &mut TokenStream, state: &mut Owning) -> &'a [TokenTree] {
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
            let element = own(group.stream(), state);
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

    use super::{owned, owned_wholly};
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

    #[test]
    fn what_is_stored_does_not_borrow_for_ever() {
        let text = |ty| owned_wholly(&ty).map(text);
        assert_eq!(text(parse_quote!(&'static str)).as_deref(), Some("String"));
        assert_eq!(text(parse_quote!(Option<&'static [u8]>)).as_deref(), Some("Option<Vec<u8>>"));
        assert_eq!(text(parse_quote!(&str)).as_deref(), Some("String"));
        for kept in [parse_quote!(Cow<'static, str>), parse_quote!(fn(&str)), parse_quote!(Box<dyn Fn(&str)>)] {
            assert_eq!(text(kept), None);
        }
    }
}
