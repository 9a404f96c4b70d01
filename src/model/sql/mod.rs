//! The SQL of a model, written once for each dialect.

mod array;
#[cfg(feature = "fixtures")]
mod fixtures;
pub(super) mod keys;
mod many;
mod one;
mod pieces;
pub(super) mod statements;
mod together;

pub(super) use array::array;
#[cfg(feature = "fixtures")]
pub(super) use fixtures::{check_foreign_keys, defer_foreign_keys, go_on_counting, one_snapshot, pairs};
pub(super) use many::{AssignedKeys, InsertMany, insert_rows, next_insert, triggers_of, written_fields};
pub(super) use one::{find, upsert};
#[cfg(feature = "fixtures")]
pub(super) use pieces::literal;
pub(crate) use pieces::{list, quoted};
pub(super) use together::delete_together;

use std::fmt::Write;

use self::statements::{FieldSql, Statements};
use super::meta::{KeyKind, Meta};
use crate::db::Dialect;

/// Whether the selected rows are locked because they will be written. SQLite has one writer, and needs no locks.
#[derive(Clone, Copy)]
pub(in crate::model) enum Lock {
    None,
    /// The lock of an UPDATE. It allows inserts of rows that point to the row, so that two transactions which have done that and
    /// then save the row do not wait for each other.
    ForUpdate,
    /// The lock of a DELETE.
    ForDelete,
}

impl Lock {
    pub(in crate::model) fn clause(self, dialect: Dialect) -> &'static str {
        match (dialect, self) {
            (Dialect::Sqlite, _) | (Dialect::Postgres, Self::None) => "",
            (Dialect::Postgres, Self::ForUpdate) => " FOR NO KEY UPDATE",
            (Dialect::Postgres, Self::ForDelete) => " FOR UPDATE",
        }
    }
}

impl Meta {
    /// Its SQL, written at the first use.
    #[inline]
    pub(crate) fn statements(&self, dialect: Dialect) -> &Statements {
        self.statements[dialect as usize].get_or_init(|| Statements::of(self, dialect))
    }
}

impl Statements {
    pub(super) fn of(meta: &Meta, dialect: Dialect) -> Self {
        let (all, without_key) = (written_fields(meta, KeyKind::Set), written_fields(meta, KeyKind::Assigned));
        let table = quoted(meta.table);
        let key = quoted(meta.key_field().column);
        let columns = columns(meta);
        let first = dialect.placeholder(1);
        let select = format!("SELECT {columns} FROM {table}");
        Self {
            insert: insert(meta, without_key.clone(), dialect),
            insert_with_key: insert(meta, all, dialect),
            update: update(meta, &without_key, dialect),
            overwrite: overwrite(meta, &without_key, dialect),
            delete: format!("DELETE FROM {table} WHERE {key} = {first}").into(),
            select_by: meta
                .fields
                .iter()
                .map(|field| format!("{select} WHERE {} = {first} ORDER BY {key}", quoted(field.column)).into())
                .collect(),
            names: meta.fields.iter().map(|field| quoted(field.column).into()).collect(),
            rows: select.clone().into(),
            select: format!("{select} ORDER BY {key}").into(),
            insert_many: Default::default(),
            select_for_update: format!("{select} WHERE {key} = {first}{}", Lock::ForUpdate.clause(dialect)).into(),
        }
    }
}

fn insert(meta: &Meta, fields: Box<[usize]>, dialect: Dialect) -> FieldSql {
    let mut sql = if fields.is_empty() {
        format!("INSERT INTO {} DEFAULT VALUES", quoted(meta.table))
    } else {
        insert_rows(meta, &fields, 1, dialect)
    };
    // SQLite returns the assigned key without a clause.
    if dialect == Dialect::Postgres && !fields.contains(&meta.key) && meta.key_field().key == Some(KeyKind::Assigned) {
        sql = format!("{sql} RETURNING {}", quoted(meta.key_field().column));
    }
    FieldSql { sql: sql.into(), fields }
}

/// UPDATE of these fields by the key. A `#[version]` is incremented, and the row must have the current one.
pub(super) fn update(meta: &Meta, fields: &[usize], dialect: Dialect) -> FieldSql {
    let set: Vec<usize> = fields.iter().copied().filter(|&index| Some(index) != meta.version).collect();
    update_by(meta, &set, next_version(meta), meta.version, dialect)
}

/// UPDATE of these fields by the key, including a version.
fn overwrite(meta: &Meta, fields: &[usize], dialect: Dialect) -> FieldSql {
    update_by(meta, fields, None, None, dialect)
}

/// `also` is another assignment, and `and` another field that must match.
fn update_by(meta: &Meta, set: &[usize], also: Option<String>, and: Option<usize>, dialect: Dialect) -> FieldSql {
    let fields: Box<[usize]> = set.iter().copied().chain([meta.key]).chain(and).collect();
    let is = |(number, &index): (usize, &usize)| {
        format!("{} = {}", quoted(meta.fields[index].column), dialect.placeholder(number + 1))
    };
    let mut assignments: Vec<String> = set.iter().enumerate().map(is).chain(also).collect();
    // A model with no columns except its key is updated as well: the count says whether the row exists.
    if assignments.is_empty() {
        let key = quoted(meta.key_field().column);
        assignments.push(format!("{key} = {key}"));
    }
    let conditions: Vec<String> = fields.iter().enumerate().skip(set.len()).map(is).collect();
    let table = quoted(meta.table);
    let sql = format!("UPDATE {table} SET {} WHERE {}", assignments.join(", "), conditions.join(" AND "));
    FieldSql { sql: sql.into(), fields }
}

/// What every UPDATE of a row with a `#[version]` sets.
fn next_version(meta: &Meta) -> Option<String> {
    let column = quoted(meta.fields[meta.version?].column);
    Some(format!("{column} = {column} + 1"))
}

/// SELECT of the rows whose field has one of several values. Transactions lock the same rows in the same order, so that they do
/// not wait for each other.
pub(super) fn select_where(meta: &Meta, field: usize, values: usize, lock: Lock, dialect: Dialect) -> String {
    let (columns, table, key) = (columns(meta), quoted(meta.table), quoted(meta.key_field().column));
    let (condition, lock) = (is_one_of(meta, field, values, dialect), lock.clause(dialect));
    format!("SELECT {columns} FROM {table} WHERE {condition} ORDER BY {key}{lock}")
}

/// SELECT of the keys of those rows.
pub(super) fn select_keys(meta: &Meta, field: usize, values: usize, dialect: Dialect) -> String {
    let key = quoted(meta.key_field().column);
    format!("SELECT {key} FROM {} WHERE {} ORDER BY {key}", quoted(meta.table), is_one_of(meta, field, values, dialect))
}

/// DELETE of those rows.
pub(super) fn delete_where(meta: &Meta, field: usize, values: usize, dialect: Dialect) -> String {
    format!("DELETE FROM {} WHERE {}", quoted(meta.table), is_one_of(meta, field, values, dialect))
}

/// UPDATE of those rows, which sets the field to the last parameter.
pub(super) fn set_where(meta: &Meta, field: usize, values: usize, dialect: Dialect) -> String {
    let (column, last) = (quoted(meta.fields[field].column), dialect.placeholder(values + 1));
    let assignments = list([format!("{column} = {last}")].into_iter().chain(next_version(meta)));
    format!("UPDATE {} SET {assignments} WHERE {}", quoted(meta.table), is_one_of(meta, field, values, dialect))
}

fn is_one_of(meta: &Meta, field: usize, values: usize, dialect: Dialect) -> String {
    let column = quoted(meta.fields[field].column);
    if values == 1 {
        return format!("{column} = {}", dialect.placeholder(1));
    }
    let mut condition = String::with_capacity(column.len() + 8 + 6 * values);
    let _ = write!(condition, "{column} IN (");
    let sigil = dialect.sigil();
    for number in 1..=values {
        let separator = if number == 1 { "" } else { ", " };
        let _ = write!(condition, "{separator}{sigil}{number}");
    }
    condition + ")"
}

/// Every column of a model, in the order in which a row is read.
pub(super) fn columns(meta: &Meta) -> String {
    list(meta.fields.iter().map(|field| quoted(field.column)))
}
