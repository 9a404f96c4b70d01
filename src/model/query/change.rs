//! The SQL that changes the rows of a query.

use std::fmt::Write;

use super::select::{Operand, Results, Select};
use super::update::Set;
use super::write::{Ordered, Writer};
use crate::db::Dialect;
use crate::error::Result;
use crate::model::Meta;
use crate::model::sql::Lock;
use crate::value::ValueRef;

/// What a DELETE returns.
#[derive(Clone, Copy)]
pub(crate) enum Returns {
    Nothing,
    Keys,
}

impl<'q> Writer<'q> {
    /// UPDATE of the rows. A `#[version]` is incremented.
    pub(crate) fn update_rows(&mut self, select: &'q Select<'_>, sets: &'q [Set<'_>]) -> Result<()> {
        let meta = select.meta;
        self.text("UPDATE ").name(meta.table).text(" SET ");
        for (number, set) in sets.iter().enumerate() {
            self.text(if number == 0 { "" } else { ", " }).name(meta.fields[set.column].column).text(" = ");
            self.assigned(&set.to, meta, set.column)?;
        }
        if let Some(version) = meta.version {
            let column = meta.fields[version].column;
            self.text(if sets.is_empty() { "" } else { ", " }).name(column).text(" = ").name(column).text(" + 1");
        }
        self.these_rows(select)
    }

    /// DELETE of the rows.
    pub(crate) fn delete_rows(&mut self, select: &'q Select<'_>, returns: Returns) -> Result<()> {
        self.text("DELETE FROM ").name(select.meta.table);
        self.these_rows(select)?;
        if let Returns::Keys = returns {
            self.text(" RETURNING ").column(select.meta, select.meta.key);
        }
        Ok(())
    }

    /// WHERE. Neither UPDATE nor DELETE has a LIMIT in every database, nor SKIP LOCKED.
    fn these_rows(&mut self, select: &'q Select<'_>) -> Result<()> {
        let locks = select.lock.is_some_and(|lock| lock.skip_locked) && self.dialect == Dialect::Postgres;
        if !select.is_limited() && !locks {
            return self.condition_of(select);
        }
        let key = select.meta.key;
        self.text(" WHERE ").column(select.meta, key);
        // An array is computed once. A subquery that locks rows could be computed again, and lock others.
        self.text(if locks { " = ANY (ARRAY(SELECT " } else { " IN (SELECT " }).column(select.meta, key);
        self.rows(select, Ordered::Yes)?;
        if locks {
            self.lock(select);
        }
        self.text(if locks { "))" } else { ")" });
        Ok(())
    }

    /// What a column is set to: a result that its type cannot hold is an error.
    fn assigned(&mut self, to: &'q Operand<'_>, meta: &'static Meta, column: usize) -> Result<()> {
        let results = match to {
            Operand::Arithmetic(arithmetic) => arithmetic.results,
            _ => Results::All,
        };
        match results {
            Results::All => self.computed(to, meta, column),
            // The last branch is too large for every integer of the database, which says so.
            Results::Integers { min, max } => {
                self.text("CASE WHEN ").computed(to, meta, column)?;
                let _ = write!(self.sql, " BETWEEN {min} AND {max} THEN ");
                self.computed(to, meta, column)?;
                match self.dialect {
                    Dialect::Sqlite => {
                        self.text(" WHEN ").computed(to, meta, column)?;
                        self.text(" IS NOT NULL THEN abs(0 * ").computed(to, meta, column)?;
                        self.text(" - 9223372036854775807 - 1) END");
                    }
                    Dialect::Postgres => {
                        self.text(" ELSE 9223372036854775807 + abs(").computed(to, meta, column)?;
                        self.text(") END");
                    }
                }
                Ok(())
            }
            // x * (2^29 + 1) - (x * (2^29 + 1) - x) has the first 24 binary digits of x, as an `f32` has.
            Results::Singles => {
                let factor = " * CAST(536870913 AS DOUBLE PRECISION)";
                self.text("(").computed(to, meta, column)?;
                self.text(factor).text(" - (").computed(to, meta, column)?;
                self.text(factor).text(" - ").computed(to, meta, column)?;
                self.text("))");
                Ok(())
            }
        }
    }

    /// SELECT of the keys of the rows, which will be written, ordered by the key unless only some are meant: transactions lock the same
    /// rows in the same order, so that they do not wait for each other.
    pub(crate) fn keys_to_write(&mut self, select: &'q Select<'_>) -> Result<()> {
        self.text("SELECT ").column(select.meta, select.meta.key).text(" FROM ").name(select.meta.table);
        self.in_order_of_keys(select)?;
        self.text(Lock::ForUpdate.clause(self.dialect));
        Ok(())
    }

    /// SELECT of the rows, which will be deleted.
    pub(crate) fn rows_to_delete(&mut self, select: &'q Select<'_>) -> Result<()> {
        self.text("SELECT ").columns(select.meta, None).text(" FROM ").name(select.meta.table);
        self.in_order_of_keys(select)?;
        self.text(Lock::ForDelete.clause(self.dialect));
        Ok(())
    }

    fn in_order_of_keys(&mut self, select: &'q Select<'_>) -> Result<()> {
        self.these_rows(select)?;
        self.text(" ORDER BY ").column(select.meta, select.meta.key);
        Ok(())
    }

    /// SELECT of one row as it will be after these assignments, locked.
    pub(crate) fn row_with(&mut self, meta: &'static Meta, sets: &'q [Set<'_>], key: ValueRef<'q>) -> Result<()> {
        self.text("SELECT ");
        for (index, field) in meta.fields.iter().enumerate() {
            self.text(if index == 0 { "" } else { ", " });
            match sets.iter().find(|set| set.column == index) {
                Some(set) if self.dialect == Dialect::Postgres => {
                    // A value has no type of its own here. SQLite has none for parameters, and its CAST changes numbers that are too large.
                    self.text("CAST(").assigned(&set.to, meta, index)?;
                    self.text(" AS ").text(field.ty.postgres()).text(")");
                }
                Some(set) => self.assigned(&set.to, meta, index)?,
                None => _ = self.column(meta, index),
            }
        }
        self.text(" FROM ").name(meta.table).text(" WHERE ").column(meta, meta.key).text(" = ");
        self.key(key, meta);
        self.text(Lock::ForUpdate.clause(self.dialect));
        Ok(())
    }
}
