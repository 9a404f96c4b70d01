//! What signals need of Diesel: a transaction with a queue, and the signals that the program sends in it.

use diesel::connection::Connection;
use diesel::sqlite::SqliteConnection;
use signals_core::{AfterCommit, BoxError, SignalError, signal};

/// Sent after a row was written, in the transaction of the row. An error rolls back.
#[signal(sender)]
pub struct Saved<'a, M: ?Sized> {
    pub instance: &'a M,
    pub created: bool,
    pub conn: &'a mut SqliteConnection,
    pub after_commit: &'a AfterCommit,
}

/// Sent after a row was deleted, in the same transaction.
#[signal(sender)]
pub struct Deleted<'a, M: ?Sized> {
    pub instance: &'a M,
    pub conn: &'a mut SqliteConnection,
    pub after_commit: &'a AfterCommit,
}

/// Sent after the commit, for each save.
#[signal(sender)]
pub struct Committed<'a, M: ?Sized> {
    pub instance: &'a M,
    pub created: bool,
}

/// Runs `body` in a transaction. An error rolls back. After the commit, it runs what was queued.
///
/// Inside of another transaction it fails: use [`savepoint`] there.
pub fn transaction<T>(
    conn: &mut SqliteConnection,
    body: impl FnOnce(&mut SqliteConnection, &AfterCommit) -> Result<T, BoxError>,
) -> Result<T, BoxError> {
    let after_commit = AfterCommit::new();
    let value = conn.immediate_transaction(|conn| body(conn, &after_commit))?;
    after_commit.run_blocking(|error| eprintln!("{error}"));
    Ok(value)
}

/// Runs `body` in a savepoint of a transaction. An error undoes the savepoint, and what was queued in it.
#[cfg_attr(not(test), expect(dead_code, reason = "the program has no savepoint"))]
pub fn savepoint<T>(
    conn: &mut SqliteConnection,
    after_commit: &AfterCommit,
    body: impl FnOnce(&mut SqliteConnection, &AfterCommit) -> Result<T, BoxError>,
) -> Result<T, BoxError> {
    let own = AfterCommit::new();
    let value = conn.transaction(|conn| body(conn, &own))?;
    after_commit.append(own);
    Ok(value)
}

/// Sends the signals of a save. The row is only copied if a receiver waits for the commit.
pub fn saved<M: Clone + Send + Sync + 'static>(
    instance: &M,
    created: bool,
    conn: &mut SqliteConnection,
    after_commit: &AfterCommit,
) -> Result<(), SignalError> {
    Saved { instance, created, conn, after_commit }.send()?;
    if Committed::of::<M>().has_receivers() {
        let instance = instance.clone();
        after_commit.push(move || Committed { instance: &instance, created }.send_robust());
    }
    Ok(())
}
