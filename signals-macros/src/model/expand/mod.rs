//! The output for a model: the struct without our attributes, its implementation of `Model`, and its methods.

use proc_macro2::TokenStream;
use quote::quote;

use super::ir::Model;
use super::parse::Parsed;
use super::paths::Paths;

mod implementation;
mod lookups;
mod many_to_many;
mod meta;
mod methods;
mod questions;
mod reverse;
mod stub;
mod values;

pub(super) use self::stub::{stub, stub_alone};

pub(super) fn expand(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let item = &parsed.item;
    let implementation = implementation::implementation(parsed, model, paths);
    let methods = methods::methods(parsed, model, paths);
    quote!(#item #implementation #methods)
}
