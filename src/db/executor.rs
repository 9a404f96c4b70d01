//! "A `&Db` or a `&mut Tx`".

use std::panic::Location;

use super::{Db, Dialect, Params, Row, Tx};
use crate::error::{Error, Result, SlimResult};

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

    // Every statement passes here. `at` is the place that `Error::WriterBusy` is to name: `#[track_caller]` does not see
    // through an async caller.

    /// Executes a statement; the answer is how many rows it changed.
    pub(crate) async fn execute(
        self,
        at: &'static Location<'static>,
        sql: &str,
        params: &dyn Params,
    ) -> SlimResult<u64> {
        let_others_run().await;
        match self {
            Self::Db(db) => db.driver().execute(at, sql, params).await,
            Self::Tx(tx) => {
                tx.check()?;
                tx.observe(tx.session().execute(sql, params).await)
            }
        }
    }

    /// Executes an INSERT; the answer is the key that the database gave to the row, if it inserted one.
    pub(crate) async fn insert(
        self,
        at: &'static Location<'static>,
        sql: &str,
        params: &dyn Params,
    ) -> SlimResult<Option<i64>> {
        let_others_run().await;
        match self {
            Self::Db(db) => db.driver().insert(at, sql, params).await,
            Self::Tx(tx) => {
                tx.check()?;
                tx.observe(tx.session().insert(sql, params).await)
            }
        }
    }

    /// Executes a statement, and hands each row to `each`.
    pub(crate) async fn query(
        self,
        at: &'static Location<'static>,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> SlimResult<()> {
        let_others_run().await;
        match self {
            Self::Db(db) => db.driver().query(at, sql, params, each).await,
            Self::Tx(tx) => {
                tx.check()?;
                tx.observe(tx.session().query(sql, params, each).await)
            }
        }
    }
}

/// A statement of SQLite hardly ever waits, so that a loop of them would keep other tasks of its thread waiting for ever.
pub(super) async fn let_others_run() {
    tokio::task::coop::consume_budget().await;
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
