//! The SQL that changes the rows of a query.

use super::select::Select;
use super::update::Set;
use super::write::{Ordered, Writer};
use crate::db::Dialect;
use crate::error::Result;
use crate::model::Meta;
use crate::model::sql::Lock;

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

    /// WHERE. Neither UPDATE nor DELETE has a LIMIT in every database.
    fn these_rows(&mut self, select: &'q Select<'_>) -> Result<()> {
        if !select.is_limited() {
            return self.condition_of(select);
        }
        let key = select.meta.key;
        self.text(" WHERE ").column(select.meta, key).text(" IN (SELECT ").column(select.meta, key);
        self.rows(select, Ordered::Yes)?;
        self.text(")");
        Ok(())
    }

    /// SELECT of the keys of the rows, which will be written, ordered by the key unless only some are meant: transactions lock the same
    /// rows in the same order, so that they do not wait for each other.
    pub(crate) fn keys_to_write(&mut self, select: &'q Select<'_>, dialect: Dialect) -> Result<()> {
        self.text("SELECT ").column(select.meta, select.meta.key).text(" FROM ").name(select.meta.table);
        self.in_order_of_keys(select)?;
        self.text(Lock::ForUpdate.clause(dialect));
        Ok(())
    }

    /// SELECT of the rows, which will be deleted.
    pub(crate) fn rows_to_delete(&mut self, select: &'q Select<'_>, dialect: Dialect) -> Result<()> {
        self.text("SELECT ").columns(select.meta, None).text(" FROM ").name(select.meta.table);
        self.in_order_of_keys(select)?;
        self.text(Lock::ForDelete.clause(dialect));
        Ok(())
    }

    fn in_order_of_keys(&mut self, select: &'q Select<'_>) -> Result<()> {
        self.these_rows(select)?;
        self.text(" ORDER BY ").column(select.meta, select.meta.key);
        Ok(())
    }

    /// SELECT of one row as it will be after these assignments, locked.
    pub(crate) fn row_with(
        &mut self,
        meta: &'static Meta,
        sets: &'q [Set<'_>],
        key: crate::value::ValueRef<'q>,
        dialect: Dialect,
    ) -> Result<()> {
        self.text("SELECT ");
        for (index, field) in meta.fields.iter().enumerate() {
            self.text(if index == 0 { "" } else { ", " });
            match sets.iter().find(|set| set.column == index) {
                // A value has no type of its own here.
                Some(set) => {
                    self.text("CAST(").assigned(&set.to, meta, index)?;
                    self.text(" AS ").text(match dialect {
                        Dialect::Sqlite => field.ty.sqlite(),
                        Dialect::Postgres => field.ty.postgres(),
                    });
                    self.text(")");
                }
                None => _ = self.column(meta, index),
            }
        }
        self.text(" FROM ").name(meta.table).text(" WHERE ").column(meta, meta.key).text(" = ");
        self.key(key, meta).text(Lock::ForUpdate.clause(dialect));
        Ok(())
    }
}
