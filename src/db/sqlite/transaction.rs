//! A transaction, on the connection that writes or on one that reads.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::ThreadId;

use tokio::sync::OwnedMutexGuard;

use super::connection::Connection;
use super::errors::Failure;
use super::readers::Reader;
use crate::db::answer::Answer;
use crate::db::begin::Access;
use crate::db::statement::{Statement, Wants};
use crate::db::transaction_state::{TransactionState, ended_by_statement};
use crate::error::{Error, ErrorKind, Result};

/// Holds the connection until the transaction ends.
pub(in crate::db) struct Transaction {
    /// Never locked across an `await`. `None` after the end.
    connection: Mutex<Option<Held>>,
    /// The thread that holds the lock while it calls a closure of the user, which may use the transaction.
    callback_thread: Mutex<Option<ThreadId>>,
    access: Access,
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
    #[inline]
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Self::Writer(connection) => connection,
            Self::Reader(connection) => connection,
        }
    }
}

impl Transaction {
    pub(super) fn new(connection: Held, access: Access) -> Self {
        Self { connection: Mutex::new(Some(connection)), callback_thread: Mutex::new(None), access }
    }

    /// Executes a statement in the transaction.
    #[inline]
    pub(in crate::db) fn run<'a>(&'a self, statement: &mut Statement<'a>) -> Answer<'a, u64> {
        match self.attempt(statement) {
            Ok(count) => Answer::Good(count),
            Err(Failure::Error(error)) => Answer::Failed(error),
            Err(Failure::Busy) => self.run_later(statement.take()),
        }
    }

    #[cold]
    fn run_later<'a>(&'a self, mut statement: Statement<'a>) -> Answer<'a, u64> {
        Answer::later(async move { self.retry(|| self.attempt(&mut statement)).await })
    }

    /// Busy only if another process holds a lock.
    #[inline]
    fn attempt(&self, statement: &mut Statement<'_>) -> Result<u64, Failure> {
        let mut held = self.lock()?;
        let connection = held.as_mut().ok_or_else(|| ErrorKind::Ended)?;
        let result = {
            let _callback = matches!(statement.wants, Wants::Rows(_) | Wants::Written(_))
                .then(|| Callback::on_this_thread(&self.callback_thread));
            connection.run(Access::Write, statement)
        };
        match result {
            Ok(_) if !connection.in_transaction() => Err(ended_by_statement().into()),
            Err(Failure::Error(error)) => Err(self.error(error).into()),
            result => result,
        }
    }

    /// Whether a statement has ended the transaction.
    pub(in crate::db) fn state(&self) -> TransactionState {
        let is_gone = |mut held: MutexGuard<'_, Option<Held>>| {
            held.as_mut().is_some_and(|connection| !connection.in_transaction())
        };
        if self.lock().is_ok_and(is_gone) { TransactionState::Ended } else { TransactionState::Open }
    }

    pub(in crate::db) fn commit(&self) -> Answer<'_, ()> {
        match self.try_commit() {
            Ok(()) => Answer::Good(()),
            Err(Failure::Error(error)) => {
                self.abandon();
                Answer::Failed(error)
            }
            Err(Failure::Busy) => Answer::later(async move {
                let committed = self.retry(|| self.try_commit()).await;
                self.abandon();
                committed
            }),
        }
    }

    /// Commits, and returns the connection.
    fn try_commit(&self) -> Result<(), Failure> {
        let mut connection = self.lock()?;
        connection.as_mut().ok_or_else(|| ErrorKind::Ended)?.commit()?;
        *connection = None;
        Ok(())
    }

    pub(in crate::db) fn rollback(&self) -> Answer<'_, ()> {
        let rolled_back = self.lock().and_then(|mut connection| match connection.take() {
            Some(mut connection) => Ok(connection.rollback()?),
            None => Err(ErrorKind::Ended.into()),
        });
        rolled_back.into()
    }

    pub(in crate::db) fn abandon(&self) {
        if let Ok(mut connection) = self.lock() {
            abandon(connection.take());
        }
    }

    pub(in crate::db) fn savepoint(&self, depth: usize) -> Result<()> {
        self.without_waiting(|connection| connection.savepoint(depth))
    }

    pub(in crate::db) fn release(&self, depth: usize) -> Result<()> {
        self.without_waiting(|connection| connection.release(depth))
    }

    pub(in crate::db) fn rollback_to(&self, depth: usize) -> Result<()> {
        self.without_waiting(|connection| connection.rollback_to(depth))
    }

    pub(in crate::db) fn lend<T>(&self, work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>) -> Result<T> {
        let mut held = self.lock()?;
        let connection = held.as_mut().ok_or_else(|| ErrorKind::Ended)?;
        let result = {
            let _callback = Callback::on_this_thread(&self.callback_thread);
            connection.lend(work)
        };
        match result {
            Ok(_) if !connection.in_transaction() => Err(ended_by_statement()),
            result => result.map_err(|error| self.error(error)),
        }
    }

    fn without_waiting<T>(&self, operation: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        self.lock()?.as_mut().map_or_else(|| Err(ErrorKind::Ended.into()), |connection| operation(connection))
    }

    async fn retry<T>(&self, attempt: impl FnMut() -> Result<T, Failure> + Send) -> Result<T> {
        let lock_wait = self.without_waiting(|connection| Ok(connection.lock_wait().clone()))?;
        lock_wait.retry(attempt).await
    }

    /// An error of a statement in this transaction.
    #[cold]
    fn error(&self, error: Error) -> Error {
        match error.kind() {
            ErrorKind::ReadOnly { .. } if self.access == Access::Read => ErrorKind::ReadOnlyTransaction.into(),
            _ => error,
        }
    }

    /// Locks the connection. If this thread holds the lock already, for a closure of the user, waiting would never end.
    #[inline]
    fn lock(&self) -> Result<MutexGuard<'_, Option<Held>>> {
        match self.connection.try_lock() {
            Ok(connection) => Ok(connection),
            Err(busy) => self.lock_busy(busy),
        }
    }

    #[cold]
    fn lock_busy<'a>(
        &'a self,
        busy: TryLockError<MutexGuard<'a, Option<Held>>>,
    ) -> Result<MutexGuard<'a, Option<Held>>> {
        match busy {
            // Only the user's closure for a row panics while the lock is held, which leaves the connection in order.
            TryLockError::Poisoned(poisoned) => Ok(poisoned.into_inner()),
            TryLockError::WouldBlock if Callback::is_on_this_thread(&self.callback_thread) => Err(Error::database(
                "the connection is in use by the query or the closure that this is called in: collect the rows first, \
                 and go on after it",
            )),
            TryLockError::WouldBlock => Ok(self.connection.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

/// Notes, until it is dropped, that a closure of the user is called with the connection locked.
struct Callback<'a>(&'a Mutex<Option<ThreadId>>);

impl<'a> Callback<'a> {
    fn on_this_thread(thread: &'a Mutex<Option<ThreadId>>) -> Self {
        *thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(std::thread::current().id());
        Self(thread)
    }

    fn is_on_this_thread(thread: &Mutex<Option<ThreadId>>) -> bool {
        *thread.lock().unwrap_or_else(PoisonError::into_inner) == Some(std::thread::current().id())
    }
}

impl Drop for Callback<'_> {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        abandon(self.connection.get_mut().unwrap_or_else(PoisonError::into_inner).take());
    }
}

fn abandon(connection: Option<Held>) {
    if let Some(mut connection) = connection {
        // The error cannot be returned to a caller, and `begin` makes sure that the connection is in order.
        let _ = connection.rollback();
    }
}
