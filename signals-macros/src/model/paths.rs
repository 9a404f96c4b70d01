//! The paths that the output is written with, and what it is written for.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use crate::root::Root;

#[derive(Clone)]
pub(super) struct Paths {
    pub(super) root: TokenStream,
    pub(super) private: TokenStream,
    pub(super) columns: Columns,
    /// For the models of the library: the compiler should not list them as suggestions.
    pub(super) hidden: Option<TokenStream>,
}

/// What the output can say about the columns of the model.
#[derive(Clone, Copy)]
pub(super) enum Columns {
    /// There is a constant with their functions.
    Asked,
    /// Nothing: the model has a mistake.
    Mistaken,
}

impl Paths {
    pub(super) fn new(root: Root, over: Option<&Path>) -> Self {
        let is_own = over.is_some_and(|path| path.is_ident("crate"));
        let root = root.path(over);
        let private = quote!(#root::__private);
        Self { root, private, columns: Columns::Asked, hidden: is_own.then(|| quote!(#[diagnostic::do_not_recommend])) }
    }

    /// For the stub of a model with a mistake.
    pub(super) fn of_stub(&self) -> Self {
        Self { columns: Columns::Mistaken, ..self.clone() }
    }

    /// For a model that the macro writes.
    pub(super) fn of_generated(&self) -> Self {
        Self { columns: Columns::Asked, ..self.clone() }
    }
}
