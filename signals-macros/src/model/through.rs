//! The through model of a `#[many_to_many]` without `through = ..`, as if the user had written it: between parse and check.

use proc_macro2::{Delimiter, Group};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Type};

use super::parse::{self, Parsed};
use super::paths::Paths;
use super::types::{last_word, many_to_many};
use crate::case::{camel_case, snake_case};
use crate::errors::Errors;
use crate::root::{SpanRange, moved};

/// Adds to each field the through model that it needs.
pub(super) fn add(parsed: &mut Parsed, paths: &Paths, errors: &mut Errors) {
    let models: Vec<_> = (0..parsed.fields.len()).map(|index| model(index, parsed, paths, errors)).collect();
    parsed.through_models = models;
}

fn model(index: usize, parsed: &Parsed, paths: &Paths, errors: &mut Errors) -> Option<Parsed> {
    let attributes = &parsed.fields[index];
    let attribute = attributes.many_to_many.as_ref().filter(|attribute| attribute.through.is_none())?;
    let name = parsed.item.fields.iter().nth(index)?.ident.as_ref()?;
    let target = many_to_many(&attributes.ty)?;

    let Paths { root, .. } = paths;
    let (model, vis) = (&parsed.item.ident, &parsed.item.vis);
    let through = through_name(model, name);
    let [source_field, target_field] = field_names(model, name, target);
    // What the compiler says about one of the sides, it says at that side.
    let to_source = moved(quote!(#root::Id<#model>), SpanRange::of(&attribute.word));
    let to_target = moved(quote!(#root::Id<#target>), SpanRange::of(target));
    // If the name is taken, the compiler underlines the field.
    let opening = moved(quote!(#vis struct), name.span().into());
    let mut fields = Group::new(
        Delimiter::Brace,
        quote! {
            #[doc = "The key."]
            #[key]
            #vis id: #root::Id<#through>,
            #[doc = "The one."]
            #[foreign_key(on_delete = cascade)]
            #vis #source_field: #to_source,
            #[doc = "The other."]
            #[foreign_key(on_delete = cascade)]
            #vis #target_field: #to_target,
        },
    );
    fields.set_span(name.span());
    let doc = format!("A row relates a [`{model}`] to one of its `{}`.", name.unraw());
    let item = quote! {
        #[doc = #doc]
        #[derive(
            ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default,
            ::core::cmp::PartialEq, ::core::cmp::Eq,
        )]
        #opening #through #fields
    };
    parse::parse(quote!(unique(#source_field, #target_field)), item, errors)
}

/// `UserGroups`, for the field `groups` of `User`.
fn through_name(model: &Ident, field: &Ident) -> Ident {
    let name = camel_case(&field.unraw().to_string());
    format_ident!("{}{name}", model.unraw(), span = field.span())
}

/// `user_id` and `group_id`; `from_person_id` and `to_person_id` if the two sides have one name.
fn field_names(model: &Ident, field: &Ident, target: &Type) -> [Ident; 2] {
    let snake = |name: &Ident| snake_case(&name.unraw().to_string());
    let source = snake(model);
    let target = last_word(target).map_or_else(|| "target".to_owned(), snake);
    let span = field.span();
    if source == target {
        [format_ident!("from_{source}_id", span = span), format_ident!("to_{target}_id", span = span)]
    } else {
        [format_ident!("{source}_id", span = span), format_ident!("{target}_id", span = span)]
    }
}
