//! Columns of rows as the parameters of a statement.

use super::ModelInternals;
use crate::db::Params;
use crate::value::ValueRef;

/// A row whose columns can be parameters.
pub(super) trait Columns: Sync {
    fn column(&self, index: usize) -> ValueRef<'_>;
}

impl<M: ModelInternals> Columns for M {
    fn column(&self, index: usize) -> ValueRef<'_> {
        self.column_value(index)
    }
}

/// These columns of each row as parameters, borrowed, after the parameters of the user's own SQL.
pub(super) struct ColumnParams<'a, R> {
    others: &'a dyn Params,
    rows: &'a [R],
    columns: &'a [usize],
}

impl<'a, R: Columns> ColumnParams<'a, R> {
    /// These columns of one row.
    pub(super) fn of(row: &'a R, columns: &'a [usize]) -> Self {
        Self::of_rows(std::slice::from_ref(row), columns)
    }

    /// These columns of each row.
    pub(super) fn of_rows(rows: &'a [R], columns: &'a [usize]) -> Self {
        Self { others: &(), rows, columns }
    }

    /// The same parameters after others.
    pub(super) fn after(self, others: &'a dyn Params) -> Self {
        Self { others, ..self }
    }
}

impl<R: Columns> Params for ColumnParams<'_, R> {
    fn len(&self) -> usize {
        self.others.len() + self.rows.len() * self.columns.len()
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        match index.checked_sub(self.others.len()) {
            None => self.others.get(index),
            Some(index) => self.rows[index / self.columns.len()].column(self.columns[index % self.columns.len()]),
        }
    }
}
