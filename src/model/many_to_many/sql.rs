//! The SQL of a relation, written once for each dialect and direction.
//!
//! A list of ids is one parameter, a string of numbers. The statement is then the same for any number of ids: it is prepared
//! once, and no list is too long.

use std::fmt::Write;

use super::Symmetry;
use super::relation::Relation;
use super::statements::Statements;
use crate::db::Dialect;
use crate::model::Meta;
use crate::model::sql::{Lock, list, quoted};

impl Statements {
    pub(super) fn of(relation: &Relation, dialect: Dialect) -> Self {
        let through = relation.through;
        let column = |field: usize| quoted(through.fields[field].column);
        let (table, near, far) = (quoted(through.table), column(relation.near), column(relation.far));
        let (me, other) = (dialect.placeholder(1), dialect.placeholder(2));
        let symmetry = relation.both.symmetry;

        let (of_list, is_me) = (is_in_list(&far, dialect), format!("{near} = {me}"));
        let (mut removed, mut cleared) = (format!("{is_me} AND {of_list}"), is_me.clone());
        if relation.is_symmetrical() {
            let _ = write!(removed, " OR {far} = {me} AND {}", is_in_list(&near, dialect));
            let _ = write!(cleared, " OR {far} = {me}");
        }
        let select = |condition: &str| {
            let columns = list(through.fields.iter().map(|field| quoted(field.column)));
            let key = quoted(through.key_field().column);
            let lock = Lock::ForDelete.clause(dialect);
            format!("SELECT {columns} FROM {table} WHERE {condition} ORDER BY {key}{lock}").into()
        };
        let add = format!("INSERT INTO {table} ({near}, {far}) {} ON CONFLICT DO NOTHING", pairs(symmetry, dialect));
        Self {
            add_and_return: format!("{add} RETURNING {near}, {far}").into(),
            add: add.into(),
            remove: format!("DELETE FROM {table} WHERE {removed}").into(),
            clear: format!("DELETE FROM {table} WHERE {cleared}").into(),
            removed: select(&removed),
            cleared: select(&cleared),
            among: format!("SELECT {far} FROM {table} WHERE {is_me} AND {of_list}").into(),
            ids: format!("SELECT {far} FROM {table} WHERE {is_me} ORDER BY {far}").into(),
            all: all(relation.far_model, &table, &far, &near, &me).into(),
            count: format!("SELECT count(*) FROM {table} WHERE {is_me}").into(),
            contains: format!("SELECT 1 FROM {table} WHERE {is_me} AND {far} = {other} LIMIT 1").into(),
        }
    }
}

/// A list of ids as one parameter.
pub(super) fn as_list(ids: &[i64], dialect: Dialect) -> String {
    let (open, close) = match dialect {
        Dialect::Sqlite => ('[', ']'),
        Dialect::Postgres => ('{', '}'),
    };
    let mut text = String::with_capacity(ids.len() * 8 + 2);
    text.push(open);
    for (index, id) in ids.iter().enumerate() {
        let _ = write!(text, "{}{id}", if index == 0 { "" } else { "," });
    }
    text.push(close);
    text
}

fn is_in_list(column: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!("{column} IN (SELECT value FROM json_each(?2))"),
        Dialect::Postgres => format!("{column} = ANY ($2::text::bigint[])"),
    }
}

/// SELECT of the two ids of each row to insert.
fn pairs(symmetry: Symmetry, dialect: Dialect) -> String {
    let (me, other, from) = match dialect {
        Dialect::Sqlite => ("?1", "value", "json_each(?2)"),
        Dialect::Postgres => ("$1::bigint", "value", "unnest($2::text::bigint[]) AS value"),
    };
    let there = format!("SELECT {me}, {other} FROM {from} WHERE true");
    match symmetry {
        // Without the WHERE, SQLite would parse ON CONFLICT as part of a join.
        Symmetry::Asymmetrical => there,
        Symmetry::Symmetrical => format!("{there} UNION ALL SELECT {other}, {me} FROM {from} WHERE true"),
    }
}

fn all(model: &Meta, table: &str, far: &str, near: &str, me: &str) -> String {
    // The other side may be the same table, or have a column of the same name.
    let columns = list(model.fields.iter().map(|field| format!("r.{}", quoted(field.column))));
    let (model, key) = (quoted(model.table), quoted(model.key_field().column));
    format!(
        "SELECT {columns} FROM {table} AS t INNER JOIN {model} AS r ON r.{key} = t.{far} WHERE t.{near} = {me} ORDER BY r.{key}"
    )
}
