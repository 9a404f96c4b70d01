//! Questions to the compiler about the types of the fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::model::ir::{Column, Model};
use crate::model::paths::Paths;
use crate::root::ask;
use crate::shape::column_functions;

/// The functions of all columns, in one constant.
///
/// This is the only place that asks whether a type can be the type of its column, so that a wrong type is one error: everything else
/// takes the functions from here, and depends on no trait.
pub(super) fn columns(model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let names: Vec<_> = model.columns.iter().map(|column| column.name).collect();
    let types = model.columns.iter().map(|column| column.ty);
    let functions =
        model.columns.iter().enumerate().map(|(index, column)| functions(column, index == model.key, model, paths));
    quote! {
        struct Columns { #(#names: &'static #private::ColumnFunctions<#types>,)* }
        const COLUMNS: &Columns = &Columns { #(#names: #functions,)* };
    }
}

/// `<String as Column>::FUNCTIONS`. The compiler underlines the type if it is not a column, if a relation is not an `Id` or a `Ref`, or if
/// a version is not an integer.
fn functions(column: &Column<'_>, is_key: bool, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let name = model.name;
    let question = match column {
        Column { default: Some(_), .. } if is_key => quote!(#private::DefaultKey),
        _ if is_key => quote!(#private::KeyOf<#name>),
        Column { relation: Some(_), .. } => quote!(#private::PointsTo),
        Column { version: true, .. } => quote!(#private::VersionNumber),
        _ => return column_functions(column.ty, root),
    };
    ask(column.ty, question, "FUNCTIONS")
}

/// The type of the key, if the types of all columns are right. Otherwise it is unknown, and what depends on it is not a second error.
pub(super) fn key(model: &Model<'_>, Paths { private, .. }: &Paths) -> TokenStream {
    let ty = model.columns[model.key].ty;
    quote!(<#private::KeyAnswer<{ #private::answered(COLUMNS) }> as #private::KeyIf<#ty>>::Key)
}

/// The model that an `Id` or a `Ref` points to.
pub(super) fn target(ty: &Type, private: &TokenStream) -> TokenStream {
    ask(ty, quote!(#private::PointsTo), "Target")
}
