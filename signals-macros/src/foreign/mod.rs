//! Words of Django, Rails, `SeaORM`, Diesel and others that have another name here, or none, and what to write instead.
//!
//! The macros use this table only to explain a mistake. What a program without mistakes means never depends on it, with one
//! exception: a signal of your own with a name of `signal_names` is named by a path, such as `self::after_create`.

use proc_macro2::TokenStream;

use self::row::Row;
use crate::model::ON_DELETE;
use crate::values::Kind;
use crate::written::names;

mod durable;
mod fields;
mod models;
mod parameters;
mod positional;
mod receivers;
mod row;
pub(crate) mod signal_names;
#[cfg(test)]
mod tests;

pub(crate) use self::positional::positional;
pub(crate) use self::row::Place;

const TABLES: &[&[Row]] = &[
    receivers::ROWS,
    durable::ROWS,
    signal_names::ROWS,
    signal_names::OFF,
    parameters::ROWS,
    models::ROWS,
    fields::ROWS,
];

/// The answer to a foreign word, if it is one. `rest` is what follows it in the argument: `= value`, `(value)` or nothing.
pub(crate) fn answer(place: Place, word: &str, rest: &TokenStream) -> Option<String> {
    find(place, word).map(|row| row.answer(word, rest))
}

/// The rows of parameters.
#[cfg(test)]
pub(crate) fn parameter_rows() -> &'static [Row] {
    parameters::ROWS
}

/// Whether a word is foreign here.
pub(crate) fn knows(place: Place, word: &str) -> bool {
    find(place, word).is_some()
}

/// The answer to a foreign word in the value of an argument, such as `sender = settings.AUTH_USER_MODEL`.
pub(crate) fn value(key: &str, value: &TokenStream) -> Option<String> {
    let place = match key {
        "sender" => Place::Sender,
        "on_delete" => Place::OnDelete,
        _ => return None,
    };
    // The words of `"set null"` are one of ours.
    if place == Place::OnDelete && Kind::Word(ON_DELETE).meant(value).is_some_and(|word| word.contains('_')) {
        return None;
    }
    names(value.clone()).iter().rev().find_map(|name| answer(place, name.last(), value))
}

fn find(place: Place, word: &str) -> Option<&'static Row> {
    let plain = plain(word);
    let matches = |row: &&Row| row.places.contains(&place) && row.words.iter().any(|word| self::plain(word) == plain);
    TABLES.iter().copied().flatten().find(matches)
}

/// The word without case, underscores and plural.
fn plain(word: &str) -> String {
    let plain = word.to_lowercase().replace(['_', '-'], "");
    match plain.strip_suffix('s') {
        Some(one) if one.len() > 3 && !one.ends_with('s') => one.to_owned(),
        _ => plain,
    }
}
