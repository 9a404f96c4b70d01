//! `#[model]`

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::root::Root;

mod check;
mod expand;
mod parse;
mod relation;
mod stub;

pub(crate) fn expand(attribute: TokenStream, item: TokenStream, root: Root) -> TokenStream {
    let (as_written, stub) = stub::stub(&item, root);
    try_expand(attribute, item, root).unwrap_or_else(|errors| quote!(#as_written #stub #errors))
}

fn try_expand(attribute: TokenStream, item: TokenStream, root: Root) -> Result<TokenStream, TokenStream> {
    let mut errors = Errors::new();
    let parsed = parse::parse(attribute, item, &mut errors);
    errors.flush()?;
    let Some(parsed) = parsed else { return Ok(TokenStream::new()) };
    let model = check::check(&parsed, &mut errors);
    errors.flush()?;
    let Some(model) = model else { return Ok(TokenStream::new()) };
    Ok(expand::expand(&parsed, &model, root))
}
