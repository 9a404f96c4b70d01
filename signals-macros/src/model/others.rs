//! Attributes of other libraries on a struct and its fields, such as `#[primary_key]` and `#[sea_orm(unique)]`.
//!
//! An attribute may belong to a derive of another library, which is then right. So none is answered if there is a derive that is not
//! known to have no such attributes; the compiler reports an attribute that belongs to none.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::{Attribute, Ident, Meta, Path, Type};

use super::forms::{named_value, now};
use super::types::{is_id, last_word, many_to_many, option};
use super::words::{MODEL, WORDS, derived};
use crate::foreign::{self, Place};
use crate::grammar::rest;
use crate::values::Kind;
use crate::written::{is_camel, written};

/// Whether attributes that are not ours can belong to another macro.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Other {
    Present,
    Absent,
}

/// Derives that read no attributes, or only those of their own name.
const WITHOUT_ATTRIBUTES: &[&str] = &[
    "Debug",
    "Clone",
    "Copy",
    "Default",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "Serialize",
    "Deserialize",
    "ToSchema",
    "JsonSchema",
    "Validate",
    "Zeroize",
    "Model",
    "Entity",
];

/// Attributes that say nothing to a macro, and the ones whose arguments are of a derive.
const PLAIN: &[&str] = &[
    "doc",
    "cfg",
    "cfg_attr",
    "allow",
    "warn",
    "deny",
    "expect",
    "forbid",
    "derive",
    "must_use",
    "non_exhaustive",
    "repr",
    "deprecated",
    "automatically_derived",
    "serde",
    "model",
    "schemars",
    "schema",
];

/// The attributes by which other libraries are told everything, `#[sea_orm(primary_key)]`.
const LIBRARIES: &[&str] = &[
    "sea_orm", "diesel", "orm", "sqlx", "toasty", "rorm", "welds", "ormx", "butane", "django", "model", "field", "db",
    "sql", "entity", "database", "rbatis", "cot",
];

/// Words that are no names of macros elsewhere, and belong in the arguments of `#[model]`.
const ON_A_STRUCT: &[&str] = &[
    "table",
    "table_name",
    "db_table",
    "unique",
    "unique_together",
    "index",
    "index_together",
    "indexes",
    "app",
    "app_label",
    "ordering",
    "constraints",
    "primary_key",
    "timestamps",
    "abstract",
    "verbose_name",
    "managed",
];

impl Other {
    pub(super) fn of(attributes: &[Attribute]) -> Self {
        let is_known = |attribute: &Attribute| match derived(attribute) {
            Some(paths) => paths.iter().all(|path| is_one_of(path, WITHOUT_ATTRIBUTES)),
            None => {
                is_one_of(attribute.path(), PLAIN) || is_library(attribute.path()) || is_on_a_struct(attribute.path())
            }
        };
        if attributes.iter().all(is_known) { Self::Absent } else { Self::Present }
    }
}

fn is_one_of(path: &Path, words: &[&str]) -> bool {
    path.segments.last().is_some_and(|last| words.iter().any(|word| last.ident == word))
}

fn is_library(path: &Path) -> bool {
    path.get_ident().is_some_and(|word| LIBRARIES.iter().any(|known| word == known))
}

fn is_on_a_struct(path: &Path) -> bool {
    path.get_ident().is_some_and(|word| ON_A_STRUCT.iter().any(|known| word == known))
}

/// The last word of `signals::key`.
pub(super) fn with_path(path: &Path) -> Option<Ident> {
    let is_ours = path.segments.first()?.ident == "signals" && path.segments.len() > 1;
    path.segments.last().map(|last| last.ident.clone()).filter(|last| is_ours && WORDS.iter().any(|word| last == word))
}

/// Whether `#[model]` answers this attribute of a field.
pub(super) fn is_of_field(path: &Path, other: Other) -> bool {
    let Some(word) = path.get_ident() else { return false };
    other == Other::Absent && (is_library(path) || foreign::knows(Place::Field, &word.to_string()))
}

/// Whether `#[model]` answers this attribute of the struct.
pub(super) fn is_of_struct(path: &Path, other: Other) -> bool {
    other == Other::Absent && (is_on_a_struct(path) || is_library(path) && !path.is_ident("model"))
}

/// The answer to an attribute of another library on a field.
pub(super) fn on_field(attribute: &Attribute, ty: &Type) -> syn::Error {
    let word = attribute.path().to_token_stream().to_string();
    let answer = if is_library(attribute.path()) {
        inner(attribute, &word, |word, rest| field_argument(word, rest, ty))
    } else {
        field_argument(&word, &after(attribute), ty).unwrap_or_default()
    };
    syn::Error::new_spanned(&attribute.meta, answer)
}

/// The answer to a word on a field of this type.
fn field_argument(word: &str, rest: &TokenStream, ty: &Type) -> Option<String> {
    if WORDS.contains(&word) {
        return Some(format!("`{word}` is `#[{word}]` here\n\nhelp: write `#[{word}]` instead"));
    }
    // A relation to many is one to this type, whatever the other library calls it.
    let known = if word.starts_with("has_many") && many_to_many(ty).is_some() { "many2many" } else { word };
    let answer = foreign::answer(Place::Field, known, rest)?.replace(&format!("`{known}`"), &format!("`{word}`"));
    Some(for_type(&answer, ty))
}

/// The answer in the words of the type.
fn for_type(answer: &str, ty: &Type) -> String {
    let optional = format!("and make the type `Option<{}>`", written(ty.to_token_stream()));
    let is_optional = option(ty).is_some();
    let (out, type_of_id) =
        (", and make the type `Option<..>`", "; the type of the field is the `Id` of the other model");
    let id = match last_word(option(ty).unwrap_or(ty)) {
        Some(word) if word == "Id" || word == "Ref" => String::new(),
        Some(word) if !written(ty.to_token_stream()).contains('<') && is_camel(&word.to_string()) => {
            format!(", and make the type `Id<{word}>`")
        }
        _ => type_of_id.to_owned(),
    };
    let answer = answer.replace("now()", &now(ty)).replace(type_of_id, &id);
    let type_of_many = "; the type of the field is `ManyToMany<..>` of the other model";
    let answer = if many_to_many(ty).is_some() { answer.replace(type_of_many, "") } else { answer };
    if is_optional {
        answer.replace(out, ": the type is an `Option` already")
    } else {
        answer.replace(out.trim_start_matches(", "), &optional)
    }
}

/// What follows the word of an attribute, as in the argument of an attribute: `= 18`, `(18)` or nothing.
fn after(attribute: &Attribute) -> TokenStream {
    let whole: TokenStream = attribute.meta.to_token_stream();
    let path = attribute.path().to_token_stream().into_iter().count();
    whole.into_iter().skip(path).collect()
}

/// The answer to an attribute of another library on the struct.
pub(super) fn on_struct(attribute: &Attribute) -> syn::Error {
    let word = attribute.path().to_token_stream().to_string();
    let answer = if is_library(attribute.path()) {
        inner(attribute, &word, model_argument)
    } else {
        model_argument(&word, &after(attribute)).unwrap_or_default()
    };
    syn::Error::new_spanned(&attribute.meta, answer)
}

/// The fact and the way out for an argument that belongs in `#[model(..)]`.
fn model_argument(word: &str, rest: &TokenStream) -> Option<String> {
    if !MODEL.known().contains(&word) {
        return foreign::answer(Place::Model, word, rest).map(|answer| in_model(&answer));
    }
    let value = if let [TokenTree::Group(group)] = &rest.clone().into_iter().collect::<Vec<_>>()[..] {
        named_value(group.stream()).unwrap_or_else(|| group.stream())
    } else {
        named_value(rest.clone()).unwrap_or_default()
    };
    let example = match word {
        "unique" | "index" => {
            format!("{word}({})", Kind::Fields.meant(&value).unwrap_or_else(|| "team, number".to_owned()))
        }
        _ => format!("{word} = {}", Kind::Text.meant(&value).unwrap_or_else(|| "\"users\"".to_owned())),
    };
    Some(format!("`{word}` is an argument of `#[model]`\n\nhelp: write `#[model({example})]`"))
}

/// The answer to an argument of `#[model(..)]`, for an attribute of the struct: "write `#[model(table = "users")]`".
fn in_model(answer: &str) -> String {
    let Some((start, rest)) = answer.split_once("write `") else { return answer.to_owned() };
    match rest.split_once('`') {
        Some((example, end)) if !example.starts_with("#[") => format!("{start}write `#[model({example})]`{end}"),
        _ => answer.to_owned(),
    }
}

/// The answers to the arguments of an attribute that tells another library everything.
fn inner(attribute: &Attribute, library: &str, answer: impl Fn(&str, &TokenStream) -> Option<String>) -> String {
    let arguments = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    let (mut facts, mut helps) = (Vec::new(), Vec::new());
    for (word, rest) in words(arguments) {
        if let Some((fact, help)) = answer(&word, &rest).as_deref().and_then(|answer| answer.split_once("\n\nhelp: ")) {
            facts.push(fact.to_owned());
            helps.push(help.to_owned());
        }
    }
    if facts.is_empty() {
        return format!("`{library}` is an attribute of another library\n\nhelp: leave it out");
    }
    format!("{}\n\nhelp: {}", facts.join("; "), helps.join("; "))
}

/// The words in the arguments, each with what follows it up to the next comma.
fn words(arguments: TokenStream) -> Vec<(String, TokenStream)> {
    let parser = |input: syn::parse::ParseStream<'_>| {
        let mut words = Vec::new();
        while !input.is_empty() {
            let mut argument = rest(input).into_iter();
            if let Some(TokenTree::Ident(word)) = argument.next() {
                words.push((word.to_string(), argument.collect()));
            }
            if !input.is_empty() {
                input.parse::<TokenTree>()?;
            }
        }
        Ok(words)
    };
    parser.parse2(arguments).unwrap_or_default()
}

/// The attributes of ours that the answers to the arguments of `#[column(..)]` offer.
pub(super) fn offered_in(arguments: TokenStream, ty: &Type) -> Vec<(Attribute, Ident)> {
    let answers = words(arguments).into_iter().filter_map(|(word, rest)| foreign::answer(Place::Column, &word, &rest));
    answers.flat_map(|answer| offered(&answer, ty)).collect()
}

/// Whether an argument of a relation says that its field is the key.
pub(super) fn says_key(arguments: TokenStream) -> bool {
    words(arguments).iter().any(|(word, _)| ["primary_key", "pk", "key"].contains(&word.as_str()))
}

/// The attributes of ours that an answer offers, such as `#[key]`, if the field would be another mistake without them.
pub(super) fn offered(answer: &str, ty: &Type) -> Vec<(Attribute, Ident)> {
    let is_many = many_to_many(ty).is_some();
    let read = |text: &str| {
        let text = text.split_once("]`")?.0;
        let attribute = Attribute::parse_outer.parse_str(&format!("#[{text}]")).ok()?.pop()?;
        let word = attribute.path().get_ident()?.clone();
        let is_needed = ["key", "unique", "foreign_key", "one_to_one"].iter().any(|needed| word == needed);
        // Of another type, the methods of the relation would be further mistakes.
        let is_relation = word == "foreign_key" || word == "one_to_one";
        let is_good = is_needed && !is_many && (!is_relation || is_id(option(ty).unwrap_or(ty)));
        (is_good || is_many && word == "many_to_many").then_some((attribute, word))
    };
    let mut offered: Vec<_> = answer.split("write `#[").skip(1).filter_map(read).collect();
    if is_many && offered.is_empty() {
        offered.extend(read("many_to_many]`"));
    }
    offered
}
