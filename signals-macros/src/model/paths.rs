//! The paths that the output is written with.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use crate::root::Root;

pub(super) struct Paths {
    pub(super) root: TokenStream,
    pub(super) private: TokenStream,
}

impl Paths {
    pub(super) fn new(root: Root, over: Option<&Path>) -> Self {
        let root = root.path(over);
        let private = quote!(#root::__private);
        Self { root, private }
    }
}
