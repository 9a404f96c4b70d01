//! The rules for `unique(a, b)` and `index(a, b)` of a model.

use syn::Ident;
use syn::ext::IdentExt;

use crate::errors::Errors;
use crate::model::ir::{Column, Composite};
use crate::model::parse::{Parsed, Together, TogetherKind};
use crate::suggest;

/// `key` is the index of the key in `columns`.
pub(super) fn check(parsed: &Parsed, columns: &[Column<'_>], key: usize, errors: &mut Errors) -> Vec<Composite> {
    let mut composites: Vec<Composite> = Vec::new();
    for together in &parsed.arguments.together {
        if check_key(together, columns.get(key), errors) {
            continue;
        }
        let fields = columns;
        let Some(columns) = together_columns(together, parsed, fields, errors) else { continue };
        let Together { word, kind, .. } = together;
        let mut sorted = columns.clone();
        sorted.sort_unstable();
        let is_same = |other: &Composite| {
            let mut others = other.columns.clone();
            // The order of the columns matters for an index only.
            others.sort_unstable();
            *kind == other.kind
                && if *kind == TogetherKind::Unique { others == sorted } else { other.columns == columns }
        };
        let is_unique_alone = |field: &&Ident| {
            *kind == TogetherKind::Unique && position(field, fields).is_some_and(|column| fields[column].unique)
        };
        if composites.iter().any(is_same) {
            errors.on(word, format!("`{word}` is said of these fields already"));
        } else if let Some(field) = together.fields.iter().find(is_unique_alone) {
            errors.on(
                field,
                format!("`{field}` alone is unique already\n\nhelp: leave `{word}(..)` out, or `unique` of `{field}`"),
            );
        } else {
            composites.push(Composite { kind: *kind, columns });
        }
    }
    composites
}

/// Refuses the key among fields that are unique together, and an index over the key alone. Returns whether it did.
fn check_key(together: &Together, key: Option<&Column<'_>>, errors: &mut Errors) -> bool {
    let Together { word, kind, fields } = together;
    let Some(key) = key else { return false };
    let Some(field) = fields.iter().find(|field| field.unraw() == key.name.unraw()) else { return false };
    let is_mistake = *kind == TogetherKind::Unique || fields.len() == 1;
    if is_mistake {
        let what = if *kind == TogetherKind::Unique { "unique" } else { "indexed" };
        errors.on(field, format!("the key `{field}` alone is {what} already\n\nhelp: leave `{word}(..)` out"));
    }
    is_mistake
}

/// The indexes of the columns that `unique(a, b)` names, if there is no mistake in them.
fn together_columns(
    together: &Together,
    parsed: &Parsed,
    columns: &[Column<'_>],
    errors: &mut Errors,
) -> Option<Vec<usize>> {
    let Together { word, fields, .. } = together;
    match &fields[..] {
        [] => {
            errors.on(word, format!("`{word}` names no field\n\nhelp: write `{word}(team, number)`, or leave it out"));
            return None;
        }
        [field] if position(field, columns).is_some() => {
            let message =
                format!("`{word}` of the model is about several fields\n\nhelp: write `#[{word}]` on `{field}`");
            errors.on(field, message);
            return None;
        }
        _ => {}
    }
    let mut found = Vec::new();
    let mut good = true;
    for field in fields {
        let mistake = match position(field, columns) {
            Some(column) if found.contains(&column) => format!("`{field}` stands twice in this `{word}`"),
            Some(column) => {
                found.push(column);
                continue;
            }
            None => no_column(field, word, parsed, columns),
        };
        errors.on(field, mistake);
        good = false;
    }
    good.then_some(found)
}

fn position(field: &Ident, columns: &[Column<'_>]) -> Option<usize> {
    columns.iter().position(|column| column.name.unraw() == field.unraw())
}

fn no_column(field: &Ident, word: &Ident, parsed: &Parsed, columns: &[Column<'_>]) -> String {
    let is_it = |other: &syn::Field| other.ident.as_ref().is_some_and(|name| name.unraw() == field.unraw());
    if parsed.item.fields.iter().any(is_it) {
        return format!("`{field}` is no column, and `{word}` is about columns");
    }
    let names: Vec<String> = columns.iter().map(|column| column.name.unraw().to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let help = suggest::help(&field.unraw().to_string(), &names);
    format!("no field `{field}` on the model `{}`\n\nhelp: {help}", parsed.item.ident)
}
