//! `#[derive(Column)]`

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::root::Root;

mod check;
mod expand;
mod parse;

pub(crate) fn expand(item: TokenStream, root: Root) -> TokenStream {
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
