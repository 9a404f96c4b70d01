//! A transaction on the connection that writes.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use super::connection::Connection;
use super::errors::Failure;
use super::patience::Patience;
use super::readers::Reader;
use crate::db::begin::Access;
use crate::db::driver::Standing;
use crate::db::{Params, Row};
use crate::error::{Error, Result};

/// Holds the connection until the transaction ends.
pub(in crate::db) struct Transaction {
    /// Never locked over an `await`. `None` after the end.
    connection: Mutex<Option<Held>>,
    access: Access,
    patience: Patience,
}

/// The connection of a transaction.
pub(super) enum Held {
    Writer(OwnedMutexGuard<Connection>),
    Reader(Reader),
}

impl Deref for Held {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Writer(connection) => connection,
            Self::Reader(connection) => connection,
        }
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Self::Writer(connection) => connection,
            Self::Reader(connection) => connection,
        }
    }
}

impl Transaction {
    pub(super) fn new(connection: Held, access: Access, patience: Patience) -> Self {
        Self { connection: Mutex::new(Some(connection)), access, patience }
    }

    pub(in crate::db) async fn execute(&self, sql: &str, params: &dyn Params) -> Result<u64> {
        self.run(|connection| connection.execute(sql, params)).await
    }

    pub(in crate::db) async fn insert(&self, sql: &str, params: &dyn Params) -> Result<i64> {
        self.run(|connection| connection.insert(sql, params)).await
    }

    pub(in crate::db) async fn query(
        &self,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        self.run(|connection| connection.query(sql, params, each)).await
    }

    pub(in crate::db) async fn batch(&self, sql: &str) -> Result<()> {
        self.run(|connection| connection.batch(sql)).await
    }

    pub(in crate::db) async fn commit(&self) -> Result<()> {
        let result = self.run(Connection::commit).await;
        // After a COMMIT there is nothing to roll back, and this only gives the connection back.
        self.abandon();
        result
    }

    #[expect(clippy::unused_async, reason = "a driver that talks over a network waits here")]
    pub(in crate::db) async fn rollback(&self) -> Result<()> {
        match self.lock().take() {
            Some(mut connection) => connection.rollback(),
            None => Err(Error::Ended),
        }
    }

    pub(in crate::db) fn abandon(&self) {
        if let Some(mut connection) = self.lock().take() {
            // Nobody is left to be told, and `begin` looks whether the connection is in order.
            let _ = connection.rollback();
        }
    }

    pub(in crate::db) fn savepoint(&self, depth: usize) -> Result<()> {
        self.at_once(|connection| connection.savepoint(depth))
    }

    pub(in crate::db) fn release(&self, depth: usize) -> Result<()> {
        self.at_once(|connection| connection.release(depth))
    }

    pub(in crate::db) fn rollback_to(&self, depth: usize) -> Result<()> {
        self.at_once(|connection| connection.rollback_to(depth))
    }

    pub(in crate::db) fn lend<T>(&self, work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>) -> Result<T> {
        self.at_once(|connection| connection.lend(work)).map_err(|error| self.explained(error))
    }

    pub(in crate::db) fn standing(&self) -> Standing {
        let is_there = self.lock().as_mut().is_none_or(|connection| connection.in_transaction());
        if is_there { Standing::Open } else { Standing::Gone }
    }

    fn at_once<T>(&self, operation: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        self.lock().as_mut().map_or(Err(Error::Ended), |connection| operation(connection))
    }

    async fn run<T>(&self, mut operation: impl FnMut(&mut Connection) -> Result<T, Failure> + Send) -> Result<T> {
        self.patience
            .retry(|| match self.lock().as_mut() {
                Some(connection) => operation(connection),
                None => Err(Failure::Error(Error::Ended)),
            })
            .await
            .map_err(|error| self.explained(error))
    }

    fn explained(&self, error: Error) -> Error {
        match error {
            Error::ReadOnly { .. } if self.access == Access::Read => Error::ReadOnlyTransaction,
            error => error,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Held>> {
        // A panic while it is held can only come from the caller's function for a row, and leaves the connection in order.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.abandon();
    }
}
