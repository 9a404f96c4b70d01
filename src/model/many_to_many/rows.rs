//! Inserting rows of a through model that the user wrote.

use super::{Direction, Symmetry, Through};
use crate::db::{Exec, Statement};
use crate::error::Result;
use crate::model::meta::KeyKind;
use crate::model::names::WrittenModel;
use crate::model::params::{ColumnParams, Columns};
use crate::model::sql::{insert_rows, written_fields};
use crate::model::{Id, ModelInternals};
use crate::value::ValueRef;

/// SQLite accepts 32,766 parameters, PostgreSQL 65,535.
const PARAMETERS: usize = 32_000;

/// Rows that each relate two other rows.
pub(super) struct Rows<T: ModelInternals> {
    rows: Vec<Row<T>>,
    /// The fields that are written.
    fields: Box<[usize]>,
}

struct Row<T> {
    values: T,
    /// The ids of the two sides, which replace those in `values`.
    source: i64,
    target: i64,
}

impl<T: Through + ModelInternals> Rows<T> {
    /// The rows that relate the row with this id, on the near side, to these.
    pub(super) fn of<D: Direction<T>>(
        near: i64,
        ids: &[Id<D::Far>],
        defaults: Option<&(dyn Fn(&mut T) + Sync)>,
    ) -> Result<Self> {
        let mut rows = Vec::new();
        let mut add = |source, target| {
            let mut values = T::blank();
            if let Some(defaults) = defaults {
                defaults(&mut values);
            }
            values.fill_columns(&|_| true);
            if let Some(version) = values.version_counter() {
                version.start();
            }
            rows.push(Row { values, source, target });
        };
        for far in ids.iter().filter_map(|id| id.get()) {
            let (source, target) = if D::REVERSE { (far, near) } else { (near, far) };
            add(source, target);
            if T::LINK.symmetry == Symmetry::Symmetrical && source != target {
                add(target, source);
            }
        }
        let is_assigned = rows.first().is_some_and(|row| row.column(T::MODEL.key) == ValueRef::Null);
        let fields = written_fields(T::MODEL, if is_assigned { KeyKind::Assigned } else { KeyKind::Set });
        let rows = Self { rows, fields };
        rows.check()?;
        Ok(rows)
    }

    /// Refuses other unset ids of the rows, before any SQL.
    fn check(&self) -> Result<()> {
        for &field in &*self.fields {
            let is_unset = |row: &Row<T>| row.column(field) == ValueRef::Null;
            if !T::MODEL.fields[field].nullable && self.rows.iter().any(is_unset) {
                return Err(T::MODEL.unset_id(T::MODEL.fields[field].name));
            }
        }
        Ok(())
    }

    pub(super) async fn insert(&self, exec: Exec<'_>) -> Result<()> {
        for rows in self.rows.chunks((PARAMETERS / self.fields.len()).max(1)) {
            let sql = insert_rows(T::MODEL, &self.fields, rows.len(), exec.dialect());
            let params = ColumnParams::of_rows(rows, &self.fields);
            let names = WrittenModel::new(T::MODEL, &self.fields);
            exec.run(Statement::new(&sql, &params).names(&names)).await?;
        }
        Ok(())
    }
}

impl<T: Through + ModelInternals> Columns for Row<T> {
    fn column(&self, field: usize) -> ValueRef<'_> {
        if field == T::LINK.source.of::<T>() {
            ValueRef::Integer(self.source)
        } else if field == T::LINK.target.of::<T>() {
            ValueRef::Integer(self.target)
        } else {
            self.values.column_value(field)
        }
    }
}
