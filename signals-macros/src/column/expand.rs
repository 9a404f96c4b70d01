//! The output for a column type: its implementation of `Column`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse_quote;

use super::check::{Choice, Column};
use super::parse::Parsed;
use crate::root::{Root, ask, implement};

pub(super) fn expand(parsed: &Parsed, column: &Column<'_>, root: Root) -> TokenStream {
    let name = &parsed.item.ident;
    let root = root.path(parsed.root.as_ref());
    let body = match column {
        Column::Choice(choices) => choice(choices, &root),
        Column::Wrapper(ty) => {
            let of = |answer: &str| ask(ty, quote!(#root::Column), answer);
            let (stored, nullable) = (of("TYPE"), of("NULLABLE"));
            let (to_value, from_value, settle) = (of("to_value"), of("from_value"), of("settle"));
            quote! {
                const TYPE: #root::__private::ColumnType = #stored;
                const NULLABLE: ::core::primitive::bool = #nullable;
                fn to_value(&self) -> #root::__private::ValueRef<'_> { #to_value(&self.0) }
                fn from_value(value: #root::__private::ValueRef<'_>) -> ::core::result::Result<Self, #root::__private::ColumnError> {
                    ::core::result::Result::map(#from_value(value), Self)
                }
                fn settle(&mut self) { #settle(&mut self.0) }
            }
        }
    };
    // Required here, so that the compiler reports it in the user's terms.
    let clone = quote_spanned!(name.span()=> #name: ::core::clone::Clone);
    implement(name, &quote!(#root::Column for #name where #clone), &body)
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
