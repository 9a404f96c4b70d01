//! SQLite.
//!
//! Statements run where they are asked for: most take microseconds, less than a hop to another thread and back. What may
//! take long is waiting for a lock, and that is done asynchronously in `patience`.

mod connection;
mod errors;
mod open;
mod params;
mod patience;
mod readers;
mod rows;
mod transaction;
mod writer;

use std::ops::DerefMut;
use std::panic::Location;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

pub(super) use self::transaction::Transaction;

use self::connection::{Connection, Place};
use self::errors::Failure;
use self::patience::Patience;
use self::readers::Readers;
use self::transaction::Held;
use self::writer::Writer;
use super::answer::Answer;
use super::begin::Access;
use super::url::Mode;
use super::{ConnectOptions, Params, Row, Synchronous, TransactionOptions};
use crate::error::Result;

/// The connections to one database.
pub(super) struct Sqlite {
    // Dropped before the writer, so that the writer is the last to close the file and tidies up its log.
    readers: Option<Arc<Readers>>,
    writer: Writer,
    /// That of the connection that writes.
    patience: Patience,
    /// That of the others.
    reading: Patience,
}

impl Sqlite {
    pub(super) async fn memory(options: &ConnectOptions, at: &'static Location<'static>) -> Result<Self> {
        Self::open(Place::Memory, options, at).await
    }

    pub(super) async fn file(
        path: &Path,
        mode: Mode,
        synchronous: Option<Synchronous>,
        options: &ConnectOptions,
        at: &'static Location<'static>,
    ) -> Result<Self> {
        // What is called on the options counts before the URL.
        let synchronous = options.synchronous.or(synchronous);
        Self::open(Place::File { path: path.into(), mode, synchronous }, options, at).await
    }

    async fn open(place: Place, options: &ConnectOptions, at: &'static Location<'static>) -> Result<Self> {
        let patience = || Patience::new(options.busy_timeout, place.path());
        let (patience, reading) = (patience(), patience());
        let connection = open::open(&place, Access::Write, &patience, &options.public_url()).await?;
        let in_memory = matches!(place, Place::Memory);
        Ok(Self {
            writer: Writer::new(connection, options.writer_timeout, patience.clone(), in_memory, at),
            readers: (!in_memory).then(|| Arc::new(Readers::new(place, options))),
            patience,
            reading,
        })
    }

    #[inline]
    pub(super) fn begin<'a, T: 'a>(
        &'a self,
        options: TransactionOptions,
        at: &'static Location<'static>,
        form: impl FnOnce(Transaction) -> T + Send + 'a,
    ) -> Answer<'a, T> {
        // Whatever the isolation: there is but one that writes.
        let access = options.access;
        let begin = move |connection: &mut Connection| connection.begin(access);
        let transaction = move |held| form(Transaction::new(held, access));
        match (access, &self.readers) {
            (Access::Read, Some(readers)) => {
                attempt(None, readers.take_for_long(at, &self.reading), &self.reading, begin)
                    .map(move |begun| begun.map(|(reader, ())| transaction(Held::Reader(reader))))
            }
            _ => attempt(self.writer.own_if_free(at), self.writer.own(at), &self.patience, begin)
                .map(move |begun| begun.map(|(writer, ())| transaction(Held::Writer(writer)))),
        }
    }

    pub(super) fn execute<'a>(
        &'a self,
        at: &'static Location<'static>,
        sql: &'a str,
        params: &'a dyn Params,
    ) -> Answer<'a, u64> {
        self.write(at, |connection| connection.execute(sql, params))
    }

    pub(super) fn insert<'a>(
        &'a self,
        at: &'static Location<'static>,
        sql: &'a str,
        params: &'a dyn Params,
        key: &'a mut Option<i64>,
    ) -> Answer<'a, ()> {
        self.write(at, |connection| connection.insert(sql, params, key))
    }

    pub(super) fn query<'a>(
        &'a self,
        at: &'static Location<'static>,
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Answer<'a, ()> {
        let read = |connection: &mut Connection| connection.read(sql, params, each);
        match &self.readers {
            Some(readers) => alone(readers.take_if_idle(), readers.take(&self.reading), &self.reading, read),
            None => self.write(at, read),
        }
    }

    fn write<'a, T: Send + 'a>(
        &'a self,
        at: &'static Location<'static>,
        operation: impl FnMut(&mut Connection) -> Result<T, Failure> + Send + 'a,
    ) -> Answer<'a, T> {
        alone(self.writer.lock_if_free(at), self.writer.lock(at), &self.patience, operation)
    }
}

/// As [`attempt`], for something that commits by itself. The connection is given back.
fn alone<'a, Guard, T>(
    free: Option<Guard>,
    wait: impl Future<Output = Result<Guard>> + Send + 'a,
    patience: &'a Patience,
    mut operation: impl FnMut(&mut Connection) -> Result<T, Failure> + Send + 'a,
) -> Answer<'a, T>
where
    Guard: DerefMut<Target = Connection> + Send + 'a,
    T: Send + 'a,
{
    attempt(free, wait, patience, move |connection| connection.by_itself(&mut operation))
        .map(|done| done.map(|(_, value)| value))
}

/// Does something at once if the connection is free and no lock of another process is in the way, and otherwise as soon as it
/// can.
fn attempt<'a, Guard, T>(
    free: Option<Guard>,
    wait: impl Future<Output = Result<Guard>> + Send + 'a,
    patience: &'a Patience,
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
        let value = patience.retry_since(asked, || operation(&mut connection)).await?;
        Ok((connection, value))
    })
}
