//! SQLite.
//!
//! A statement runs on the thread that calls it: most take microseconds, less than moving to another thread and back. Waiting for
//! a lock may take long, and is asynchronous: see `lock_wait`.

mod connection;
mod errors;
mod lock_wait;
mod open;
mod params;
#[cfg(feature = "durable")]
mod presence;
mod readers;
mod rows;
#[cfg(test)]
pub(super) mod tests;
mod transaction;
mod writer;

use std::ops::DerefMut;
use std::panic::Location;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

#[cfg(feature = "durable")]
pub(super) use self::presence::Presence;
pub(super) use self::transaction::Transaction;

use self::connection::{Connection, Storage};
use self::errors::Failure;
use self::lock_wait::LockWait;
#[cfg(feature = "durable")]
use self::presence::Workers;
use self::readers::Readers;
use self::transaction::Held;
use self::writer::Writer;
use super::answer::Answer;
use super::begin::Access;
use super::statement::{Statement, Wants};
use super::url::Mode;
use super::{ConnectOptions, Synchronous, TransactionOptions};
use crate::error::Result;

/// The connections to one database.
pub(super) struct Sqlite {
    // Dropped before the writer, so that the writer is the last to close the file and removes its log.
    readers: Option<Arc<Readers>>,
    writer: Writer,
    /// Of the connection that writes.
    lock_wait: LockWait,
    /// Of the connections that read.
    reader_lock_wait: LockWait,
    #[cfg(feature = "durable")]
    workers: Workers,
}

impl Sqlite {
    pub(super) async fn memory(options: &ConnectOptions, at: &'static Location<'static>) -> Result<Self> {
        Self::open(Storage::Memory, options, at).await
    }

    pub(super) async fn file(
        path: &Path,
        mode: Mode,
        synchronous: Option<Synchronous>,
        options: &ConnectOptions,
        at: &'static Location<'static>,
    ) -> Result<Self> {
        // The options take precedence over the URL.
        let synchronous = options.synchronous.or(synchronous);
        Self::open(Storage::File { path: path.into(), mode, synchronous }, options, at).await
    }

    async fn open(storage: Storage, options: &ConnectOptions, at: &'static Location<'static>) -> Result<Self> {
        let [lock_wait, reader_lock_wait] = [(); 2].map(|()| LockWait::new(options.busy_timeout, storage.path()));
        let connection = open::open(&storage, Access::Write, &lock_wait, &options.opened()).await?;
        #[cfg(feature = "durable")]
        let workers = Workers::of(&storage)?;
        let in_memory = matches!(storage, Storage::Memory);
        Ok(Self {
            writer: Writer::new(connection, options.writer_timeout, lock_wait.clone(), in_memory, at),
            readers: (!in_memory).then(|| Arc::new(Readers::new(storage, options))),
            lock_wait,
            reader_lock_wait,
            #[cfg(feature = "durable")]
            workers,
        })
    }

    #[cfg(feature = "durable")]
    pub(super) fn workers(&self) -> &Workers {
        &self.workers
    }

    #[inline]
    pub(super) fn begin<'a, T: 'a>(
        &'a self,
        options: TransactionOptions,
        at: &'static Location<'static>,
        form: impl FnOnce(Transaction) -> T + Send + 'a,
    ) -> Answer<'a, T> {
        // The isolation level makes no difference: only one connection writes.
        let TransactionOptions { access, foreign_keys, .. } = options;
        let begin = move |connection: &mut Connection| connection.begin(access, foreign_keys);
        let transaction = move |held| form(Transaction::new(held, access));
        match (access, &self.readers) {
            (Access::Read, Some(readers)) => {
                attempt(None, readers.take_for_transaction(at, &self.reader_lock_wait), &self.reader_lock_wait, begin)
                    .map(move |begun| begun.map(|(reader, ())| transaction(Held::Reader(reader))))
            }
            _ => attempt(self.writer.own_if_free(at), self.writer.own(at), &self.lock_wait, begin)
                .map(move |begun| begun.map(|(writer, ())| transaction(Held::Writer(writer)))),
        }
    }

    /// Executes a statement, which commits by itself.
    pub(super) fn run<'a>(&'a self, statement: &mut Statement<'a>, at: &'static Location<'static>) -> Answer<'a, u64> {
        let access = match statement.wants {
            Wants::Rows(_) => Access::Read,
            _ => Access::Write,
        };
        let mut statement = statement.take();
        let run = move |connection: &mut Connection| connection.run(access, &mut statement);
        match (access, &self.readers) {
            (Access::Read, Some(readers)) => {
                let wait = readers.take(&self.reader_lock_wait);
                autocommit(readers.take_if_idle(), wait, &self.reader_lock_wait, run)
            }
            _ => autocommit(self.writer.lock_if_free(at), self.writer.lock(at), &self.lock_wait, run),
        }
    }
}

/// Like [`attempt`], for an operation that commits by itself. The connection is returned afterwards.
fn autocommit<'a, Guard, T>(
    free: Option<Guard>,
    wait: impl Future<Output = Result<Guard>> + Send + 'a,
    lock_wait: &'a LockWait,
    mut operation: impl FnMut(&mut Connection) -> Result<T, Failure> + Send + 'a,
) -> Answer<'a, T>
where
    Guard: DerefMut<Target = Connection> + Send + 'a,
    T: Send + 'a,
{
    attempt(free, wait, lock_wait, move |connection| connection.outside_transaction(&mut operation))
        .map(|done| done.map(|(_, value)| value))
}

/// Runs an operation immediately if the connection is free and no lock of another process is in the way, and otherwise as soon as
/// both are so.
fn attempt<'a, Guard, T>(
    free: Option<Guard>,
    wait: impl Future<Output = Result<Guard>> + Send + 'a,
    lock_wait: &'a LockWait,
    mut operation: impl FnMut(&mut Connection) -> Result<T, Failure> + Send + 'a,
) -> Answer<'a, (Guard, T)>
where
    Guard: DerefMut<Target = Connection> + Send + 'a,
    T: Send + 'a,
{
    let free = match free.map(|mut connection| (operation(&mut connection), connection)) {
        Some((Ok(value), connection)) => return Answer::Good((connection, value)),
        Some((Err(Failure::Error(error)), _)) => return Answer::Failed(error),
        Some((Err(Failure::Busy), connection)) => Some(connection),
        None => None,
    };
    Answer::later(async move {
        let asked = Instant::now();
        let mut connection = match free {
            Some(connection) => connection,
            None => wait.await?,
        };
        let value = lock_wait.retry_since(asked, || operation(&mut connection)).await?;
        Ok((connection, value))
    })
}
