//! The implementations of `Model` and of the traits that it needs, and the methods of the model itself.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, Ident};

use super::lookups::lookups;
use super::meta::{self, null};
use super::questions::{self, columns};
use super::values::{constructor, default, default_of, defaults, others};
use crate::model::ir::{Column, Model, Origin};
use crate::model::parse::Parsed;
use crate::model::paths::Paths;
use crate::root::implement;

pub(super) fn implementation(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private, hidden, .. } = paths;
    let name = model.name;
    let meta = meta::meta(parsed, model, paths);
    let nulls = model.columns.iter().filter_map(null);
    let sends_lifecycle = match model.origin {
        Origin::Written => {
            let sends = implement(name, &quote!(#private::SendsLifecycle for #name), &TokenStream::new());
            Some(quote!(#hidden #sends))
        }
        Origin::ThroughModelOf { .. } => None,
    };
    let sender = implement(name, &quote!(#private::SendsSignals for #name), &as_sender(model, paths));
    let columns = columns(model, paths);
    let any_model = implement(name, &quote!(#private::AnyRow for #name), &any_model(model, paths));
    let internals = implement(name, &quote!(#private::ModelInternals for #name), &internals(model, paths));
    let implementation = public(model, paths);
    let from_row = implement(name, &quote!(#root::db::FromRow for #name), &from_row(paths));
    let lookups = lookups(parsed, model, paths);
    let defaults = defaults(model, paths);
    let constructor = parsed.constructor.as_ref().map(|derived| constructor(derived, model, paths));
    let is_deprecated = |attribute: &Attribute| attribute.path().is_ident("deprecated");
    let allow = parsed
        .item
        .fields
        .iter()
        .flat_map(|field| &field.attrs)
        .any(is_deprecated)
        .then(|| quote!(#[allow(deprecated, reason = "the column is there still")]));
    quote! {
        #allow
        const _: () = {
            #columns
            #meta
            #hidden
            #sender
            #sends_lifecycle
            #hidden
            #any_model
            #hidden
            #internals
            #hidden
            #implementation
            #hidden
            #from_row
            #defaults
            #constructor
            #lookups
            #(#nulls)*
            #private::register!(MODEL_ENTRY, #private::Entry::Declared { module: ::core::module_path!(), value: &META });
        };
    }
}

/// The implementation of `Model`.
fn public(model: &Model<'_>, Paths { root, private, .. }: &Paths) -> TokenStream {
    let name = model.name;
    implement(
        name,
        &quote!(#root::Model for #name),
        &quote!(
            type Key = <Self as #private::ModelInternals>::PrimaryKey;
        ),
    )
}

/// The items of the implementation of `SendsSignals`.
fn as_sender(model: &Model<'_>, Paths { private, .. }: &Paths) -> TokenStream {
    let key = (model.columns[model.key].name, quote!(Key));
    let skipped = model.skipped.iter().map(|skipped| (skipped.name, quote!(Skipped)));
    let many = model.many_to_many.iter().map(|many| (many.name, quote!(ManyToMany)));
    let version = model.columns.iter().filter(|column| column.version).map(|column| (column.name, quote!(Version)));
    let never = [key].into_iter().chain(skipped).chain(many).chain(version).map(|(name, why)| {
        let name = name.unraw().to_string();
        quote!((#name, #private::NotInChanged::#why))
    });
    quote! {
        type Me = Self;
        const NOT_IN_CHANGED: &'static [(&'static ::core::primitive::str, #private::NotInChanged)] = &[#(#never),*];
    }
}

/// The items of the implementation of `FromRow`.
fn from_row(Paths { root, private, .. }: &Paths) -> TokenStream {
    quote! {
        fn from_row(row: &#root::db::Row<'_>) -> #root::Result<Self> { #private::row_by_name(row) }
        fn rows(query: #private::Query<'_>) -> #private::BoxFuture<'_, #root::Result<#private::Vec<Self>>> {
            #private::rows_by_name(query)
        }
    }
}

/// The items of the implementation of `AnyRow`.
fn any_model(model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let mut names: Vec<_> = model.columns.iter().map(|column| column.name).collect();
    let last = names.pop();
    let indexes: Vec<usize> = (0..names.len()).collect();
    let fills: TokenStream =
        model.columns.iter().enumerate().map(|(index, column)| fill(index, column, model, paths)).collect();
    let is_written = Ident::new("is_written", Span::mixed_site());
    let predicate = quote!(&dyn ::core::ops::Fn(::core::primitive::usize) -> ::core::primitive::bool);
    let fill = (!fills.is_empty()).then(|| quote!(fn fill_columns(&mut self, #is_written: #predicate) { #fills }));
    let Column { name: key, default, .. } = &model.columns[model.key];
    let has_key = default.map(|_| {
        let is_unset = is_unset(key);
        quote!(fn has_primary_key(&self) -> ::core::primitive::bool { !#is_unset })
    });
    let version = version(model, paths);
    // These fields hold nothing, but the compiler would warn about a field that is never read.
    let related = model.many_to_many.iter().map(|many| many.name);
    quote! {
        fn any_meta(&self) -> &'static #private::Meta { #(let _ = &self.#related;)* &META }
        fn column(&self, index: ::core::primitive::usize) -> &dyn #private::AnyColumn {
            match index { #(#indexes => (COLUMNS.#names.any)(&self.#names),)* _ => (COLUMNS.#last.any)(&self.#last) }
        }
        fn column_mut(&mut self, index: ::core::primitive::usize) -> &mut dyn #private::AnyColumn {
            match index { #(#indexes => (COLUMNS.#names.any_mut)(&mut self.#names),)* _ => (COLUMNS.#last.any_mut)(&mut self.#last) }
        }
        #has_key
        #version
        #fill
        fn boxed_columns(&self) -> #private::Box<dyn #private::AnyModel> {
            #private::Box::new(#private::ModelInternals::clone_columns(self))
        }
    }
}

/// The items of the implementation of `ModelInternals`.
fn internals(model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private, .. } = paths;
    let names: Vec<_> = model.columns.iter().map(|column| column.name).collect();
    let no_columns = others(model, paths);

    let automatic = |(index, column): &(usize, &Column<'_>)| {
        *index == model.key || column.update.is_some() || column.version || column.read_only.is_some()
    };
    let automatic: Vec<_> = model.columns.iter().enumerate().filter(automatic).map(|(_, column)| column).collect();
    let automatic_names: Vec<_> = automatic.iter().map(|column| column.name).collect();
    let automatic_types = automatic.iter().map(|column| column.ty);
    let answered = questions::answered(model, paths);
    let count = names.len();
    let (key, default_of) = (key(model, paths), default_of(model, paths));
    let automatic_model = match model.origin {
        Origin::Written => None,
        Origin::ThroughModelOf { .. } => Some(quote!(
            const IS_GENERATED: ::core::primitive::bool = true;
        )),
    };
    // Without `?`, which is two generic functions for each type of field.
    let value = Ident::new("value", Span::mixed_site());
    let read = names.iter().enumerate().map(|(index, name)| {
        quote!(match row.read(#index, COLUMNS.#name.from_value) {
            ::core::result::Result::Ok(#value) => #value,
            ::core::result::Result::Err(#value) => return ::core::result::Result::Err(#value),
        })
    });
    quote! {
        #key
        #default_of
        type AutomaticColumns = (#(#automatic_types,)*);
        const MODEL: &'static #private::Meta = &META;
        const COLUMN_COUNT: ::core::primitive::usize = #count;
        const ANSWERED: ::core::primitive::bool = #answered;
        #automatic_model

        fn from_columns(row: &#root::db::Row<'_>) -> #root::Result<Self> {
            ::core::result::Result::Ok(Self { #(#names: #read,)* #(#no_columns)* })
        }
        fn clone_columns(&self) -> Self {
            Self { #(#names: (COLUMNS.#names.duplicate)(&self.#names),)* #(#no_columns)* }
        }
        fn automatic_columns(&self) -> Self::AutomaticColumns { (#((COLUMNS.#automatic_names.duplicate)(&self.#automatic_names),)*) }
        fn restore_columns(&mut self, columns: Self::AutomaticColumns) { (#(self.#automatic_names,)*) = columns; }
    }
}

/// The functions of the key.
fn key(model: &Model<'_>, paths: &Paths) -> TokenStream {
    let name = model.columns[model.key].name;
    let key = questions::key(model, paths);
    quote! {
        type PrimaryKey = #key;
        fn primary_key(&self) -> &Self::PrimaryKey { &self.#name }
    }
}

/// Whether the key with `#[default]` is unset.
fn is_unset(key: &Ident) -> TokenStream {
    quote!(::core::option::Option::is_some_and(COLUMNS.#key.is_unset, |is_unset| is_unset(&self.#key)))
}

/// The accessor of the field with `#[version]`, if there is one.
fn version(model: &Model<'_>, paths: &Paths) -> Option<TokenStream> {
    let Paths { private, .. } = paths;
    let Column { name, .. } = model.columns.iter().find(|column| column.version)?;
    Some(quote! {
        fn version_counter(&mut self) -> ::core::option::Option<&mut dyn #private::Counter> {
            ::core::option::Option::Some((COLUMNS.#name.counter?)(&mut self.#name))
        }
    })
}

/// The statements with which a save fills a field: the default of an unset key, and `#[update]`.
fn fill(index: usize, column: &Column<'_>, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let (name, ty) = (column.name, column.ty);
    let key = column.default.filter(|_| index == model.key).map(|_| {
        let (is_unset, default) = (is_unset(name), default(index, ty, paths));
        quote!(if #is_unset { self.#name = #default; })
    });
    // The compiler compares the user's expression with the type of the field.
    let update = column.update.map(|expr| {
        let value = Ident::new("value", Span::mixed_site());
        quote!(let #value: #ty = #expr; self.#name = #value;)
    });
    if key.is_none() && update.is_none() {
        return TokenStream::new();
    }
    let is_written = Ident::new("is_written", Span::mixed_site());
    quote!(if #is_written(#index) { #key #update })
}
