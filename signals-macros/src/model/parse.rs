//! The grammar of `#[model]` and of the attributes of its fields.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Expr, Field, Fields, Ident, Item, ItemStruct, LitStr, Meta, Path, Token};

use crate::errors::Errors;
use crate::suggest;

/// A struct and what its attributes say.
pub(super) struct Parsed {
    /// The struct without the attributes that are ours.
    pub(super) item: ItemStruct,
    pub(super) arguments: Arguments,
    /// One per field.
    pub(super) fields: Vec<FieldAttributes>,
}

/// What stands in the brackets of `#[model]`.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) table: Option<LitStr>,
    pub(super) app: Option<LitStr>,
    pub(super) root: Option<Path>,
}

/// What the attributes of one field say.
#[derive(Default)]
pub(super) struct FieldAttributes {
    pub(super) key: Option<Ident>,
    pub(super) unique: Option<Ident>,
    pub(super) index: Option<Ident>,
    pub(super) skip: Option<Ident>,
    pub(super) default: Option<(Ident, Expr)>,
    pub(super) update: Option<(Ident, Expr)>,
    pub(super) column: Option<(Ident, LitStr)>,
    pub(super) relations: Vec<Relation>,
}

/// `#[one_to_one(..)]` or `#[foreign_key(..)]`
pub(super) struct Relation {
    pub(super) word: Ident,
    pub(super) kind: Kind,
    pub(super) on_delete: Option<Ident>,
    pub(super) related_name: Option<LitStr>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    OneToOne,
    ForeignKey,
}

const WORDS: &[&str] = &["key", "unique", "index", "skip", "default", "update", "column", "one_to_one", "foreign_key"];

pub(super) fn parse(attribute: TokenStream, item: TokenStream, errors: &mut Errors) -> Option<Parsed> {
    let arguments = arguments(attribute, errors);
    let mut item = match syn::parse2::<Item>(item) {
        Ok(Item::Struct(item)) => item,
        Ok(Item::Enum(item)) => {
            errors.on(item.enum_token, "a model is a struct with named fields, not an enum");
            return None;
        }
        Ok(Item::Union(item)) => {
            errors.on(item.union_token, "a model is a struct with named fields, not a union");
            return None;
        }
        Ok(other) => {
            let first: TokenStream = quote::ToTokens::into_token_stream(other).into_iter().take(1).collect();
            errors.on(first, "the `model` attribute goes on a struct with named fields");
            return None;
        }
        Err(error) => {
            errors.push(error);
            return None;
        }
    };
    let fields = item.fields.iter_mut().map(|field| field_attributes(field, errors)).collect();
    Some(Parsed { item, arguments, fields })
}

/// Whether a field's attribute is one of ours.
pub(super) fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().get_ident().is_some_and(|word| WORDS.contains(&word.to_string().as_str()))
}

/// Takes our attributes off every field.
pub(super) fn strip(fields: &mut Fields) {
    for field in fields.iter_mut() {
        field.attrs.retain(|attribute| !is_ours(attribute));
    }
}

fn arguments(tokens: TokenStream, errors: &mut Errors) -> Arguments {
    let mut arguments = Arguments::default();
    let parser = |input: ParseStream<'_>| {
        keys(input, "argument", "model", &["table", "app", "crate"], |key, input| {
            match key.to_string().as_str() {
                "table" => arguments.table = Some(value(input, key, "table = \"users\"")?),
                "app" => arguments.app = Some(value(input, key, "app = \"accounts\"")?),
                _ => arguments.root = Some(input.call(Path::parse_mod_style)?),
            }
            Ok(())
        })
    };
    let result = parser.parse2(tokens);
    errors.take(result);
    arguments
}

fn field_attributes(field: &mut Field, errors: &mut Errors) -> FieldAttributes {
    let mut found = FieldAttributes::default();
    for attribute in &field.attrs {
        let result = one(attribute, &mut found);
        errors.take(result);
    }
    field.attrs.retain(|attribute| !is_ours(attribute));
    found
}

fn one(attribute: &Attribute, found: &mut FieldAttributes) -> syn::Result<()> {
    let Some(word) = attribute.path().get_ident().cloned() else { return Ok(()) };
    let text = word.to_string();
    match text.as_str() {
        "key" => flag(attribute, word, &mut found.key),
        "unique" => flag(attribute, word, &mut found.unique),
        "index" => flag(attribute, word, &mut found.index),
        "skip" => flag(attribute, word, &mut found.skip),
        "default" => once(expression(attribute, &word, "default(now())")?, word, &mut found.default),
        "update" => once(expression(attribute, &word, "update(now())")?, word, &mut found.update),
        "column" => {
            let mut name = None;
            attribute.parse_args_with(|input: ParseStream<'_>| {
                keys(input, "argument", "column", &["name"], |key, input| {
                    name = Some(value(input, key, "column(name = \"user_name\")")?);
                    Ok(())
                })
            })?;
            let name = name.ok_or_else(|| syn::Error::new(word.span(), "expected `column(name = \"user_name\")`"))?;
            once(name, word, &mut found.column)
        }
        "one_to_one" => relation(attribute, word, Kind::OneToOne, found),
        "foreign_key" => relation(attribute, word, Kind::ForeignKey, found),
        "many_to_many" | "version" => {
            Err(syn::Error::new(word.span(), format!("`{text}` is not there yet in this version of signals")))
        }
        // An attribute of somebody else's, unless it is nearly one of ours and nothing else that people use.
        other => match suggest::nearest(other, WORDS) {
            Some(near) if !matches!(other, "serde" | "keyed") => Err(syn::Error::new(
                word.span(),
                format!("unknown attribute `{other}` on a field of a model\n\nhelp: did you mean `{near}`?"),
            )),
            _ => Ok(()),
        },
    }
}

fn flag(attribute: &Attribute, word: Ident, place: &mut Option<Ident>) -> syn::Result<()> {
    if !matches!(attribute.meta, Meta::Path(_)) {
        return Err(syn::Error::new(word.span(), format!("`{word}` takes no arguments")));
    }
    if place.is_some() {
        return Err(syn::Error::new(word.span(), format!("`{word}` is given twice")));
    }
    *place = Some(word);
    Ok(())
}

fn once<T>(value: T, word: Ident, place: &mut Option<(Ident, T)>) -> syn::Result<()> {
    if place.is_some() {
        return Err(syn::Error::new(word.span(), format!("`{word}` is given twice")));
    }
    *place = Some((word, value));
    Ok(())
}

fn expression(attribute: &Attribute, word: &Ident, example: &str) -> syn::Result<Expr> {
    let expected = || syn::Error::new(word.span(), format!("`{word}` needs an expression, as in `#[{example}]`"));
    match &attribute.meta {
        Meta::List(list) if !list.tokens.is_empty() => attribute.parse_args(),
        _ => Err(expected()),
    }
}

fn relation(attribute: &Attribute, word: Ident, kind: Kind, found: &mut FieldAttributes) -> syn::Result<()> {
    let (mut on_delete, mut related_name) = (None, None);
    if matches!(attribute.meta, Meta::List(_)) {
        attribute.parse_args_with(|input: ParseStream<'_>| {
            keys(input, "argument", &word.to_string(), &["on_delete", "related_name"], |key, input| {
                if key == "on_delete" {
                    on_delete = Some(value(input, key, "on_delete = cascade")?);
                } else {
                    related_name = Some(value(input, key, "related_name = \"articles\"")?);
                }
                Ok(())
            })
        })?;
    }
    found.relations.push(Relation { word, kind, on_delete, related_name });
    Ok(())
}

/// `key = value, ..`, each key at most once.
fn keys(
    input: ParseStream<'_>,
    what: &str,
    attribute: &str,
    known: &[&str],
    mut each: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    let mut seen: Vec<Ident> = Vec::new();
    while !input.is_empty() {
        let key = input.call(Ident::parse_any)?;
        if !known.contains(&key.to_string().as_str()) {
            return Err(syn::Error::new(key.span(), suggest::unknown(what, &key.to_string(), attribute, known)));
        }
        if seen.contains(&key) {
            return Err(syn::Error::new(key.span(), format!("`{key}` is given twice")));
        }
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(key.span(), format!("`{key}` needs a value: `{key} = ..`")));
        }
        input.parse::<Token![=]>()?;
        each(&key, input)?;
        seen.push(key);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn value<T: Parse>(input: ParseStream<'_>, _: &Ident, example: &str) -> syn::Result<T> {
    input.parse().map_err(|error: syn::Error| syn::Error::new(error.span(), format!("expected `{example}`")))
}
