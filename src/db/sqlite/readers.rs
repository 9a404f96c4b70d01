//! The connections that read a file alongside the writer.

use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::{Connection, Storage};
use super::lock_wait::LockWait;
use super::open;
use crate::db::ConnectOptions;
use crate::db::begin::Access;
use crate::db::created::Opened;
use crate::db::holders::Holders;
use crate::error::{Error, ErrorKind, Result};

/// How many queries can read at once, each on its own connection.
const READERS: usize = 4;

/// Boxed, because a connection is large and is moved often.
type Idle = Vec<Box<Connection>>;

/// The connections that read a file. Each is opened when it is first needed.
pub(super) struct Readers {
    storage: Storage,
    /// For receivers of `connection_created`.
    opened: Opened,
    permits: Arc<Semaphore>,
    /// For transactions. They have permits of their own: they may take long, and queries must not wait for them.
    transaction_permits: Arc<Semaphore>,
    /// How long a transaction may wait for a connection.
    limit: Duration,
    /// The transactions that hold a connection.
    holders: Holders,
    idle: Mutex<Idle>,
}

impl Readers {
    pub(super) fn new(storage: Storage, options: &ConnectOptions) -> Self {
        let (transactions, limit) = options.reading_transactions();
        Self {
            storage,
            opened: options.opened(),
            permits: Arc::new(Semaphore::new(READERS)),
            transaction_permits: Arc::new(Semaphore::new(transactions)),
            limit,
            holders: Holders::default(),
            idle: Mutex::default(),
        }
    }

    /// An open connection that is free.
    pub(super) fn take_if_idle(self: &Arc<Self>) -> Option<Reader> {
        // A free permit means that no caller is queued.
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        let connection = self.idle().pop()?;
        Some(Reader { connection: Some(connection), readers: Arc::clone(self), at: None, _permit: permit })
    }

    /// A connection for a query. It waits without a limit: a connection is held for one query, which waits for nothing but locks.
    pub(super) async fn take(self: &Arc<Self>, lock_wait: &LockWait) -> Result<Reader> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Error::from(ErrorKind::Ended))?;
        self.connect(permit, lock_wait).await
    }

    /// For a transaction.
    pub(super) async fn take_for_transaction(
        self: &Arc<Self>,
        at: &'static Location<'static>,
        lock_wait: &LockWait,
    ) -> Result<Reader> {
        let began = Instant::now();
        let permit = tokio::time::timeout(self.limit, Arc::clone(&self.transaction_permits).acquire_owned()).await;
        let busy = |_| ErrorKind::PoolBusy { waited: began.elapsed(), held: self.holders.places() };
        let mut reader = self.connect(permit.map_err(busy)?.map_err(|_| ErrorKind::Ended)?, lock_wait).await?;
        self.holders.add(at);
        reader.at = Some(at);
        Ok(reader)
    }

    async fn connect(self: &Arc<Self>, permit: OwnedSemaphorePermit, lock_wait: &LockWait) -> Result<Reader> {
        // Outside of the `match`, in which the lock would be held across the `await`.
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Box::new(open::open(&self.storage, Access::Read, lock_wait, &self.opened).await?),
        };
        Ok(Reader { connection: Some(connection), readers: Arc::clone(self), at: None, _permit: permit })
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that is returned when it is dropped.
pub(super) struct Reader {
    connection: Option<Box<Connection>>,
    readers: Arc<Readers>,
    /// Where the transaction that holds it began.
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
