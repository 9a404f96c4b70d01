//! What a query answers.

use std::panic::Location;

use signals_core::BoxFuture;

use super::closure::ColumnsClosure;
use super::column::ColumnOf;
use super::expression::Number;
use super::load::Loads;
use super::query::Query;
use super::run;
use super::select::Select;
use crate::column::{Column, ColumnType};
use crate::db::{Executor, Row};
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::ModelInternals;

impl<'a, M: ModelInternals, L: Loads<M>> Query<'a, M, L> {
    /// Every row that the query finds. Like every method that reads rows, it sends `post_load` of each.
    ///
    /// # Errors
    /// [`ErrorKind::Parameter`] for a value that the database cannot compare with, such as an unset id.
    #[track_caller]
    pub fn all(self, executor: &'a dyn Executor) -> impl Future<Output = Result<Vec<L::Row>>> + Send {
        let place = Location::caller();
        async move { self.load.rows(executor.exec(place), &self.select).await }
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    #[track_caller]
    pub fn first(mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<Option<L::Row>>> + Send {
        let place = Location::caller();
        self.select.limit_to(1);
        async move { Ok(self.load.rows(executor.exec(place), &self.select).await?.pop()) }
    }

    /// The one row that there is.
    ///
    /// # Errors
    /// As [`all`](Self::all); [`ErrorKind::RowNotFound`] and [`ErrorKind::MultipleRows`] if it is not one.
    #[track_caller]
    pub fn one(mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<L::Row>> + Send {
        let place = Location::caller();
        self.select.limit_to(2);
        async move { run::only_one(M::MODEL, self.load.rows(executor.exec(place), &self.select).await?) }
    }
}

impl<'a, M: ModelInternals, L> Query<'a, M, L> {
    /// How many rows there are. A limit counts.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    #[track_caller]
    pub fn count(self, executor: &'a dyn Executor) -> impl Future<Output = Result<u64>> + Send {
        let place = Location::caller();
        async move { run::count(executor.exec(place), &self.select).await }
    }

    /// Whether there is a row.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    #[track_caller]
    pub fn exists(self, executor: &'a dyn Executor) -> impl Future<Output = Result<bool>> + Send {
        let place = Location::caller();
        async move { run::exists(executor.exec(place), &self.select).await }
    }

    /// The keys of the rows.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    #[track_caller]
    pub fn ids(self, executor: &'a dyn Executor) -> impl Future<Output = Result<Vec<M::PrimaryKey>>> + Send {
        let place = Location::caller();
        async move { run::keys::<M>(executor.exec(place), &self.select).await }
    }

    /// The largest value of a column, or `None` if no row has one.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    #[track_caller]
    pub fn max<T: Column, N>(
        self,
        executor: &'a dyn Executor,
        column: impl ColumnsClosure<M, ColumnOf<M, T, N>>,
    ) -> BoxFuture<'a, Result<Option<T>>> {
        aggregate(self.select, executor, ("max(", ")"), column(M::COLUMNS).index)
    }

    /// The smallest value of a column, or `None` if no row has one.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    #[track_caller]
    pub fn min<T: Column, N>(
        self,
        executor: &'a dyn Executor,
        column: impl ColumnsClosure<M, ColumnOf<M, T, N>>,
    ) -> BoxFuture<'a, Result<Option<T>>> {
        aggregate(self.select, executor, ("min(", ")"), column(M::COLUMNS).index)
    }

    /// The sum of a column of numbers. It is 0 if there is no row, and NULL counts as 0. A sum of integers is an `i64`.
    ///
    /// # Errors
    /// As [`all`](Self::all). A sum that is too large is an error of the database.
    #[track_caller]
    pub fn sum<T: Number<Sum = S>, S: Column + Default, N>(
        self,
        executor: &'a dyn Executor,
        column: impl ColumnsClosure<M, ColumnOf<M, T, N>>,
    ) -> BoxFuture<'a, Result<S>> {
        // In PostgreSQL, a sum of integers has another type.
        let ty = match S::TYPE {
            ColumnType::Integer => ") AS BIGINT)",
            _ => ") AS DOUBLE PRECISION)",
        };
        let sum = aggregate(self.select, executor, ("CAST(sum(", ty), column(M::COLUMNS).index);
        Box::pin(async move { Ok(sum.await?.unwrap_or_default()) })
    }

    /// The average of a column of numbers, without NULL, or `None` if there is no number.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    #[track_caller]
    pub fn avg<T: Number, N>(
        self,
        executor: &'a dyn Executor,
        column: impl ColumnsClosure<M, ColumnOf<M, T, N>>,
    ) -> BoxFuture<'a, Result<Option<f64>>> {
        aggregate(self.select, executor, ("CAST(avg(", ") AS DOUBLE PRECISION)"), column(M::COLUMNS).index)
    }
}

/// The value of a function of a column. Its future is boxed, so that its type does not depend on the closure that names the column: a wrong
/// closure is then one error.
#[track_caller]
fn aggregate<'a, T: Column>(
    select: Select<'a>,
    executor: &'a dyn Executor,
    function: (&'static str, &'static str),
    column: usize,
) -> BoxFuture<'a, Result<Option<T>>> {
    let place = Location::caller();
    Box::pin(async move {
        let mut value = None;
        let each = &mut |row: &Row<'_>| {
            value = row.get::<Option<T>>(0)?;
            Ok(())
        };
        run::aggregate(executor.exec(place), &select, function, column, each).await?;
        Ok(value)
    })
}
