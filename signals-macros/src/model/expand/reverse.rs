//! The other side of a relation: `ann.profile(&db)`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, Visibility};

use super::questions::pointer as answer;
use crate::case::camel_case;
use crate::model::accessors;
use crate::model::ir::{Column, Model};
use crate::model::parse::{Kind, Parsed};
use crate::model::paths::Paths;
use crate::model::types::option;
use crate::root::{SpanRange, ask, at, implement};

/// A trait per relation, implemented for the referenced model, which may be in another crate.
pub(super) fn reverse(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let one = |(index, column): (usize, &Column<'_>)| {
        let accessor = accessor(index, column, parsed, model, paths)?;
        let pointer = pointer(index, column, model, paths);
        Some(quote!(#accessor #pointer))
    };
    model.columns.iter().enumerate().filter_map(one).collect()
}

/// The implementation by which a model can be a through model: it references each of two models with one field.
fn pointer(index: usize, column: &Column<'_>, model: &Model<'_>, paths: &Paths) -> Option<TokenStream> {
    let Paths { private, hidden, .. } = paths;
    let text = |column: &Column<'_>| option(column.ty).unwrap_or(column.ty).to_token_stream().to_string();
    let is_same = |other: &&Column<'_>| other.relation.is_some() && text(other) == text(column);
    if model.columns.iter().filter(is_same).count() > 1 {
        return None;
    }
    let (name, target) = (model.name, answer(column, model.name, "Target", paths));
    let implementation = implement(
        name,
        &quote!(#private::PointsOnceTo<#target, #private::FieldIndex<#index>> for #name),
        &quote!(
            type Me = Self;
        ),
    );
    Some(quote!(const _: () = { #hidden #implementation };))
}

fn accessor(
    index: usize,
    column: &Column<'_>,
    parsed: &Parsed,
    model: &Model<'_>,
    paths: &Paths,
) -> Option<TokenStream> {
    let Paths { root, private, .. } = paths;
    let pointer = column.relation.as_ref()?;
    let (child, vis, ty) = (model.name, &parsed.item.vis, column.ty);
    let field = column.name.unraw().to_string();
    let accessor = accessors::reverse(column, child)?;
    let reverse = format_ident!("{}By{}", child.unraw(), camel_case(&field), span = pointer.word.span());
    let (doc, loaded, call) = match pointer.kind {
        Kind::OneToOne => (
            format!("The `{child}` whose `{field}` is this row, if there is one."),
            quote!(::core::option::Option<#child>),
            quote!(__one_that_points),
        ),
        Kind::ForeignKey => (
            format!("Every `{child}` whose `{field}` is this row, by the key."),
            quote!(#private::Vec<#child>),
            quote!(__all_that_point),
        ),
    };
    let trait_doc = format!("The other side of [`{child}`]'s `{field}`.");
    let target = answer(column, child, "Target", paths);
    let model = ask(at(SpanRange::of(ty), &target, private), quote!(#root::Model), &call.to_string());
    // If the compiler checks again which model the type references, its error should point at the type.
    let place = SpanRange::of(ty);
    let (first, this) = (place.first(), Ident::new("self", place.last()));
    let arguments = place.parenthesised(quote_spanned!(first=> #this, executor, #index));
    let end = quote_spanned!(place.last()=> 'a);
    let found = quote_spanned! {first=>
        impl ::core::future::Future<Output = #root::Result<#loaded>> + ::core::marker::Send + #end
    };
    let signature = |this: TokenStream| {
        let parameters = place.parenthesised(quote_spanned!(first=> #this, executor: &'a dyn #root::Executor));
        quote_spanned!(first=> fn #accessor<'a> #parameters -> #found)
    };
    let declared = signature(quote_spanned!(first=> &'a #this));
    // The type has the span of the user's whole type: an error at one of its tokens would be a second one.
    let implemented = signature(quote_spanned!(first=> #this: &'a #target));
    let implementation = quote_spanned! {first=>
        impl #reverse for #target {
            #[track_caller]
            #implemented { #model #arguments }
        }
    };
    let points = match pointer.kind {
        Kind::OneToOne => quote!(#private::RowThatPoints),
        Kind::ForeignKey => quote!(#private::RowsThatPoint),
    };
    let in_queries = in_queries(InQueries {
        vis,
        reverse: &reverse,
        accessor: &accessor,
        doc: "The rows that point to the row.",
        columns: quote!(<#target as #private::HasColumns>::Columns),
        rows: quote!(#points<#target, #child>),
        value: quote!(#points::at(#index)),
    });
    Some(quote! {
        #in_queries
        #[doc = #trait_doc]
        #vis trait #reverse {
            #[doc = #doc]
            #[track_caller]
            #declared;
        }
        // A private model on the other side is reported at the field.
        #[allow(private_interfaces)]
        const _: () = {
            #implementation
        };
    })
}

/// The other side of a relation in the closures of queries, `user.post_set()`.
pub(super) struct InQueries<'a> {
    pub(super) vis: &'a Visibility,
    /// The trait with the method of a row.
    pub(super) reverse: &'a Ident,
    pub(super) accessor: &'a Ident,
    pub(super) doc: &'a str,
    /// The columns of the model of the other side.
    pub(super) columns: TokenStream,
    /// What the method returns.
    pub(super) rows: TokenStream,
    pub(super) value: TokenStream,
}

/// A trait for the columns of the model of the other side, which may be in another crate.
pub(super) fn in_queries(
    InQueries { vis, reverse, accessor, doc, columns, rows, value }: InQueries<'_>,
) -> TokenStream {
    let name = format_ident!("{}InQueries", reverse.unraw());
    quote! {
        #[doc = "The other side of the relation in the closures of queries."]
        #[allow(private_interfaces, dead_code)]
        #vis trait #name {
            #[doc = #doc]
            fn #accessor(&self) -> #rows;
        }
        #[allow(private_interfaces)]
        const _: () = {
            impl #name for #columns {
                fn #accessor(&self) -> #rows { #value }
            }
        };
    }
}
