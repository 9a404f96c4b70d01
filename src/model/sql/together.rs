//! Deleting rows that point to each other.
//!
//! A database checks foreign keys at the end of a statement. With one statement for all rows, it only refuses what it would
//! refuse anyway, and no constraint needs to be deferred.

use std::fmt::Write;

use super::array::array;
use super::keys::{KEYS, borrowed, padded};
use super::{list, quoted};
use crate::db::{Dialect, Exec, Statement, Tx};
use crate::error::Result;
use crate::model::meta::Meta;
use crate::model::names::ModelOfTable;
use crate::value::{Value, ValueRef};

/// The keys of rows of a model.
type Part<'a> = (&'a Meta, Vec<Value>);

/// Deletes the rows with these keys in one statement, and returns how many of each model there were.
pub(in crate::model) async fn delete_together(parts: &[Part<'_>], tx: &Tx) -> Result<Vec<u64>> {
    match tx.db().dialect() {
        Dialect::Sqlite => by_trigger(parts, tx).await,
        Dialect::Postgres => in_with(parts, tx).await,
    }
}

/// In PostgreSQL, the parts of a WITH are one statement.
async fn in_with(parts: &[Part<'_>], tx: &Tx) -> Result<Vec<u64>> {
    let keys: Vec<String> = parts.iter().map(|(_, keys)| array(keys.iter().map(ValueRef::from))).collect();
    let params: Vec<ValueRef<'_>> = keys.iter().map(|keys| ValueRef::Text(keys)).collect();
    let deletes = parts.iter().enumerate().map(|(index, (meta, _))| {
        let (table, key) = (quoted(meta.table), quoted(meta.key_field().column));
        format!("gone_{index} AS (DELETE FROM {table} WHERE {key} = ANY (${}) RETURNING 1)", index + 1)
    });
    let counts = (0..parts.len()).map(|index| format!("(SELECT count(*) FROM gone_{index})"));
    let sql = format!("WITH {} SELECT {}", list(deletes), list(counts));
    let mut gone = Vec::new();
    let each = &mut |row: &crate::db::Row<'_>| {
        for index in 0..parts.len() {
            gone.push(row.get::<i64>(index)?.unsigned_abs());
        }
        Ok(())
    };
    Exec::within(tx).run(Statement::query(&sql, &params, each).names(&ModelOfTable)).await?;
    Ok(gone)
}

/// In SQLite, a trigger is part of the statement that fires it. Both tables are temporary, and a rollback drops them.
async fn by_trigger(parts: &[Part<'_>], tx: &Tx) -> Result<Vec<u64>> {
    let exec = Exec::within(tx);
    let condition = |index: usize, meta: &Meta| {
        let (table, key) = (quoted(meta.table), quoted(meta.key_field().column));
        format!("FROM {table} WHERE {key} IN (SELECT key FROM signals_gone WHERE part = {index})")
    };
    let mut deletes = String::new();
    for (index, (meta, _)) in parts.iter().enumerate() {
        let _ = write!(deletes, "DELETE {};", condition(index, meta));
    }
    tx.batch(&format!(
        "CREATE TEMP TABLE signals_gone (part INTEGER NOT NULL, key NOT NULL);
         CREATE TEMP VIEW signals_go AS SELECT 1;
         CREATE TEMP TRIGGER signals_goes INSTEAD OF DELETE ON signals_go BEGIN {deletes} END;",
    ))
    .await?;
    let mut counts = Vec::new();
    for (index, (meta, keys)) in parts.iter().enumerate() {
        for keys in keys.chunks(KEYS) {
            let keys = padded(borrowed(keys));
            let rows = list((1..=keys.len()).map(|number| format!("({index}, ?{number})")));
            let insert = format!("INSERT INTO temp.signals_gone VALUES {rows}");
            exec.run(Statement::new(&insert, &keys)).await?;
        }
        let each = &mut |row: &crate::db::Row<'_>| {
            counts.push(row.get::<i64>(0)?.unsigned_abs());
            Ok(())
        };
        let count = format!("SELECT count(*) {}", condition(index, meta));
        exec.run(Statement::query(&count, &(), each)).await?;
    }
    exec.run(Statement::new("DELETE FROM temp.signals_go", &()).names(&ModelOfTable)).await?;
    tx.batch("DROP VIEW temp.signals_go; DROP TABLE temp.signals_gone").await?;
    Ok(counts)
}
