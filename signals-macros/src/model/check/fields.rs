//! The rules for the fields of a model, for each field and for all of them together.

use syn::{Ident, Type};

use super::column;
use crate::errors::Errors;
use crate::grammar::text;
use crate::model::ir::{Column, Skipped};
use crate::model::parse::{FieldAttributes, ManyToMany, OnDeleteWord, Parsed, Relation};
use crate::model::types::{is_id, many_to_many, option};

/// The fields of a model, by their kind.
pub(super) struct Fields<'a> {
    pub(super) columns: Vec<Column<'a>>,
    /// The index of the key in `columns`; past the end if there is none, which is a mistake.
    pub(super) key: usize,
    pub(super) skipped: Vec<Skipped<'a>>,
    pub(super) relations: Vec<Relating<'a>>,
}

/// A field with `#[many_to_many]`.
pub(super) struct Relating<'a> {
    pub(super) name: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) attribute: &'a ManyToMany,
    /// The through model that the macro writes, if the attribute names none.
    pub(super) through: Option<&'a Parsed>,
}

/// How many columns a model can have: a set of fields is one `u128`.
const MOST_COLUMNS: usize = 128;

pub(super) fn check<'a>(parsed: &'a Parsed, errors: &mut Errors) -> Fields<'a> {
    let item = &parsed.item;
    let mut fields = Fields { columns: Vec::new(), key: usize::MAX, skipped: Vec::new(), relations: Vec::new() };
    let (mut keys, mut versions) = (Vec::new(), Vec::new());
    for (index, (field, attributes)) in item.fields.iter().zip(&parsed.fields).enumerate() {
        let Some(name) = &field.ident else { continue };
        let ty = &attributes.ty;
        if let Some(cfg) = field.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
            errors.on(cfg, "a field of a model cannot depend on `cfg`: a table has the same columns in every build");
        }
        if let Some(skip) = &attributes.skip {
            match &attributes.key {
                Some(key) => errors.on(
                    skip,
                    format!("a field with `{key}` is a column, so it cannot have `{skip}`\n\nhelp: remove `#[{skip}]`"),
                ),
                None => check_no_column(skip, attributes, errors),
            }
            let default = attributes.default.as_ref().map(|(_, expr)| expr);
            fields.skipped.push(Skipped { name, ty, default });
        } else if let Some(attribute) = &attributes.many_to_many {
            check_no_column(&attribute.word, attributes, errors);
            let through = parsed.through_models.get(index).and_then(Option::as_ref);
            fields.relations.push(Relating { name, ty, attribute, through });
        } else if let Some(target) = many_to_many(ty) {
            let target = text(target);
            match attributes.relations.first() {
                Some(Relation { word, .. }) => errors.on(
                    word,
                    format!(
                        "`{word}` is a relation to one row, and the type of the field is `ManyToMany<{target}>`\n\n\
                         help: write `#[many_to_many]` instead, or make the type `Id<{target}>`"
                    ),
                ),
                None => errors.on(
                    ty,
                    format!(
                        "a field of the type `ManyToMany<{target}>` is no column, and does not say that it is a relation\n\n\
                         help: write `#[many_to_many]` in front of it"
                    ),
                ),
            }
        } else {
            keys.extend(attributes.key.as_ref().map(|word| (word, fields.columns.len(), attributes.key_is_refused)));
            versions.extend(&attributes.version);
            if let (Some(word), [_, _, ..]) = (&attributes.version, &versions[..]) {
                errors.on(word, "a model has one version\n\nhelp: leave one of them as a plain integer");
            }
            check_nesting(ty, errors);
            fields.columns.push(column::check(name, attributes, errors));
        }
    }
    if let Some(column) = fields.columns.get(MOST_COLUMNS) {
        errors.on(
            column.name,
            "a model has at most 128 columns\n\nhelp: move some of them to a model of their own, with a `one_to_one`",
        );
    }
    check_names(&fields.columns, errors);
    check_constructor(parsed, errors);
    let is_refused = |field: &FieldAttributes| field.key_is_refused || (field.key.is_some() && field.skip.is_some());
    let is_refused = parsed.arguments.key_is_refused || parsed.fields.iter().any(is_refused);
    fields.key = match keys.first() {
        None if is_refused => usize::MAX,
        None => {
            let name = &item.ident;
            errors.on(name, format!("`{name}` has no key\n\nhelp: add the field `#[key] id: Id<{name}>`"));
            usize::MAX
        }
        Some((_, key, _)) => {
            check_one_key(&keys, &fields.columns, errors);
            *key
        }
    };
    fields
}

/// Refuses an `Option` of an `Option`, where it is written so. Of an alias, the compiler evaluates it.
fn check_nesting(ty: &Type, errors: &mut Errors) {
    if let Some(inner) = option(ty).filter(|inner| option(inner).is_some()) {
        errors.on(
            ty,
            format!(
                "`{}` cannot be the type of a column: NULL would be both, `None` and `Some(None)`\n\nhelp: write `{}`",
                text(ty),
                text(inner)
            ),
        );
    }
}

fn check_names(columns: &[Column<'_>], errors: &mut Errors) {
    for (index, column) in columns.iter().enumerate() {
        let same = |other: &&Column<'_>| other.stored_as.eq_ignore_ascii_case(&column.stored_as);
        if let Some(first) = columns[..index].iter().find(same) {
            errors.on(
                column.name,
                format!(
                    "the fields `{}` and `{}` have the same column `{}`\n\n\
                     help: remove one of them, or name the column of one with `#[column(name = \"..\")]`",
                    first.name, column.name, first.stored_as
                ),
            );
        }
    }
}

/// Refuses a `#[default]` without effect.
fn check_constructor(parsed: &Parsed, errors: &mut Errors) {
    let without_constructor = parsed.constructor.is_none();
    if let Some(word) = parsed.fields.iter().find_map(default_of_constructor).filter(|_| without_constructor) {
        let model = &parsed.item.ident;
        errors.on(
            word,
            format!(
                "`{word}` is the value of this field in `{model}::default()`, which is not derived here\n\n\
                 help: write `#[derive(Default)]` below `#[model]`; an `impl Default` of your own sets the field itself"
            ),
        );
    }
}

/// The word `default` of a field whose default is only used by `Default::default()`. The default of a key is also used when a row is
/// inserted without one, and that of `set_default` when the other row is deleted.
fn default_of_constructor(attributes: &FieldAttributes) -> Option<&Ident> {
    let is_set_default =
        |relation: &Relation| matches!(&relation.on_delete, OnDeleteWord::Given(word) if word == "set_default");
    let is_used_elsewhere = attributes.key.is_some()
        || attributes.version.is_some()
        || attributes.many_to_many.is_some()
        || attributes.relations.iter().any(is_set_default);
    attributes.default.as_ref().map(|(word, _)| word).filter(|_| !is_used_elsewhere)
}

/// Refuses a second key: words, indexes in the columns, and whether the word is a mistake that is already reported.
fn check_one_key(keys: &[(&Ident, usize, bool)], columns: &[Column<'_>], errors: &mut Errors) {
    let names: Vec<String> = keys.iter().map(|(_, key, _)| columns[*key].name.to_string()).collect();
    let names = names.join(", ");
    let is_automatic = keys.iter().any(|(_, key, _)| is_id(columns[*key].ty));
    let of_several = if is_automatic {
        String::new()
    } else {
        format!("; for a key of several fields, write `#[key] id: Id<Self>` and `#[model(unique({names}))]`")
    };
    for (word, ..) in keys.iter().skip(1).filter(|(.., is_reported)| !is_reported) {
        errors.on(word, format!("a model has one key\n\nhelp: make the other fields `#[unique]`{of_several}"));
    }
}

/// Refuses attributes of columns on a field that is not a column, because it has the attribute `word`.
fn check_no_column(word: &Ident, attributes: &FieldAttributes, errors: &mut Errors) {
    let words = [&attributes.key, &attributes.unique, &attributes.index, &attributes.version];
    // A field with `skip` has a value, so it can have a default.
    let default = attributes.default.as_ref().filter(|_| attributes.skip.is_none());
    let with_values = [default, attributes.update.as_ref()].map(|value| value.map(|(word, _)| word));
    let column = attributes.column.as_ref().map(|(word, _)| word);
    let column = column.into_iter().chain(attributes.read_only.as_ref().map(|(word, _)| word));
    let relations = attributes.relations.iter().map(|relation| &relation.word);
    let many = attributes.many_to_many.as_ref().map(|many| &many.word).filter(|other| *other != word);
    let others = words.into_iter().flatten().chain(with_values.into_iter().flatten()).chain(column).chain(relations);
    for other in others {
        errors.on(other, format!("a field with `{word}` is no column, and `{other}` says something of a column"));
    }
    if let Some(other) = many {
        errors.on(other, format!("a field with `{word}` cannot have `{other}`: leave one of them out"));
    }
}
