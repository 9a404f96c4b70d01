//! INSERT of many rows at once.

use super::pieces::{list, quoted};
use crate::db::Dialect;
use crate::model::meta::{KeyKind, Meta};

/// INSERT of this number of rows.
pub(in crate::model) struct InsertMany {
    pub(in crate::model) sql: String,
    /// The fields that are the parameters of each row, row after row.
    pub(in crate::model) fields: Box<[usize]>,
    pub(in crate::model) keys: AssignedKeys,
}

/// How the keys that the database assigns become known.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::model) enum AssignedKeys {
    /// The database assigns none.
    None,
    /// The statement returns them. PostgreSQL inserts the rows of VALUES and returns them in the same order. The numbers may have
    /// any order, because of a default or a trigger.
    Returned,
    /// Only the last one is known. SQLite numbers the rows of a statement consecutively, because it has one writer, unless a
    /// trigger inserts rows as well.
    Consecutive,
}

impl InsertMany {
    /// `key` says how the keys of these rows are assigned.
    pub(in crate::model) fn new(meta: &Meta, key: KeyKind, rows: usize, dialect: Dialect) -> Self {
        let fields = written_fields(meta, key);
        let mut sql = insert_rows(meta, &fields, rows, dialect);
        let keys = match (key, dialect) {
            (KeyKind::Set, _) => AssignedKeys::None,
            (KeyKind::Assigned, Dialect::Sqlite) => AssignedKeys::Consecutive,
            (KeyKind::Assigned, Dialect::Postgres) => AssignedKeys::Returned,
        };
        if keys == AssignedKeys::Returned {
            sql = format!("{sql} RETURNING {}", quoted(meta.key_field().column));
        }
        Self { sql, fields, keys }
    }
}

/// The fields that an INSERT writes: neither a key that the database assigns, nor other fields that it sets.
pub(in crate::model) fn written_fields(meta: &Meta, key: KeyKind) -> Box<[usize]> {
    let is_written = |index: &usize| (key == KeyKind::Set || *index != meta.key) && !meta.is_read_only(*index);
    (0..meta.fields.len()).filter(is_written).collect()
}

/// INSERT of these fields of this number of rows.
pub(in crate::model) fn insert_rows(meta: &Meta, fields: &[usize], rows: usize, dialect: Dialect) -> String {
    let table = quoted(meta.table);
    let columns = list(fields.iter().map(|&index| quoted(meta.fields[index].column)));
    let row = |row: usize| {
        let values = list((1..=fields.len()).map(|number| dialect.placeholder(row * fields.len() + number)));
        format!("({values})")
    };
    format!("INSERT INTO {table} ({columns}) VALUES {}", list((0..rows).map(row)))
}

/// SELECT of whether a table has triggers, in the dialect where it matters.
pub(in crate::model) fn triggers_of(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => Some(
            "SELECT 1 FROM (SELECT type, tbl_name FROM sqlite_schema UNION ALL SELECT type, tbl_name FROM sqlite_temp_schema) \
             WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE LIMIT 1",
        ),
        Dialect::Postgres => None,
    }
}

/// The largest number of rows in one statement: a power of two, so that any number of rows is inserted by a few statements that
/// are each prepared once.
pub(in crate::model) fn largest_insert(columns: usize, dialect: Dialect) -> usize {
    let (parameters, rows) = match dialect {
        // It accepts 32,766 parameters; more rows per statement are not faster.
        Dialect::Sqlite => (32_766, 64),
        // The protocol has 16 bits for their number.
        Dialect::Postgres => (65_535, 1024),
    };
    let rows = rows.min(parameters / columns.max(1)).max(1);
    1 << rows.ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_rows_as_the_database_takes_parameters_for() {
        assert_eq!(largest_insert(1, Dialect::Postgres), 1024);
        assert_eq!(largest_insert(100, Dialect::Postgres), 512);
        assert_eq!(largest_insert(128, Dialect::Postgres), 256);
        assert_eq!(largest_insert(128, Dialect::Sqlite), 64);
    }
}
