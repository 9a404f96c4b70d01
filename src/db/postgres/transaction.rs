//! A transaction on a connection of the pool.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::errors::{self, Failure};
use super::lease::Lease;
use crate::db::{Params, Row};
use crate::error::{Error, Result};

/// The answer to a COMMIT, whoever waits for it.
pub(in crate::db) type Outcome = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Holds a connection until the transaction ends.
pub(in crate::db) struct Transaction {
    /// Never locked over an `await`. `None` after the end.
    lease: Mutex<Option<Arc<Lease>>>,
    /// Whether PostgreSQL has given the transaction up, as it does after any failure.
    failed: AtomicBool,
    /// A COMMIT that is on its way. It cannot be called back, so it is not dropped with the future that waits for it.
    committing: Mutex<Option<Outcome>>,
}

impl Transaction {
    pub(super) fn new(lease: Lease) -> Self {
        Self { lease: Mutex::new(Some(Arc::new(lease))), failed: AtomicBool::new(false), committing: Mutex::new(None) }
    }

    pub(in crate::db) async fn execute(&self, sql: &str, params: &dyn Params) -> Result<u64> {
        let lease = self.lease()?;
        self.run(&lease, sql, lease.execute(sql, params)).await
    }

    pub(in crate::db) async fn insert(&self, sql: &str, params: &dyn Params) -> Result<i64> {
        let lease = self.lease()?;
        self.run(&lease, sql, lease.insert(sql, params)).await
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
            self.failed.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    pub(in crate::db) async fn commit(&self) -> Result<()> {
        let lease = self.take()?;
        if lease.is_torn() {
            return Err(torn());
        }
        if lease.is_running() {
            // COMMIT would travel behind it, and succeed without a word if it fails.
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
        *self.committing() = Some(Box::pin(async move {
            lease.run(lease.commit()).await.map_err(|failure| failure.into_error_of_commit(&lease))
        }));
        let result = std::future::poll_fn(|context| {
            let mut committing = self.committing();
            committing
                .as_mut()
                .map_or(std::task::Poll::Ready(Err(Error::Ended)), |outcome| outcome.as_mut().poll(context))
        })
        .await;
        *self.committing() = None;
        result
    }

    pub(in crate::db) async fn rollback(&self) -> Result<()> {
        let lease = self.take()?;
        if lease.is_torn() || lease.is_running() || !lease.in_transaction() {
            return Ok(());
        }
        match lease.run(lease.rollback()).await {
            // What is lost is rolled back.
            Ok(()) | Err(Failure::Lost(_)) => Ok(()),
            Err(failure) => Err(failure.into_error("ROLLBACK", &lease)),
        }
    }

    pub(in crate::db) fn abandon(&self) {
        drop(self.lock().take());
    }

    /// The COMMIT that is on its way, if nobody waits for it any more.
    pub(in crate::db) fn on_its_way(&self) -> Option<Outcome> {
        self.committing().take()
    }

    pub(in crate::db) fn is_alive(&self) -> bool {
        !self.failed.load(Ordering::Relaxed)
    }

    async fn run<T>(&self, lease: &Lease, sql: &str, operation: impl Future<Output = Result<T, Failure>>) -> Result<T> {
        if lease.is_torn() {
            self.failed.store(true, Ordering::Relaxed);
            return Err(torn());
        }
        lease.run(lease.in_one(operation)).await.map_err(|failure| {
            if !matches!(failure, Failure::Here(_)) {
                self.failed.store(true, Ordering::Relaxed);
            }
            failure.into_error(sql, lease)
        })
    }

    fn lease(&self) -> Result<Arc<Lease>> {
        self.lock().clone().ok_or(Error::Ended)
    }

    fn take(&self) -> Result<Arc<Lease>> {
        self.lock().take().ok_or(Error::Ended)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Lease>>> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn committing(&self) -> MutexGuard<'_, Option<Outcome>> {
        self.committing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn torn() -> Error {
    Error::database(
        "the future of a statement was dropped before its end, so nobody knows what it has done: roll the transaction \
         back",
    )
}
