//! The other side of a relation: `ann.profile(&db)`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;

use super::check::{Column, Model, snake_case};
use super::expand::{Paths, at};
use super::parse::{Kind, Parsed};

/// A trait per relation, implemented for the model that is pointed to, which may be in another crate.
pub(super) fn reverse(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let one = |(index, column): (usize, &Column<'_>)| accessor(index, column, parsed, model, paths);
    model.columns.iter().enumerate().filter_map(one).collect()
}

fn accessor(
    index: usize,
    column: &Column<'_>,
    parsed: &Parsed,
    model: &Model<'_>,
    paths: &Paths,
) -> Option<TokenStream> {
    let Paths { root, private } = paths;
    let pointer = column.relation.as_ref()?;
    let (child, vis, ty) = (model.name, &parsed.item.vis, column.ty);
    let field = column.name.unraw().to_string();
    let name = snake_case(&child.unraw().to_string());
    let method = match (pointer.related_name, pointer.kind) {
        (Some(given), _) => Ident::new(&given.value(), given.span()),
        (None, Kind::OneToOne) => Ident::new(&name, pointer.word.span()),
        (None, Kind::ForeignKey) => format_ident!("{name}_set", span = pointer.word.span()),
    };
    let reverse = format_ident!("{}By{}", child.unraw(), camel_case(&field), span = pointer.word.span());
    let (doc, loaded, call) = match pointer.kind {
        Kind::OneToOne => (
            format!("The `{child}` whose `{field}` is this row, if there is one."),
            quote!(::core::option::Option<#child>),
            quote!(by_field),
        ),
        Kind::ForeignKey => (
            format!("Every `{child}` whose `{field}` is this row, by the key."),
            quote!(#private::Vec<#child>),
            quote!(all_by_field),
        ),
    };
    let trait_doc = format!("The other side of [`{child}`]'s `{field}`.");
    let target = quote_spanned!(at(ty)=> <#ty as #private::Reference>::Target);
    let future = quote! {
        impl ::core::future::Future<Output = #root::Result<#loaded>> + ::core::marker::Send + 'a
    };
    let signature = quote!(fn #method<'a>(&'a self, executor: &'a dyn #root::Executor) -> #future);
    let _ = ty.to_token_stream();
    Some(quote! {
        #[doc = #trait_doc]
        #vis trait #reverse {
            #[doc = #doc]
            #[track_caller]
            #signature;
        }
        const _: () = {
            impl #reverse for #target {
                #[track_caller]
                #signature {
                    #private::#call(executor, #index, ::core::clone::Clone::clone(#root::Model::key(self)))
                }
            }
        };
    })
}

/// `created_by` is `CreatedBy`.
fn camel_case(name: &str) -> String {
    let upper = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split('_').map(upper).collect()
}
