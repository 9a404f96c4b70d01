//! "A `&Db` or a `&mut Tx`".

use std::panic::Location;
use std::sync::Arc;
use std::task::{self, Poll, Waker};

use signals_core::Context;
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
pub trait Executor: sealed::Sealed + Send + Sync {}

// Inlined: an `Exec` that a function of the trait returned would be written into the future that stores it. The compiler could then
// not leave out the copies of that future, which cost a tenth of an UPDATE.
impl dyn Executor + '_ {
    /// It, and the place that uses it.
    #[inline]
    pub(crate) fn exec(&self, at: &'static Location<'static>) -> Exec<'_> {
        Exec { target: self.target(), at }
    }
}

impl Db {
    /// It, and the place that uses it.
    #[inline]
    pub(crate) fn exec(&self, at: &'static Location<'static>) -> Exec<'_> {
        Exec { target: DbOrTx::Db(self), at }
    }
}

impl Tx {
    /// It, and the place that uses it.
    #[inline]
    pub(crate) fn exec(&self, at: &'static Location<'static>) -> Exec<'_> {
        Exec { target: DbOrTx::Tx(self), at }
    }
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

impl<'a> Exec<'a> {
    /// The executor alone.
    pub(crate) fn executor(self) -> &'a dyn Executor {
        match self.target {
            DbOrTx::Db(db) => db,
            DbOrTx::Tx(tx) => tx,
        }
    }
}

impl<'a> Exec<'a> {
    /// The context of the handle.
    pub(crate) fn context(self) -> &'a Context {
        match self.target {
            DbOrTx::Db(db) => db.context(),
            DbOrTx::Tx(tx) => tx.context(),
        }
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
    pub(crate) fn run<'a>(self, mut statement: Statement<'a>) -> Answer<'a, u64>
    where
        Self: 'a,
    {
        if has_turn() { self.run_now(&mut statement) } else { self.run_later(statement) }
    }

    // The statement is borrowed until something has to wait: to copy what was just written is slow.
    #[inline]
    fn run_now<'a>(self, statement: &mut Statement<'a>) -> Answer<'a, u64>
    where
        Self: 'a,
    {
        match self.target {
            DbOrTx::Db(db) => db.driver().run(statement, self.at),
            DbOrTx::Tx(tx) => tx.run(statement),
        }
    }

    #[cold]
    fn run_later<'a>(self, mut statement: Statement<'a>) -> Answer<'a, u64>
    where
        Self: 'a,
    {
        Answer::later(async move {
            coop::consume_budget().await;
            self.run_now(&mut statement).await
        })
    }
}

/// Runs an operation, unless the task has used up its turn.
#[inline]
pub(super) fn in_turn<'a, T: Send + 'a>(operation: impl FnOnce() -> Answer<'a, T> + Send + 'a) -> Answer<'a, T> {
    if has_turn() {
        return operation();
    }
    Answer::later(async move {
        coop::consume_budget().await;
        operation().await
    })
}

/// Uses a part of the task's turn, unless nothing is left of it. A statement of SQLite hardly ever waits, so that a loop of statements
/// would never let the other tasks of its thread run.
#[inline]
fn has_turn() -> bool {
    // Nothing is woken by this: if the budget is used up, the future of the operation asks again with the task's own waker.
    match coop::poll_proceed(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(turn) => {
            turn.made_progress();
            true
        }
        Poll::Pending => false,
    }
}

#[diagnostic::do_not_recommend]
impl Executor for Db {}

#[diagnostic::do_not_recommend]
impl Executor for Tx {}

// `&db`, where `db` is a `&Db` already, means the same.
#[diagnostic::do_not_recommend]
impl<E: Executor + ?Sized> Executor for &E {}

#[diagnostic::do_not_recommend]
impl<E: Executor + ?Sized> Executor for &mut E {}

#[diagnostic::do_not_recommend]
impl<E: Executor + ?Sized> Executor for Arc<E> {}

mod sealed {
    use super::{Arc, Db, DbOrTx, Executor, Tx};

    pub trait Sealed {
        fn target(&self) -> DbOrTx<'_>;
    }

    impl Sealed for Db {
        fn target(&self) -> DbOrTx<'_> {
            DbOrTx::Db(self)
        }
    }

    impl Sealed for Tx {
        fn target(&self) -> DbOrTx<'_> {
            DbOrTx::Tx(self)
        }
    }

    impl<E: Executor + ?Sized> Sealed for &E {
        fn target(&self) -> DbOrTx<'_> {
            (**self).target()
        }
    }

    impl<E: Executor + ?Sized> Sealed for &mut E {
        fn target(&self) -> DbOrTx<'_> {
            (**self).target()
        }
    }

    impl<E: Executor + ?Sized> Sealed for Arc<E> {
        fn target(&self) -> DbOrTx<'_> {
            (**self).target()
        }
    }
}
