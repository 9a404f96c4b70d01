//! The output for a column type: its implementation of `Column`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse_quote;

use super::check::{Choice, Column};
use super::parse::Parsed;
use crate::root::{Root, implement};
use crate::shape::column_functions;

pub(super) fn expand(parsed: &Parsed, column: &Column<'_>, root: Root) -> TokenStream {
    let name = &parsed.item.ident;
    let root = root.path(parsed.root.as_ref());
    let body = match column {
        Column::Choice(choices) => choice(choices, &root),
        Column::Wrapper(_) => wrapper(&root),
    };
    // Required here, so that the compiler reports it in the user's terms.
    let clone = quote_spanned!(name.span()=> #name: ::core::clone::Clone);
    let implementation = implement(name, &quote!(#root::Column for #name where #clone), &body);
    let Column::Wrapper(ty) = column else { return implementation };
    let functions = column_functions(ty, &root);
    quote! {
        const _: () = {
            const FUNCTIONS: &#root::__private::ColumnFunctions<#ty> = #functions;
            #implementation
        };
    }
}

/// The value that is wrapped is asked for the functions of its column once, so that a wrong type is one error.
fn wrapper(root: &TokenStream) -> TokenStream {
    quote! {
        const TYPE: #root::__private::ColumnType = FUNCTIONS.ty;
        const NULLABLE: ::core::primitive::bool = FUNCTIONS.nullable;
        const IS_SECRET: ::core::primitive::bool = FUNCTIONS.is_secret;
        fn to_value(&self) -> #root::__private::ValueRef<'_> {
            #root::__private::AnyColumn::any_value((FUNCTIONS.any)(&self.0))
        }
        fn from_value(value: #root::__private::ValueRef<'_>) -> ::core::result::Result<Self, #root::__private::ColumnError> {
            ::core::result::Result::map((FUNCTIONS.from_value)(value), Self)
        }
        fn settle(&mut self) { #root::__private::AnyColumn::settle_any((FUNCTIONS.any_mut)(&mut self.0)) }
    }
}

fn choice(choices: &[Choice<'_>], root: &TokenStream) -> TokenStream {
    let variants: Vec<_> = choices.iter().map(|choice| choice.variant).collect();
    let names: Vec<_> = choices.iter().map(|choice| &choice.stored_as).collect();
    quote! {
        const TYPE: #root::__private::ColumnType = #root::__private::ColumnType::Text;
        fn to_value(&self) -> #root::__private::ValueRef<'_> {
            #root::__private::ValueRef::Text(match self { #(Self::#variants => #names,)* })
        }
        fn from_value(value: #root::__private::ValueRef<'_>) -> ::core::result::Result<Self, #root::__private::ColumnError> {
            match value {
                #(#root::__private::ValueRef::Text(#names) => ::core::result::Result::Ok(Self::#variants),)*
                _ => ::core::result::Result::Err(#root::__private::ColumnError::one_of(&[#(#names),*], value)),
            }
        }
    }
}

/// A stub for a column type with a mistake, so that its uses are not further errors.
pub(super) fn stub(parsed: &Parsed, root: Root) -> TokenStream {
    let name = &parsed.item.ident;
    let root = root.path(parsed.root.as_ref());
    let mut generics = parsed.item.generics.clone();
    let whole = parse_quote!(Self: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static);
    generics.make_where_clause().predicates.push(whole);
    let (parameters, of, bounds) = generics.split_for_impl();
    let what = quote!(#parameters #root::Column for #name #of #bounds);
    implement(
        name,
        &what,
        &quote! {
            const TYPE: #root::__private::ColumnType = #root::__private::ColumnType::Text;
            fn to_value(&self) -> #root::__private::ValueRef<'_> { ::core::unreachable!() }
            fn from_value(_: #root::__private::ValueRef<'_>) -> ::core::result::Result<Self, #root::__private::ColumnError> {
                ::core::unreachable!()
            }
        },
    )
}
