//! The methods of a model that find rows by a unique field or follow a relation.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use super::questions::pointer;
use crate::model::accessors;
use crate::model::ir::{Column, Model, Through};
use crate::model::parse::Parsed;
use crate::model::paths::{Columns, Paths};
use crate::model::types::option;
use crate::root::{SpanRange, ask, at, method};

/// `User::fields()`, `User::by_username(..)` for each unique field, and `profile.user(..)` for each relation.
pub(super) fn lookups(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let (name, vis) = (model.name, &parsed.item.vis);
    let is_found_by = |(index, column): &(usize, &Column<'_>)| *index != model.key && accessors::is_found_by(column);
    let by = model.columns.iter().enumerate().filter(is_found_by);
    let by = by.map(|(index, column)| lookup(index, column, vis, paths));
    let follow =
        model.columns.iter().filter(|column| column.relation.is_some()).map(|column| follow(column, model, vis, paths));
    // A generic model is already a mistake, and its methods would be further errors.
    if !parsed.item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let Paths { private, .. } = paths;
    let set = format_ident!("{}Fields", name.unraw(), span = Span::call_site().located_at(name.span()));
    let settable: Vec<_> = model.columns.iter().enumerate().filter(|(index, _)| *index != model.key).collect();
    let fields: Vec<_> = settable.iter().map(|(_, column)| column.name).collect();
    let indexes = settable.iter().map(|(index, _)| index);
    let doc = format!("The fields of [`{name}`] but for its key.");
    let values = quote!(#set { #(#fields: #private::FieldSet::of(#indexes),)* });
    let fields_of = method(name.span(), quote!(#vis const fn), quote!(fields() -> #set), values);
    let allow = allow();
    let columns = typed_columns(parsed, model, paths);
    quote! {
        #columns

        #[doc = #doc]
        #[derive(::core::marker::Copy, ::core::fmt::Debug)]
        #[allow(dead_code)]
        #vis struct #set {
            #(#[doc = "This field."] #vis #fields: #private::FieldSet<#name>,)*
        }

        #[automatically_derived]
        impl ::core::clone::Clone for #set {
            fn clone(&self) -> Self { *self }
        }

        #allow
        impl #name {
            /// The fields of this model, each as a set with one field, for `save_fields`.
            #[must_use]
            #fields_of
            #(#by)*
            #(#follow)*
        }
    }
}

/// The struct of typed columns that the closures of queries get.
fn typed_columns(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let (name, vis, Paths { private, .. }) = (model.name, &parsed.item.vis, paths);
    let hidden = &paths.hidden;
    let columns = format_ident!("{}Columns", name.unraw(), span = Span::call_site().located_at(name.span()));
    let doc = format!("The columns of [`{name}`] in queries.");
    let names = model.columns.iter().map(|column| column.name);
    let many = model.many_to_many.iter().map(|many| many.name);
    let types = model.columns.iter().map(|column| {
        let nullable = option(column.ty).map(|_| quote!(, #private::Nullable));
        let ty = option(column.ty).unwrap_or(column.ty);
        quote!(#private::ColumnOf<#name, #ty #nullable>)
    });
    let types_of_many = model.many_to_many.iter().map(|many| {
        let through = match &many.through {
            Through::Generated { model, .. } => model.name.to_token_stream(),
            Through::Written { path, .. } => path.to_token_stream(),
        };
        quote!(#private::ManyOf<#through, #private::Forward>)
    });
    let all_types = types.chain(types_of_many);
    let fields: Vec<_> = names.chain(many).collect();
    let values = (0..model.columns.len())
        .map(|index| quote!(#private::ColumnOf::at(#index)))
        .chain(model.many_to_many.iter().map(|_| quote!(#private::ManyOf::OF)));
    quote! {
        #[doc = #doc]
        #[allow(dead_code, private_interfaces, missing_debug_implementations)]
        #vis struct #columns {
            #(#[doc = "This field."] #vis #fields: #all_types,)*
        }

        #hidden
        impl #private::HasColumns for #name {
            type Columns = #columns;
            const COLUMNS: #columns = #columns { #(#fields: #values,)* };
            const BORROWED: &'static #columns = &Self::COLUMNS;
        }
    }
}

/// Methods have the spans of fields, so that lints take them for the user's own.
pub(super) fn allow() -> TokenStream {
    quote! {
        #[allow(
            dead_code, private_interfaces, unreachable_pub,
            clippy::needless_lifetimes, clippy::wrong_self_convention,
        )]
    }
}

fn lookup(index: usize, column: &Column<'_>, vis: &syn::Visibility, paths: &Paths) -> TokenStream {
    let Paths { root, private, .. } = paths;
    let (field, place) = (column.name, column.name.span());
    let name = format_ident!("by_{}", field.unraw(), span = Span::call_site().located_at(place));
    let doc = format!("The row whose `{}` is this, if there is one.", field.unraw());
    let any = match paths.columns {
        Columns::Asked => quote!(COLUMNS.#field.any),
        Columns::Mistaken => quote!(|_| ::core::unreachable!()),
    };
    let ty = option(column.ty).unwrap_or(column.ty);
    // The argument for a `String` is a `&str`, and for an `Option` its content.
    let (parameter, find) = match (ty.to_token_stream().to_string().as_str(), option(column.ty)) {
        ("String", _) => (quote!(&'a ::core::primitive::str), quote!(#private::by_text(executor, #index, value))),
        (_, Some(inner)) => (quote!(#inner), quote!(#private::by_optional_field(executor, #index, value, #any))),
        (_, None) => (quote!(#ty), quote!(#private::by_field(executor, #index, value, #any))),
    };
    let signature = quote! {
        #name<'a>(
            executor: &'a dyn #root::Executor,
            value: #parameter,
        ) -> impl ::core::future::Future<Output = #root::Result<::core::option::Option<Self>>> + 'a + ::core::marker::Send
    };
    let lookup = method(place, quote!(#vis fn), signature, find);
    quote! {
        #[doc = #doc]
        #[track_caller]
        #lookup
    }
}

fn follow(column: &Column<'_>, model: &Model<'_>, vis: &syn::Visibility, paths: &Paths) -> TokenStream {
    let Paths { root, private, .. } = paths;
    let (name, ty) = (column.name, column.ty);
    let of = model.name;
    let (model, field) = (of.unraw().to_string(), name.unraw().to_string());
    let accessor = accessors::follow(column);
    let doc = format!("The row that `{field}` points to.");
    let answer = |answer: &str| pointer(column, of, answer, paths);
    let (target, loaded, key, of_row) = (answer("Target"), answer("Loaded"), answer("pointer"), answer("loaded"));
    let place = SpanRange::of(ty);
    let follow = ask(at(place, target, private), quote!(#root::Model), "__follow");
    let this = place.parenthesised(quote!(&self.#name));
    let arguments = place.parenthesised(quote!(executor, #key #this, (#model, #field), #of_row));
    let end = quote_spanned!(place.last()=> >);
    let future = quote_spanned!(place.first()=> impl ::core::future::Future<Output = #root::Result<#loaded> #end);
    let signature =
        quote!(#accessor<'a>(&'a self, executor: &'a dyn #root::Executor) -> #future + 'a + ::core::marker::Send);
    let method = method(name.span(), quote!(#vis fn), signature, quote!(#follow #arguments));
    quote! {
        #[doc = #doc]
        #[track_caller]
        #method
    }
}
