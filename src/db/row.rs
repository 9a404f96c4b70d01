//! One row of the answer to a query.

use std::fmt;

use crate::column::Column;
use crate::error::{Error, Result};
use crate::value::{ColumnError, ValueRef};

/// One row of the answer to a query, while the query stands at it.
pub struct Row<'a> {
    columns: Columns<'a>,
    /// Where each column is that a model reads, if the order of the answer is another one.
    order: Option<&'a [usize]>,
}

#[derive(Clone, Copy)]
enum Columns<'a> {
    #[cfg(feature = "sqlite")]
    Sqlite(&'a rusqlite::Row<'a>),
    #[cfg(feature = "postgres")]
    Postgres(&'a tokio_postgres::Row),
    /// The row of no query.
    #[cfg(feature = "fixtures")]
    Values { names: &'a [&'a str], values: &'a [ValueRef<'a>] },
    #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
    None(std::marker::PhantomData<&'a ()>),
}

impl Row<'_> {
    /// How many columns it has.
    pub fn columns(&self) -> usize {
        match self.columns {
            #[cfg(feature = "sqlite")]
            Columns::Sqlite(row) => row.as_ref().column_count(),
            #[cfg(feature = "postgres")]
            Columns::Postgres(row) => row.len(),
            #[cfg(feature = "fixtures")]
            Columns::Values { values, .. } => values.len(),
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            Columns::None(_) => 0,
        }
    }

    /// The name of the column at `index`, from 0, if there is one.
    pub fn name(&self, index: usize) -> Option<&str> {
        match self.columns {
            #[cfg(feature = "sqlite")]
            Columns::Sqlite(row) => row.as_ref().column_name(index).ok(),
            #[cfg(feature = "postgres")]
            Columns::Postgres(row) => row.columns().get(index).map(tokio_postgres::Column::name),
            #[cfg(feature = "fixtures")]
            Columns::Values { names, .. } => names.get(index).copied(),
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            Columns::None(_) => None,
        }
    }

    /// Reads the column at `index`, from 0, as a `T`.
    ///
    /// # Errors
    /// [`Error::Column`] when the value does not fit without loss, an error as well when there is no such column.
    pub fn get<T: Column>(&self, index: usize) -> Result<T> {
        self.read(index, T::from_value)
    }

    /// Like [`get`](Self::get), for a type of whose column traits only this function is known.
    #[doc(hidden)]
    #[inline]
    pub fn read<T>(&self, index: usize, from_value: fn(ValueRef<'_>) -> Result<T, ColumnError>) -> Result<T> {
        let index = self.order.map_or(index, |order| order[index]);
        match self.look(index) {
            Some(value) => from_value(value).map_err(|error| self.unreadable(index, error)),
            None => Err(self.missing(index)),
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
        match self.unread(index) {
            Some(ty) => Error::database(format!(
                "values of the type `{ty}` of the column `{column}` cannot be read: select it as another one, as in \
                 `{column}::text`",
            )),
            None => Error::Column { column, source: Box::new(error) },
        }
    }

    /// Reads the column of this name as a `T`. Upper and lower case are the same.
    ///
    /// # Errors
    /// As [`get`](Self::get); an error as well when there is no such column, or several.
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

    /// Where the columns of this name are.
    pub(crate) fn positions(&self, name: &str) -> impl Iterator<Item = usize> {
        let is_it = move |index: &usize| self.name(*index).is_some_and(|known| known.eq_ignore_ascii_case(name));
        (0..self.columns()).filter(is_it)
    }

    /// The same row for a model, whose first column is at the first of these places, and so on.
    pub(crate) fn in_order<'b>(&'b self, order: &'b [usize]) -> Row<'b> {
        Row { columns: self.columns, order: Some(order) }
    }

    /// The value of the column at `index`, from 0, as the database has it.
    ///
    /// Text that is not UTF-8, which SQLite does not prevent, is a [`ValueRef::Blob`]; so is a value of PostgreSQL whose type
    /// no other variant is like, as it is on the wire.
    ///
    /// # Panics
    /// When there is no such column.
    pub fn value(&self, index: usize) -> ValueRef<'_> {
        let Some(value) = self.look(index) else {
            panic!("there is no column {index} in the answer, which has {}", self.columns());
        };
        value
    }

    /// The name of the type of a column of PostgreSQL that no [`ValueRef`] is like.
    #[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "no other database has such types"))]
    fn unread(&self, index: usize) -> Option<&str> {
        match self.columns {
            #[cfg(feature = "sqlite")]
            Columns::Sqlite(_) => None,
            #[cfg(feature = "postgres")]
            Columns::Postgres(row) => super::postgres::unread(row, index),
            #[cfg(feature = "fixtures")]
            Columns::Values { .. } => None,
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            Columns::None(_) => None,
        }
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
            #[cfg(feature = "postgres")]
            Columns::Postgres(row) => super::postgres::look(row, index),
            #[cfg(feature = "fixtures")]
            Columns::Values { values, .. } => values.get(index).copied(),
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            Columns::None(_) => None,
        }
    }
}

#[cfg(feature = "sqlite")]
impl<'a> Row<'a> {
    pub(super) fn sqlite(row: &'a rusqlite::Row<'a>) -> Self {
        Self { columns: Columns::Sqlite(row), order: None }
    }
}

#[cfg(feature = "postgres")]
impl<'a> Row<'a> {
    pub(super) fn postgres(row: &'a tokio_postgres::Row) -> Self {
        Self { columns: Columns::Postgres(row), order: None }
    }
}

#[cfg(feature = "fixtures")]
impl<'a> Row<'a> {
    pub(crate) fn of_values(names: &'a [&'a str], values: &'a [ValueRef<'a>]) -> Self {
        Self { columns: Columns::Values { names, values }, order: None }
    }
}

/// The names of the columns; not the values, which may be secret.
impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.columns()).filter_map(|index| self.name(index))).finish()
    }
}
