//! The words of the grammar: attributes of fields, arguments of `#[model]`, values of `on_delete`, and the traits of a derive.

use syn::punctuated::Punctuated;
use syn::{Attribute, Path, Token};

use crate::foreign::Place;
use crate::grammar::Keys;

/// The attributes of fields.
pub(super) const WORDS: &[&str] = &[
    "key",
    "unique",
    "index",
    "skip",
    "version",
    "default",
    "update",
    "column",
    "read_only",
    "one_to_one",
    "foreign_key",
    "many_to_many",
];

/// The arguments of `#[model]`.
pub(super) const MODEL: Keys = Keys::new(Place::Model, &["table", "app", "unique", "index", "delete_signals", "crate"])
    .repeatable(&["unique", "index"]);

/// The values of `on_delete`, of which `check` knows the meaning.
pub(crate) const ON_DELETE: &[&str] =
    &["cascade", "db_cascade", "protect", "restrict", "set_null", "set_default", "do_nothing"];

/// The traits in a `#[derive(..)]`.
pub(super) fn derived(attribute: &Attribute) -> Option<Vec<Path>> {
    if attribute.path().segments.last()?.ident != "derive" {
        return None;
    }
    let derived = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated);
    Some(derived.ok()?.into_iter().collect())
}
