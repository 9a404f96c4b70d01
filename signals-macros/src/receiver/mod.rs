//! `#[receiver(..)]`

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::errors::Errors;
use crate::root::Root;

mod arguments;
mod check;
mod condition;
mod context;
pub(crate) mod durability;
mod durable;
mod expand;
mod forms;
mod generics;
mod ir;
mod meant;
mod name;
mod names;
mod parameters;
mod parse;
mod stacked;
mod timeout;
mod type_tokens;
mod types;
mod usual;

pub(crate) fn expand(attribute: TokenStream, item: TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::new();
    let parsed = parse::parse(attribute, item.clone(), root, &mut errors);
    if let Some(mistake) = parsed.as_ref().and_then(|parsed| stacked::mistake(&parsed.function)) {
        drop(errors.flush());
        return quote!(#item #mistake);
    }
    let function = parsed.as_ref().map(|parsed| check::check(parsed, &mut errors));
    match (errors.flush(), parsed.as_ref().zip(function)) {
        (Ok(()), Some((parsed, function))) => expand::expand(parsed, &function, root),
        (Ok(()), None) => {
            parse::heading(item).map_or_else(TokenStream::new, |function| expand::stub(&function, None, root))
        }
        (Err(errors), _) => {
            let as_written = match parsed {
                // The type with its name would be another error.
                Some(parsed) if check::hides_a_signal(&parsed) => names::corrected(parsed).to_token_stream(),
                Some(parsed) => {
                    let over = parsed.root_path().cloned();
                    expand::stub(&names::corrected(parsed), over.as_ref(), root)
                }
                None => parse::without_receivers(item),
            };
            quote!(#as_written #errors)
        }
    }
}
