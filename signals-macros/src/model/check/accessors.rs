//! Rejects methods that would hide others.

use syn::ext::IdentExt;
use syn::{Ident, LitStr, Type};

use crate::case::snake_case;
use crate::errors::Errors;
use crate::grammar::text;
use crate::model::accessors::{follow, is_found_by, reverse, reverse_of_many};
use crate::model::ir::{Column, Model};
use crate::model::types::option;

/// The methods that every model has. A relation with one of these names would hide that method.
const TAKEN: &[&str] = &[
    "all",
    "changes",
    "clone",
    "columns",
    "create",
    "create_many",
    "default",
    "delete",
    "delete_where",
    "exclude",
    "fields",
    "filter",
    "get",
    "get_or_404",
    "get_or_create",
    "new",
    "order_by",
    "query",
    "refresh",
    "save",
    "save_fields",
    "update_or_create",
    "update_where",
    "upsert",
    "with",
];

/// A method of the other side and the origin of its name.
struct Reverse<'a> {
    method: Ident,
    /// The field of the relation.
    field: &'a Ident,
    target: String,
    related_name: Option<&'a LitStr>,
    /// The attribute, from which the name is derived if none is given.
    word: &'a Ident,
}

/// Rejects methods that would hide others of the same struct. Conflicts between structs are found at run time, by `check()`.
pub(super) fn check(model: &mut Model<'_>, errors: &mut Errors) {
    let own = own(model, errors);
    // A rejected method is not generated, because it would be a second error.
    let is_good = |method: &Ident, field: &Ident| own.contains(&(method.unraw().to_string(), field));
    for column in &mut model.columns {
        if !is_good(&follow(column), column.name) {
            column.relation = None;
        }
    }
    model.many_to_many.retain(|many| is_good(many.name, many.name));
    let refused = check_reverses(model, &own, errors);
    for column in &mut model.columns {
        let is_refused = refused.contains(&column.name);
        if let Some(pointer) = &mut column.relation {
            pointer.reverse_is_refused |= is_refused;
        }
    }
    for many in &mut model.many_to_many {
        many.reverse_is_refused |= refused.contains(&many.name);
    }
}

/// The fields whose method of the other side is a mistake.
fn check_reverses<'a>(model: &Model<'a>, own: &[(String, &Ident)], errors: &mut Errors) -> Vec<&'a Ident> {
    let mut others: Vec<Reverse<'_>> = Vec::new();
    let mut refused = Vec::new();
    for reverse in reverses(model) {
        let name = reverse.method.unraw().to_string();
        let is_here = *model.name == reverse.target;
        let mistake = if TAKEN.contains(&name.as_str()) {
            Some(format!("every model has a method `{name}` already"))
        } else if let Some((_, field)) = own.iter().find(|(method, _)| is_here && *method == name) {
            Some(format!("`{}` has a method `{name}` already, that of its field `{field}`", model.name))
        } else {
            let is_same = |other: &&Reverse<'_>| other.method.unraw() == name && other.target == reverse.target;
            let other = others.iter().find(is_same);
            other.map(|other| {
                format!("`{}` has a method `{name}` already, that of the field `{}`", other.target, other.field)
            })
        };
        if let Some(mistake) = mistake {
            refuse(&reverse, model, &mistake, errors);
            refused.push(reverse.field);
        }
        others.push(reverse);
    }
    refused
}

fn refuse(reverse: &Reverse<'_>, model: &Model<'_>, mistake: &str, errors: &mut Errors) {
    let Reverse { method, field, word, .. } = reverse;
    let suggestion = format!("{}_by_{}", snake_case(&model.name.unraw().to_string()), field.unraw());
    match reverse.related_name {
        Some(given) => errors.on(
            given,
            format!(
                "the other side of `{field}` cannot be called `{method}`: {mistake}\n\n\
                 help: write another name, such as `{suggestion}`"
            ),
        ),
        None => errors.on(
            word,
            format!(
                "the other side of `{field}` would be called `{method}`: {mistake}\n\n\
                 help: give it a name of its own: add `related_name = \"{suggestion}\"`"
            ),
        ),
    }
}

/// The methods of the model itself, each with the field that it comes from.
fn own<'a>(model: &Model<'a>, errors: &mut Errors) -> Vec<(String, &'a Ident)> {
    let found_by =
        model.columns.iter().enumerate().filter(|(index, column)| *index != model.key && is_found_by(column));
    let mut own: Vec<_> = found_by.map(|(_, column)| (format!("by_{}", column.name.unraw()), column.name)).collect();
    let followed = model.columns.iter().enumerate().filter(|(index, column)| {
        // Two fields with one column are reported as that mistake.
        let is_same = |other: &Column<'_>| other.stored_as.eq_ignore_ascii_case(&column.stored_as);
        column.relation.is_some() && !model.columns[..*index].iter().any(is_same)
    });
    let followed = followed.map(|(_, column)| (follow(column).unraw().to_string(), column.name));
    for (method, field) in
        followed.chain(model.many_to_many.iter().map(|many| (many.name.unraw().to_string(), many.name)))
    {
        if TAKEN.contains(&method.as_str()) {
            errors.on(
                field,
                format!(
                    "`{field}` would be the method `{method}` as well, which every model has already\n\n\
                     help: rename the field"
                ),
            );
        } else if let Some((_, other)) = own.iter().find(|(other, _)| *other == method) {
            errors.on(
                field,
                format!(
                    "the fields `{other}` and `{field}` are both the method `{method}`\n\nhelp: rename one of them"
                ),
            );
        } else {
            own.push((method, field));
        }
    }
    own
}

fn reverses<'m, 'a: 'm>(model: &'m Model<'a>) -> impl Iterator<Item = Reverse<'a>> + 'm {
    let pointed_to = model.columns.iter().filter_map(|column| {
        let pointer = column.relation.as_ref()?;
        Some(Reverse {
            method: reverse(column, model.name)?,
            field: column.name,
            target: pointed_to(column.ty),
            related_name: pointer.related_name,
            word: pointer.word,
        })
    });
    let many = model.many_to_many.iter().filter_map(|many| {
        Some(Reverse {
            method: reverse_of_many(many, model.name)?,
            field: many.name,
            target: text(many.target),
            related_name: many.related_name,
            word: many.word,
        })
    });
    pointed_to.chain(many)
}

/// `User` in `Option<Id<User>>`, as it is written.
fn pointed_to(ty: &Type) -> String {
    let ty = option(ty).unwrap_or(ty);
    let Type::Path(path) = ty else { return text(ty) };
    match path.path.segments.last().map(|last| &last.arguments) {
        Some(syn::PathArguments::AngleBracketed(arguments)) => arguments.args.first().map(text).unwrap_or_default(),
        _ => text(ty),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Hidden methods are not included: the library calls them through their trait, so that no other method can hide them.
    #[test]
    fn every_method_of_a_model_is_taken() {
        let file =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../src/model/model_trait.rs")).unwrap();
        let items = syn::parse_file(&file).unwrap().items;
        let is_model = |item: syn::Item| match item {
            syn::Item::Trait(item) if item.ident == "Model" => Some(item),
            _ => None,
        };
        let model = items.into_iter().find_map(is_model).unwrap();
        let is_hidden =
            |function: &syn::TraitItemFn| function.attrs.iter().any(|attribute| text(attribute) == "#[doc(hidden)]");
        let public = model.items.iter().filter_map(|item| match item {
            syn::TraitItem::Fn(function) if !is_hidden(function) => Some(function.sig.ident.to_string()),
            _ => None,
        });
        let public: BTreeSet<_> = public.collect();
        let taken: BTreeSet<_> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
        let missing: Vec<_> = public.difference(&taken).collect();
        assert!(missing.is_empty() && public.contains("save"), "{missing:?} of {public:?}");
        let more: Vec<_> = taken.difference(&public).collect();
        assert_eq!(more, ["clone", "default", "fields", "new"]);
    }
}
