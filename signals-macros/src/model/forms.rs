//! The attributes of fields in forms that the grammar does not have, such as `#[default = 18]`, and what to write instead.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, Ident, LitStr, Meta, Type};

use super::types::{last_word, option};
use crate::foreign::{self, Place};
use crate::values::Kind;
use crate::written::written;

/// What follows the word of an attribute: `= 18`, or what is in the parentheses.
pub(super) fn after_word(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => pair.value.to_token_stream(),
    }
}

/// The error for arguments of an attribute that takes none.
pub(super) fn no_arguments(attribute: &Attribute, word: &Ident) -> syn::Error {
    let arguments = after_word(attribute);
    let text = written(arguments.clone());
    let several = Kind::Fields.meant(&arguments).filter(|fields| fields.contains(',') && !text.contains('='));
    let help = match (word.to_string().as_str(), text.as_str()) {
        (_, "false") => "leave the attribute out".to_owned(),
        (word @ ("unique" | "index"), _) if several.is_some() => {
            format!("write `#[model({word}({}))]` above the struct", several.unwrap_or_default())
        }
        ("key", "auto" | "auto_increment" | "autoincrement" | "identity" | "generated") => {
            "write `#[key]`: the database assigns each key of the type `Id`".to_owned()
        }
        ("index", _) if text.contains("unique") => "write `#[unique]`, which has an index".to_owned(),
        (word, _) => format!("write `#[{word}]`"),
    };
    let message = format!("`{word}` takes no arguments\n\nhelp: {help}");
    if arguments.is_empty() {
        syn::Error::new(word.span(), message)
    } else {
        syn::Error::new_spanned(arguments, message)
    }
}

/// The error for `#[default]` and `#[update]` without one expression in parentheses.
pub(super) fn no_expression(attribute: &Attribute, word: &Ident, ty: &Type) -> syn::Error {
    let value = after_word(attribute);
    if value.is_empty() {
        let example = if word == "default" { example(ty) } else { now(ty) };
        let message = format!("`{word}` needs a value\n\nhelp: write `#[{word}({example})]`");
        return syn::Error::new(word.span(), message);
    }
    if AUTOMATIC.contains(&written(value.clone()).as_str()) {
        let message = format!("`{}` is no value\n\nhelp: write `#[{word}({})]`", written(value.clone()), now(ty));
        return syn::Error::new_spanned(value, message);
    }
    let meant = match &attribute.meta {
        Meta::NameValue(_) => Some(value.clone()),
        _ => named_value(value.clone()),
    };
    let meant = meant.and_then(|value| syn::parse2::<Expr>(value).ok()).map(|value| of_type(&value, ty));
    let message = match meant {
        Some(meant) => format!("`{word}` takes its value in parentheses\n\nhelp: write `#[{word}({meant})]`"),
        None => format!("`{word}` takes one expression, as in `#[{word}({})]`", example(ty)),
    };
    syn::Error::new_spanned(value, message)
}

/// Whether an expression is a `value = 18`, which has no value, or a word of another library for one.
pub(super) fn is_no_value(expr: &Expr) -> bool {
    let is_word =
        |path: &syn::ExprPath| path.path.get_ident().is_some_and(|word| AUTOMATIC.iter().any(|auto| word == auto));
    match expr {
        Expr::Assign(_) => true,
        Expr::Path(path) => is_word(path),
        _ => false,
    }
}

/// Words for the present time or a value of the database.
const AUTOMATIC: &[&str] = &["auto", "auto_now", "auto_now_add", "current_timestamp"];

/// Refuses an attribute with `=` that takes a list in parentheses.
pub(super) fn check_list(attribute: &Attribute, word: &Ident, example: &str) -> syn::Result<()> {
    match &attribute.meta {
        Meta::NameValue(pair) => {
            let message = format!("`{word}` takes its arguments in parentheses\n\nhelp: write `{example}`");
            Err(syn::Error::new_spanned(&pair.value, message))
        }
        _ => Ok(()),
    }
}

/// The error for a relation that only says its model: `#[foreign_key(User)]`.
pub(super) fn only_a_model(attribute: &Attribute, place: Place) -> Option<syn::Error> {
    let Meta::List(list) = &attribute.meta else { return None };
    let answer = foreign::positional(place, &list.tokens)?;
    let (fact, out) = answer.split_once("help: leave ")?;
    let model = out.strip_suffix(" out")?;
    let message = format!("{fact}help: write `on_delete = cascade` instead of {model}");
    Some(syn::Error::new_spanned(&list.tokens, message))
}

/// `18` in `value = 18`, `default = 18` and `= 18`.
pub(super) fn named_value(tokens: TokenStream) -> Option<TokenStream> {
    let mut tokens = tokens.into_iter().peekable();
    tokens.next_if(|token| matches!(token, TokenTree::Ident(_)));
    let is_sign = matches!(tokens.next(), Some(TokenTree::Punct(sign)) if sign.as_char() == '=');
    let value: TokenStream = tokens.collect();
    (is_sign && syn::parse2::<Expr>(value.clone()).is_ok()).then_some(value)
}

/// The error for `#[column]`, `#[column("name")]` and `#[column = "name"]`. `None` if the arguments have keys.
pub(super) fn no_column_name(attribute: &Attribute, word: &Ident) -> Option<syn::Error> {
    let value = after_word(attribute);
    if value.is_empty() {
        let message = "`column` needs a name, as in `#[column(name = \"user_name\")]`";
        return Some(syn::Error::new(word.span(), message));
    }
    let is_pair = matches!(attribute.meta, Meta::NameValue(_));
    let is_string = syn::parse2::<LitStr>(value.clone()).is_ok();
    if !is_pair && !is_string {
        return None;
    }
    let name = Kind::Text.meant(&value).unwrap_or_else(|| "\"user_name\"".to_owned());
    let message = format!("the name of a column is the argument `name`\n\nhelp: write `#[column(name = {name})]`");
    Some(syn::Error::new_spanned(value, message))
}

/// The value as one of this type: `Some("de".to_owned())` for `"de"`.
fn of_type(value: &Expr, ty: &Type) -> String {
    let text = written(value.to_token_stream());
    let is_string = matches!(value, Expr::Lit(literal) if matches!(literal.lit, syn::Lit::Str(_)));
    // A string with an expression, as `serde` has it.
    if let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(string), .. }) = value
        && !written(ty.to_token_stream()).contains("String")
        && string.parse::<Expr>().is_ok()
    {
        return string.value();
    }
    match option(ty) {
        Some(inner) if matches!(value, Expr::Lit(_)) => format!("Some({})", of_type(value, inner)),
        None if is_string && last_word(ty).is_some_and(|word| word == "String") => format!("{text}.to_owned()"),
        _ => text,
    }
}

/// A value of this type.
pub(super) fn example(ty: &Type) -> String {
    if let Some(inner) = option(ty) {
        return format!("Some({})", example(inner));
    }
    let word = last_word(ty).map(ToString::to_string).unwrap_or_default();
    match word.as_str() {
        "String" => "\"text\".to_owned()".to_owned(),
        "bool" => "true".to_owned(),
        "f32" | "f64" => "1.5".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" => "18".to_owned(),
        "Id" => "Id::new(1)".to_owned(),
        _ if is_time(&word) => now(ty),
        _ => "18".to_owned(),
    }
}

fn is_time(word: &str) -> bool {
    ["DateTime", "NaiveDateTime", "NaiveDate", "NaiveTime", "Timestamp", "Zoned"].contains(&word)
}

/// The present time as this type.
pub(super) fn now(ty: &Type) -> String {
    if let Some(inner) = option(ty) {
        return format!("Some({})", now(inner));
    }
    let chrono = "chrono::Utc::now()";
    match last_word(ty).map(ToString::to_string).as_deref() {
        Some("DateTime") if written(ty.to_token_stream()).contains('<') => chrono.to_owned(),
        Some("NaiveDateTime") => format!("{chrono}.naive_utc()"),
        Some("NaiveDate") => format!("{chrono}.date_naive()"),
        Some("NaiveTime") => format!("{chrono}.time()"),
        Some("Timestamp") => "jiff::Timestamp::now()".to_owned(),
        _ => "now()".to_owned(),
    }
}
