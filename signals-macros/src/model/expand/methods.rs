//! The methods that are generated for the models that a model is related to.

use proc_macro2::TokenStream;
use quote::quote;

use super::{many_to_many, reverse};
use crate::model::ir::Model;
use crate::model::parse::Parsed;
use crate::model::paths::Paths;

pub(super) fn methods(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let reverse = reverse::reverse(parsed, model, paths);
    let many_to_many = many_to_many::expand(parsed, model, paths);
    quote!(#reverse #many_to_many)
}
