//! INSERT of many rows at once.

use super::pieces::{list, quoted};
use crate::db::{Dialect, RowsToInsert};
use crate::model::meta::{KeyKind, Meta};

/// The most rows that one statement of SQLite inserts: more are not faster.
const LARGEST: usize = 1 << (SIZES - 1);
/// Powers of two: any number of rows is inserted by a few statements that are each written and prepared once.
pub(super) const SIZES: usize = 7;

/// INSERT of this number of rows.
#[derive(Debug)]
pub(in crate::model) struct InsertMany {
    pub(in crate::model) sql: String,
    /// The fields that are the parameters of each row, row after row.
    pub(in crate::model) fields: Box<[usize]>,
    pub(in crate::model) keys: AssignedKeys,
    /// The place of the rows, if the SQL only contains the first one and the driver inserts any number.
    pub(in crate::model) rows: Option<RowsToInsert>,
}

/// How the keys that the database assigns become known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::model) enum AssignedKeys {
    /// The database assigns none.
    None,
    /// The statement returns them, in the order of the rows. The numbers may have any order, because of a default or a trigger.
    Returned,
    /// Only the last one is known. SQLite numbers the rows of a statement consecutively, because it has one writer, unless a
    /// trigger inserts rows as well.
    Consecutive,
}

impl InsertMany {
    /// `key` says how the keys of these rows are assigned.
    pub(in crate::model) fn new(meta: &Meta, key: KeyKind, rows: usize, dialect: Dialect) -> Self {
        let fields = written_fields(meta, key);
        let is_repeated = dialect == Dialect::Postgres;
        let mut sql = insert_rows(meta, &fields, if is_repeated { 1 } else { rows }, dialect);
        let rows = is_repeated.then(|| RowsToInsert {
            values: sql.len() - values(1, fields.len(), dialect).len()..sql.len(),
            columns: fields.len(),
        });
        let keys = match (key, dialect) {
            (KeyKind::Set, _) => AssignedKeys::None,
            (KeyKind::Assigned, Dialect::Sqlite) => AssignedKeys::Consecutive,
            (KeyKind::Assigned, Dialect::Postgres) => AssignedKeys::Returned,
        };
        if keys == AssignedKeys::Returned {
            sql = format!("{sql} RETURNING {}", quoted(meta.key_field().column));
        }
        Self { sql, fields, keys, rows }
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
    format!("INSERT INTO {table} ({columns}) {}", values(rows, fields.len(), dialect))
}

fn values(rows: usize, columns: usize, dialect: Dialect) -> String {
    let row = |row: usize| {
        let values = list((1..=columns).map(|number| dialect.placeholder(row * columns + number)));
        format!("({values})")
    };
    format!("VALUES {}", list((0..rows).map(row)))
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

/// How many of the rows that are left are inserted by the next statement.
pub(in crate::model) fn next_insert(left: usize, columns: usize, dialect: Dialect) -> usize {
    match dialect {
        // It accepts 32,766 parameters.
        Dialect::Sqlite => {
            let largest = LARGEST.min(32_766 / columns.max(1)).max(1);
            largest.min(left).checked_ilog2().map_or(0, |power| 1 << power)
        }
        // The statement is the same for any number, and the rows of one are in memory.
        Dialect::Postgres => left.min(4096),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_rows_as_the_database_takes_at_once() {
        let sizes = |mut left: usize, columns, dialect| {
            let mut sizes = Vec::new();
            while left > 0 {
                let next = next_insert(left, columns, dialect);
                sizes.push(next);
                left -= next;
            }
            sizes
        };
        assert_eq!(sizes(150, 1, Dialect::Sqlite), [64, 64, 16, 4, 2]);
        assert_eq!(sizes(65, 1000, Dialect::Sqlite), [32, 32, 1]);
        assert_eq!(sizes(2, 40_000, Dialect::Sqlite), [1, 1]);
        assert_eq!(sizes(10_240, 3, Dialect::Postgres), [4096, 4096, 2048]);
    }
}
