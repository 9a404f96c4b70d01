//! SQLite.
//!
//! Statements run where they are awaited: most take microseconds, less than a hop to another thread and back. What may
//! take long is waiting for a lock, and that is done asynchronously in `patience`.

mod connection;
mod created;
mod errors;
mod params;
mod patience;
mod readers;
mod transaction;
mod writer;

use std::panic::Location;
use std::path::Path;
use std::sync::Arc;

pub(super) use self::created::Opened;
pub(super) use self::transaction::Transaction;

use self::connection::Place;
use self::patience::Patience;
use self::readers::Readers;
use self::transaction::Held;
use self::writer::Writer;
use super::begin::Access;
use super::url::Mode;
use super::{ConnectOptions, Params, Row, TransactionOptions};
use crate::error::Result;

/// The connections to one database.
pub(super) struct Sqlite {
    // Dropped before the writer, so that the writer is the last to close the file and tidies up its log.
    readers: Option<Arc<Readers>>,
    writer: Writer,
    patience: Patience,
}

impl Sqlite {
    pub(super) async fn memory(options: &ConnectOptions, at: &'static Location<'static>) -> Result<Self> {
        Self::open(Place::Memory, options, at).await
    }

    pub(super) async fn file(
        path: &Path,
        mode: Mode,
        options: &ConnectOptions,
        at: &'static Location<'static>,
    ) -> Result<Self> {
        Self::open(Place::File { path: path.into(), mode }, options, at).await
    }

    async fn open(place: Place, options: &ConnectOptions, at: &'static Location<'static>) -> Result<Self> {
        let patience = Patience::new(options.busy_timeout, place.path());
        let connection = created::open(&place, Access::Write, &patience, &options.public_url()).await?;
        Ok(Self {
            writer: Writer::new(connection, options.writer_timeout, at),
            readers: matches!(place, Place::File { .. }).then(|| Arc::new(Readers::new(place, options.public_url()))),
            patience,
        })
    }

    pub(super) async fn begin(
        &self,
        options: TransactionOptions,
        at: &'static Location<'static>,
    ) -> Result<Transaction> {
        // Whatever the isolation: there is but one that writes.
        let access = options.access;
        let mut connection = match (access, &self.readers) {
            (Access::Read, Some(readers)) => Held::Reader(readers.take_for_long(&self.patience).await?),
            _ => Held::Writer(self.writer.own(at).await?),
        };
        self.patience.retry(|| connection.begin(access)).await?;
        Ok(Transaction::new(connection, access, self.patience.clone()))
    }

    pub(super) async fn execute(&self, at: &'static Location<'static>, sql: &str, params: &dyn Params) -> Result<u64> {
        let mut connection = self.writer.lock(at).await?;
        self.patience.retry(|| connection.by_itself(|connection| connection.execute(sql, params))).await
    }

    pub(super) async fn insert(&self, at: &'static Location<'static>, sql: &str, params: &dyn Params) -> Result<i64> {
        let mut connection = self.writer.lock(at).await?;
        self.patience.retry(|| connection.by_itself(|connection| connection.insert(sql, params))).await
    }

    pub(super) async fn query(
        &self,
        at: &'static Location<'static>,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        if let Some(readers) = &self.readers {
            let mut reader = readers.take(&self.patience).await?;
            self.patience.retry(|| reader.by_itself(|connection| connection.read(sql, params, each))).await
        } else {
            let mut connection = self.writer.lock(at).await?;
            self.patience.retry(|| connection.by_itself(|connection| connection.read(sql, params, each))).await
        }
    }
}
