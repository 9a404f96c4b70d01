//! "A `&Db` or a `&mut Tx`".

use std::panic::Location;
use std::task::{Context, Poll, Waker};

use tokio::task::coop;

use super::answer::Answer;
use super::{Db, Dialect, Params, Row, Tx};
use crate::error::{Error, Result};

/// Where a call on a model does its work: a `&Db`, which commits by itself, or a `&mut Tx`, which joins the transaction.
///
/// Functions take `&dyn Executor`, so that a `&mut Tx` can be passed to one call after the other:
///
/// ```
/// use signals::db::{Db, Executor, Tx};
///
/// fn twice(executor: &dyn Executor) {
///     once(executor);
///     once(executor);
/// }
///
/// fn once(_: &dyn Executor) {}
///
/// fn in_a_transaction(tx: &mut Tx) {
///     once(tx);
///     twice(tx);
/// }
/// ```
///
/// It cannot be implemented elsewhere.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a `Db` nor a `Tx`",
    label = "expected `&Db` or `&mut Tx`"
)]
pub trait Executor: sealed::Sealed + Send + Sync {
    /// Which of the two it is.
    #[doc(hidden)]
    fn exec(&self) -> Exec<'_>;
}

/// Which [`Executor`] it is.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Exec<'a> {
    Db(&'a Db),
    Tx(&'a Tx),
}

impl Exec<'_> {
    /// The SQL that the database speaks.
    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::Db(db) => db.dialect(),
            Self::Tx(tx) => tx.db().dialect(),
        }
    }

    /// An error of a statement in other words. If it has broken the transaction, these are the words of the first failure.
    pub(crate) fn rename(self, error: &mut Error, rename: fn(&mut Error)) {
        match self {
            Self::Db(_) => rename(error),
            Self::Tx(tx) => tx.rename(error, rename),
        }
    }

    // Every statement passes here. One of SQLite runs when this is called, not when the answer is awaited, and no future is made
    // of it unless it waits. `at` is the place that `ErrorKind::WriterBusy` is to name: `#[track_caller]` does not see through an
    // async caller.

    /// Executes a statement; the answer is how many rows it changed.
    pub(crate) fn execute<'a>(
        self,
        at: &'static Location<'static>,
        sql: &'a str,
        params: &'a dyn Params,
    ) -> Answer<'a, u64>
    where
        Self: 'a,
    {
        in_turn(move || match self {
            Self::Db(db) => db.driver().execute(at, sql, params),
            Self::Tx(tx) => tx.run(|session| session.execute(sql, params)),
        })
    }

    /// Executes an INSERT; `key` becomes what the database gave to the row, if it inserted one.
    pub(crate) fn insert<'a>(
        self,
        at: &'static Location<'static>,
        sql: &'a str,
        params: &'a dyn Params,
        key: &'a mut Option<i64>,
    ) -> Answer<'a, ()>
    where
        Self: 'a,
    {
        in_turn(move || match self {
            Self::Db(db) => db.driver().insert(at, sql, params, key),
            Self::Tx(tx) => tx.run(|session| session.insert(sql, params, key)),
        })
    }

    /// Executes a statement, and hands each row to `each`.
    pub(crate) fn query<'a>(
        self,
        at: &'static Location<'static>,
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Answer<'a, ()>
    where
        Self: 'a,
    {
        in_turn(move || match self {
            Self::Db(db) => db.driver().query(at, sql, params, each),
            Self::Tx(tx) => tx.run(|session| session.query(sql, params, each)),
        })
    }
}

/// Runs a statement, unless it is somebody else's turn. A statement of SQLite hardly ever waits, so that a loop of them would
/// keep other tasks of its thread waiting for ever.
#[inline]
pub(super) fn in_turn<'a, T: Send + 'a>(statement: impl FnOnce() -> Answer<'a, T> + Send + 'a) -> Answer<'a, T> {
    // Nobody needs to be woken by this one: if the budget is used up, the future below asks again with the task's own waker.
    match coop::poll_proceed(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(turn) => {
            turn.made_progress();
            statement()
        }
        Poll::Pending => Answer::later(async move {
            coop::consume_budget().await;
            statement().await
        }),
    }
}

impl Executor for Db {
    fn exec(&self) -> Exec<'_> {
        Exec::Db(self)
    }
}

impl Executor for Tx {
    fn exec(&self) -> Exec<'_> {
        Exec::Tx(self)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Db {}
    impl Sealed for super::Tx {}
}
