//! `#[many_to_many]`: the through model, and the methods of both sides.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, Path};

use super::implementation::implementation;
use super::lookups::allow;
use super::reverse::{InQueries, in_queries};
use crate::case::camel_case;
use crate::model::accessors;
use crate::model::ir::{ManyToManyField, Model, Sides, Through, ThroughFields};
use crate::model::parse::Parsed;
use crate::model::paths::Paths;
use crate::root::{SpanRange, ask, at, implement, method, moved};

/// For each field: the through model, what the model itself gets, and what the model of the other side gets.
pub(super) fn expand(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    // A generic model is already a mistake, and its methods would be further errors.
    if !parsed.item.generics.params.is_empty() {
        return TokenStream::new();
    }
    model.many_to_many.iter().map(|many| one(many, parsed, model, paths)).collect()
}

fn one(many: &ManyToManyField<'_>, parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let (through, generated) = match &many.through {
        Through::Generated { parsed, model } => {
            let item = &parsed.item;
            let implementation = implementation(parsed, model, &paths.of_generated());
            // A private model on the other side is reported at the field.
            let allow = quote!(#[allow(dead_code, private_interfaces, unreachable_pub)]);
            (model.name.to_token_stream(), Some(quote!(#allow #item #implementation)))
        }
        Through::Written { path, .. } => (path.to_token_stream(), None),
    };
    let link = link(many, &through, model, paths);
    let forward = forward(many, &through, parsed, model, paths);
    let reverse = accessors::reverse_of_many(many, model.name)
        .map(|accessor| reverse(&accessor, many, &through, parsed, model, paths));
    quote!(#generated #link #forward #reverse)
}

/// The implementation of `Through` for the through model.
fn link(many: &ManyToManyField<'_>, through: &TokenStream, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let (name, target) = (model.name, many.target);
    let symmetry = match many.sides {
        Sides::Symmetrical(_) => quote!(Symmetrical),
        Sides::Different | Sides::Asymmetrical(_) => quote!(Asymmetrical),
    };
    let nth = |index: usize| quote!(#private::FieldOf::At(#index));
    let (blank, [source_field, target_field]) = match &many.through {
        Through::Generated { .. } => (quote!(<Self as ::core::default::Default>::default), [nth(1), nth(2)]),
        Through::Written { path, fields } => {
            let fields = match fields {
                ThroughFields::Only => {
                    let model = ask(path, quote!(#private::SendsSignals), "Me");
                    let source = quote!(#private::PointsOnceTo<#name, _>);
                    // If the model has no foreign key to this side, the compiler does not ask for one to the other side.
                    let asked = ask(at(SpanRange::of(path), &model, private), &source, "Me");
                    [
                        only_field(path, &model, &source, paths),
                        only_field(path, &asked, &quote!(#private::PointsOnceTo<#target, _>), paths),
                    ]
                }
                ThroughFields::Named([source, to]) => {
                    [named_field(path, source, &quote!(#name), paths), named_field(path, to, &quote!(#target), paths)]
                }
                ThroughFields::Mistaken => [nth(0), nth(0)],
            };
            (ask(path, quote!(::core::default::Default), "default"), fields)
        }
    };
    let text = through.clone().into_iter().filter_map(word).last().unwrap_or_default();
    let sides = check_sides(many, model, paths);
    // The compiler underlines all of it if the other model is private.
    let place = SpanRange::of(target);
    let (keyword, end) = (quote_spanned!(place.first()=> type), quote_spanned!(place.last()=> ;));
    let target_is = quote!(#keyword Target = #target #end);
    let implementation = implement(
        many.name,
        &quote!(#private::Through for #through),
        &quote! {
            type Source = #name;
            #target_is
            const NAME: &'static ::core::primitive::str = #text;
            const LINK: &'static #private::Link<Self> = &LINK;
            fn blank() -> Self { #blank() }
        },
    );
    quote! {
        const _: () = {
            static LINK: #private::Link<#through> =
                #private::Link::new(#source_field, #target_field, #private::Symmetry::#symmetry);
            #implementation
        };
        #sides
    }
}

/// Makes the compiler check that the two sides are the same model, or that they are different models.
fn check_sides(many: &ManyToManyField<'_>, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let (name, target) = (model.name, many.target);
    match many.sides {
        Sides::Symmetrical(word) | Sides::Asymmetrical(word) => {
            let same = ask(at(SpanRange::of(word), target, private), quote!(#private::SameModel<#name>), "SAME");
            quote!(const _: () = #same;)
        }
        Sides::Different => {
            let message = format!(
                "`{}` relates `{name}` to itself, by another name than its own\n\n\
                 help: write `ManyToMany<{name}>`, which is symmetrical, or say `symmetrical = true` or `symmetrical = false`",
                many.name,
            );
            let place = SpanRange::of(target);
            let arguments = place.parenthesised(quote!(!#private::Compared::<#name, #target>::IS, #message));
            let assert = quote_spanned!(place.first()=> ::core::assert!);
            quote! {
                const _: () = {
                    use #private::DifferentModel as _;
                    #assert #arguments;
                };
            }
        }
    }
}

/// The only field of a through model that points to one side.
fn only_field(path: &Path, model: &TokenStream, points_once: &TokenStream, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let index = ask(at(SpanRange::of(path), model, private), points_once, "FIELD");
    quote!(#private::FieldOf::At(#index))
}

/// A field that the user named. It must be the id of a row of `side`; the compiler checks this.
fn named_field(path: &Path, field: &Ident, side: &TokenStream, paths: &Paths) -> TokenStream {
    let Paths { root, private, .. } = paths;
    let (span, name) = (SpanRange::of(field).first(), field.unraw().to_string());
    let points = quote_spanned!(span=> fn points(row: &#path) -> &#root::Id<#side> { &row.#field });
    let may_relate = moved(quote!(#private::may_relate), SpanRange::of(field));
    let never = ask(path, quote!(#private::SendsSignals), "NOT_IN_CHANGED");
    let is_column = quote_spanned!(span=> const _: () = #may_relate(#never, #name););
    quote! {{
        #points
        #is_column
        let _: fn(&#path) -> &#root::Id<#side> = points;
        #private::FieldOf::Called(#name)
    }}
}

fn word(token: TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(word) => Some(word.unraw().to_string()),
        _ => None,
    }
}

/// The method of the model with the field.
fn forward(
    many: &ManyToManyField<'_>,
    through: &TokenStream,
    parsed: &Parsed,
    model: &Model<'_>,
    paths: &Paths,
) -> TokenStream {
    let Paths { root, private, .. } = paths;
    let (name, field, vis) = (model.name, many.name, &parsed.item.vis);
    let doc = format!("The rows that `{}` relates this one to.", field.unraw());
    let signature = quote!(#field(&self) -> #root::__private::Related<'_, #through, #private::Forward>);
    let body = quote!(#root::__private::Related::new(self));
    let (method, allow) = (method(field.span(), quote!(#vis fn), signature, body), allow());
    quote! {
        #allow
        const _: () = {
            impl #name {
                #[doc = #doc]
                #[must_use]
                #method
            }
        };
    }
}

/// A trait with the method of the other side. It is a trait because that model may be in another crate.
fn reverse(
    accessor: &Ident,
    many: &ManyToManyField<'_>,
    through: &TokenStream,
    parsed: &Parsed,
    model: &Model<'_>,
    paths: &Paths,
) -> TokenStream {
    let Paths { root, private, .. } = paths;
    let (name, vis, target) = (model.name, &parsed.item.vis, many.target);
    let field = many.name.unraw().to_string();
    let side = format_ident!("{}By{}", name.unraw(), camel_case(&field), span = many.word.span());
    let trait_doc = format!("The other side of [`{name}`]'s `{field}`.");
    let doc = format!("The rows of `{name}` that are related to this one by their `{field}`.");
    let signature = quote!(#accessor(&self) -> #root::__private::Related<'_, #through, #private::Reverse>);
    let body = quote!(#root::__private::Related::new(self));
    let method = method(many.word.span(), quote!(fn), signature.clone(), body);
    // If the other side is no model, this is not a second error. A function is named, because a constant of a mistaken model cannot be
    // evaluated.
    let is_model = ask(target, quote!(#root::Model), "query");
    let answered = quote!(#private::Answered<{ let _ = #is_model; true }>);
    let in_queries = in_queries(InQueries {
        vis,
        reverse: &side,
        accessor,
        doc: "The rows that are related to the row.",
        columns: quote!(<#answered as #private::ColumnsIf<#target>>::Columns),
        rows: quote!(#private::ManyOf<#through, #private::Reverse>),
        value: quote!(#private::ManyOf::OF),
    });
    quote! {
        #in_queries
        #[doc = #trait_doc]
        #vis trait #side {
            #[doc = #doc]
            #[must_use]
            fn #signature;
        }
        const _: () = {
            impl #side for #target {
                #method
            }
        };
    }
}
