//! The one connection that writes.

use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as AsyncMutex, MutexGuard, OwnedMutexGuard};

use super::connection::Connection;
use super::lock_wait::LockWait;
use crate::error::{ErrorKind, Result};

/// The connection that writes, in a fair lock: callers get it in the order in which they asked.
pub(super) struct Writer {
    connection: Arc<AsyncMutex<Connection>>,
    limit: Duration,
    lock_wait: LockWait,
    /// Whether it is the only connection, which also reads.
    in_memory: bool,
    /// Where the code that holds the lock, or held it last, took it.
    holder: Mutex<&'static Location<'static>>,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        limit: Duration,
        lock_wait: LockWait,
        in_memory: bool,
        at: &'static Location<'static>,
    ) -> Self {
        let connection = Arc::new(AsyncMutex::new(connection));
        Self { connection, limit, lock_wait, in_memory, holder: Mutex::new(at) }
    }

    // Taking a free lock does not bypass the queue: a lock that is released goes directly to the first caller that waits.

    /// The connection, for a transaction, if it is free.
    pub(super) fn own_if_free(&self, at: &'static Location<'static>) -> Option<OwnedMutexGuard<Connection>> {
        let guard = Arc::clone(&self.connection).try_lock_owned().ok()?;
        self.hold(at);
        Some(guard)
    }

    /// The connection, for a transaction.
    pub(super) async fn own(&self, at: &'static Location<'static>) -> Result<OwnedMutexGuard<Connection>> {
        let guard = self.wait(Arc::clone(&self.connection).lock_owned()).await?;
        self.hold(at);
        Ok(guard)
    }

    /// The connection, for a statement, if it is free.
    pub(super) fn lock_if_free(&self, at: &'static Location<'static>) -> Option<MutexGuard<'_, Connection>> {
        let guard = self.connection.try_lock().ok()?;
        self.hold(at);
        Some(guard)
    }

    /// The connection, for a statement.
    pub(super) async fn lock(&self, at: &'static Location<'static>) -> Result<MutexGuard<'_, Connection>> {
        let guard = self.wait(self.connection.lock()).await?;
        self.hold(at);
        Ok(guard)
    }

    async fn wait<Guard>(&self, lock: impl Future<Output = Guard>) -> Result<Guard> {
        let began = Instant::now();
        tokio::time::timeout(self.limit, lock).await.map_err(|_| {
            let waited = began.elapsed();
            // The holder is not to blame if it waits for another process.
            if self.lock_wait.is_contended() {
                return self.lock_wait.locked(waited);
            }
            let began = *self.holder.lock().unwrap_or_else(PoisonError::into_inner);
            ErrorKind::WriterBusy { waited, began, in_memory: self.in_memory }.into()
        })
    }

    fn hold(&self, at: &'static Location<'static>) {
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}
