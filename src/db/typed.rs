//! Queries that return values of Rust types.

use std::fmt;
use std::panic::Location;

use signals_core::{BoxFuture, Context};

use super::sql::{refuse_transaction_control, shortened};
use super::{Db, Exec, Executor, Params, Row, Statement, Tx, placeholders};
use crate::column::Column;
use crate::error::{Error, ErrorKind, Lookup, Result};

/// A type that a row can be read as: a model by the names of its columns, and a [`Column`] or a tuple of up to twelve by
/// position. Implement it for your own structs:
///
/// ```
/// use signals::db::{Db, FromRow, Row};
///
/// struct City {
///     name: String,
///     people: i64,
/// }
///
/// impl FromRow for City {
///     fn from_row(row: &Row<'_>) -> signals::Result<Self> {
///         Ok(Self { name: row.named("name")?, people: row.named("people")? })
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// let city: City = db.query_one("SELECT 'Ghent' AS name, 265086 AS people", &()).await?;
/// assert_eq!((city.name.as_str(), city.people), ("Ghent", 265_086));
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row",
    label = "neither a model nor made of columns",
    note = "a row is read as one model, as the type of a column such as `String`, as a tuple of columns such as `(String, i64)`, \
            or as a type that implements `FromRow`; models of a join are read by one query each",
    note = "the type of one row is written in the call, as in `db.query_as::<User>(..)`; a number is an `i64`"
)]
pub trait FromRow: Sized + Send + 'static {
    /// Reads one row.
    fn from_row(row: &Row<'_>) -> Result<Self>;

    /// What a query answers. A model looks for its columns once, and tells its receivers.
    #[doc(hidden)]
    fn rows(query: Query<'_>) -> BoxFuture<'_, Result<Vec<Self>>> {
        Box::pin(query.read(Self::from_row))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Column> FromRow for T {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        exactly(1, row)?;
        row.get(0)
    }
}

macro_rules! tuples {
    ($count:literal: $($column:ident $index:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<$($column: Column),*> FromRow for ($($column,)*) {
            fn from_row(row: &Row<'_>) -> Result<Self> {
                exactly($count, row)?;
                Ok(($(row.get::<$column>($index)?,)*))
            }
        }
    };
}

tuples! { 1: A 0 }
tuples! { 2: A 0, B 1 }
tuples! { 3: A 0, B 1, C 2 }
tuples! { 4: A 0, B 1, C 2, D 3 }
tuples! { 5: A 0, B 1, C 2, D 3, E 4 }
tuples! { 6: A 0, B 1, C 2, D 3, E 4, F 5 }
tuples! { 7: A 0, B 1, C 2, D 3, E 4, F 5, G 6 }
tuples! { 8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7 }
tuples! { 9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8 }
tuples! { 10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9 }
tuples! { 11: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10 }
tuples! { 12: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11 }

/// Positions say nothing when there are others.
fn exactly(expected: usize, row: &Row<'_>) -> Result<()> {
    match row.columns() {
        found if found == expected => Ok(()),
        found => Err(Error::database(format!(
            "the answer has {found} columns, and is read as {expected}: select as many as the type has",
        ))),
    }
}

/// A query that returns values.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Query<'a> {
    exec: Exec<'a>,
    sql: &'a str,
    params: &'a dyn Params,
    /// Only this many rows are needed; later rows are ignored.
    most: usize,
}

impl<'a> Query<'a> {
    /// The context of the handle that it uses.
    pub(crate) fn context(&self) -> &'a Context {
        self.exec.context()
    }
}

impl Query<'_> {
    /// Reads each row.
    pub(crate) async fn read<T: Send>(self, mut read: impl FnMut(&Row<'_>) -> Result<T> + Send) -> Result<Vec<T>> {
        refuse_transaction_control(self.sql, self.exec.dialect())?;
        let sql = placeholders::of_statement(self.sql, self.params.len(), self.exec.dialect())?;
        let mut rows = Vec::new();
        let mut each = |row: &Row<'_>| {
            if rows.len() < self.most {
                rows.push(read(row)?);
            }
            Ok(())
        };
        self.exec.run(Statement::query(&sql, self.params, &mut each)).await?;
        Ok(rows)
    }
}

impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").field("sql", &self.sql).finish_non_exhaustive()
    }
}

fn query_as<'a, T: FromRow>(exec: Exec<'a>, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<Vec<T>>> {
    T::rows(Query { exec, sql, params, most: usize::MAX })
}

fn query_optional<'a, T: FromRow>(
    exec: Exec<'a>,
    sql: &'a str,
    params: &'a dyn Params,
) -> BoxFuture<'a, Result<Option<T>>> {
    // A second row shows that the first is not the only one.
    let rows = T::rows(Query { exec, sql, params, most: 2 });
    Box::pin(async move {
        let mut rows = rows.await?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            _ => Err(ErrorKind::MultipleRows(Lookup::Sql { sql: shortened(sql) }).into()),
        }
    })
}

fn query_one<'a, T: FromRow>(exec: Exec<'a>, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<T>> {
    let found = query_optional(exec, sql, params);
    Box::pin(
        async move { found.await?.ok_or_else(|| ErrorKind::RowNotFound(Lookup::Sql { sql: shortened(sql) }).into()) },
    )
}

impl Db {
    /// The rows that the query returns, each as a `T`: a model by the names of its columns, other types by position.
    /// See [`FromRow`]. The placeholders are those of [`execute`](Self::execute). A statement that writes is refused: a [`Tx`] can
    /// query it.
    ///
    /// ```
    /// # use signals::prelude::*;
    /// #[model]
    /// #[derive(Debug, Default, PartialEq)]
    /// struct User { #[key] id: Id<User>, name: String, visits: i64 }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<User>().await?;
    /// # User { name: "ann".to_owned(), visits: 7, ..User::default() }.save(&db).await?;
    /// let often = db.query_as::<User>("SELECT * FROM users WHERE visits > ?", &(5,)).await?;
    /// assert_eq!(often[0].name, "ann");
    ///
    /// let visits = db.query_as::<(String, i64)>("SELECT name, visits FROM users", &()).await?;
    /// assert_eq!(visits, [("ann".to_owned(), 7)]);
    ///
    /// let all: i64 = db.query_one("SELECT count(*) FROM users", &()).await?;
    /// assert_eq!(all, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotSelected`] and [`ErrorKind::SelectedTwice`] if the answer does not have each column of the model once;
    /// [`ErrorKind::Column`] if a value does not fit its type.
    #[track_caller]
    pub fn query_as<'a, T: FromRow>(&'a self, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<Vec<T>>> {
        query_as(self.exec(Location::caller()), sql, params)
    }

    /// The one row that the query returns.
    ///
    /// # Errors
    /// As [`query_as`](Self::query_as); [`ErrorKind::RowNotFound`] and [`ErrorKind::MultipleRows`] if it is not one.
    #[track_caller]
    pub fn query_one<'a, T: FromRow>(&'a self, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<T>> {
        query_one(self.exec(Location::caller()), sql, params)
    }

    /// The row that the query returns, if there is one.
    ///
    /// # Errors
    /// As [`query_as`](Self::query_as); [`ErrorKind::MultipleRows`] if there are several.
    #[track_caller]
    pub fn query_optional<'a, T: FromRow>(
        &'a self,
        sql: &'a str,
        params: &'a dyn Params,
    ) -> BoxFuture<'a, Result<Option<T>>> {
        query_optional(self.exec(Location::caller()), sql, params)
    }
}

#[cfg(feature = "durable")]
impl Db {
    /// The row that a statement returns which writes and commits by itself.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "SQLite needs two statements"))]
    #[track_caller]
    pub(crate) fn query_written<'a, T: FromRow>(
        &'a self,
        sql: &'a str,
        params: &'a dyn Params,
    ) -> impl Future<Output = Result<Option<T>>> + Send + 'a {
        let at = Location::caller();
        async move {
            let sql = placeholders::of_statement(sql, params.len(), self.dialect())?;
            let mut written = None;
            let mut each = |row: &Row<'_>| {
                written = Some(T::from_row(row)?);
                Ok(())
            };
            self.exec(at).run(Statement::written(&sql, params, &mut each)).await?;
            Ok(written)
        }
    }
}

impl Tx {
    /// See [`Db::query_as`]. A statement that writes may return rows here.
    #[track_caller]
    pub fn query_as<'a, T: FromRow>(&'a self, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<Vec<T>>> {
        query_as(self.exec(Location::caller()), sql, params)
    }

    /// See [`Db::query_one`].
    #[track_caller]
    pub fn query_one<'a, T: FromRow>(&'a self, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<T>> {
        query_one(self.exec(Location::caller()), sql, params)
    }

    /// See [`Db::query_optional`].
    #[track_caller]
    pub fn query_optional<'a, T: FromRow>(
        &'a self,
        sql: &'a str,
        params: &'a dyn Params,
    ) -> BoxFuture<'a, Result<Option<T>>> {
        query_optional(self.exec(Location::caller()), sql, params)
    }
}

impl dyn Executor + '_ {
    /// See [`Db::query_as`].
    #[track_caller]
    pub fn query_as<'a, T: FromRow>(&'a self, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<Vec<T>>> {
        query_as(self.exec(Location::caller()), sql, params)
    }

    /// See [`Db::query_one`].
    #[track_caller]
    pub fn query_one<'a, T: FromRow>(&'a self, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<T>> {
        query_one(self.exec(Location::caller()), sql, params)
    }

    /// See [`Db::query_optional`].
    #[track_caller]
    pub fn query_optional<'a, T: FromRow>(
        &'a self,
        sql: &'a str,
        params: &'a dyn Params,
    ) -> BoxFuture<'a, Result<Option<T>>> {
        query_optional(self.exec(Location::caller()), sql, params)
    }
}
