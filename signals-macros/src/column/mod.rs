//! `#[derive(Column)]`

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::DeriveInput;

use crate::errors::Errors;
use crate::root::Root;
use crate::subject::heading;

mod check;
mod expand;
mod parse;

pub(crate) fn expand(item: TokenStream, root: Root) -> TokenStream {
    if syn::parse2::<DeriveInput>(item.clone()).is_err() {
        return unparsed(item, root);
    }
    let mut errors = Errors::new();
    let parsed = parse::parse(item, &mut errors);
    let column = parsed.as_ref().and_then(|parsed| check::check(parsed, &mut errors));
    match (errors.flush(), &parsed, column) {
        (Ok(()), Some(parsed), Some(column)) => expand::expand(parsed, &column, root),
        (Ok(()), ..) => TokenStream::new(),
        (Err(errors), Some(parsed), _) => {
            let stub = expand::stub(parsed, root);
            quote!(#stub #errors)
        }
        (Err(errors), None, _) => errors,
    }
}

/// The output for an item that cannot be parsed: the compiler has said why.
fn unparsed(item: TokenStream, root: Root) -> TokenStream {
    let mut unread = Errors::new();
    let parsed = heading(item).and_then(|item| parse::parse(item.into_token_stream(), &mut unread));
    drop(unread.flush());
    parsed.map_or_else(TokenStream::new, |parsed| expand::stub(&parsed, root))
}
