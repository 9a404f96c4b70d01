//! Each row says what is true: its way out is read by the real macros without a mistake.

use proc_macro2::TokenStream;
use quote::quote;

use super::row::{Place, Row};
use super::{TABLES, answer, plain};
use crate::root::Root;

fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().copied().flatten()
}

/// The code after the first "write" of a help.
fn code(row: &Row) -> Option<String> {
    let help = row.answer(row.words[0], &TokenStream::new());
    let (_, written) = help.split_once("write `")?;
    written.split_once('`').map(|(code, _)| code.to_owned())
}

/// A program with the code in its place.
fn expanded(place: Place, code: &TokenStream) -> Option<TokenStream> {
    let item = quote! { async fn welcome() {} };
    Some(match place {
        Place::Receiver | Place::Sender => {
            let text = code.to_string();
            let is_durable = crate::receiver::durability::WORDS.iter().any(|word| text.starts_with(word));
            let attribute = match () {
                () if text.starts_with("post_save") => code.clone(),
                () if is_durable => quote!(post_commit, sender = User, durable, #code),
                () => quote!(post_save, #code),
            };
            crate::receiver::expand(attribute, item, Root::Facade)
        }
        Place::SignalName => crate::receiver::expand(code.clone(), item, Root::Facade),
        Place::Signal => {
            let attribute = match code.to_string() {
                text if text.starts_with("version") => quote!(durable, #code),
                text if text.starts_with("upcast") => quote!(durable, version = 2, #code),
                _ => code.clone(),
            };
            crate::signal::expand(attribute, quote! { struct Paid { amount: u64 } }, Root::Facade)
        }
        Place::Model if code.to_string().starts_with('#') => model(place, code),
        Place::Model => crate::model::expand(
            code.clone(),
            quote! { struct User { #[key] id: Id<User>, team: i64, number: i64 } },
            Root::Facade,
        ),
        Place::Parameter | Place::ColumnType | Place::Variant | Place::ReadOnly => return None,
        _ => model(place, code),
    })
}

/// A model with an attribute of a field, or with an argument of one.
fn model(place: Place, code: &TokenStream) -> TokenStream {
    let text = code.to_string().replace(' ', "");
    let attribute = match place {
        _ if text.starts_with("#[") => code.clone(),
        Place::Column => quote!(#[column(#code)]),
        Place::ManyToMany => quote!(#[many_to_many(#code)]),
        _ if text.starts_with("on_delete") => quote!(#[foreign_key(#code)]),
        _ => quote!(#[foreign_key(on_delete = cascade, #code)]),
    };
    let text = attribute.to_string().replace(' ', "");
    let item = if text.starts_with("#[model") {
        quote! { struct User { #[key] id: Id<User>, title: String, day: i64, team: i64, number: i64 } }
    } else if text == "#[key]" {
        quote! { struct User { #attribute id: Id<User> } }
    } else {
        let ty = match text.as_str() {
            _ if text.contains("set_null") => quote!(Option<Id<Team>>),
            _ if text.contains("foreign_key") || text.contains("one_to_one") => quote!(Id<Team>),
            _ if text.contains("symmetrical") => quote!(ManyToMany<User>),
            _ if text.contains("many_to_many") => quote!(ManyToMany<Team>),
            _ => quote!(i64),
        };
        let default = text.contains("set_default").then(|| quote!(#[default(Id::new(1))]));
        quote! { #[derive(Default)] struct User { #[key] id: Id<User>, #attribute #default field: #ty } }
    };
    let arguments: TokenStream = match text.strip_prefix("#[model(").and_then(|text| text.strip_suffix(")]")) {
        Some(arguments) => arguments.parse().unwrap(),
        None => TokenStream::new(),
    };
    crate::model::expand(arguments, item, Root::Facade)
}

#[test]
fn the_way_out_of_each_row_is_right() {
    let is_item = |code: &str| {
        code.starts_with("async fn") || code.starts_with("fn") || code.contains("struct ") || code.contains("tx:")
    };
    let mut wrong = Vec::new();
    for row in rows() {
        let Some(code) = code(row).filter(|code| !is_item(code)) else { continue };
        let tokens: TokenStream = code.parse().unwrap();
        for place in row.places {
            let expanded = expanded(*place, &tokens).unwrap_or_default().to_string();
            if let Some((_, error)) = expanded.split_once("compile_error") {
                wrong.push(format!("{place:?} {:?}: `{code}`: {error}", row.words));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_word_has_one_answer() {
    let (mut seen, mut twice) = (Vec::new(), Vec::new());
    for row in rows() {
        for (place, word) in row.places.iter().flat_map(|place| row.words.iter().map(move |word| (place, plain(word))))
        {
            if seen.contains(&(place, word.clone())) {
                twice.push(format!("{place:?} {word}"));
            }
            seen.push((place, word));
        }
    }
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

#[test]
fn words_are_compared_without_case_and_underscores() {
    for word in ["dispatch_uid", "dispatchUid", "DISPATCH_UID"] {
        let answer = answer(Place::Receiver, word, &quote!(= "welcome")).unwrap();
        assert!(answer.ends_with("help: write `id = \"welcome\"`, or leave it out"), "{answer}");
    }
    let answer = answer(Place::Receiver, "model", &quote!(= accounts.User)).unwrap();
    assert!(answer.ends_with("write `sender = accounts::User`"), "{answer}");
}
