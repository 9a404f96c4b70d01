//! Inserting rows of a through model that the user wrote.

use super::relation::Relation;
use crate::db::{self, DbOrTx, Exec, Statement};
use crate::error::Result;
use crate::model::meta::{KeyKind, Meta};
use crate::model::names::WrittenModel;
use crate::model::params::{ColumnParams, Columns};
use crate::model::sql::{insert_rows, quoted, written_fields};
use crate::model::{AnyModel, commit};
use crate::value::ValueRef;

/// SQLite accepts 32,766 parameters, PostgreSQL 65,535.
const PARAMETERS: usize = 32_000;

/// Rows that each relate two other rows.
pub(super) struct Rows {
    through: &'static Meta,
    inserted: Vec<Row>,
    /// The fields that are written.
    fields: Box<[usize]>,
}

struct Row {
    values: Box<dyn AnyModel>,
    /// The fields of the two sides, and their ids, which replace those in `values`.
    sides: [(usize, i64); 2],
}

impl Rows {
    /// The rows that relate the row with this id, on the near side, to these.
    pub(super) fn of(
        relation: &Relation,
        near: i64,
        ids: &[i64],
        make_row: &(dyn Fn() -> Box<dyn AnyModel> + Send + Sync),
    ) -> Result<Self> {
        let through = relation.through;
        let mut rows = Vec::new();
        let mut add = |near, far| {
            let mut values = make_row();
            values.fill_columns(&|_| true);
            if let Some(version) = values.version_counter() {
                version.start();
            }
            rows.push(Row { values, sides: [(relation.near, near), (relation.far, far)] });
        };
        for &far in ids {
            add(near, far);
            if relation.is_symmetrical() && near != far {
                add(far, near);
            }
        }
        let is_assigned = rows.first().is_some_and(|row| row.column(through.key) == ValueRef::Null);
        let fields = written_fields(through, if is_assigned { KeyKind::Assigned } else { KeyKind::Set });
        let rows = Self { through, inserted: rows, fields };
        rows.check()?;
        Ok(rows)
    }

    /// Refuses other unset ids of the rows, before any SQL.
    fn check(&self) -> Result<()> {
        for &field in &*self.fields {
            let is_unset = |row: &Row| row.column(field) == ValueRef::Null;
            let declared = &self.through.fields[field];
            if !declared.nullable && self.inserted.iter().any(is_unset) {
                return Err(self.through.unset_id(declared.name));
            }
        }
        Ok(())
    }

    pub(super) async fn insert(&self, exec: Exec<'_>) -> Result<()> {
        for rows in self.inserted.chunks((PARAMETERS / self.fields.len()).max(1)) {
            let sql = insert_rows(self.through, &self.fields, rows.len(), exec.dialect());
            let params = ColumnParams::of_rows(rows, &self.fields);
            let names = WrittenModel::new(self.through, &self.fields);
            match exec.target {
                DbOrTx::Tx(tx) if self.through.lifecycle.notes_deletes() => {
                    let sql = format!("{sql} RETURNING {}", quoted(self.through.key_field().column));
                    let each = &mut |row: &db::Row<'_>| {
                        let key = (self.through.operations.key_of)(row)?;
                        commit::inserted_key(self.through, (&key).into(), tx);
                        Ok(())
                    };
                    exec.run(Statement::query(&sql, &params, each).names(&names)).await?;
                }
                _ => _ = exec.run(Statement::new(&sql, &params).names(&names)).await?,
            }
        }
        Ok(())
    }
}

impl Columns for Row {
    fn column(&self, field: usize) -> ValueRef<'_> {
        match self.sides.iter().find(|(side, _)| *side == field) {
            Some(&(_, id)) => ValueRef::Integer(id),
            None => self.values.column_value(field),
        }
    }
}
