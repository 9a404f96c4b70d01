//! One row of the answer to a query, over the rows of each driver.

use std::fmt;

use crate::column::Column;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{ColumnError, ValueRef};

/// One row of the answer to a query. It lives until the query moves on to the next row.
pub struct Row<'a> {
    columns: &'a dyn Columns,
    /// Where each column is that a model reads, if the query returns them in another order.
    order: Option<&'a [usize]>,
}

/// The columns of a row, as each driver implements them for its own type of row.
pub(crate) trait Columns {
    /// How many there are.
    fn count(&self) -> usize;

    /// The name of the column at `index`, if there is one.
    fn name(&self, index: usize) -> Option<&str>;

    /// The value in the column at `index`, if there is one.
    fn value(&self, index: usize) -> Option<ValueRef<'_>>;

    /// The name of the type of the column at `index`, if [`ValueRef`] has no variant for it.
    fn unsupported_type(&self, _index: usize) -> Option<&str> {
        None
    }
}

impl Row<'_> {
    /// How many columns it has.
    pub fn columns(&self) -> usize {
        self.columns.count()
    }

    /// The name of the column at `index`, counted from 0, if there is one.
    pub fn name(&self, index: usize) -> Option<&str> {
        self.columns.name(index)
    }

    /// Reads the column at `index`, from 0, as a `T`.
    ///
    /// # Errors
    /// [`ErrorKind::Column`] if the value does not fit without loss. It is also an error if there is no such column.
    pub fn get<T: Column>(&self, index: usize) -> Result<T> {
        self.read(index, T::from_value)
    }

    /// Like [`get`](Self::get), for a field of a model, whose type may be no column: then this is not a second error.
    #[doc(hidden)]
    #[inline]
    pub fn read<T>(&self, index: usize, from_value: fn(ValueRef<'_>) -> Result<T, ColumnError>) -> Result<T> {
        // Without closures: this is compiled for the id of each model.
        let index = match self.order {
            Some(order) => order[index],
            None => index,
        };
        let Some(value) = self.columns.value(index) else { return Err(self.missing(index)) };
        match from_value(value) {
            Ok(value) => Ok(value),
            Err(error) => Err(self.unreadable(index, error)),
        }
    }

    #[cold]
    fn missing(&self, index: usize) -> Error {
        Error::database(format!(
            "there is no column {index} in the answer, which has {}, counted from 0: add it to the SELECT",
            self.columns(),
        ))
    }

    #[cold]
    fn unreadable(&self, index: usize, error: ColumnError) -> Error {
        let column = self.name(index).unwrap_or_default().to_owned();
        match self.columns.unsupported_type(index) {
            Some(ty) => Error::database(format!(
                "values of the type `{ty}` of the column `{column}` cannot be read: select it as another one, as in \
                 `{column}::text`",
            )),
            None => ErrorKind::Column { column, source: error }.into(),
        }
    }

    /// Reads the column of this name as a `T`. Upper and lower case are the same.
    ///
    /// # Errors
    /// Like [`get`](Self::get). It is also an error if several columns have the name.
    pub fn named<T: Column>(&self, name: &str) -> Result<T> {
        let mut found = self.positions(name);
        match (found.next(), found.next()) {
            (Some(index), None) => self.get(index),
            (None, _) => {
                Err(Error::database(format!("there is no column `{name}` in the answer: add it to the SELECT")))
            }
            (Some(_), Some(_)) => Err(Error::database(format!(
                "there are several columns `{name}` in the answer: give one of them another name with `AS`",
            ))),
        }
    }

    /// The indexes of the columns of this name.
    pub(crate) fn positions(&self, name: &str) -> impl Iterator<Item = usize> {
        let is_it = move |index: &usize| self.name(*index).is_some_and(|known| known.eq_ignore_ascii_case(name));
        (0..self.columns()).filter(is_it)
    }

    /// The same row for a model, whose first column is at the first of these indexes, and so on.
    pub(crate) fn in_order<'b>(&'b self, order: &'b [usize]) -> Row<'b> {
        Row { columns: self.columns, order: Some(order) }
    }

    /// The value of the column at `index`, from 0, as the database returned it.
    ///
    /// Text that is not UTF-8, which SQLite allows, is a [`ValueRef::Blob`]. So is a value of PostgreSQL whose type has no
    /// variant, in its binary format.
    ///
    /// # Panics
    /// When there is no such column.
    pub fn value(&self, index: usize) -> ValueRef<'_> {
        let Some(value) = self.columns.value(index) else {
            panic!("there is no column {index} in the answer, which has {}", self.columns());
        };
        value
    }
}

impl<'a> Row<'a> {
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        allow(dead_code, reason = "without a driver there are no rows")
    )]
    pub(crate) fn new(columns: &'a dyn Columns) -> Self {
        Self { columns, order: None }
    }
}

/// The names of the columns; not the values, which may be secret.
impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.columns()).filter_map(|index| self.name(index))).finish()
    }
}
