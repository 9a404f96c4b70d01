//! What signals need of sqlx: a transaction with a queue, and the signals that the program sends in it.

use std::ops::{Deref, DerefMut};

use signals_core::{AfterCommit, SignalError, signal};
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Sqlite, Transaction};

/// Sent after a row was written, in the transaction of the row. An error rolls back.
#[signal(async, sender)]
pub struct Saved<'a, M: ?Sized> {
    pub instance: &'a M,
    pub created: bool,
    pub tx: &'a mut Tx,
}

/// Sent after a row was deleted, in the same transaction.
#[signal(async, sender)]
pub struct Deleted<'a, M: ?Sized> {
    pub instance: &'a M,
    pub tx: &'a mut Tx,
}

/// Sent after the commit, for each save.
#[signal(async, sender)]
pub struct Committed<'a, M: ?Sized> {
    pub instance: &'a M,
    pub created: bool,
}

/// A transaction of sqlx, and what waits for its commit. If it is dropped, both are undone.
pub struct Tx {
    conn: Transaction<'static, Sqlite>,
    pub after_commit: AfterCommit,
}

impl Tx {
    pub async fn begin(db: &SqlitePool) -> sqlx::Result<Self> {
        Ok(Self { conn: db.begin().await?, after_commit: AfterCommit::new() })
    }

    /// Commits, and runs what was queued. It is a task, because a web server drops the future of a request when the client disconnects.
    pub async fn commit(self) -> sqlx::Result<()> {
        let committed = tokio::spawn(async move {
            self.conn.commit().await?;
            self.after_commit.run(|error| eprintln!("{error}")).await;
            Ok(())
        });
        committed.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }
}

impl Deref for Tx {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.conn
    }
}

/// Sends the signals of a save. The row is only copied if a receiver waits for the commit.
pub async fn saved<M: Clone + Send + Sync + 'static>(
    instance: &M,
    created: bool,
    tx: &mut Tx,
) -> Result<(), SignalError> {
    Saved { instance, created, tx }.send().await?;
    if Committed::of::<M>().has_receivers() {
        let instance = instance.clone();
        tx.after_commit.push_async(async move { Committed { instance: &instance, created }.send_robust().await });
    }
    Ok(())
}
