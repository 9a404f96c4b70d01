//! One row of the answer to a query.

use std::fmt;

use crate::error::{Error, Result};
use crate::value::{Column, ValueRef};

/// One row of the answer to a query, while the query stands at it.
pub struct Row<'a> {
    columns: Columns<'a>,
}

enum Columns<'a> {
    #[cfg(feature = "sqlite")]
    Sqlite(&'a rusqlite::Row<'a>),
    #[cfg(not(feature = "sqlite"))]
    None(std::marker::PhantomData<&'a ()>),
}

impl Row<'_> {
    /// How many columns it has.
    pub fn columns(&self) -> usize {
        match self.columns {
            #[cfg(feature = "sqlite")]
            Columns::Sqlite(row) => row.as_ref().column_count(),
            #[cfg(not(feature = "sqlite"))]
            Columns::None(_) => 0,
        }
    }

    /// The name of the column at `index`, from 0, if there is one.
    pub fn name(&self, index: usize) -> Option<&str> {
        match self.columns {
            #[cfg(feature = "sqlite")]
            Columns::Sqlite(row) => row.as_ref().column_name(index).ok(),
            #[cfg(not(feature = "sqlite"))]
            Columns::None(_) => None,
        }
    }

    /// Reads the column at `index`, from 0, as a `T`.
    ///
    /// # Errors
    /// [`Error::Column`] when the value does not fit without loss, an error as well when there is no such column.
    pub fn get<T: Column>(&self, index: usize) -> Result<T> {
        let Some(value) = self.look(index) else {
            return Err(Error::database(format!(
                "there is no column {index} in the answer, which has {}, counted from 0: add it to the SELECT",
                self.columns(),
            )));
        };
        T::from_value(value).map_err(|error| Error::Column {
            column: self.name(index).unwrap_or_default().to_owned(),
            source: Box::new(error),
        })
    }

    /// The value of the column at `index`, from 0, as the database has it.
    ///
    /// Text that is not UTF-8, which SQLite does not prevent, is a [`ValueRef::Blob`].
    ///
    /// # Panics
    /// When there is no such column.
    pub fn value(&self, index: usize) -> ValueRef<'_> {
        let Some(value) = self.look(index) else {
            panic!("there is no column {index} in the answer, which has {}", self.columns());
        };
        value
    }

    fn look(&self, index: usize) -> Option<ValueRef<'_>> {
        match self.columns {
            #[cfg(feature = "sqlite")]
            Columns::Sqlite(row) => row.get_ref(index).ok().map(|value| match value {
                rusqlite::types::ValueRef::Null => ValueRef::Null,
                rusqlite::types::ValueRef::Integer(integer) => ValueRef::Integer(integer),
                rusqlite::types::ValueRef::Real(real) => ValueRef::Real(real),
                rusqlite::types::ValueRef::Text(text) => {
                    std::str::from_utf8(text).map_or(ValueRef::Blob(text), ValueRef::Text)
                }
                rusqlite::types::ValueRef::Blob(bytes) => ValueRef::Blob(bytes),
            }),
            #[cfg(not(feature = "sqlite"))]
            Columns::None(_) => None,
        }
    }
}

#[cfg(feature = "sqlite")]
impl<'a> Row<'a> {
    pub(super) fn sqlite(row: &'a rusqlite::Row<'a>) -> Self {
        Self { columns: Columns::Sqlite(row) }
    }
}

/// The names of the columns; not the values, which may be secret.
impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.columns()).filter_map(|index| self.name(index))).finish()
    }
}
