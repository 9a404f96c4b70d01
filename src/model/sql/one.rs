//! Finding one row by some of its fields, and writing it.

use super::statements::FieldSql;
use super::{Lock, list, quoted};
use crate::db::Dialect;
use crate::model::meta::Meta;

/// SELECT of the first two rows that have these values, with NULL where a field `is_null`.
pub(in crate::model) fn find(
    meta: &Meta,
    fields: &[usize],
    is_null: &dyn Fn(usize) -> bool,
    lock: Lock,
    dialect: Dialect,
) -> FieldSql {
    let given: Box<[usize]> = fields.iter().copied().filter(|&index| !is_null(index)).collect();
    let mut number = 0;
    let condition = fields.iter().map(|&index| {
        let column = quoted(meta.fields[index].column);
        if is_null(index) {
            return format!("{column} IS NULL");
        }
        number += 1;
        format!("{column} = {}", dialect.placeholder(number))
    });
    let condition = condition.collect::<Vec<_>>().join(" AND ");
    let columns = list(meta.fields.iter().map(|field| quoted(field.column)));
    let (table, key) = (quoted(meta.table), quoted(meta.key_field().column));
    let lock = lock.clause(dialect);
    let sql = format!("SELECT {columns} FROM {table} WHERE {condition} ORDER BY {key} LIMIT 2{lock}");
    FieldSql { sql: sql.into(), fields: given }
}

/// INSERT of these fields, or UPDATE of some of them in the row that has the values of `unique`. It returns the row.
pub(in crate::model) fn upsert(
    meta: &Meta,
    fields: Box<[usize]>,
    unique: &[usize],
    write: &[usize],
    dialect: Dialect,
) -> FieldSql {
    let table = quoted(meta.table);
    let column = |index: usize| quoted(meta.fields[index].column);
    let columns = list(fields.iter().map(|&index| column(index)));
    let values = list((1..=fields.len()).map(|number| dialect.placeholder(number)));
    let target = list(unique.iter().map(|&index| column(index)));
    let set = write.iter().filter(|index| Some(**index) != meta.version);
    let next_version = meta.version.filter(|_| !write.is_empty());
    let mut assignments: Vec<String> = set
        .map(|&index| format!("{0} = excluded.{0}", column(index)))
        .chain(next_version.map(|index| format!("{0} = {table}.{0} + 1", column(index))))
        .collect();
    // Without an assignment, an existing row would not be returned.
    if assignments.is_empty() {
        let same = unique.iter().copied().find(|&index| !meta.is_read_only(index)).unwrap_or(meta.key);
        assignments.push(format!("{0} = {table}.{0}", column(same)));
    }
    let all = list((0..meta.fields.len()).map(column));
    let sql = format!(
        "INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT ({target}) DO UPDATE SET {} RETURNING {all}",
        assignments.join(", "),
    );
    FieldSql { sql: sql.into(), fields }
}
