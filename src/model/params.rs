//! Columns of rows as the parameters of a statement.

use super::{AnyModel, ModelInternals};
use crate::db::Params;
use crate::value::ValueRef;

/// These columns of a row as parameters, borrowed.
pub(super) struct RowParams<'a> {
    row: &'a dyn AnyModel,
    columns: &'a [usize],
}

impl<'a> RowParams<'a> {
    pub(super) fn new(row: &'a dyn AnyModel, columns: &'a [usize]) -> Self {
        Self { row, columns }
    }
}

impl Params for RowParams<'_> {
    fn len(&self) -> usize {
        self.columns.len()
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        self.row.column_value(self.columns[index])
    }
}

/// A row whose columns can be parameters.
pub(super) trait Columns: Sync {
    fn column(&self, index: usize) -> ValueRef<'_>;
}

impl<M: ModelInternals> Columns for M {
    fn column(&self, index: usize) -> ValueRef<'_> {
        self.column_value(index)
    }
}

impl Columns for &dyn AnyModel {
    fn column(&self, index: usize) -> ValueRef<'_> {
        self.column_value(index)
    }
}

/// These columns of each row as parameters, borrowed.
pub(super) struct ColumnParams<'a, R> {
    rows: &'a [R],
    columns: &'a [usize],
}

impl<'a, R: Columns> ColumnParams<'a, R> {
    pub(super) fn of_rows(rows: &'a [R], columns: &'a [usize]) -> Self {
        Self { rows, columns }
    }
}

impl<R: Columns> Params for ColumnParams<'_, R> {
    fn len(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        self.rows[index / self.columns.len()].column(self.columns[index % self.columns.len()])
    }
}
