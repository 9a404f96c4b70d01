//! The implementations of `Model` and of the traits that it needs.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Ident};

use super::meta::{self, null};
use super::questions::as_column;
use super::values::{constructor, default, default_of, defaults, others};
use crate::model::ir::{Column, Model, Origin};
use crate::model::parse::Parsed;
use crate::model::paths::Paths;
use crate::root::{SpanRange, ask, implement, moved};

pub(super) fn implementation(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let name = model.name;
    let meta = meta::meta(model, paths);
    let nulls = model.columns.iter().filter_map(|column| null(column, paths));
    let sends_lifecycle = match model.origin {
        Origin::Written => Some(implement(name, &quote!(#private::SendsLifecycle for #name), &TokenStream::new())),
        Origin::ThroughModelOf { .. } => None,
    };
    let sender = implement(name, &quote!(#private::SendsSignals for #name), &as_sender(model, paths));
    let key = key_type(model, paths);
    let internals = implement(name, &quote!(#private::ModelInternals for #name), &internals(&key, model, paths));
    let implementation = public(model, paths);
    let from_row = implement(name, &quote!(#root::db::FromRow for #name), &from_row(paths));
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
    let is_off = parsed.arguments.delete_signals.as_ref().is_some_and(|on| !on.value);
    let lifecycle = if is_off { quote!(without_delete_signals) } else { quote!(new) };
    quote! {
        #allow
        const _: () = {
            static META: #private::Meta = #meta;
            static LIFECYCLE: #private::Lifecycle<#name> = #private::Lifecycle::#lifecycle();
            #sender
            #sends_lifecycle
            #internals
            #implementation
            #from_row
            #defaults
            #constructor
            #(#nulls)*
            #private::register!(#private::Entry::Declared { module: ::core::module_path!(), value: &META });
        };
    }
}

/// The implementation of `Model`. The compiler checks the type of the key in several parts of it. All of these have the span of the
/// type, because equal messages at one span are one error.
fn public(model: &Model<'_>, Paths { root, private }: &Paths) -> TokenStream {
    let (name, place) = (model.name, SpanRange::of(model.columns[model.key].ty));
    let model = moved(quote!(#root::Model), place);
    let key = moved(quote!(<Self as #private::ModelInternals>::PrimaryKey), place);
    let (keyword, equals, end) =
        (quote_spanned!(place.first()=> type), quote_spanned!(place.last()=> Key =), quote_spanned!(place.last()=> ;));
    implement(name, &quote!(#model for #name), &quote!(#keyword #equals #key #end))
}

/// The items of the implementation of `SendsSignals`.
fn as_sender(model: &Model<'_>, Paths { private, .. }: &Paths) -> TokenStream {
    let key = (model.columns[model.key].name, quote!(Key));
    let skipped = model.skipped.iter().map(|skipped| (skipped.name, quote!(Skipped)));
    let many = model.many_to_many.iter().map(|many| (many.name, quote!(ManyToMany)));
    let never = [key].into_iter().chain(skipped).chain(many).map(|(name, why)| {
        let name = name.unraw().to_string();
        quote!((#name, #private::NeverChanges::#why))
    });
    quote! {
        type Me = Self;
        const NEVER_CHANGES: &'static [(&'static ::core::primitive::str, #private::NeverChanges)] = &[#(#never),*];
    }
}

/// The items of the implementation of `FromRow`.
fn from_row(Paths { root, private }: &Paths) -> TokenStream {
    quote! {
        fn from_row(row: &#root::db::Row<'_>) -> #root::Result<Self> { #private::row_by_name(row) }
        fn rows(query: #private::Query<'_>) -> #private::BoxFuture<'_, #root::Result<#private::Vec<Self>>> {
            #private::rows_by_name(query)
        }
    }
}

/// The items of the implementation of `ModelInternals`.
fn internals(key_type: &TokenStream, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let names: Vec<_> = model.columns.iter().map(|column| column.name).collect();
    let column =
        |answer: &str| -> Vec<_> { model.columns.iter().map(|column| as_column(column, answer, paths)).collect() };
    let (to_value, from_value, duplicate) = (column("to_value"), column("from_value"), column("duplicate"));
    let indexes: Vec<usize> = (0..names.len()).collect();
    // These fields hold nothing, but the compiler would warn about a field that is never read.
    let related: Vec<_> = model.many_to_many.iter().map(|many| many.name).collect();
    let no_columns = others(model, paths);

    let automatic = |(index, column): &(usize, &Column<'_>)| {
        *index == model.key || column.update.is_some() || column.version || column.read_only.is_some()
    };
    let automatic: Vec<_> = model.columns.iter().enumerate().filter(automatic).map(|(_, column)| column).collect();
    let automatic_names: Vec<_> = automatic.iter().map(|column| column.name).collect();
    let automatic_types = automatic.iter().map(|column| column.ty);
    let automatic_duplicates = automatic.iter().map(|column| as_column(column, "duplicate", paths));
    let fills = model.columns.iter().enumerate().map(|(index, column)| fill(index, column, model, paths));
    // Only these can change when they are stored: an id or a version is stored exactly.
    let plain: Vec<_> = model.columns.iter().filter(|column| column.relation.is_none() && !column.version).collect();
    let plain_names = plain.iter().map(|column| column.name);
    let settle = plain.iter().map(|column| as_column(column, "settle", paths));
    let (count, is_written) = (names.len(), Ident::new("is_written", Span::mixed_site()));
    let is_copied = Ident::new("is_copied", Span::mixed_site());
    let (key, version, default_of) = (key(key_type, model, paths), version(model, paths), default_of(model, paths));
    let automatic_model = match model.origin {
        Origin::Written => None,
        Origin::ThroughModelOf { .. } => Some(quote!(
            const IS_GENERATED: ::core::primitive::bool = true;
        )),
    };
    quote! {
        #key
        #version
        #default_of
        type AutomaticColumns = (#(#automatic_types,)*);
        const MODEL: &'static #private::Meta = &META;
        const COLUMN_COUNT: ::core::primitive::usize = #count;
        const LIFECYCLE: &'static #private::Lifecycle<Self> = &LIFECYCLE;
        #automatic_model

        fn column_value(&self, index: ::core::primitive::usize) -> #root::__private::ValueRef<'_> {
            match index {
                #(#indexes => #to_value(&self.#names),)*
                _ => #root::__private::ValueRef::Null,
            }
        }
        fn from_columns(row: &#root::db::Row<'_>) -> #root::Result<Self> {
            ::core::result::Result::Ok(Self { #(#names: row.read(#indexes, #from_value)?,)* #(#no_columns)* })
        }
        fn assign_columns(&mut self, row: Self) { #(self.#names = row.#names;)* #(self.#related = row.#related;)* }
        fn copy_columns(
            &mut self,
            from: &Self,
            #is_copied: &dyn ::core::ops::Fn(::core::primitive::usize) -> ::core::primitive::bool,
        ) {
            #(if #is_copied(#indexes) { self.#names = #duplicate(&from.#names); })*
        }
        fn clone_columns(&self) -> Self {
            Self { #(#names: #duplicate(&self.#names),)* #(#no_columns)* }
        }
        fn automatic_columns(&self) -> Self::AutomaticColumns { (#(#automatic_duplicates(&self.#automatic_names),)*) }
        fn restore_columns(&mut self, columns: Self::AutomaticColumns) { (#(self.#automatic_names,)*) = columns; }
        fn fill_columns(&mut self, #is_written: &dyn ::core::ops::Fn(::core::primitive::usize) -> ::core::primitive::bool) {
            #(#fills)*
        }
        fn settle_columns(&mut self) { #(#settle(&mut self.#plain_names);)* }
    }
}

/// The type of the key.
fn key_type(model: &Model<'_>, Paths { private, .. }: &Paths) -> TokenStream {
    let name = model.name;
    ask(model.columns[model.key].ty, quote!(#private::KeyOf<#name>), "Me")
}

/// The functions of the key. They have the span of its type, because that is where the compiler should look when it compares
/// them with those of the trait.
fn key(key_type: &TokenStream, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let Column { name, ty, default, .. } = &model.columns[model.key];
    let has_key = default.map(|_| {
        let unset = ask(ty, quote!(#private::DefaultKey), "is_unset");
        quote!(fn has_primary_key(&self) -> ::core::primitive::bool { !#unset(&self.#name) })
    });
    let place = SpanRange::of(ty);
    let argument = place.parenthesised(quote_spanned!(place.first()=> &mut self, key: #key_type));
    let functions = quote_spanned! {place.first()=>
        fn primary_key(&self) -> &#key_type { &self.#name }
        fn set_primary_key #argument { self.#name = key; }
    };
    quote! {
        type PrimaryKey = #key_type;
        #functions
        #has_key
    }
}

/// The accessor of the field with `#[version]`, if there is one.
fn version(model: &Model<'_>, paths: &Paths) -> Option<TokenStream> {
    let Paths { private, .. } = paths;
    let column @ Column { name, .. } = model.columns.iter().find(|column| column.version)?;
    let counter = as_column(column, "counter", paths);
    Some(quote! {
        fn version_counter(&mut self) -> ::core::option::Option<&mut dyn #private::Counter> {
            ::core::option::Option::Some(#counter(&mut self.#name))
        }
    })
}

/// The statements with which a save fills a field: the default of an unset key, and `#[update]`.
fn fill(index: usize, column: &Column<'_>, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let (name, ty) = (column.name, column.ty);
    let key = column.default.filter(|_| index == model.key).map(|_| {
        let unset = ask(ty, quote!(#private::DefaultKey), "is_unset");
        let default = default(index, ty, paths);
        quote!(if #unset(&self.#name) { self.#name = #default; })
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
