//! What goes to a driver.

use std::borrow::Cow;
use std::ops::Range;

use super::{Params, Row};
use crate::error::{Error, Result};
use crate::value::{Value, ValueRef};

/// One statement, on its way to the database.
pub(crate) struct Statement<'a> {
    pub(super) sql: &'a str,
    pub(super) params: &'a dyn Params,
    names: Option<&'a dyn Names>,
    pub(super) wants: Wants<'a>,
    pub(super) rows: Option<RowsToInsert>,
}

/// A statement that is sent together with COMMIT. It is owned, since a COMMIT that was sent is not dropped with the future that waits
/// for it.
#[derive(Debug)]
#[cfg_attr(not(feature = "durable"), allow(dead_code, reason = "only events are stored with the COMMIT"))]
pub(crate) struct LastStatement {
    pub(super) sql: Cow<'static, str>,
    pub(super) params: Vec<Value>,
}

#[cfg(feature = "durable")]
impl LastStatement {
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Self {
        Self { sql: sql.into(), params }
    }
}

impl Params for LastStatement {
    fn len(&self) -> usize {
        self.params.len()
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        (&self.params[index]).into()
    }
}

/// An INSERT of several rows, whose SQL contains one row. The parameters are those of each row, row after row.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "in SQLite, the SQL contains every row"))]
pub(crate) struct RowsToInsert {
    /// The place of `VALUES (..)` in the SQL.
    pub(crate) values: Range<usize>,
    /// The number of parameters of a row.
    pub(crate) columns: usize,
}

/// What the caller wants to know of a statement.
pub(crate) enum Wants<'a> {
    /// How many rows it changed: it is an INSERT, UPDATE or DELETE.
    Count,
    /// The same of any statement: 0 if it changes no rows.
    CountOfAny,
    /// The key that the database gave to the row that it inserted, if it inserted one.
    Key(&'a mut Option<i64>),
    /// Its rows, one after the other. An error ends the query and is returned.
    Rows(&'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send)),
    /// The same of a statement that writes.
    #[cfg_attr(not(feature = "durable"), allow(dead_code, reason = "only workers write and read in one statement"))]
    Written(&'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send)),
    /// Nothing: it is several statements, without parameters.
    Batch,
}

/// Names for the tables and columns in the errors of a statement: those of a model and its fields.
pub(crate) trait Names: Sync {
    /// Replaces the names in the error.
    fn rename(&self, error: &mut Error);
}

impl<'a> Statement<'a> {
    /// An INSERT, UPDATE or DELETE, whose number of changed rows is wanted.
    pub(crate) fn new(sql: &'a str, params: &'a dyn Params) -> Self {
        Self { sql, params, names: None, wants: Wants::Count, rows: None }
    }

    /// A statement of the user, whose number of changed rows is wanted.
    pub(super) fn any(sql: &'a str, params: &'a dyn Params) -> Self {
        Self { wants: Wants::CountOfAny, ..Self::new(sql, params) }
    }

    /// An INSERT of one row. `key` becomes the key that the database gave to it.
    pub(crate) fn insert(sql: &'a str, params: &'a dyn Params, key: &'a mut Option<i64>) -> Self {
        Self { wants: Wants::Key(key), ..Self::new(sql, params) }
    }

    /// A query, and what is called with each of its rows.
    pub(crate) fn query(
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Self {
        Self { wants: Wants::Rows(each), ..Self::new(sql, params) }
    }

    /// A statement that writes, and what is called with each of the rows that it returns.
    #[cfg(feature = "durable")]
    pub(super) fn written(
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Self {
        Self { wants: Wants::Written(each), ..Self::new(sql, params) }
    }

    /// Several statements.
    pub(crate) fn batch(sql: &'a str) -> Self {
        Self { wants: Wants::Batch, ..Self::new(sql, &()) }
    }

    /// With so many rows as there are parameters for, in an INSERT of one row.
    pub(crate) fn with_rows(mut self, rows: Option<RowsToInsert>) -> Self {
        self.rows = rows;
        self
    }

    /// Takes it out of a borrow, because it has to wait.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Statement::batch(""))
    }

    /// With these names in its errors.
    pub(crate) fn names(mut self, names: &'a dyn Names) -> Self {
        self.names = Some(names);
        self
    }

    /// An error of it, with its names.
    #[cold]
    pub(super) fn error(&self, mut error: Error) -> Error {
        if let Some(names) = self.names {
            names.rename(&mut error);
        }
        error
    }
}
