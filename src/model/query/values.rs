//! Single columns of rows: `User::filter(..).values(|user| (user.id, user.username))`.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::column::{ColumnOf, Nullable, Required};
use super::condition::Condition;
use super::run::{only_one, read};
use super::select::{Node, Select};
use super::write::{Ordered, Writer};
use crate::column::Column;
use crate::db::{Exec, Executor, Row};
use crate::error::Result;
use crate::model::ModelInternals;

/// A query that reads some columns of the rows of `M`, and no more of them.
///
/// It sends no `post_load`, because it reads no rows.
#[must_use = "a query is not sent before `.all(&db)`, `.first(&db)` or `.one(&db)` is awaited"]
pub struct Values<'a, M, S> {
    select: Select<'a>,
    selection: S,
    model: PhantomData<fn() -> M>,
}

/// What is read of each row of `M`: a column, or a tuple of up to eight.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a column of `{M}`, nor a tuple of columns",
    label = "expected columns of `{M}`",
    note = "write one column, `|user| user.name`, or a tuple of up to eight, `|user| (user.id, user.name)`"
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

impl<'a, M: ModelInternals, S: Selection<M>> Values<'a, M, S> {
    pub(super) fn new(select: Select<'a>, selection: S) -> Self {
        Self { select, selection, model: PhantomData }
    }

    /// Each combination of values once. Without an order of its own, the values have no order.
    pub fn distinct(mut self) -> Self {
        self.select.is_distinct = true;
        self
    }

    /// The values of every row.
    #[track_caller]
    pub fn all(self, executor: &'a dyn Executor) -> impl Future<Output = Result<Vec<S::Row>>> + Send {
        let place = Location::caller();
        async move { self.read(executor.exec(place)).await }
    }

    /// The values of the first row, if there is one.
    #[track_caller]
    pub fn first(mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<Option<S::Row>>> + Send {
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
    pub fn one(mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<S::Row>> + Send {
        let place = Location::caller();
        let meta = self.select.meta;
        self.select.limit_to(2);
        async move { only_one(meta, self.read(executor.exec(place)).await?) }
    }

    async fn read(&self, exec: Exec<'_>) -> Result<Vec<S::Row>> {
        let mut columns = Vec::new();
        self.selection.columns(&mut columns);
        let mut writer = Writer::new(exec.dialect());
        writer.select_values(&self.select, &columns)?;
        let mut rows = Vec::new();
        let each = &mut |row: &Row<'_>| {
            rows.push(S::read(row, &mut 0)?);
            Ok(())
        };
        read(exec, &self.select, &writer, each).await?;
        Ok(rows)
    }
}

impl<'a, M, T, C> Values<'a, M, ColumnOf<M, T, C>> {
    /// The query as a part of another one, and the index of its column.
    pub(super) fn into_subquery(self) -> (Select<'a>, usize) {
        (self.select, self.selection.index)
    }
}

impl<M, T, N> ColumnOf<M, T, N> {
    /// The rows where it equals one of the values of another query:
    /// `User::filter(|user| user.id.in_query(Post::filter(|post| post.published.eq(true)).values(|post| post.author)))`.
    pub fn in_query<Other, C>(self, query: Values<'_, Other, ColumnOf<Other, T, C>>) -> Condition<'_, M> {
        let (select, selected) = query.into_subquery();
        Condition::of(Node::InQuery { column: self.index, query: Box::new((select, selected)) })
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

impl<M, S> fmt::Debug for Values<'_, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Values of {}", self.select.meta.name)
    }
}
