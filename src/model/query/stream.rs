//! The rows of a query, one after the other.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;
use signals_core::BoxFuture;

use super::load::{Loads, Places};
use super::query::Query;
use super::run;
use super::select::{Connective, Node, Nodes, Operand, Select};
use crate::column::Column;
use crate::db::{Exec, Executor};
use crate::error::Result;
use crate::model::ModelInternals;

/// How many rows are read with each statement.
const ROWS: usize = 256;

/// The rows of a query, as [`Query::stream`] reads them.
pub struct RowStream<'a, M: ModelInternals, L: Loads<M>> {
    query: Query<'a, M, L>,
    exec: Exec<'a>,
    state: State<'a, M, L>,
    read: vec::IntoIter<L::Row>,
}

enum State<'a, M: ModelInternals, L: Loads<M>> {
    Begin,
    Keys(BoxFuture<'a, Result<Vec<M::PrimaryKey>>>),
    /// The keys of the rows that are left.
    Next(vec::IntoIter<M::PrimaryKey>),
    Rows(BoxFuture<'a, Result<Vec<L::Row>>>, vec::IntoIter<M::PrimaryKey>),
    End,
}

impl<'a, M: ModelInternals, L: Loads<M>> Query<'a, M, L> {
    /// The rows as a [`Stream`], of which some hundred are in memory at once, for lists that are too long for [`all`](Self::all).
    ///
    /// It reads the keys of all rows first, and then the rows, each some hundred with one statement. A row that was deleted since, or
    /// that does not meet the condition any more, is left out; use a transaction for rows of one moment.
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<User>().await?;
    /// let mut users = User::filter(|user| user.name.contains("a")).stream(&db);
    /// while let Some(user) = users.next().await {
    ///     println!("{}", user?.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// An error is an item, after which the stream ends. See [`all`](Self::all).
    #[track_caller]
    pub fn stream(self, executor: &'a dyn Executor) -> RowStream<'a, M, L> {
        let exec = executor.exec(Location::caller());
        RowStream { query: self, exec, state: State::Begin, read: Vec::new().into_iter() }
    }
}

impl<M: ModelInternals, L: Loads<M>> RowStream<'_, M, L> {
    /// The next row, if there is one. It is the `next` of the traits with extensions of [`Stream`].
    pub async fn next(&mut self) -> Option<Result<L::Row>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

/// The rows with these keys, in their order.
async fn rows<M: ModelInternals, L: Loads<M>>(
    exec: Exec<'_>,
    condition: Nodes<'_>,
    load: L,
    keys: Vec<M::PrimaryKey>,
) -> Result<Vec<L::Row>> {
    let mut select = Select::all_of(M::MODEL);
    let values = keys.iter().map(|key| Operand::Borrowed(key.to_value())).collect();
    let among = Nodes::one(Node::Among { column: M::MODEL.key, values });
    select.condition = condition.join(Connective::And, among);
    let mut found: Vec<Option<L::Row>> = load.rows(exec, &select).await?.into_iter().map(Some).collect();
    let places = Places::of(found.iter().flatten().map(L::own));
    Ok(keys.iter().filter_map(|key| found[places.find(key.to_value())?].take()).collect())
}

impl<M: ModelInternals, L: Loads<M>> Stream for RowStream<'_, M, L> {
    type Item = Result<L::Row>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(row) = this.read.next() {
                return Poll::Ready(Some(Ok(row)));
            }
            this.state = match std::mem::replace(&mut this.state, State::End) {
                State::End => return Poll::Ready(None),
                State::Begin => {
                    let (exec, select) = (this.exec, this.query.select.clone());
                    State::Keys(Box::pin(async move { run::keys::<M>(exec, &select).await }))
                }
                State::Keys(mut keys) => match keys.as_mut().poll(context) {
                    Poll::Pending => {
                        this.state = State::Keys(keys);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Ok(keys)) => State::Next(keys.into_iter()),
                },
                State::Next(mut left) => {
                    let keys: Vec<_> = left.by_ref().take(ROWS).collect();
                    if keys.is_empty() {
                        return Poll::Ready(None);
                    }
                    let Query { select, load, .. } = &this.query;
                    State::Rows(Box::pin(rows::<M, L>(this.exec, select.condition.clone(), *load, keys)), left)
                }
                State::Rows(mut rows, left) => match rows.as_mut().poll(context) {
                    Poll::Pending => {
                        this.state = State::Rows(rows, left);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Ok(rows)) => {
                        this.read = rows.into_iter();
                        State::Next(left)
                    }
                },
            };
        }
    }
}

// Nothing points into it: the futures are in boxes.
impl<M: ModelInternals, L: Loads<M>> Unpin for RowStream<'_, M, L> {}

impl<M: ModelInternals, L: Loads<M>> fmt::Debug for RowStream<'_, M, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowStream of {}", M::MODEL.name)
    }
}
