//! The stub for a model with a mistake, so that its uses are not further errors.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Generics, Ident, Item, parse_quote};

use super::lookups::lookups;
use super::methods::methods;
use crate::model::ir::Model;
use crate::model::parse::{self, Parsed};
use crate::model::paths::Paths;
use crate::root::implement;
use crate::subject::heading;

/// The item without our attributes, the implementations, and the methods.
pub(in crate::model) fn stub(item: TokenStream, model: Option<(&Parsed, &Model<'_>)>, paths: &Paths) -> TokenStream {
    let (item, stub) = parts(item, model, paths);
    quote!(#item #stub)
}

/// The implementations and the methods without the item.
pub(in crate::model) fn stub_alone(
    item: TokenStream,
    model: Option<(&Parsed, &Model<'_>)>,
    paths: &Paths,
) -> TokenStream {
    parts(item, model, paths).1
}

fn parts(item: TokenStream, model: Option<(&Parsed, &Model<'_>)>, paths: &Paths) -> (TokenStream, TokenStream) {
    let methods = model.map(|(parsed, model)| {
        let paths = paths.of_stub();
        let (lookups, methods) = (lookups(parsed, model, &paths), methods(parsed, model, &paths));
        quote!(const _: () = { #lookups }; #methods)
    });
    // `lookups` has the columns of a model that is not generic.
    let has_columns = model.is_some_and(|(parsed, _)| parsed.item.generics.params.is_empty());
    let implementation = |name: &Ident, generics: &Generics| {
        let columns = (!has_columns).then(|| no_columns(name, generics, paths));
        let implementation = implementation(name, generics, paths);
        quote!(#implementation #columns)
    };
    let (item, implementation) = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(mut item)) => {
            parse::strip(&mut item);
            let implementation = implementation(&item.ident, &item.generics);
            // The derive would require `Default` for the type of a field that has its own default.
            let is_ours = model.is_some_and(|(parsed, _)| parsed.constructor.is_some());
            let derived = is_ours.then(|| parse::take_default(&mut item.attrs)).flatten();
            let constructor = derived.map(|_| constructor(&item.ident, &item.generics));
            (item.into_token_stream(), Some(quote!(#implementation #constructor)))
        }
        Ok(Item::Enum(of)) => (parse::stripped(item), Some(implementation(&of.ident, &of.generics))),
        Ok(_) => (parse::stripped(item), None),
        Err(_) => {
            let implementation = match heading(item.clone()) {
                Some(Item::Struct(of)) => Some(implementation(&of.ident, &of.generics)),
                _ => None,
            };
            (parse::stripped(item), implementation)
        }
    };
    (item, quote!(#implementation #methods))
}

fn no_columns(name: &Ident, generics: &Generics, Paths { private, .. }: &Paths) -> TokenStream {
    let (parameters, of, bounds) = generics.split_for_impl();
    quote! {
        impl #parameters #private::HasColumns for #name #of #bounds {
            type Columns = ();
            const COLUMNS: () = ();
            const BORROWED: &'static () = &();
        }
    }
}

fn constructor(name: &Ident, generics: &Generics) -> TokenStream {
    let (parameters, of, bounds) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #parameters ::core::default::Default for #name #of #bounds {
            fn default() -> Self { ::core::unreachable!() }
        }
    }
}

fn implementation(name: &Ident, generics: &Generics, paths: &Paths) -> TokenStream {
    let Paths { root, private, .. } = paths;
    let mut generics = generics.clone();
    if !generics.params.is_empty() {
        let whole = parse_quote!(Self: ::core::marker::Send + ::core::marker::Sync + 'static);
        generics.make_where_clause().predicates.push(whole);
    }
    let (parameters, of, bounds) = generics.split_for_impl();
    let sender = implement(
        name,
        &quote!(#parameters #private::SendsSignals for #name #of #bounds),
        &quote!(
            type Me = Self;
        ),
    );
    let model = implement(
        name,
        &quote!(#parameters #root::Model for #name #of #bounds),
        &quote!(
            type Key = #root::Id<Self>;
        ),
    );
    let any_model = implement(
        name,
        &quote!(#parameters #private::AnyRow for #name #of #bounds),
        &quote! {
            fn any_meta(&self) -> &'static #private::Meta { ::core::unreachable!() }
            fn column(&self, _: ::core::primitive::usize) -> &dyn #private::AnyColumn { ::core::unreachable!() }
            fn column_mut(&mut self, _: ::core::primitive::usize) -> &mut dyn #private::AnyColumn { ::core::unreachable!() }
            fn boxed_columns(&self) -> #private::Box<dyn #private::AnyModel> { ::core::unreachable!() }
        },
    );
    let internals = implement(
        name,
        &quote!(#parameters #private::ModelInternals for #name #of #bounds),
        &quote! {
            type PrimaryKey = #root::Id<Self>;
            type AutomaticColumns = ();
            const MODEL: &'static #private::Meta = ::core::unreachable!();
            const SENDER: &'static #private::Sender = &#private::Sender::of::<Self>("", ::core::option::Option::None);
            const COLUMN_COUNT: ::core::primitive::usize = 1;
            fn primary_key(&self) -> &Self::PrimaryKey { ::core::unreachable!() }
            fn from_columns(_: &#root::db::Row<'_>) -> #root::Result<Self> { ::core::unreachable!() }
            fn clone_columns(&self) -> Self { ::core::unreachable!() }
            fn automatic_columns(&self) {}
            fn restore_columns(&mut self, _: ()) {}
        },
    );
    let lifecycle =
        implement(name, &quote!(#parameters #private::SendsLifecycle for #name #of #bounds), &TokenStream::new());
    let from_row = implement(
        name,
        &quote!(#parameters #root::db::FromRow for #name #of #bounds),
        &quote!(fn from_row(_: &#root::db::Row<'_>) -> #root::Result<Self> { ::core::unreachable!() }),
    );
    quote! {
        const _: () = {
            #sender
            #lifecycle
            #model
            #any_model
            #internals
            #from_row
        };
    }
}
