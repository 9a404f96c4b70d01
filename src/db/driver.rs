//! The seam between this library and the databases: an enum with a variant per driver.
//!
//! What may wait gives an [`Answer`], so that a driver which talks over a network fits and one which does not costs no more
//! than a call.

use std::panic::Location;

use super::answer::Answer;
use super::url::{self, Target};
use super::{ConnectOptions, Params, Row, TransactionOptions};
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

/// Asks the same of whichever driver it is.
macro_rules! ask_each_driver {
    ($type:ident, $of:expr, $driver:ident => $call:expr) => {
        match *$of {
            #[cfg(feature = "sqlite")]
            $type::Sqlite(ref $driver) => $call,
            #[cfg(feature = "postgres")]
            $type::Postgres(ref $driver) => Answer::later($call),
        }
    };
}

/// Asks the same of whichever session it is, and what has become of the transaction.
macro_rules! ask_each_session {
    ($of:expr, $session:ident => $call:expr) => {
        match *$of {
            #[cfg(feature = "sqlite")]
            Session::Sqlite(ref $session) => $call,
            #[cfg(feature = "postgres")]
            Session::Postgres(ref $session) => Answer::later(async move {
                let result = $call.await;
                done(result, $session.standing())
            }),
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

    pub(super) fn execute<'a>(
        &'a self,
        at: &'static Location<'static>,
        sql: &'a str,
        params: &'a dyn Params,
    ) -> Answer<'a, u64> {
        ask_each_driver!(Driver, self, driver => driver.execute(at, sql, params))
    }

    pub(super) fn insert<'a>(
        &'a self,
        at: &'static Location<'static>,
        sql: &'a str,
        params: &'a dyn Params,
        key: &'a mut Option<i64>,
    ) -> Answer<'a, ()> {
        ask_each_driver!(Driver, self, driver => driver.insert(at, sql, params, key))
    }

    pub(super) fn query<'a>(
        &'a self,
        at: &'static Location<'static>,
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Answer<'a, ()> {
        ask_each_driver!(Driver, self, driver => driver.query(at, sql, params, each))
    }

    pub(super) fn batch<'a>(&'a self, at: &'static Location<'static>, sql: &'a str) -> Answer<'a, ()> {
        Answer::later(async move {
            let session = self.begin(TransactionOptions::new(), at, |session| session).await?;
            // If it has ended the transaction, the commit says so.
            if let Some(error) = session.batch(sql).await.err().and_then(|setback| setback.error) {
                return Err(error);
            }
            session.commit().await
        })
    }
}

/// What a statement in a transaction came to. If it failed or the transaction is not as it was, that is said in a box: what
/// went well travels in registers.
pub(super) type Done<T> = Result<T, Box<Setback>>;

/// A statement that failed, or after which the transaction is not what it was.
pub(super) struct Setback {
    /// `None` if the statement itself was good.
    pub(super) error: Option<Error>,
    pub(super) standing: Standing,
}

/// What a statement with this result came to.
#[inline]
pub(super) fn done<T>(result: Result<T>, standing: Standing) -> Done<T> {
    match (result, standing) {
        (Ok(value), Standing::Open) => Ok(value),
        (result, standing) => Err(Box::new(Setback { error: result.err(), standing })),
    }
}

impl Session {
    pub(super) fn execute<'a>(&'a self, sql: &'a str, params: &'a dyn Params) -> Answer<'a, u64, Box<Setback>> {
        ask_each_session!(self, session => session.execute(sql, params))
    }

    pub(super) fn insert<'a>(
        &'a self,
        sql: &'a str,
        params: &'a dyn Params,
        key: &'a mut Option<i64>,
    ) -> Answer<'a, (), Box<Setback>> {
        ask_each_session!(self, session => session.insert(sql, params, key))
    }

    pub(super) fn query<'a>(
        &'a self,
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Answer<'a, (), Box<Setback>> {
        ask_each_session!(self, session => session.query(sql, params, each))
    }

    pub(super) fn batch<'a>(&'a self, sql: &'a str) -> Answer<'a, (), Box<Setback>> {
        ask_each_session!(self, session => session.batch(sql))
    }

    /// Commits, or rolls back and says why it could not commit.
    pub(super) fn commit(&self) -> Answer<'_, ()> {
        ask_each_driver!(Session, self, session => session.commit())
    }

    pub(super) fn rollback(&self) -> Answer<'_, ()> {
        ask_each_driver!(Session, self, session => session.rollback())
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
    ) -> Done<T> {
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
    ) -> Done<T> {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => refused("the database is SQLite: use `tx.sqlite(..)`"),
            Self::Postgres(ref session) => {
                let result = Box::pin(session.lend(work)).await;
                done(result, session.standing())
            }
        }
    }
}

#[cfg(all(feature = "sqlite", feature = "postgres"))]
fn refused<T>(reason: &str) -> Done<T> {
    done(Err(Error::database(reason)), Standing::Open)
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
