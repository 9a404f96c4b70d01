//! The seam between this library and the databases: an enum with a variant per driver.
//!
//! Everything that may wait is async, so that a driver which talks over a network fits.

use std::panic::Location;

use super::url::{self, Target};
use super::{ConnectOptions, Params, Row, TransactionOptions};
use crate::error::{Error, Result};

use super::Dialect;
#[cfg(feature = "postgres")]
use super::postgres::{self, Postgres};
#[cfg(feature = "sqlite")]
use super::sqlite::{Sqlite, Transaction};

/// A pool of connections. Each operation commits by itself.
pub(super) enum Driver {
    #[cfg(feature = "sqlite")]
    Sqlite(Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(Postgres),
}

/// One connection, in a transaction. After `commit`, `rollback` or `abandon`, operations are `Error::Ended`.
pub(super) enum Session {
    #[cfg(feature = "sqlite")]
    Sqlite(Transaction),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Transaction),
}

/// The answer to a COMMIT, whoever waits for it.
#[cfg(feature = "postgres")]
pub(super) type Outcome = postgres::Outcome;
#[cfg(not(feature = "postgres"))]
pub(super) type Outcome = std::future::Ready<Result<()>>;

/// Awaits the same function of whichever driver it is.
///
/// What PostgreSQL does is large as a future, and would be inside of every future that saves something, also to SQLite. Next
/// to a round trip, an allocation is nothing.
macro_rules! await_each_driver {
    ($type:ident, $of:expr, $driver:ident => $call:expr) => {
        match *$of {
            #[cfg(feature = "sqlite")]
            $type::Sqlite(ref $driver) => $call.await,
            #[cfg(feature = "postgres")]
            $type::Postgres(ref $driver) => Box::pin($call).await,
        }
    };
}

/// Calls the same function of whichever driver it is.
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
    pub(super) async fn connect(options: &ConnectOptions, at: &'static Location<'static>) -> Result<Self> {
        match url::parse(&options.url)? {
            #[cfg(feature = "sqlite")]
            Target::SqliteMemory => Sqlite::memory(options, at).await.map(Self::Sqlite),
            #[cfg(feature = "sqlite")]
            Target::SqliteFile { path, mode } => Sqlite::file(&path, mode, options, at).await.map(Self::Sqlite),
            #[cfg(not(feature = "sqlite"))]
            Target::SqliteMemory | Target::SqliteFile { .. } => Err(Error::Url {
                url: url::redact(&options.url),
                reason: "SQLite needs the feature `sqlite`".to_owned(),
            }),
            #[cfg(feature = "postgres")]
            Target::Postgres => Box::pin(Postgres::connect(options, at)).await.map(Self::Postgres),
            #[cfg(not(feature = "postgres"))]
            Target::Postgres => Err(Error::Url {
                url: url::redact(&options.url),
                reason: "PostgreSQL needs the feature `postgres`".to_owned(),
            }),
        }
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

    pub(super) async fn begin(&self, options: TransactionOptions, at: &'static Location<'static>) -> Result<Session> {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(ref driver) => driver.begin(options, at).await.map(Session::Sqlite),
            #[cfg(feature = "postgres")]
            Self::Postgres(ref driver) => Box::pin(driver.begin(options, at)).await.map(Session::Postgres),
        }
    }

    pub(super) async fn execute(&self, at: &'static Location<'static>, sql: &str, params: &dyn Params) -> Result<u64> {
        await_each_driver!(Driver, self, driver => driver.execute(at, sql, params))
    }

    pub(super) async fn insert(&self, at: &'static Location<'static>, sql: &str, params: &dyn Params) -> Result<i64> {
        await_each_driver!(Driver, self, driver => driver.insert(at, sql, params))
    }

    pub(super) async fn query(
        &self,
        at: &'static Location<'static>,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        await_each_driver!(Driver, self, driver => driver.query(at, sql, params, each))
    }

    pub(super) async fn batch(&self, at: &'static Location<'static>, sql: &str) -> Result<()> {
        let session = self.begin(TransactionOptions::new(), at).await?;
        session.batch(sql).await?;
        session.commit().await
    }
}

impl Session {
    pub(super) async fn execute(&self, sql: &str, params: &dyn Params) -> Result<u64> {
        await_each_driver!(Session, self, session => session.execute(sql, params))
    }

    pub(super) async fn insert(&self, sql: &str, params: &dyn Params) -> Result<i64> {
        await_each_driver!(Session, self, session => session.insert(sql, params))
    }

    pub(super) async fn query(
        &self,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        await_each_driver!(Session, self, session => session.query(sql, params, each))
    }

    pub(super) async fn batch(&self, sql: &str) -> Result<()> {
        await_each_driver!(Session, self, session => session.batch(sql))
    }

    /// Commits, or rolls back and says why it could not commit.
    pub(super) async fn commit(&self) -> Result<()> {
        await_each_driver!(Session, self, session => session.commit())
    }

    pub(super) async fn rollback(&self) -> Result<()> {
        await_each_driver!(Session, self, session => session.rollback())
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
            Self::Postgres(_) => Err(Error::database("the database is PostgreSQL: use `tx.postgres(..)`")),
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
            Self::Sqlite(_) => Err(Error::database("the database is SQLite: use `tx.sqlite(..)`")),
            Self::Postgres(ref session) => Box::pin(session.lend(work)).await,
        }
    }

    /// What has become of the transaction.
    pub(super) fn standing(&self) -> Standing {
        each_driver!(Session, self, session => session.standing())
    }
}

/// What has become of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is open, or we ended it ourselves.
    Open,
    /// The database takes nothing in it any more, until it or its innermost savepoint is rolled back.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite undoes the statement alone"))]
    Failed,
    /// The database has ended it, with all its savepoints.
    Gone,
}
