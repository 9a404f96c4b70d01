//! Questions to the compiler about the types of the fields.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::model::ir::{Column, Model};
use crate::model::paths::{Columns, Paths};
use crate::root::{SpanRange, ask, at};
use crate::shape::{column_functions, relation};

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
    let Paths { root, private, .. } = paths;
    let name = model.name;
    let question = match column {
        Column { default: Some(_), .. } if is_key => quote!(#private::DefaultKey),
        _ if is_key => quote!(#private::KeyOf<#name>),
        Column { relation: Some(_), .. } => {
            let (subject, question) = relation(column.ty, private);
            return ask(subject, question, "FUNCTIONS");
        }
        Column { version: true, .. } => quote!(#private::VersionNumber),
        _ => return column_functions(column.ty, root),
    };
    ask(column.ty, question, "FUNCTIONS")
}

/// The type of the key, if the types of all columns are right. Otherwise it is unknown, and what depends on it is not a second error.
pub(super) fn key(model: &Model<'_>, Paths { private, .. }: &Paths) -> TokenStream {
    let ty = model.columns[model.key].ty;
    quote!(<#private::Answered<{ #private::answered(COLUMNS) }> as #private::KeyIf<#ty>>::Key)
}

/// Whether the types of all columns are right, and whether all relations point to models.
pub(super) fn answered(model: &Model<'_>, Paths { root, private, .. }: &Paths) -> TokenStream {
    let is_model = model.columns.iter().filter(|column| column.relation.is_some()).map(|column| {
        let ty = column.ty;
        let target = quote!(<#private::Answered<{ #private::answered(COLUMNS) }> as #private::PointerIf<#ty>>::Target);
        ask(at(SpanRange::of(ty), target, private), quote!(#root::Model), "save")
    });
    quote!({ #(let _ = #is_model;)* #private::answered(COLUMNS) })
}

/// An answer about the type of a relation of `model`: the model that it points to, and how it is followed.
pub(super) fn pointer(column: &Column<'_>, model: &Ident, answer: &str, paths: &Paths) -> TokenStream {
    let (Paths { private, .. }, ty) = (paths, column.ty);
    match paths.columns {
        Columns::Asked => {
            let answer = Ident::new(answer, Span::call_site());
            let answered = quote!({ <#model as #private::ModelInternals>::ANSWERED });
            quote!(<#private::Answered<#answered> as #private::PointerIf<#ty>>::#answer)
        }
        Columns::Mistaken => ask(ty, quote!(#private::PointsTo), answer),
    }
}
