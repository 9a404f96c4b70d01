//! What fixtures need beside their rows.

use super::{literal, quoted};
use crate::db::Dialect;
use crate::model::meta::Meta;

/// SELECT of two columns of every row.
pub(in crate::model) fn pairs(meta: &Meta, one: usize, other: usize) -> String {
    let (one, other) = (quoted(meta.fields[one].column), quoted(meta.fields[other].column));
    format!("SELECT {one}, {other} FROM {} ORDER BY {one}, {other}", quoted(meta.table))
}

/// Lets the database assign keys behind those that are there. SQLite does so by itself.
pub(in crate::model) fn go_on_counting(meta: &Meta, dialect: Dialect) -> Option<String> {
    let (table, column) = (quoted(meta.table), meta.key_field().column);
    let key = quoted(column);
    match dialect {
        Dialect::Sqlite => None,
        // Never backwards: the ids of deleted rows are not given again.
        Dialect::Postgres => Some(format!(
            "SELECT setval(counter, last) FROM (SELECT pg_get_serial_sequence({}, {})::regclass AS counter, \
             (SELECT max({key}) FROM {table}) AS last) AS state \
             WHERE counter IS NOT NULL AND last > coalesce(pg_sequence_last_value(counter), 0)",
            literal(&table),
            literal(column),
        )),
    }
}

/// Lets rows stand before those that they point to, for the rest of a transaction that does nothing else.
pub(in crate::model) fn defer_foreign_keys(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "PRAGMA defer_foreign_keys = ON",
        Dialect::Postgres => "SET CONSTRAINTS ALL DEFERRED",
    }
}

/// Checks the foreign keys before the commit. SQLite does so by itself.
pub(in crate::model) fn check_foreign_keys(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some("SET CONSTRAINTS ALL IMMEDIATE"),
    }
}

/// Lets all reads of a transaction see the same rows. SQLite does so by itself.
pub(in crate::model) fn one_snapshot(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
    }
}
