//! What stands in for a model that has a mistake, so that every use of it is not a second one.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Item;

use super::parse;
use crate::root::Root;

/// The struct without our attributes, and an implementation that only the compiler ever sees.
pub(super) fn stub(item: &TokenStream, root: Root) -> (TokenStream, TokenStream) {
    let Ok(Item::Struct(mut item)) = syn::parse2::<Item>(item.clone()) else {
        return (item.clone(), TokenStream::new());
    };
    parse::strip(&mut item.fields);
    let name = &item.ident;
    let (implementing, of, bounds) = item.generics.split_for_impl();
    let root = root.path(None);
    let private = quote!(#root::__private);
    let stub = match item.generics.params.is_empty() {
        false => {
            quote!(const _: () = { impl #implementing #private::Sender for #name #of #bounds { type Me = Self; } };)
        }
        true => quote! {
            const _: () = {
                static META: #private::Meta = #private::Meta::new(("", "", ""), ("", 0, 0), &[], 0);
                static LIFECYCLE: #private::Lifecycle<#name> = #private::Lifecycle::new();
                impl #private::Sender for #name { type Me = Self; }
                impl #root::Model for #name {
                    type Key = #root::Id<Self>;
                    type Automatic = ();
                    const META: &'static #private::Meta = &META;
                    const LIFECYCLE: &'static #private::Lifecycle<Self> = &LIFECYCLE;
                    fn key(&self) -> &Self::Key { ::core::unreachable!() }
                    fn set_key(&mut self, _: Self::Key) {}
                    fn value(&self, _: usize) -> #root::ValueRef<'_> { ::core::unreachable!() }
                    fn from_row(_: &#root::db::Row<'_>) -> #root::Result<Self> { ::core::unreachable!() }
                    fn assign(&mut self, _: Self) {}
                    fn snapshot(&self) -> Self { ::core::unreachable!() }
                    fn automatic(&self) {}
                    fn restore(&mut self, _: ()) {}
                    fn fill(&mut self) {}
                }
            };
        },
    };
    (item.into_token_stream(), stub)
}
