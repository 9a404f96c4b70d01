//! How the type of a parameter is written.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

use crate::root::map_tokens;

pub(super) fn is_trait_object(ty: &Type) -> bool {
    match ty {
        Type::TraitObject(_) => true,
        Type::Paren(inner) => is_trait_object(&inner.elem),
        Type::Group(inner) => is_trait_object(&inner.elem),
        _ => false,
    }
}

/// The type with each named lifetime replaced by `'_`: the name does not exist outside its function.
pub(super) fn without_lifetimes(ty: &Type) -> TokenStream {
    let mut apostrophe = false;
    map_tokens(ty.to_token_stream(), &mut |token| {
        let named = std::mem::replace(&mut apostrophe, matches!(&token, TokenTree::Punct(p) if p.as_char() == '\''));
        match token {
            TokenTree::Ident(name) if named && name != "static" => Ident::new("_", name.span()).into(),
            other => other,
        }
    })
}
