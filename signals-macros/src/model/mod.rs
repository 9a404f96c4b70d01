//! `#[model]`

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::DeriveInput;

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
mod owned;
mod parse;
mod paths;
#[cfg(test)]
mod tests;
mod through;
mod types;
mod words;

pub(crate) use self::words::ON_DELETE;

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

/// `#[derive(Model)]`, which users of other libraries write: the way out, and a stub.
pub(crate) fn derived(item: TokenStream, root: Root) -> TokenStream {
    let message = "`Model` is not derived: an attribute makes a struct a model\n\n\
                   help: write `#[model]` in a line above, and leave `Model` out of the derive";
    // The location of the name in the derive, with the hygiene of the user's code.
    let origin = item.clone().into_iter().last().map_or_else(Span::call_site, |token| token.span());
    let error = syn::Error::new(Span::call_site().resolved_at(origin), message).into_compile_error();
    if syn::parse2::<DeriveInput>(item.clone()).is_ok_and(|item| item.attrs.iter().any(parse::is_model)) {
        // The attribute makes it a model.
        return error;
    }
    let paths = Paths::new(root, None);
    let mut unread = Errors::new();
    let mut parsed = parse::parse(TokenStream::new(), item.clone(), &mut unread);
    if let Some(parsed) = &mut parsed {
        through::add(parsed, &paths, &mut unread);
    }
    let model = parsed.as_ref().and_then(|parsed| check::check(parsed, &mut unread));
    drop(unread.flush());
    let stub = expand::stub_alone(item, parsed.as_ref().zip(model.as_ref()), &paths);
    quote!(#stub #error)
}
