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
    let item = quote! { fn welcome() {} };
    Some(match place {
        Place::Receiver | Place::Sender => {
            let text = code.to_string();
            let is_signal = text.starts_with("post_save");
            let attribute = if is_signal { code.clone() } else { quote!(post_save, #code) };
            crate::receiver::expand(attribute, item, Root::Facade)
        }
        Place::SignalName => crate::receiver::expand(code.clone(), item, Root::Facade),
        Place::Signal => crate::signal::expand(code.clone(), quote! { struct Paid { amount: u64 } }, Root::Facade),
        Place::Model => crate::model::expand(
            code.clone(),
            quote! { struct User { #[key] id: Id<User>, team: i64, number: i64 } },
            Root::Facade,
        ),
        Place::Field => {
            let model = if code.to_string().contains("key") {
                quote! { struct User { #code id: Id<User> } }
            } else {
                quote! { struct User { #[key] id: Id<User>, #code field: i64 } }
            };
            crate::model::expand(TokenStream::new(), model, Root::Facade)
        }
        _ => return None,
    })
}

#[test]
fn the_way_out_of_each_row_is_right() {
    let is_item = |code: &str| {
        code.starts_with("async fn") || code.starts_with("fn") || code.contains("struct ") || code.contains("tx:")
    };
    for row in rows() {
        let Some(code) = code(row).filter(|code| !is_item(code)) else { continue };
        let tokens: TokenStream = code.parse().unwrap();
        for place in row.places {
            if let Some(expanded) = expanded(*place, &tokens) {
                let expanded = expanded.to_string();
                assert!(!expanded.contains("compile_error"), "{:?} {:?}: `{code}`: {expanded}", place, row.words);
            }
        }
    }
}

#[test]
fn each_word_has_one_answer() {
    let mut seen = Vec::new();
    for row in rows() {
        for (place, word) in row.places.iter().flat_map(|place| row.words.iter().map(move |word| (place, plain(word))))
        {
            assert!(!seen.contains(&(place, word.clone())), "{place:?} {word} is in two rows");
            seen.push((place, word));
        }
    }
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
