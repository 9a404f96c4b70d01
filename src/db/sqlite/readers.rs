//! The connections that read beside the writer.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::connection::{Access, Connection, Place};
use super::created;
use super::patience::Patience;
use crate::error::{Error, Result};

const READERS: usize = 4;

/// Connections that read a file, opened when they are first needed.
pub(super) struct Readers {
    place: Place,
    /// For those who receive `connection_created`.
    url: String,
    permits: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(place: Place, url: String) -> Self {
        Self { place, url, permits: Semaphore::new(READERS), idle: Mutex::new(Vec::new()) }
    }

    /// Waits without a limit: a reader is held for one query, which is not held up by anything but its own patience.
    pub(super) async fn take(&self, patience: &Patience) -> Result<Reader<'_>> {
        let permit = self.permits.acquire().await.map_err(|_| Error::Ended)?;
        // Not in the `match`, where it would stay locked over the `await`.
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => created::open(&self.place, Access::Read, patience, &self.url).await?,
        };
        Ok(Reader { connection: Some(connection), readers: self, _permit: permit })
    }
}

/// A connection that goes back when it is dropped.
pub(super) struct Reader<'a> {
    connection: Option<Connection>,
    readers: &'a Readers,
    _permit: SemaphorePermit<'a>,
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("only `drop` takes it")
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("only `drop` takes it")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(self.connection.take());
    }
}
