//! `#[signal]`

use proc_macro2::TokenStream;
use quote::quote;

use syn::Generics;

use crate::errors::Errors;
use crate::root::Root;

mod check;
mod expand;
mod owned;
mod parse;

pub(crate) fn expand(attribute: TokenStream, item: TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::new();
    let parsed = parse::parse(attribute, item.clone(), &mut errors);
    if let Some(parsed) = &parsed {
        check::check(parsed, &mut errors);
    }
    let errors = errors.flush().err();
    match parsed {
        // Also with a mistake, so that its receivers and the code that sends it have none.
        Some(parsed) if has_one_type(&parsed.item.generics) => {
            let signal = expand::expand(&parsed, root);
            quote!(#signal #errors)
        }
        _ => item.into_iter().chain(errors.unwrap_or_default()).collect(),
    }
}

/// Whether it is one type: it has no parameters, or one lifetime.
fn has_one_type(generics: &Generics) -> bool {
    generics.params.len() == generics.lifetimes().count() && generics.params.len() <= 1
}
