//! What only SQLite has. The rules of every database are in `db/tests`.

mod cancellation;
mod errors;
mod files;
mod hooks;
mod locks;
#[cfg(all(unix, feature = "durable"))]
mod presence;
mod transactions;
mod values;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::db::tests::{TestResult, add, drop_after, inserted, numbers, usable, value, with_numbers};
use crate::db::{ConnectOptions, Db, Params};
use crate::error::Result;
use crate::value::{Value, ValueRef};

/// A folder for one test, removed afterwards.
pub(in crate::db) struct Folder(PathBuf);

impl Folder {
    pub(in crate::db) fn new() -> std::io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("signals-db-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn path(&self) -> PathBuf {
        self.0.join("test.db")
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.path().display())
    }

    /// Short timeouts, so that tests of them are quick.
    pub(in crate::db) fn options(&self) -> ConnectOptions {
        impatient(self.url())
    }

    async fn db(&self) -> Result<Db> {
        self.options().connect().await
    }

    /// For waits that succeed, however slow the machine is.
    async fn patient(&self) -> Result<Db> {
        patient(self.url()).connect().await
    }

    /// A connection of `rusqlite`, as of another process.
    fn stranger(&self) -> rusqlite::Result<rusqlite::Connection> {
        let connection = rusqlite::Connection::open(self.path())?;
        connection.busy_timeout(Duration::ZERO)?;
        Ok(connection)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(in crate::db) fn impatient(url: impl Into<String>) -> ConnectOptions {
    ConnectOptions::new(url).writer_timeout(Duration::from_millis(30)).busy_timeout(Duration::from_millis(30))
}

pub(in crate::db) fn patient(url: impl Into<String>) -> ConnectOptions {
    ConnectOptions::new(url).writer_timeout(Duration::from_mins(1)).busy_timeout(Duration::from_mins(1))
}

async fn memory() -> Result<Db> {
    impatient("sqlite::memory:").connect().await
}
