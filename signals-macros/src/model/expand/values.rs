//! The value of a field in a new instance: `#[default(..)]`, or the `Default` of its type.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Ident, Path, Type};

use crate::model::ir::{Column, ManyToManyField, Model, Skipped};
use crate::model::paths::Paths;
use crate::root::{SpanRange, ask};

/// The default of each field that has one, as a function, so that the user's expression is in the output once.
pub(super) fn defaults(model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let of_columns = model.columns.iter().map(|column| (column.ty, column.default));
    let of_skipped = model.skipped.iter().map(|skipped| (skipped.ty, skipped.default));
    let one = |(index, (ty, default)): (usize, (&Type, Option<&Expr>))| {
        let (name, expr) = (model.name, default?);
        let value = Ident::new("value", Span::mixed_site());
        Some(quote! {
            impl #private::DefaultOf<#private::FieldIndex<#index>, #ty> for #name {
                fn value() -> #ty {
                    let #value: #ty = #expr;
                    #value
                }
            }
        })
    };
    of_columns.chain(of_skipped).enumerate().filter_map(one).collect()
}

/// The call of such a function. The indexes are those of the columns, and then of the skipped fields.
pub(super) fn default(index: usize, ty: &Type, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    quote!(<Self as #private::DefaultOf<#private::FieldIndex<#index>, #ty>>::value())
}

/// The implementation of `Default` that replaces the derive.
pub(super) fn constructor(derived: &Path, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let columns = model.columns.iter().enumerate().map(|(index, Column { name, ty, default, .. })| {
        let value = match default {
            Some(_) if index != model.key => self::default(index, ty, paths),
            _ => of_type(ty),
        };
        quote!(#name: #value,)
    });
    let (name, others) = (model.name, others(model, paths));
    // With the span of the derive, which the compiler underlines if there is another implementation.
    let implementation = quote_spanned! {SpanRange::of(derived).first()=>
        impl ::core::default::Default for #name {
            fn default() -> Self {
                Self { #(#columns)* #(#others)* }
            }
        }
    };
    quote! {
        #[automatically_derived]
        #implementation
    }
}

/// The fields that are not columns, with their values in a new instance and in a row that was read.
pub(super) fn others(model: &Model<'_>, paths: &Paths) -> Vec<TokenStream> {
    let Paths { private, .. } = paths;
    let skipped = |(index, Skipped { name, ty, default }): (usize, &Skipped<'_>)| {
        let value = match default {
            Some(_) => self::default(model.columns.len() + index, ty, paths),
            None => of_type(ty),
        };
        quote!(#name: #value,)
    };
    let many = model.many_to_many.iter().map(|ManyToManyField { name, ty, target, .. }| {
        let new = ask(ty, quote!(#private::RelatesTo<#target>), "NEW");
        quote!(#name: #new,)
    });
    model.skipped.iter().enumerate().map(skipped).chain(many).collect()
}

/// The `Default` of a type.
fn of_type(ty: &Type) -> TokenStream {
    let default = ask(ty, quote!(::core::default::Default), "default");
    quote!(#default())
}

/// The function that returns the default of a column as a `Value`, if any column has one.
pub(super) fn default_of(model: &Model<'_>, paths: &Paths) -> Option<TokenStream> {
    let Paths { root, private, .. } = paths;
    let arms: Vec<_> = model
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.default.is_some())
        .map(|(index, column)| {
            let (default, name) = (default(index, column.ty, paths), column.name);
            quote!(#index => ::core::convert::Into::into(#private::AnyColumn::any_value((COLUMNS.#name.any)(&#default))),)
        })
        .collect();
    (!arms.is_empty()).then(|| {
        quote! {
            fn value_in_new_rows(index: ::core::primitive::usize) -> ::core::option::Option<#root::__private::Value> {
                ::core::option::Option::Some(match index { #(#arms)* _ => return ::core::option::Option::None })
            }
        }
    })
}
