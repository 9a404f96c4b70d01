//! The connections that read beside the writer.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::{Connection, Place};
use super::created;
use super::patience::Patience;
use crate::db::begin::Access;
use crate::error::{Error, Result};

const READERS: usize = 4;

/// In boxes, because a connection is large and moves to whoever takes it.
type Idle = Vec<Box<Connection>>;

/// Connections that read a file, opened when they are first needed.
pub(super) struct Readers {
    place: Place,
    /// For those who receive `connection_created`.
    url: String,
    permits: Arc<Semaphore>,
    idle: Mutex<Idle>,
}

impl Readers {
    pub(super) fn new(place: Place, url: String) -> Self {
        Self { place, url, permits: Arc::new(Semaphore::new(READERS)), idle: Mutex::new(Vec::new()) }
    }

    /// One that is there and that nobody has.
    pub(super) fn take_if_idle(self: &Arc<Self>) -> Option<Reader> {
        // Who takes a permit that is there does not jump the queue.
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        let connection = self.idle().pop()?;
        Some(Reader { connection: Some(connection), readers: Arc::clone(self), _permit: Some(permit) })
    }

    /// Waits without a limit: a reader is held for one query, which is not held up by anything but its own patience.
    pub(super) async fn take(self: &Arc<Self>, patience: &Patience) -> Result<Reader> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Error::Ended)?;
        self.connect(Some(permit), patience).await
    }

    /// Waits for nobody: a transaction may be held for long, and others must not wait for it. There are as many as are asked
    /// for at the same time.
    pub(super) async fn take_for_long(self: &Arc<Self>, patience: &Patience) -> Result<Reader> {
        self.connect(None, patience).await
    }

    async fn connect(self: &Arc<Self>, permit: Option<OwnedSemaphorePermit>, patience: &Patience) -> Result<Reader> {
        // Not in the `match`, where it would stay locked over the `await`.
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Box::new(created::open(&self.place, Access::Read, patience, &self.url).await?),
        };
        Ok(Reader { connection: Some(connection), readers: Arc::clone(self), _permit: permit })
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that goes back when it is dropped.
pub(super) struct Reader {
    connection: Option<Box<Connection>>,
    readers: Arc<Readers>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Deref for Reader {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("only `drop` takes it")
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("only `drop` takes it")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut idle = self.readers.idle();
        if idle.len() < READERS {
            idle.extend(self.connection.take());
        }
    }
}
