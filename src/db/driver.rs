//! The seam between this library and the databases: an enum with a variant per driver.
//!
//! What may wait gives an [`Answer`], so that a driver which talks over a network fits and one which does not costs no more
//! than a call.

use std::panic::Location;

use super::answer::Answer;
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
    /// In a box, because it is large.
    Postgres(Box<postgres::Transaction>),
}

/// The answer to a COMMIT, whoever waits for it.
#[cfg(feature = "postgres")]
pub(super) type Outcome = postgres::Outcome;
#[cfg(not(feature = "postgres"))]
pub(super) type Outcome = std::future::Ready<Result<()>>;

/// Calls a function of the driver that gives an answer.
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

    /// Begins a transaction, and makes of its session what is wanted: a session is large to be moved.
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
                Ok(form(Session::Postgres(Box::new(begun))))
            }),
        }
    }

    /// Executes a statement, which commits by itself.
    #[inline]
    pub(super) fn run<'a>(&'a self, statement: Statement<'a>) -> Answer<'a, u64> {
        match statement.wants {
            Wants::Batch => self.batch(statement.sql, statement.at),
            _ => each_answer!(Driver, self, driver => driver.run(statement)),
        }
    }

    /// Executes several statements in a transaction of their own.
    fn batch<'a>(&'a self, sql: &'a str, at: &'static Location<'static>) -> Answer<'a, u64> {
        Answer::later(async move {
            let session = self.begin(TransactionOptions::new(), at, |session| session).await?;
            session.run(Statement::batch(sql, at)).await?;
            session.commit().await.map(|()| 0)
        })
    }
}

impl Session {
    /// Executes a statement in the transaction.
    #[inline]
    pub(super) fn run<'a>(&'a self, statement: Statement<'a>) -> Answer<'a, u64> {
        each_answer!(Session, self, session => session.run(statement))
    }

    /// What has become of the transaction. A statement may have ended it.
    pub(super) fn state(&self) -> TransactionState {
        each_driver!(Session, self, session => session.state())
    }

    /// Commits, or rolls back and says why it could not commit.
    pub(super) fn commit(&self) -> Answer<'_, ()> {
        each_answer!(Session, self, session => session.commit())
    }

    pub(super) fn rollback(&self) -> Answer<'_, ()> {
        each_answer!(Session, self, session => session.rollback())
    }

    /// A COMMIT that was sent, if the future of `commit` was dropped before the answer came.
    pub(super) fn on_its_way(&self) -> Option<Outcome> {
        match *self {
            // It waits for nobody but other processes, before it is done.
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => None,
            #[cfg(feature = "postgres")]
            Self::Postgres(ref session) => session.on_its_way(),
        }
    }

    /// Rolls back without waiting for it. Nothing happens if the session has ended.
    pub(super) fn abandon(&self) {
        each_driver!(Session, self, session => session.abandon());
    }

    // Savepoints stand in one another: the outermost has the depth 1. Nothing here waits, so that a savepoint can be rolled
    // back by whoever drops it: SQLite does it at once, and what PostgreSQL is to do goes before the next statement.

    /// Opens a savepoint in the others.
    pub(super) fn savepoint(&self, depth: usize) -> Result<()> {
        each_driver!(Session, self, session => session.savepoint(depth))
    }

    /// Keeps what was done since the savepoint.
    pub(super) fn release(&self, depth: usize) -> Result<()> {
        each_driver!(Session, self, session => session.release(depth))
    }

    /// Undoes what was done since the savepoint, and forgets it and those in it.
    pub(super) fn rollback_to(&self, depth: usize) -> Result<()> {
        each_driver!(Session, self, session => session.rollback_to(depth))
    }

    /// Lends the connection to SQLite.
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

    /// Lends the connection to PostgreSQL.
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
