//! Single columns of rows: `User::filter(..).values(|user| (user.id, user.username))`.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::closure::ColumnsClosure;
use super::column::{ColumnOf, Nullable, Required};
use super::condition::Condition;
use super::run::{only_one, read};
use super::select::{Node, Select};
use super::write::{Ordered, Writer};
use crate::column::Column;
use crate::db::{Exec, Executor, Row};
use crate::error::Result;
use crate::model::ModelInternals;
use crate::model::columns::HasColumns;

/// A query that reads the columns `S` of the rows of `M`, and no more of them. Their values in one row are an `R`.
///
/// It sends no `post_load`, because it reads no rows.
#[must_use = "a query is not sent before `.all(&db)`, `.first(&db)` or `.one(&db)` is awaited"]
pub struct Values<'a, M, S, R> {
    select: Select<'a>,
    columns: Vec<usize>,
    // What reads the values is stored, so that a closure that selects something else is one error.
    read: fn(&Row<'_>, &mut usize) -> Result<R>,
    selection: PhantomData<fn() -> (M, S)>,
}

/// What is read of each row of `M`: a column, or a tuple of up to eight.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a column of `{M}`, nor a tuple of columns",
    label = "expected columns of `{M}`",
    note = "write one field, as in `|user| user.name`, or a tuple of up to eight, as in `|user| (user.id, user.name)`"
)]
pub trait Selection<M>: Send + Sync {
    /// The values of one row.
    type Row: Send;

    #[doc(hidden)]
    fn columns(&self, columns: &mut Vec<usize>);
    #[doc(hidden)]
    fn read(row: &Row<'_>, index: &mut usize) -> Result<Self::Row>;
}

#[diagnostic::do_not_recommend]
impl<M, T: Column> Selection<M> for ColumnOf<M, T, Required> {
    type Row = T;

    fn columns(&self, columns: &mut Vec<usize>) {
        columns.push(self.index);
    }

    fn read(row: &Row<'_>, index: &mut usize) -> Result<T> {
        *index += 1;
        row.get(*index - 1)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: Column> Selection<M> for ColumnOf<M, T, Nullable> {
    type Row = Option<T>;

    fn columns(&self, columns: &mut Vec<usize>) {
        columns.push(self.index);
    }

    fn read(row: &Row<'_>, index: &mut usize) -> Result<Option<T>> {
        *index += 1;
        row.get(*index - 1)
    }
}

macro_rules! tuples {
    ($($column:ident $index:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<M, $($column: Selection<M>),*> Selection<M> for ($($column,)*) {
            type Row = ($($column::Row,)*);

            fn columns(&self, columns: &mut Vec<usize>) {
                $(self.$index.columns(columns);)*
            }

            fn read(row: &Row<'_>, index: &mut usize) -> Result<Self::Row> {
                Ok(($($column::read(row, index)?,)*))
            }
        }
    };
}

tuples! { A 0 }
tuples! { A 0, B 1 }
tuples! { A 0, B 1, C 2 }
tuples! { A 0, B 1, C 2, D 3 }
tuples! { A 0, B 1, C 2, D 3, E 4 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5, G 6 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7 }

/// A closure that returns columns of `M`, whose values are an `R` in each row: `|user| (user.id, user.username)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "fields are named in a closure, as in `|user| user.name` and `|user| (user.id, user.name)`"
)]
pub trait SelectionClosure<M: HasColumns, S, R>: ColumnsClosure<M, S> {
    #[doc(hidden)]
    type Selected: Selection<M, Row = R>;

    #[doc(hidden)]
    fn selection(self) -> Self::Selected;
}

impl<M: HasColumns, R, S: Selection<M, Row = R>, F: ColumnsClosure<M, S>> SelectionClosure<M, S, R> for F {
    type Selected = S;

    fn selection(self) -> S {
        self(M::COLUMNS)
    }
}

impl<'a, M: ModelInternals, S, R: Send> Values<'a, M, S, R> {
    pub(super) fn new(select: Select<'a>, selection: &impl Selection<M, Row = R>) -> Self {
        let mut columns = Vec::new();
        selection.columns(&mut columns);
        Self { select, columns, read: read_by(selection), selection: PhantomData }
    }

    /// Each combination of values once. They are ordered by the order of the query, which can only name columns that are selected, and
    /// then by the values.
    ///
    /// # Errors
    /// An order by another column, and a lock.
    pub fn distinct(mut self) -> Self {
        self.select.is_distinct = true;
        self
    }

    /// The values of every row.
    #[track_caller]
    pub fn all(self, executor: &'a dyn Executor) -> impl Future<Output = Result<Vec<R>>> + Send {
        let place = Location::caller();
        async move { self.read(executor.exec(place)).await }
    }

    /// The values of the first row, if there is one.
    #[track_caller]
    pub fn first(mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<Option<R>>> + Send {
        let place = Location::caller();
        self.select.limit_to(1);
        async move { Ok(self.read(executor.exec(place)).await?.pop()) }
    }

    /// The values of the one row.
    ///
    /// # Errors
    /// [`ErrorKind::RowNotFound`](crate::ErrorKind::RowNotFound) and [`ErrorKind::MultipleRows`](crate::ErrorKind::MultipleRows) if it is
    /// not one.
    #[track_caller]
    pub fn one(mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<R>> + Send {
        let place = Location::caller();
        let meta = self.select.meta;
        self.select.limit_to(2);
        async move { only_one(meta, self.read(executor.exec(place)).await?) }
    }

    async fn read(mut self, exec: Exec<'_>) -> Result<Vec<R>> {
        if self.select.is_distinct {
            self.select.check_distinct(&self.columns)?;
            self.select.order_distinct(&self.columns);
        }
        let mut writer = Writer::new(exec.dialect());
        writer.select_values(&self.select, &self.columns)?;
        let mut rows = Vec::new();
        let each = &mut |row: &Row<'_>| {
            rows.push((self.read)(row, &mut 0)?);
            Ok(())
        };
        read(exec, &self.select, &writer, each).await?;
        Ok(rows)
    }
}

/// How the values that are selected are read.
fn read_by<M, S: Selection<M>>(_: &S) -> fn(&Row<'_>, &mut usize) -> Result<S::Row> {
    S::read
}

/// A query of one column with values of type `T`, for [`in_query`](ColumnOf::in_query).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a query of one column with values of type `{T}`",
    label = "expected values of type `{T}`",
    note = "the column is named by `values`, as in `User::filter(|user| user.age.ge(18)).values(|user| user.id)`"
)]
pub trait ColumnQuery<'a, T> {
    /// The rows whose column at this index equals one of the values.
    #[doc(hidden)]
    fn contains<M>(self, column: usize) -> Condition<'a, M>;
}

#[diagnostic::do_not_recommend]
impl<'a, M, T, C, R> ColumnQuery<'a, T> for Values<'a, M, ColumnOf<M, T, C>, R> {
    fn contains<Outer>(mut self, column: usize) -> Condition<'a, Outer> {
        if self.select.is_distinct {
            self.select.order_distinct(&self.columns);
        }
        Condition::of(Node::InQuery { column, query: Box::new((self.select, self.columns[0])) })
    }
}

impl<M, T, N> ColumnOf<M, T, N> {
    /// The rows where it equals one of the values of another query:
    /// `User::filter(|user| user.id.in_query(Post::filter(|post| post.published.eq(true)).values(|post| post.author)))`.
    pub fn in_query<'a>(self, query: impl ColumnQuery<'a, T>) -> Condition<'a, M> {
        query.contains(self.index)
    }
}

impl<'q> Writer<'q> {
    /// SELECT of these columns.
    fn select_values(&mut self, select: &'q Select<'_>, columns: &[usize]) -> Result<()> {
        self.text(if select.is_distinct { "SELECT DISTINCT " } else { "SELECT " });
        for (number, column) in columns.iter().enumerate() {
            self.text(if number == 0 { "" } else { ", " }).column(select.meta, *column);
        }
        self.rows(select, Ordered::Yes)?;
        self.lock(select);
        Ok(())
    }
}

impl<M, S, R> fmt::Debug for Values<'_, M, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Values of {}", self.select.meta.name)
    }
}
