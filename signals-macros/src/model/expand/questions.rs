//! Questions to the compiler about the type of a column.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::model::ir::Column;
use crate::model::paths::Paths;
use crate::root::ask;

/// `<String as Column>::answer`. The compiler underlines the type if it is not a column, if a relation is not an `Id` or a `Ref`, or if a
/// version is not an integer.
pub(super) fn as_column(column: &Column<'_>, answer: &str, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let question = match column {
        Column { relation: Some(_), .. } => quote!(#private::PointsTo),
        Column { version: true, .. } => quote!(#private::VersionNumber),
        _ => quote!(#root::Column),
    };
    ask(column.ty, question, answer)
}

/// The model that an `Id` or a `Ref` points to.
pub(super) fn target(ty: &Type, private: &TokenStream) -> TokenStream {
    ask(ty, quote!(#private::PointsTo), "Target")
}
