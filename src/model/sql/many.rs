//! INSERT of many rows at a time.

use super::{list, quoted};
use crate::db::Dialect;
use crate::model::meta::{KeyKind, Meta};

/// INSERT of so many rows.
pub(in crate::model) struct InsertMany {
    pub(in crate::model) sql: String,
    /// The fields that are the parameters of one row. Those of the rows stand behind one another.
    pub(in crate::model) fields: Box<[usize]>,
    pub(in crate::model) keys: AssignedKeys,
}

/// SaveMode the keys become known that the database assigns.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::model) enum AssignedKeys {
    /// It assigns none.
    None,
    /// The statement returns them. PostgreSQL inserts the rows of VALUES one after the other, and answers as it does. Their
    /// numbers may have any order: a default or a trigger may scatter them.
    Returned,
    /// The last is known. SQLite gives a statement numbers without a gap, because nobody else writes meanwhile, if no trigger
    /// does.
    BehindOneAnother,
}

impl InsertMany {
    /// `key` says who sets the keys of these rows.
    pub(in crate::model) fn new(meta: &Meta, key: KeyKind, rows: usize, dialect: Dialect) -> Self {
        let is_written = |index: &usize| (key == KeyKind::Set || *index != meta.key) && !meta.is_read_only(*index);
        let fields: Box<[usize]> = (0..meta.fields.len()).filter(is_written).collect();
        let columns = list(fields.iter().map(|&index| quoted(meta.fields[index].column)));
        let row = |row: usize| {
            let placeholder = |column: usize| dialect.placeholder(row * fields.len() + column + 1);
            format!("({})", list((0..fields.len()).map(placeholder)))
        };
        let mut sql = format!("INSERT INTO {} ({columns}) VALUES {}", quoted(meta.table), list((0..rows).map(row)));
        let keys = match (key, dialect) {
            (KeyKind::Set, _) => AssignedKeys::None,
            (KeyKind::Assigned, Dialect::Sqlite) => AssignedKeys::BehindOneAnother,
            (KeyKind::Assigned, Dialect::Postgres) => AssignedKeys::Returned,
        };
        if keys == AssignedKeys::Returned {
            sql = format!("{sql} RETURNING {}", quoted(meta.key_field().column));
        }
        Self { sql, fields, keys }
    }
}

/// SELECT of whether a table has triggers, where it matters.
pub(in crate::model) fn triggers_of(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => Some(
            "SELECT 1 FROM (SELECT type, tbl_name FROM sqlite_schema UNION ALL SELECT type, tbl_name FROM sqlite_temp_schema) \
             WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE LIMIT 1",
        ),
        Dialect::Postgres => None,
    }
}

/// SaveMode many rows one statement inserts at most: a power of two, so that a rest of any length is a few statements that are
/// prepared once.
pub(in crate::model) fn largest_insert(columns: usize, dialect: Dialect) -> usize {
    let (parameters, rows) = match dialect {
        // What it takes by itself is 32,766; more rows at a time gain nothing.
        Dialect::Sqlite => (32_766, 64),
        // Their number has 16 bits in the protocol.
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
