//! What the output asks the compiler about the type of a column.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::model::ir::Column;
use crate::model::paths::Paths;
use crate::root::ask;

/// `<String as Column>::answer`: the compiler underlines the type if it is no column, if a relation does not say where it
/// points to, or if a version is no integer.
pub(super) fn as_column(column: &Column<'_>, answer: &str, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let question = match column {
        Column { relation: Some(_), .. } => quote!(#private::PointsTo),
        Column { version: true, .. } => quote!(#private::VersionNumber),
        _ => quote!(#root::Column),
    };
    ask(column.ty, question, answer)
}

/// The model that a type points to.
pub(super) fn target(ty: &Type, private: &TokenStream) -> TokenStream {
    ask(ty, quote!(#private::PointsTo), "Target")
}
