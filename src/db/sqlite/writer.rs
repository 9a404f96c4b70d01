//! The one connection that writes.

use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::connection::Connection;
use crate::error::{Error, Result};

/// The connection that writes, behind a lock that is given in the order in which it was asked for.
pub(super) struct Writer {
    connection: Arc<AsyncMutex<Connection>>,
    limit: Duration,
    /// Where the code is that holds the lock, or held it last.
    holder: Mutex<&'static Location<'static>>,
}

impl Writer {
    pub(super) fn new(connection: Connection, limit: Duration, at: &'static Location<'static>) -> Self {
        Self { connection: Arc::new(AsyncMutex::new(connection)), limit, holder: Mutex::new(at) }
    }

    pub(super) async fn lock(&self, at: &'static Location<'static>) -> Result<OwnedMutexGuard<Connection>> {
        // Does not jump the queue: a lock that is released goes straight to the first who waits.
        let guard = match Arc::clone(&self.connection).try_lock_owned() {
            Ok(guard) => guard,
            Err(_) => self.wait().await?,
        };
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner) = at;
        Ok(guard)
    }

    async fn wait(&self) -> Result<OwnedMutexGuard<Connection>> {
        let began = Instant::now();
        let lock = Arc::clone(&self.connection).lock_owned();
        tokio::time::timeout(self.limit, lock).await.map_err(|_| Error::WriterBusy {
            waited: began.elapsed(),
            began: *self.holder.lock().unwrap_or_else(PoisonError::into_inner),
        })
    }
}
