//! `#[many_to_many]`: the through model, and the methods of both sides.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, Path};

use super::implementation::implementation;
use super::lookups::lookups;
use crate::case::camel_case;
use crate::model::accessors;
use crate::model::ir::{ManyToManyField, Model, Sides, Through, ThroughFields};
use crate::model::parse::Parsed;
use crate::model::paths::Paths;
use crate::root::{SpanRange, ask, at, implement, moved};

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
            let (implementation, lookups) = (implementation(parsed, model, paths), lookups(parsed, model, paths));
            (model.name.to_token_stream(), Some(quote!(#item #implementation #lookups)))
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
                ThroughFields::Only => [quote!(#name), quote!(#target)].map(|side| only_field(path, &side, paths)),
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
    let implementation = implement(
        many.name,
        &quote!(#private::Through for #through),
        &quote! {
            type Source = #name;
            type Target = #target;
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
            quote_spanned! {SpanRange::of(target).first()=>
                const _: () = {
                    use #private::DifferentModel as _;
                    ::core::assert!(!#private::Compared::<#name, #target>::IS, #message);
                };
            }
        }
    }
}

/// The only field of a through model that points to `side`.
fn only_field(path: &Path, side: &TokenStream, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let model = ask(path, quote!(#private::SendsSignals), "Me");
    let index = ask(at(SpanRange::of(path), model, private), quote!(#private::PointsOnceTo<#side, _>), "FIELD");
    quote!(#private::FieldOf::At(#index))
}

/// A field that the user named. It must be the id of a row of `side`; the compiler checks this.
fn named_field(path: &Path, field: &Ident, side: &TokenStream, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let (span, name) = (SpanRange::of(field).first(), field.unraw().to_string());
    let points = quote_spanned!(span=> fn points(row: &#path) -> &#root::Id<#side> { &row.#field });
    let may_relate = moved(quote!(#private::may_relate), SpanRange::of(field));
    let never = ask(path, quote!(#private::SendsSignals), "NEVER_CHANGES");
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
    let Paths { root, private } = paths;
    let (name, method, vis) = (model.name, many.name, &parsed.item.vis);
    let doc = format!("The rows that `{}` relates this one to.", method.unraw());
    quote! {
        const _: () = {
            impl #name {
                #[doc = #doc]
                #[must_use]
                #vis fn #method(&self) -> #root::__private::Related<'_, #through, #private::Forward> {
                    #root::__private::Related::new(self)
                }
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
    let Paths { root, private } = paths;
    let (name, vis, target) = (model.name, &parsed.item.vis, many.target);
    let field = many.name.unraw().to_string();
    let side = format_ident!("{}By{}", name.unraw(), camel_case(&field), span = many.word.span());
    let trait_doc = format!("The other side of [`{name}`]'s `{field}`.");
    let doc = format!("The rows of `{name}` that are related to this one by their `{field}`.");
    let signature = quote!(fn #accessor(&self) -> #root::__private::Related<'_, #through, #private::Reverse>);
    quote! {
        #[doc = #trait_doc]
        #vis trait #side {
            #[doc = #doc]
            #[must_use]
            #signature;
        }
        const _: () = {
            impl #side for #target {
                #signature { #root::__private::Related::new(self) }
            }
        };
    }
}
