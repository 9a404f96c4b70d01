//! "A `&Db` or a `&mut Tx`".

use std::panic::Location;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::task::coop;

use super::answer::Answer;
use super::statement::Statement;
use super::{Db, Dialect, Tx};

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
    label = "expected `&Db` or `&mut Tx`",
    note = "pass the `&Db` for a transaction of its own, or the `&mut Tx` to take part in that transaction"
)]
pub trait Executor: sealed::Sealed + Send + Sync {
    /// It, and the place that uses it.
    #[doc(hidden)]
    fn exec(&self, at: &'static Location<'static>) -> Exec<'_>;
}

/// An [`Executor`], and the place in the program that uses its connection, for the errors of code that waits for the connection.
/// `#[track_caller]` does not see through an async caller, so the place is passed on.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Exec<'a> {
    pub(crate) target: DbOrTx<'a>,
    pub(crate) at: &'static Location<'static>,
}

/// Which [`Executor`] it is.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum DbOrTx<'a> {
    Db(&'a Db),
    Tx(&'a Tx),
}

impl<'a> Exec<'a> {
    /// A transaction, where the place is that of its beginning.
    pub(crate) fn within(tx: &'a Tx) -> Self {
        tx.exec(tx.began())
    }
}

impl Exec<'_> {
    /// The SQL that the database speaks.
    pub(crate) fn dialect(self) -> Dialect {
        match self.target {
            DbOrTx::Db(db) => db.dialect(),
            DbOrTx::Tx(tx) => tx.db().dialect(),
        }
    }

    /// Executes a statement. The result is the number of rows that it changed, if that is what it wants.
    ///
    /// A statement of SQLite runs when this is called and not when the answer is awaited, and no future is made of it unless it
    /// has to wait.
    #[inline]
    pub(crate) fn run<'a>(self, statement: Statement<'a>) -> Answer<'a, u64>
    where
        Self: 'a,
    {
        in_turn(move || match self.target {
            DbOrTx::Db(db) => db.driver().run(statement, self.at),
            DbOrTx::Tx(tx) => tx.run(statement),
        })
    }
}

/// Runs a statement, unless the task has used up its turn. A statement of SQLite hardly ever waits, so that a loop of statements
/// would never let the other tasks of its thread run.
#[inline]
pub(super) fn in_turn<'a, T: Send + 'a>(statement: impl FnOnce() -> Answer<'a, T> + Send + 'a) -> Answer<'a, T> {
    // Nothing is woken by this: if the budget is used up, the future below asks again with the task's own waker.
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

#[diagnostic::do_not_recommend]
impl Executor for Db {
    fn exec(&self, at: &'static Location<'static>) -> Exec<'_> {
        Exec { target: DbOrTx::Db(self), at }
    }
}

#[diagnostic::do_not_recommend]
impl Executor for Tx {
    fn exec(&self, at: &'static Location<'static>) -> Exec<'_> {
        Exec { target: DbOrTx::Tx(self), at }
    }
}

// `&db`, where `db` is a `&Db` already, means the same.
#[diagnostic::do_not_recommend]
impl<E: Executor + ?Sized> Executor for &E {
    fn exec(&self, at: &'static Location<'static>) -> Exec<'_> {
        (**self).exec(at)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Executor + ?Sized> Executor for &mut E {
    fn exec(&self, at: &'static Location<'static>) -> Exec<'_> {
        (**self).exec(at)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Executor + ?Sized> Executor for Arc<E> {
    fn exec(&self, at: &'static Location<'static>) -> Exec<'_> {
        (**self).exec(at)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Db {}
    impl Sealed for super::Tx {}
    impl<E: super::Executor + ?Sized> Sealed for &E {}
    impl<E: super::Executor + ?Sized> Sealed for &mut E {}
    impl<E: super::Executor + ?Sized> Sealed for super::Arc<E> {}
}
