//! `#[model]`

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::root::Root;

mod accessors;
mod check;
mod defaults;
mod expand;
mod many;
mod names;
mod parse;
mod relation;
mod stub;

pub(crate) use self::defaults::snake_case;

pub(crate) fn expand(attribute: TokenStream, item: TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::new();
    let parsed = parse::parse(attribute, item.clone(), &mut errors);
    let mut model = parsed.as_ref().and_then(|parsed| check::check(parsed, &mut errors));
    if let Some(model) = &mut model {
        accessors::check(model, &mut errors);
    }
    match (errors.flush(), parsed.as_ref().zip(model.as_ref())) {
        (Ok(()), Some((parsed, model))) => expand::expand(parsed, model, root),
        (Ok(()), None) => item,
        (Err(errors), model) => {
            let stub = stub::stub(item, model, root);
            quote!(#stub #errors)
        }
    }
}
