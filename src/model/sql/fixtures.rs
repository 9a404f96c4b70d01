//! What fixtures need beside their rows.

use super::quoted;
use crate::db::Dialect;
use crate::model::meta::Meta;
use crate::model::tables::literal;

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

/// Lets all reads of a transaction see the same rows. SQLite does so by itself.
pub(in crate::model) fn one_snapshot(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
    }
}
