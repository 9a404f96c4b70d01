//! Statements of fixtures.

use super::{literal, quoted};
use crate::db::Dialect;
use crate::model::meta::Meta;

/// SELECT of two columns of every row.
pub(in crate::model) fn pairs(meta: &Meta, one: usize, other: usize) -> String {
    let (one, other) = (quoted(meta.fields[one].column), quoted(meta.fields[other].column));
    format!("SELECT {one}, {other} FROM {} ORDER BY {one}, {other}", quoted(meta.table))
}

/// Advances the generator of keys to the largest existing one. SQLite does this itself.
pub(in crate::model) fn go_on_counting(meta: &Meta, dialect: Dialect) -> Option<String> {
    let (table, column) = (quoted(meta.table), meta.key_field().column);
    let key = quoted(column);
    match dialect {
        Dialect::Sqlite => None,
        // It never moves back, so the ids of deleted rows are not reused.
        Dialect::Postgres => Some(format!(
            "SELECT setval(counter, last) FROM (SELECT pg_get_serial_sequence({}, {})::regclass AS counter, \
             (SELECT max({key}) FROM {table}) AS last) AS state \
             WHERE counter IS NOT NULL AND last > coalesce(pg_sequence_last_value(counter), 0)",
            literal(&table),
            literal(column),
        )),
    }
}

/// Allows rows before those that they point to, until the end of the transaction.
pub(in crate::model) fn defer_foreign_keys(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "PRAGMA defer_foreign_keys = ON",
        Dialect::Postgres => "SET CONSTRAINTS ALL DEFERRED",
    }
}

/// Checks the foreign keys before the commit. SQLite does this itself.
pub(in crate::model) fn check_foreign_keys(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some("SET CONSTRAINTS ALL IMMEDIATE"),
    }
}

/// Gives all reads of a transaction the same snapshot. SQLite does this itself.
pub(in crate::model) fn one_snapshot(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
    }
}
