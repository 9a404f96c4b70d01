//! The connections that read beside the writer.

use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::{Connection, Place};
use super::open;
use super::patience::Patience;
use crate::db::ConnectOptions;
use crate::db::begin::Access;
use crate::db::holders::Holders;
use crate::error::{Error, ErrorKind, Result};

/// For queries, each of which has one only for itself.
const READERS: usize = 4;

/// In boxes, because a connection is large and moves to whoever takes it.
type Idle = Vec<Box<Connection>>;

/// Connections that read a file, opened when they are first needed.
pub(super) struct Readers {
    place: Place,
    /// For those who receive `connection_created`.
    url: String,
    permits: Arc<Semaphore>,
    /// For transactions. They have other permits, because they may last and queries must not wait for them.
    long_permits: Arc<Semaphore>,
    /// How long a transaction may wait for one.
    limit: Duration,
    /// The transactions that have one.
    holders: Holders,
    idle: Mutex<Idle>,
}

impl Readers {
    pub(super) fn new(place: Place, options: &ConnectOptions) -> Self {
        let (transactions, limit) = options.reading_transactions();
        Self {
            place,
            url: options.public_url(),
            permits: Arc::new(Semaphore::new(READERS)),
            long_permits: Arc::new(Semaphore::new(transactions)),
            limit,
            holders: Holders::default(),
            idle: Mutex::default(),
        }
    }

    /// One that is there and that nobody has.
    pub(super) fn take_if_idle(self: &Arc<Self>) -> Option<Reader> {
        // Who takes a permit that is there does not jump the queue.
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        let connection = self.idle().pop()?;
        Some(Reader { connection: Some(connection), readers: Arc::clone(self), at: None, _permit: permit })
    }

    /// Waits without a limit: a reader is held for one query, which is not held up by anything but its own patience.
    pub(super) async fn take(self: &Arc<Self>, patience: &Patience) -> Result<Reader> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Error::from(ErrorKind::Ended))?;
        self.connect(permit, patience).await
    }

    /// For a transaction.
    pub(super) async fn take_for_long(
        self: &Arc<Self>,
        at: &'static Location<'static>,
        patience: &Patience,
    ) -> Result<Reader> {
        let began = Instant::now();
        let permit = tokio::time::timeout(self.limit, Arc::clone(&self.long_permits).acquire_owned()).await;
        let busy = |_| ErrorKind::PoolBusy { waited: began.elapsed(), held: self.holders.places() };
        let mut reader = self.connect(permit.map_err(busy)?.map_err(|_| ErrorKind::Ended)?, patience).await?;
        self.holders.add(at);
        reader.at = Some(at);
        Ok(reader)
    }

    async fn connect(self: &Arc<Self>, permit: OwnedSemaphorePermit, patience: &Patience) -> Result<Reader> {
        // Not in the `match`, where it would stay locked over the `await`.
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Box::new(open::open(&self.place, Access::Read, patience, &self.url).await?),
        };
        Ok(Reader { connection: Some(connection), readers: Arc::clone(self), at: None, _permit: permit })
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that goes back when it is dropped.
pub(super) struct Reader {
    connection: Option<Box<Connection>>,
    readers: Arc<Readers>,
    /// Where the transaction began that has it.
    at: Option<&'static Location<'static>>,
    _permit: OwnedSemaphorePermit,
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
        if let Some(at) = self.at {
            self.readers.holders.remove(at);
        }
        let mut idle = self.readers.idle();
        if idle.len() < READERS {
            idle.extend(self.connection.take());
        }
    }
}
