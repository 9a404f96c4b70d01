//! Arguments of `#[model(..)]`, and attributes of fields and their arguments.

use super::row::{Place, Row, row};

pub(super) const ROWS: &[Row] = &[
    row(&[Place::Field], &["primary_key", "pk"], "the primary key is the field with `#[key]`", "write `#[key]`"),
    row(
        &[Place::ManyToMany],
        &["on_delete"],
        "`many_to_many` takes no `{}`: when a row is deleted, what relates it to others goes with it",
        "remove it; a model of your own, `through = ..`, says so in its foreign keys",
    ),
];
