//! `#[signal]`

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::root::Root;

mod check;
mod expand;
mod parse;

pub(crate) fn expand(attribute: TokenStream, item: TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::new();
    let parsed = parse::parse(attribute, item.clone(), &mut errors);
    if let Some(parsed) = &parsed {
        check::check(parsed, &mut errors);
    }
    match (errors.flush(), parsed) {
        (Ok(()), Some(parsed)) => expand::expand(&parsed, root),
        (Ok(()), None) => item,
        (Err(errors), _) => quote!(#item #errors),
    }
}
