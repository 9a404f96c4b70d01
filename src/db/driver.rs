//! The interface between this library and the drivers: an enum with a variant per driver.
//!
//! An operation that may have to wait returns an [`Answer`]. Drivers with a network connection can return a future, and for
//! drivers without one an operation costs no more than a call.

use std::panic::Location;

use super::answer::Answer;
#[cfg(feature = "durable")]
use super::statement::LastStatement;
use super::statement::{Statement, Wants};
use super::transaction_state::TransactionState;
use super::url::{self, Target};
use super::{ConnectOptions, TransactionOptions};
use crate::error::{Error, Result};

#[cfg(feature = "postgres")]
use super::postgres::{self, Postgres};
use super::sql::Dialect;
#[cfg(feature = "sqlite")]
use super::sqlite::{Sqlite, Transaction};

/// A pool of connections. Each operation commits by itself.
pub(super) enum Driver {
    #[cfg(feature = "sqlite")]
    Sqlite(Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(Postgres),
}

/// One connection, in a transaction. After `commit`, `rollback` or `abandon`, operations are `ErrorKind::Ended`.
pub(super) enum Session {
    #[cfg(feature = "sqlite")]
    Sqlite(Transaction),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Transaction),
}

/// The answer to a COMMIT, for the caller or for a task that takes over from it.
#[cfg(feature = "postgres")]
pub(super) type CommitOutcome = postgres::CommitOutcome;
#[cfg(not(feature = "postgres"))]
pub(super) type CommitOutcome = std::future::Ready<Result<()>>;

/// Calls a function of the driver that returns an answer.
macro_rules! each_answer {
    ($type:ident, $of:expr, $driver:ident => $call:expr) => {
        match *$of {
            #[cfg(feature = "sqlite")]
            $type::Sqlite(ref $driver) => $call,
            #[cfg(feature = "postgres")]
            $type::Postgres(ref $driver) => Answer::later($call),
        }
    };
}

/// Calls a function of the driver.
macro_rules! each_driver {
    ($type:ident, $of:expr, $driver:ident => $call:expr) => {
        match *$of {
            #[cfg(feature = "sqlite")]
            $type::Sqlite(ref $driver) => $call,
            #[cfg(feature = "postgres")]
            $type::Postgres(ref $driver) => $call,
        }
    };
}

impl Driver {
    pub(super) fn connect<'a>(options: &'a ConnectOptions, at: &'static Location<'static>) -> Answer<'a, Self, Error> {
        Answer::later(async move {
            match url::parse(&options.url)? {
                #[cfg(feature = "sqlite")]
                Target::SqliteMemory => Sqlite::memory(options, at).await.map(Self::Sqlite),
                #[cfg(feature = "sqlite")]
                Target::SqliteFile { path, mode, synchronous } => {
                    Sqlite::file(&path, mode, synchronous, options, at).await.map(Self::Sqlite)
                }
                #[cfg(not(feature = "sqlite"))]
                Target::SqliteMemory | Target::SqliteFile { .. } => {
                    Err(url::refuse(&options.url, "SQLite needs the feature `sqlite`"))
                }
                #[cfg(feature = "postgres")]
                Target::Postgres => Postgres::connect(options, at).await.map(Self::Postgres),
                #[cfg(not(feature = "postgres"))]
                Target::Postgres => Err(url::refuse(&options.url, "PostgreSQL needs the feature `postgres`")),
            }
        })
    }

    /// The SQL that it speaks.
    pub(super) fn dialect(&self) -> Dialect {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Begins a transaction, and passes its session to a function that converts it, because a session is too large to be moved.
    #[inline]
    pub(super) fn begin<'a, T: 'a>(
        &'a self,
        options: TransactionOptions,
        at: &'static Location<'static>,
        form: impl FnOnce(Session) -> T + Send + 'a,
    ) -> Answer<'a, T> {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(ref driver) => driver.begin(options, at, |session| form(Session::Sqlite(session))),
            #[cfg(feature = "postgres")]
            Self::Postgres(ref driver) => Answer::later(async move {
                let begun = driver.begin(options, at).await?;
                Ok(form(Session::Postgres(begun)))
            }),
        }
    }

    /// Executes a statement, which commits by itself.
    #[inline]
    pub(super) fn run<'a>(&'a self, statement: &mut Statement<'a>, at: &'static Location<'static>) -> Answer<'a, u64> {
        if let Wants::Batch = statement.wants {
            return self.batch(statement.sql, at);
        }
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(ref driver) => driver.run(statement, at),
            #[cfg(feature = "postgres")]
            Self::Postgres(ref driver) => Answer::later(driver.run(statement.take(), at)),
        }
    }

    /// Executes several statements in a transaction of their own.
    fn batch<'a>(&'a self, sql: &'a str, at: &'static Location<'static>) -> Answer<'a, u64> {
        Answer::later(async move {
            let session = self.begin(TransactionOptions::new(), at, |session| session).await?;
            session.run(&mut Statement::batch(sql), |result| result).await?;
            session.commit().await.map(|()| 0)
        })
    }
}

impl Session {
    /// Executes a statement in the transaction, and passes its result to `observe`.
    #[inline]
    pub(super) fn run<'a>(
        &'a self,
        statement: &mut Statement<'a>,
        observe: impl FnOnce(Result<u64>) -> Result<u64> + Send + 'a,
    ) -> Answer<'a, u64> {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(ref session) => session.run(statement).map(observe),
            #[cfg(feature = "postgres")]
            Self::Postgres(ref session) => {
                let statement = statement.take();
                Answer::later(async move { observe(session.run(statement).await) })
            }
        }
    }

    /// The state of the transaction. A statement may have ended it.
    pub(super) fn state(&self) -> TransactionState {
        each_driver!(Session, self, session => session.state())
    }

    /// Sends a statement together with the COMMIT, where that saves a round trip. Otherwise it is returned.
    #[cfg(feature = "durable")]
    pub(super) fn send_last(&self, statement: LastStatement) -> Option<LastStatement> {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Some(statement),
            #[cfg(feature = "postgres")]
            Self::Postgres(ref session) => {
                session.send_last(statement);
                None
            }
        }
    }

    /// Commits, or rolls back and returns why it could not commit.
    pub(super) async fn commit(&self) -> Result<()> {
        each_driver!(Session, self, session => session.commit().await)
    }

    pub(super) fn rollback(&self) -> Answer<'_, ()> {
        each_answer!(Session, self, session => session.rollback())
    }

    /// A COMMIT that was sent, if the future of `commit` was dropped before the answer came.
    pub(super) fn unanswered_commit(&self) -> Option<CommitOutcome> {
        match *self {
            // It only waits for other processes, and has not committed until then.
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => None,
            #[cfg(feature = "postgres")]
            Self::Postgres(ref session) => session.unanswered_commit(),
        }
    }

    /// Rolls back without awaiting it. It does nothing if the session has ended.
    pub(super) fn abandon(&self) {
        each_driver!(Session, self, session => session.abandon());
    }

    // Savepoints can be nested: the outermost has the depth 1. None of these functions awaits, so that dropping a savepoint can roll
    // it back: SQLite does so immediately, and PostgreSQL gets the command before the next statement.

    /// Opens a savepoint inside the others.
    pub(super) fn savepoint(&self, depth: usize) -> Result<()> {
        each_driver!(Session, self, session => session.savepoint(depth))
    }

    /// Releases the savepoint and keeps its changes.
    pub(super) fn release(&self, depth: usize) -> Result<()> {
        each_driver!(Session, self, session => session.release(depth))
    }

    /// Undoes the changes since the savepoint, and removes it and those inside it.
    pub(super) fn rollback_to(&self, depth: usize) -> Result<()> {
        each_driver!(Session, self, session => session.rollback_to(depth))
    }

    /// Lends the connection of SQLite's driver.
    #[cfg(feature = "sqlite")]
    pub(super) fn sqlite<T>(
        &self,
        work: impl FnOnce(&super::rusqlite::Connection) -> super::rusqlite::Result<T>,
    ) -> Result<T> {
        match *self {
            Self::Sqlite(ref session) => session.lend(work),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => refused("the database is PostgreSQL: use `tx.postgres(..)`"),
        }
    }

    /// Lends the connection of PostgreSQL's driver.
    #[cfg(feature = "postgres")]
    pub(super) async fn postgres<T>(
        &self,
        work: impl AsyncFnOnce(&super::tokio_postgres::Client) -> Result<T, super::tokio_postgres::Error>,
    ) -> Result<T> {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => refused("the database is SQLite: use `tx.sqlite(..)`"),
            Self::Postgres(ref session) => Box::pin(session.lend(work)).await,
        }
    }
}

#[cfg(all(feature = "sqlite", feature = "postgres"))]
fn refused<T>(reason: &str) -> Result<T> {
    Err(Error::database(reason))
}
