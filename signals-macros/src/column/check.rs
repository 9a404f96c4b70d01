//! The rules for column types beyond the grammar.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Data, DataEnum, DataStruct, Fields, Ident, LitStr, Type};

use super::parse::Parsed;
use crate::case::snake_case;
use crate::errors::Errors;

/// How the type is stored. It borrows the user's tokens.
pub(super) enum Column<'a> {
    /// As a string, the name of its variant.
    Choice(Vec<Choice<'a>>),
    /// As the value that it wraps.
    Wrapper(&'a Type),
}

/// A variant, and the string that is stored for it.
pub(super) struct Choice<'a> {
    pub(super) variant: &'a Ident,
    pub(super) stored_as: String,
}

pub(super) fn check<'a>(parsed: &'a Parsed, errors: &mut Errors) -> Option<Column<'a>> {
    let item = &parsed.item;
    if !item.generics.params.is_empty() {
        errors.on(
            &item.generics,
            format!(
                "a type that is a column cannot be generic\n\nhelp: implement `Column` for `{}` by hand",
                item.ident
            ),
        );
    }
    match &item.data {
        Data::Enum(data) => Some(Column::Choice(choices(&item.ident, data, &parsed.names, errors))),
        Data::Struct(data) => wrapper(&item.ident, data, errors),
        Data::Union(data) => {
            errors
                .on(data.union_token, "`derive(Column)` goes on an enum without data, or on a struct round one value");
            None
        }
    }
}

fn choices<'a>(name: &Ident, data: &'a DataEnum, names: &[Option<LitStr>], errors: &mut Errors) -> Vec<Choice<'a>> {
    if data.variants.is_empty() {
        errors.on(name, format!("`{name}` has no variants, so that no value of it could be stored"));
    }
    let mut choices: Vec<Choice<'a>> = Vec::new();
    for (variant, given) in data.variants.iter().zip(names) {
        if !matches!(variant.fields, Fields::Unit) {
            errors.on(
                &variant.fields,
                format!(
                    "`{}` has data, and a column holds one value: the name of the variant\n\n\
                     help: put the data into a field of the model, or implement `Column` by hand",
                    variant.ident
                ),
            );
        }
        if let Some(given) = given
            && given.value().contains('\0')
        {
            errors.on(given, "PostgreSQL stores no NUL in text");
        }
        let stored_as = given.as_ref().map_or_else(|| snake_case(&variant.ident.unraw().to_string()), LitStr::value);
        if let Some(first) = choices.iter().find(|choice| choice.stored_as == stored_as) {
            let place = given.as_ref().map_or_else(|| variant.ident.to_token_stream(), ToTokens::to_token_stream);
            errors.on(
                place,
                format!(
                    "`{}` and `{}` are both stored as \"{stored_as}\"\n\n\
                     help: give one of them another name with `#[column(name = \"..\")]`",
                    first.variant, variant.ident
                ),
            );
        }
        choices.push(Choice { variant: &variant.ident, stored_as });
    }
    choices
}

fn wrapper<'a>(name: &Ident, data: &'a DataStruct, errors: &mut Errors) -> Option<Column<'a>> {
    match &data.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Some(Column::Wrapper(&fields.unnamed[0].ty)),
        fields => {
            let (what, help) = match fields {
                Fields::Unit => ("has no value", "store a `bool`".to_owned()),
                _ => (
                    "has several fields, or named ones",
                    format!("write `struct {name}(String);`, or store a `Json<{name}>`"),
                ),
            };
            errors.on(name, format!("`{name}` {what}, and a column holds one value\n\nhelp: {help}"));
            None
        }
    }
}
