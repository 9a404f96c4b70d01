//! A transaction on a connection of the pool.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Statement as Prepared};

use super::errors::{self, Failure};
use super::lease::Lease;
use super::pending::{Pending, Sent};
use crate::db::TransactionOptions;
use crate::db::begin::Access;
use crate::db::statement::{LastStatement, Statement};
use crate::db::transaction_state::{TransactionState, ended_by_statement};
use crate::error::{Error, ErrorKind, Result};

/// The answer to a COMMIT.
pub(in crate::db) type CommitOutcome = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Holds a connection until the transaction ends.
pub(in crate::db) struct Transaction {
    /// Never locked across an `await`. `None` after the end.
    lease: Mutex<Option<Arc<Lease>>>,
    access: Access,
    state: Mutex<State>,
    /// A COMMIT that was sent. It cannot be undone, so it is not dropped with the future that waits for it.
    committing: Mutex<Option<CommitOutcome>>,
}

struct State {
    transaction: TransactionState,
    pending: Pending,
    /// Statements that are sent with the COMMIT.
    last: Vec<LastStatement>,
    /// How many of the abandoned operations were undone by rolling back a savepoint.
    undone: usize,
}

impl Transaction {
    pub(super) fn new(lease: Lease, options: TransactionOptions) -> Self {
        let state = State {
            transaction: TransactionState::Open,
            pending: Pending::begin(options),
            last: Vec::new(),
            undone: 0,
        };
        Self {
            lease: Mutex::new(Some(Arc::new(lease))),
            access: options.access,
            state: Mutex::new(state),
            committing: Mutex::new(None),
        }
    }

    /// Executes a statement in the transaction.
    pub(in crate::db) async fn run(&self, mut statement: Statement<'_>) -> Result<u64> {
        let lease = self.lease()?;
        let result = {
            // Pinned, so that the futures around it contain a reference and not a copy each.
            let operation = pin!(lease.run(Access::Write, &mut statement));
            self.attempt(&lease, operation).await
        };
        result.map_err(|failure| statement.error(self.error(failure, statement.sql, &lease)))
    }

    pub(in crate::db) async fn lend<T>(
        &self,
        work: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T> {
        let lease = self.lease()?;
        let operation = pin!(lease.lend(work));
        let lent = self.attempt(&lease, operation).await;
        let (result, after) = lent.map_err(|failure| self.error(failure, "", &lease))?;
        if after != TransactionState::Open {
            self.worsen(after);
        }
        match (result, after) {
            (Ok(value), TransactionState::Open) => Ok(value),
            (Ok(_), TransactionState::Failed) => Err(Error::database(
                "an earlier statement of the transaction failed, so PostgreSQL takes nothing in it any more: return \
                 that failure, or try it in `tx.savepoint(..)`",
            )),
            (Ok(_), TransactionState::Ended) => Err(ended_by_statement()),
            (Err(error), _) => Err(Failure::from(error).into_error("", lease.died())),
        }
    }

    /// Sends a statement together with the COMMIT. If it fails, the transaction is rolled back, and the error is that of the statement.
    #[cfg(feature = "durable")]
    pub(in crate::db) fn send_last(&self, statement: LastStatement) {
        self.lock_state().last.push(statement);
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
        let last = std::mem::take(&mut self.lock_state().last);
        if !lease.in_transaction() && last.is_empty() {
            return Ok(());
        }
        if lease.is_closed() {
            // Nothing is sent, so nothing can be committed.
            return Err(errors::lost(lease.died(), None));
        }
        let prepared = if last.is_empty() { Vec::new() } else { prepare(&lease, &last).await? };
        // The rollback of a savepoint may not be sent yet. If the server refuses it, it also refuses the COMMIT after it.
        let before = self.lock_state().pending.take();
        *self.committing() = Some(Box::pin(async move {
            let mut sql = "COMMIT";
            let committed = {
                let operation = pin!(lease.commit(&last, &prepared, &mut sql));
                lease.guard(lease.in_one(before.as_deref(), operation)).await
            };
            committed.map_err(|failure| failure.into_error_of_commit(sql, lease.died()))
        }));
        let result = std::future::poll_fn(|context| {
            let mut committing = self.committing();
            match committing.as_mut() {
                Some(outcome) => outcome.as_mut().poll(context),
                None => Poll::Ready(Err(ErrorKind::Ended.into())),
            }
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
        match lease.guard(lease.rollback()).await {
            // The server rolls back a lost connection.
            Ok(()) | Err(Failure::Lost(_)) => Ok(()),
            Err(failure) => Err(failure.into_error("ROLLBACK", lease.died())),
        }
    }

    pub(in crate::db) fn abandon(&self) {
        drop(self.lock().take());
    }

    /// The COMMIT that was sent, if no future waits for it.
    pub(in crate::db) fn unanswered_commit(&self) -> Option<CommitOutcome> {
        self.committing().take()
    }

    #[expect(clippy::unnecessary_wraps, reason = "a driver that does it at once may fail")]
    pub(in crate::db) fn savepoint(&self, depth: usize) -> Result<()> {
        self.lock_state().pending.savepoint(depth);
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "a driver that does it at once may fail")]
    pub(in crate::db) fn release(&self, depth: usize) -> Result<()> {
        self.lock_state().pending.release(depth);
        Ok(())
    }

    pub(in crate::db) fn rollback_to(&self, depth: usize) -> Result<()> {
        let lease = self.lease()?;
        let mut state = self.lock_state();
        // Everything that failed or was abandoned came after the savepoint; or before, if the savepoint was not sent.
        if state.pending.rollback_to(depth) == Sent::Yes && state.transaction != TransactionState::Ended {
            state.transaction = TransactionState::Open;
            state.undone = lease.abandoned();
        }
        Ok(())
    }

    /// What has become of the transaction.
    pub(in crate::db) fn state(&self) -> TransactionState {
        self.lock_state().transaction
    }

    /// Runs an operation in the transaction, and notes what its failure does to the transaction.
    async fn attempt<T>(
        &self,
        lease: &Lease,
        operation: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        if self.has_abandoned_operation(lease) {
            self.worsen(TransactionState::Failed);
            return Err(Failure::Here(unknown_outcome()));
        }
        // The operation is sent at its first poll, which is now.
        let before = self.lock_state().pending.take();
        let result = lease.guard(lease.in_one(before.as_deref(), operation)).await;
        match &result {
            Ok(_) | Err(Failure::Here(_)) => {}
            Err(Failure::Refused(_)) => self.worsen(TransactionState::Failed),
            Err(Failure::Lost(_) | Failure::EndedTransaction) => self.worsen(TransactionState::Ended),
        }
        result
    }

    /// The error of an operation in this transaction.
    fn error(&self, failure: Failure, sql: &str, lease: &Lease) -> Error {
        match failure {
            Failure::Refused(error)
                if self.access == Access::Read && error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) =>
            {
                ErrorKind::ReadOnlyTransaction.into()
            }
            failure => failure.into_error(sql, lease.died()),
        }
    }

    /// Whether an operation was abandoned, and no savepoint has undone it.
    fn has_abandoned_operation(&self, lease: &Lease) -> bool {
        lease.abandoned() > self.lock_state().undone
    }

    fn worsen(&self, worse: TransactionState) {
        let mut state = self.lock_state();
        if state.transaction != TransactionState::Ended {
            state.transaction = worse;
        }
    }

    fn lock_state(&self) -> MutexGuard<'_, State> {
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

    fn committing(&self) -> MutexGuard<'_, Option<CommitOutcome>> {
        self.committing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Prepares statements that are sent with the COMMIT: after the COMMIT was sent, it would be too late for another round trip.
async fn prepare(lease: &Lease, last: &[LastStatement]) -> Result<Vec<Option<Prepared>>> {
    let mut prepared = Vec::with_capacity(last.len());
    for statement in last {
        let result = lease.guard(lease.prepare_last(statement)).await;
        prepared.push(result.map_err(|failure| failure.into_error(&statement.sql, lease.died()))?);
    }
    Ok(prepared)
}

fn unknown_outcome() -> Error {
    Error::database(
        "the future of a statement was dropped before its end, so what it has done is unknown: roll the transaction \
         back",
    )
}
