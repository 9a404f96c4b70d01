//! Statements with a condition that the user wrote, as returned by [`Condition::sql`](crate::model::bulk).

use super::{Lock, columns, list, next_version, quoted};
use crate::db::Dialect;
use crate::model::meta::Meta;

/// UPDATE of these fields of the rows that meet the condition. Its parameters come first, then the fields.
pub(in crate::model) fn update_rows(
    meta: &Meta,
    fields: &[usize],
    (condition, params): (&str, usize),
    dialect: Dialect,
) -> String {
    let assignment = |(number, &index): (usize, &usize)| {
        format!("{} = {}", quoted(meta.fields[index].column), dialect.placeholder(params + number + 1))
    };
    let assignments = list(fields.iter().enumerate().map(assignment).chain(next_version(meta)));
    format!("UPDATE {} SET {assignments} WHERE {}", quoted(meta.table), condition)
}

/// What a DELETE returns.
#[derive(Clone, Copy)]
pub(in crate::model) enum Returns {
    Nothing,
    Keys,
}

/// DELETE of the rows that meet the condition.
pub(in crate::model) fn delete_by(meta: &Meta, condition: &str, returns: Returns) -> String {
    let sql = format!("DELETE FROM {} WHERE {}", quoted(meta.table), condition);
    match returns {
        Returns::Nothing => sql,
        Returns::Keys => format!("{sql} RETURNING {}", quoted(meta.key_field().column)),
    }
}

/// SELECT of the keys of the rows that meet the condition. The rows will be written.
pub(in crate::model) fn keys_by(meta: &Meta, condition: &str, dialect: Dialect) -> String {
    let key = quoted(meta.key_field().column);
    let lock = Lock::ForUpdate.clause(dialect);
    format!("SELECT {key} FROM {} WHERE {condition} ORDER BY {key}{lock}", quoted(meta.table))
}

/// SELECT of the rows that meet the condition. They will be deleted.
pub(in crate::model) fn rows_by(meta: &Meta, condition: &str, dialect: Dialect) -> String {
    let (columns, key) = (columns(meta), quoted(meta.key_field().column));
    let lock = Lock::ForDelete.clause(dialect);
    format!("SELECT {columns} FROM {} WHERE {condition} ORDER BY {key}{lock}", quoted(meta.table))
}
