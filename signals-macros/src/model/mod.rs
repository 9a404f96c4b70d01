//! `#[model]`

use proc_macro2::TokenStream;
use quote::quote;

use self::paths::Paths;
use crate::errors::Errors;
use crate::root::Root;

mod accessors;
mod check;
mod defaults;
mod expand;
mod forms;
mod ir;
mod names;
mod others;
mod parse;
mod paths;
#[cfg(test)]
mod tests;
mod through;
mod types;

pub(crate) use self::parse::ON_DELETE;

pub(crate) fn expand(attribute: TokenStream, item: TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::new();
    let mut parsed = parse::parse(attribute, item.clone(), &mut errors);
    let paths = Paths::new(root, parsed.as_ref().and_then(|parsed| parsed.arguments.root.as_ref()));
    if let Some(parsed) = &mut parsed {
        through::add(parsed, &paths, &mut errors);
    }
    let model = parsed.as_ref().and_then(|parsed| check::check(parsed, &mut errors));
    match (errors.flush(), parsed.as_ref().zip(model.as_ref())) {
        (Ok(()), Some((parsed, model))) => expand::expand(parsed, model, &paths),
        (Ok(()), None) => expand::stub(item, None, &paths),
        (Err(errors), model) => {
            let stub = expand::stub(item, model, &paths);
            quote!(#stub #errors)
        }
    }
}
