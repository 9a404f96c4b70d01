//! Rows of a through model that a person wrote, on their way to the database.

use std::panic::Location;

use super::sql::insert;
use super::{Direction, Symmetry, Through};
use crate::db::{Exec, Params};
use crate::error::Result;
use crate::model::draft::named_fields;
use crate::model::{Id, ModelInternals};
use crate::value::ValueRef;

/// SQLite takes 32,766 parameters, PostgreSQL 65,535.
const PARAMETERS: usize = 32_000;

/// Rows that each relate two others.
pub(super) struct Rows<T: ModelInternals> {
    rows: Vec<Row<T>>,
    /// The fields that are written: all but a key that the database assigns.
    fields: Vec<usize>,
}

struct Row<T> {
    values: T,
    /// What stands in the place of the fields that point to the two sides.
    source: i64,
    target: i64,
}

impl<T: Through + ModelInternals> Rows<T> {
    /// The rows that relate the row with this id, which stands on the near side, to these.
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
        let is_assigned = rows.first().is_some_and(|row| row.value(T::MODEL.key) == ValueRef::Null);
        let fields = (0..T::MODEL.fields.len()).filter(|&field| field != T::MODEL.key || !is_assigned);
        let fields = fields.filter(|&field| !T::MODEL.is_read_only(field)).collect();
        let rows = Self { rows, fields };
        rows.check()?;
        Ok(rows)
    }

    /// Refuses other ids of the rows that are not set, before any SQL.
    fn check(&self) -> Result<()> {
        for &field in &self.fields {
            let is_unset = |row: &Row<T>| row.value(field) == ValueRef::Null;
            if !T::MODEL.fields[field].nullable && self.rows.iter().any(is_unset) {
                return Err(T::MODEL.unset_id(T::MODEL.fields[field].name));
            }
        }
        Ok(())
    }

    pub(super) async fn insert(&self, exec: Exec<'_>, place: &'static Location<'static>) -> Result<()> {
        for rows in self.rows.chunks((PARAMETERS / self.fields.len()).max(1)) {
            let sql = insert(T::MODEL, &self.fields, rows.len(), exec.dialect());
            let params = Values { rows, fields: &self.fields };
            exec.execute(place, &sql, &params).await.map_err(named_fields::<T>(exec, 0, &self.fields))?;
        }
        Ok(())
    }
}

impl<T: Through + ModelInternals> Row<T> {
    fn value(&self, field: usize) -> ValueRef<'_> {
        if field == T::LINK.source.of::<T>() {
            ValueRef::Integer(self.source)
        } else if field == T::LINK.target.of::<T>() {
            ValueRef::Integer(self.target)
        } else {
            self.values.column_value(field)
        }
    }
}

/// The rows as the parameters of a statement, one after the other.
struct Values<'a, T> {
    rows: &'a [Row<T>],
    fields: &'a [usize],
}

impl<T: Through + ModelInternals> Params for Values<'_, T> {
    fn len(&self) -> usize {
        self.rows.len() * self.fields.len()
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        let count = self.fields.len();
        self.rows[index / count].value(self.fields[index % count])
    }
}
