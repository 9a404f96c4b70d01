//! The methods that are generated for a model and for the models that it is related to.

use proc_macro2::TokenStream;
use quote::quote;

use super::lookups::lookups;
use super::{many_to_many, reverse};
use crate::model::ir::Model;
use crate::model::parse::Parsed;
use crate::model::paths::Paths;

pub(super) fn methods(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let lookups = lookups(parsed, model, paths);
    let reverse = reverse::reverse(parsed, model, paths);
    let many_to_many = many_to_many::expand(parsed, model, paths);
    quote!(#lookups #reverse #many_to_many)
}
