//! A transaction on a connection of the pool.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::errors::{self, Failure};
use super::lease::Lease;
use super::pending::{Pending, Sent};
use crate::db::begin::Access;
use crate::db::driver::Standing;
use crate::db::{Params, Row, TransactionOptions};
use crate::error::{Error, ErrorKind, Result};

/// The answer to a COMMIT.
pub(in crate::db) type Outcome = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Holds a connection until the transaction ends.
pub(in crate::db) struct Transaction {
    /// Never locked across an `await`. `None` after the end.
    lease: Mutex<Option<Arc<Lease>>>,
    access: Access,
    state: Mutex<State>,
    /// A COMMIT that was sent. It cannot be undone, so it is not dropped with the future that waits for it.
    committing: Mutex<Option<Outcome>>,
}

struct State {
    standing: Standing,
    pending: Pending,
    /// How many of the abandoned operations were undone by rolling back a savepoint.
    undone: usize,
}

impl Transaction {
    pub(super) fn new(lease: Lease, options: TransactionOptions) -> Self {
        let state = State { standing: Standing::Open, pending: Pending::begin(options), undone: 0 };
        Self {
            lease: Mutex::new(Some(Arc::new(lease))),
            access: options.access,
            state: Mutex::new(state),
            committing: Mutex::new(None),
        }
    }

    pub(in crate::db) async fn execute(&self, sql: &str, params: &dyn Params) -> Result<u64> {
        let lease = self.lease()?;
        self.run(&lease, sql, lease.execute(sql, params)).await
    }

    pub(in crate::db) async fn insert(&self, sql: &str, params: &dyn Params, key: &mut Option<i64>) -> Result<()> {
        let lease = self.lease()?;
        self.run(&lease, sql, lease.insert(sql, params, key)).await
    }

    pub(in crate::db) async fn query(
        &self,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        let lease = self.lease()?;
        self.run(&lease, sql, lease.query(sql, params, each)).await
    }

    pub(in crate::db) async fn batch(&self, sql: &str) -> Result<()> {
        let lease = self.lease()?;
        if !self.run(&lease, sql, lease.batch(sql)).await? {
            self.state().standing = Standing::Gone;
        }
        Ok(())
    }

    pub(in crate::db) async fn lend<T>(
        &self,
        work: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T> {
        let lease = self.lease()?;
        let (result, standing) = self.run(&lease, "", lease.lend(work)).await?;
        if standing != Standing::Open {
            self.worsen(standing);
        }
        match result {
            Ok(_) if standing == Standing::Failed => Err(Error::database(
                "an earlier statement of the transaction failed, so PostgreSQL takes nothing in it any more: return \
                 that failure, or try it in `tx.savepoint(..)`",
            )),
            Ok(value) => Ok(value),
            Err(error) => Err(Failure::from(error).into_error("", &lease)),
        }
    }

    pub(in crate::db) async fn commit(&self) -> Result<()> {
        let lease = self.take()?;
        if self.has_abandoned_operation(&lease) {
            return Err(unknown_outcome());
        }
        if lease.is_running() {
            // COMMIT would be executed after it, and would roll back without an error if the statement fails.
            return Err(Error::database(
                "a statement of the transaction is still running, so it was rolled back: await the statement before \
                 the commit",
            ));
        }
        if !lease.in_transaction() {
            return Ok(());
        }
        if lease.is_closed() {
            // Nothing is sent, so nothing can be committed.
            return Err(errors::lost(&lease, None));
        }
        // The rollback of a savepoint may not be sent yet. If the server refuses it, it also refuses the COMMIT after it.
        let before = self.state().pending.take();
        *self.committing() = Some(Box::pin(async move {
            let committed = lease.run(lease.in_one(before.as_deref(), lease.commit())).await;
            committed.map_err(|failure| failure.into_error_of_commit(&lease))
        }));
        let result = std::future::poll_fn(|context| {
            let mut committing = self.committing();
            committing
                .as_mut()
                .map_or(std::task::Poll::Ready(Err(ErrorKind::Ended.into())), |outcome| outcome.as_mut().poll(context))
        })
        .await;
        *self.committing() = None;
        result
    }

    pub(in crate::db) async fn rollback(&self) -> Result<()> {
        let lease = self.take()?;
        if lease.abandoned() > 0 || lease.is_running() || !lease.in_transaction() {
            return Ok(());
        }
        match lease.run(lease.rollback()).await {
            // The server rolls back a lost connection.
            Ok(()) | Err(Failure::Lost(_)) => Ok(()),
            Err(failure) => Err(failure.into_error("ROLLBACK", &lease)),
        }
    }

    pub(in crate::db) fn abandon(&self) {
        drop(self.lock().take());
    }

    /// The COMMIT that was sent, if no future waits for it.
    pub(in crate::db) fn on_its_way(&self) -> Option<Outcome> {
        self.committing().take()
    }

    #[expect(clippy::unnecessary_wraps, reason = "a driver that does it at once may fail")]
    pub(in crate::db) fn savepoint(&self, depth: usize) -> Result<()> {
        self.state().pending.savepoint(depth);
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "a driver that does it at once may fail")]
    pub(in crate::db) fn release(&self, depth: usize) -> Result<()> {
        self.state().pending.release(depth);
        Ok(())
    }

    pub(in crate::db) fn rollback_to(&self, depth: usize) -> Result<()> {
        let lease = self.lease()?;
        let mut state = self.state();
        // Everything that failed or was abandoned came after the savepoint; or before, if the savepoint was not sent.
        if state.pending.rollback_to(depth) == Sent::Yes && state.standing != Standing::Gone {
            state.standing = Standing::Open;
            state.undone = lease.abandoned();
        }
        Ok(())
    }

    pub(in crate::db) fn standing(&self) -> Standing {
        self.state().standing
    }

    async fn run<T>(&self, lease: &Lease, sql: &str, operation: impl Future<Output = Result<T, Failure>>) -> Result<T> {
        if self.has_abandoned_operation(lease) {
            self.worsen(Standing::Failed);
            return Err(unknown_outcome());
        }
        // The operation is sent at its first poll, which is now.
        let before = self.state().pending.take();
        lease.run(lease.in_one(before.as_deref(), operation)).await.map_err(|failure| {
            match failure {
                Failure::Here(_) => {}
                Failure::Refused(_) => self.worsen(Standing::Failed),
                Failure::Lost(_) => self.worsen(Standing::Gone),
            }
            match failure {
                Failure::Refused(error)
                    if self.access == Access::Read && error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) =>
                {
                    ErrorKind::ReadOnlyTransaction.into()
                }
                failure => failure.into_error(sql, lease),
            }
        })
    }

    /// Whether an operation was abandoned, and no savepoint has undone it.
    fn has_abandoned_operation(&self, lease: &Lease) -> bool {
        lease.abandoned() > self.state().undone
    }

    fn worsen(&self, standing: Standing) {
        let mut state = self.state();
        if state.standing != Standing::Gone {
            state.standing = standing;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lease(&self) -> Result<Arc<Lease>> {
        self.lock().clone().ok_or_else(|| ErrorKind::Ended.into())
    }

    fn take(&self) -> Result<Arc<Lease>> {
        self.lock().take().ok_or_else(|| ErrorKind::Ended.into())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Lease>>> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn committing(&self) -> MutexGuard<'_, Option<Outcome>> {
        self.committing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown_outcome() -> Error {
    Error::database(
        "the future of a statement was dropped before its end, so what it has done is unknown: roll the transaction \
         back",
    )
}
