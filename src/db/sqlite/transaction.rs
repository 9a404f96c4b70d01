//! A transaction on the connection that writes.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use super::connection::Connection;
use super::errors::Failure;
use super::patience::Patience;
use super::readers::Reader;
use crate::db::answer::Answer;
use crate::db::begin::Access;
use crate::db::driver::{Done, Standing};
use crate::db::{Params, Row};
use crate::error::{Error, Result, SlimResult};

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

    pub(in crate::db) fn execute<'a>(&'a self, sql: &'a str, params: &'a dyn Params) -> Answer<'a, Done<u64>> {
        self.run(|connection| connection.execute(sql, params))
    }

    pub(in crate::db) fn insert<'a>(&'a self, sql: &'a str, params: &'a dyn Params) -> Answer<'a, Done<Option<i64>>> {
        self.run(|connection| connection.insert(sql, params))
    }

    pub(in crate::db) fn query<'a>(
        &'a self,
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Answer<'a, Done<()>> {
        self.run(|connection| connection.query(sql, params, each))
    }

    pub(in crate::db) fn batch<'a>(&'a self, sql: &'a str) -> Answer<'a, Done<()>> {
        self.run(|connection| connection.batch(sql))
    }

    pub(in crate::db) fn commit(&self) -> Answer<'_, SlimResult<()>> {
        self.run(Connection::commit).map(|done| {
            // After a COMMIT there is nothing to roll back, and this only gives the connection back.
            self.abandon();
            done.result
        })
    }

    pub(in crate::db) fn rollback(&self) -> Answer<'_, SlimResult<()>> {
        Answer::now(match self.lock().take() {
            Some(mut connection) => connection.rollback().map_err(Box::new),
            None => Err(Error::Ended.into()),
        })
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

    pub(in crate::db) fn lend<T>(&self, work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>) -> Done<T> {
        let mut connection = self.lock();
        let lent = connection.as_mut().map_or(Err(Error::Ended), |connection| connection.lend(work));
        self.done(connection.as_mut(), lent.map_err(Box::new))
    }

    fn at_once<T>(&self, operation: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        self.lock().as_mut().map_or(Err(Error::Ended), |connection| operation(connection))
    }

    fn run<'a, T: Send + 'a>(
        &'a self,
        mut operation: impl FnMut(&mut Connection) -> Result<T, Failure> + Send + 'a,
    ) -> Answer<'a, Done<T>> {
        if let Ok(done) = self.attempt(&mut operation) {
            return Answer::now(done);
        }
        Answer::later(async move {
            self.patience
                .retry(|| self.attempt(&mut operation))
                .await
                .unwrap_or_else(|error| self.done(self.lock().as_mut(), Err(error)))
        })
    }

    /// Fails only if another process is in the way.
    fn attempt<T>(&self, operation: impl FnOnce(&mut Connection) -> Result<T, Failure>) -> Result<Done<T>, Failure> {
        let mut connection = self.lock();
        let result = match connection.as_mut().map(|connection| operation(connection)) {
            Some(Ok(value)) => Ok(value),
            Some(Err(Failure::Error(error))) => Err(error),
            Some(Err(Failure::Busy)) => return Err(Failure::Busy),
            None => Err(Error::Ended.into()),
        };
        Ok(self.done(connection.as_mut(), result))
    }

    fn done<T>(&self, connection: Option<&mut Held>, result: SlimResult<T>) -> Done<T> {
        let result = result.map_err(|error| match *error {
            Error::ReadOnly { .. } if self.access == Access::Read => Error::ReadOnlyTransaction.into(),
            _ => error,
        });
        let is_there = connection.is_none_or(|connection| connection.in_transaction());
        Done { result, standing: if is_there { Standing::Open } else { Standing::Gone } }
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
