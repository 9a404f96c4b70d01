//! The rules for fields that are columns.

use proc_macro2::TokenStream;
use syn::Ident;

use super::related_name;
use crate::errors::Errors;
use crate::foreign::{self, Place};
use crate::grammar::Understood;
use crate::model::defaults;
use crate::model::ir::{Column, OnDelete, Pointer};
use crate::model::parse::{FieldAttributes, Kind, OnDeleteWord, Relation, Source};
use crate::model::types::{is_id, needs_null, option};
use crate::suggest;

const ON_DELETE: &[(&str, OnDelete)] = &[
    ("cascade", OnDelete::Cascade),
    ("db_cascade", OnDelete::DbCascade),
    ("protect", OnDelete::Protect),
    ("restrict", OnDelete::Restrict),
    ("set_null", OnDelete::SetNull),
    ("set_default", OnDelete::SetDefault),
    ("do_nothing", OnDelete::DoNothing),
];

pub(super) fn check<'a>(name: &'a Ident, attributes: &'a FieldAttributes, errors: &mut Errors) -> Column<'a> {
    let ty = &attributes.ty;
    if let (Some(_), Some((word, _))) = (&attributes.key, &attributes.update) {
        errors.on(
            word,
            format!(
                "the key of a model cannot have `{word}`: each save would be of another row\n\n\
                     help: `#[default(..)]` is the key of a row that is inserted without one"
            ),
        );
    }
    if let (Some(_), Some(relation)) = (&attributes.key, attributes.relations.first()) {
        errors.on(
            &relation.word,
            "the key of a model cannot be a relation as well\n\nhelp: give the model an `Id` of its own",
        );
    }
    if let Some(version) = &attributes.version {
        check_version(version, attributes, errors);
    }
    check_indexes(attributes, errors);
    if let Some((word, source)) = &attributes.read_only {
        check_read_only(word, source, attributes, errors);
    }
    if let [_, second, ..] = &attributes.relations[..] {
        errors.on(&second.word, "a field points to one model: it is either `one_to_one` or `foreign_key`");
    }
    let given = attributes.column.as_ref().map(|(_, given)| given);
    let stored_as = defaults::column(given, name, !attributes.relations.is_empty(), errors);
    Column {
        name,
        ty,
        stored_as,
        unique: attributes.unique.is_some(),
        index: attributes.index.is_some(),
        version: attributes.version.is_some(),
        default: attributes.default.as_ref().map(|(_, expr)| expr),
        update: attributes.update.as_ref().map(|(_, expr)| expr),
        read_only: attributes.read_only.as_ref().map(|(_, source)| source),
        relation: attributes.relations.first().map(|relation| pointer(relation, attributes, errors)),
    }
}

/// Refuses an index or a constraint that another attribute has already.
fn check_indexes(attributes: &FieldAttributes, errors: &mut Errors) {
    let relation = attributes.relations.first();
    let one_to_one = relation.filter(|relation| relation.kind == Kind::OneToOne).map(|relation| &relation.word);
    let has_unique = [attributes.key.as_ref(), one_to_one].into_iter().flatten().next();
    if let Some((word, other)) = attributes.unique.as_ref().zip(has_unique) {
        errors.on(word, format!("a field with `{other}` is unique already\n\nhelp: leave `{word}` out"));
    }
    let relation = relation.map(|relation| &relation.word);
    let has_index = [attributes.key.as_ref(), attributes.unique.as_ref(), relation].into_iter().flatten().next();
    if let Some((word, other)) = attributes.index.as_ref().zip(has_index) {
        errors.on(word, format!("a field with `{other}` has an index already\n\nhelp: leave `{word}` out"));
    }
}

/// A value that the database sets cannot be set by other attributes.
fn check_read_only(word: &Ident, source: &Source, attributes: &FieldAttributes, errors: &mut Errors) {
    if let Source::Generated(sql) | Source::Default(sql) = source
        && sql.value().trim().is_empty()
    {
        errors.on(sql, "the SQL that gives the column its value cannot be empty");
    }
    if let Some(key) = &attributes.key {
        let message = "the key of a model cannot be read-only: a row is found by it\n\n\
                       help: the database assigns one of the type `Id`, without `read_only`";
        errors.on(key, message);
    }
    let values = [&attributes.default, &attributes.update].map(|value| value.as_ref().map(|(word, _)| word));
    let relations = attributes.relations.iter().map(|relation| &relation.word);
    for other in values.into_iter().flatten().chain(relations).chain(&attributes.version) {
        errors.on(other, format!("a field with `{word}` is set by the database, so it cannot have `{other}`"));
    }
}

/// Only a save sets a version.
fn check_version(version: &Ident, attributes: &FieldAttributes, errors: &mut Errors) {
    if attributes.key.is_some() {
        errors.on(version, "the key of a model cannot be its version\n\nhelp: add a field `#[version] version: i64`");
    }
    let values = [&attributes.default, &attributes.update].map(|value| value.as_ref().map(|(word, _)| word));
    let relations = attributes.relations.iter().map(|relation| &relation.word);
    for other in values.into_iter().flatten().chain(relations).chain(&attributes.unique) {
        errors.on(other, format!("a field with `{version}` counts the saves of a row, so it cannot have `{other}`"));
    }
}

fn pointer<'a>(relation: &'a Relation, attributes: &FieldAttributes, errors: &mut Errors) -> Pointer<'a> {
    let (word, kind) = (&relation.word, relation.kind);
    let on_delete = on_delete(relation, attributes, errors);
    let given = relation.related_name.as_ref();
    let related_name = given.filter(|name| related_name::check(name, errors));
    let is_lost = given.is_none() && relation.is_understood == Understood::InPart;
    let reverse_is_refused = is_lost || given.is_some() && related_name.is_none();
    Pointer { word, kind, on_delete, related_name, reverse_is_refused }
}

fn on_delete(relation: &Relation, attributes: &FieldAttributes, errors: &mut Errors) -> OnDelete {
    let (word, ty) = (&relation.word, &attributes.ty);
    let words: Vec<&str> = ON_DELETE.iter().map(|(word, _)| *word).collect();
    let given = match &relation.on_delete {
        OnDeleteWord::Given(given) => given,
        OnDeleteWord::Mistaken => return OnDelete::DoNothing,
        OnDeleteWord::Missing => {
            errors.on(
                word,
                format!(
                    "`{word}` does not say what becomes of this row when the other one is deleted\n\n\
                     help: write `#[{word}(on_delete = cascade)]`, or another of {}",
                    suggest::list(&words)
                ),
            );
            return OnDelete::DoNothing;
        }
    };
    let Some((_, on_delete)) = ON_DELETE.iter().find(|(word, _)| given == word) else {
        let text = given.to_string();
        let unknown = || {
            let help = suggest::help(&text, &words);
            format!("unknown value `{given}` of `on_delete`\n\nhelp: {help}")
        };
        let answer = foreign::answer(Place::OnDelete, &text, &TokenStream::new());
        let out = if option(ty).is_some() { ", on a field whose type is an `Option`" } else { "" };
        errors.on(given, answer.unwrap_or_else(unknown).replace(out, ""));
        return OnDelete::DoNothing;
    };
    // Only the compiler knows whether another type is an alias of an `Option`.
    if *on_delete == OnDelete::SetNull && is_id(ty) {
        errors.on(given, needs_null(ty));
    }
    if *on_delete == OnDelete::SetDefault && attributes.default.is_none() {
        errors.on(
            given,
            "`set_default` needs to know the default\n\nhelp: add it to the field, as in `#[default(Id::new(1))]`",
        );
    }
    *on_delete
}
