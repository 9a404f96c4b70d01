//! The seam between this library and the databases: an enum with a variant per driver.
//!
//! Everything that may wait is async, so that a driver which talks over a network fits.

use std::panic::Location;

use super::url::{self, Target};
use super::{ConnectOptions, Params, Row};
#[cfg(not(feature = "sqlite"))]
use crate::error::Error;
use crate::error::Result;

#[cfg(feature = "sqlite")]
use super::sqlite::{Sqlite, Transaction};

/// A pool of connections. Each operation commits by itself.
pub(super) enum Driver {
    #[cfg(feature = "sqlite")]
    Sqlite(Sqlite),
}

/// One connection, in a transaction. After `commit`, `rollback` or `abandon`, operations are `Error::Ended`.
pub(super) enum Session {
    #[cfg(feature = "sqlite")]
    Sqlite(Transaction),
}

/// Calls the same function of whichever driver it is.
macro_rules! each_driver {
    ($type:ident, $of:expr, $driver:ident => $call:expr) => {
        match *$of {
            #[cfg(feature = "sqlite")]
            $type::Sqlite(ref $driver) => $call,
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
        }
    }

    pub(super) async fn begin(&self, at: &'static Location<'static>) -> Result<Session> {
        each_driver!(Driver, self, driver => driver.begin(at).await.map(Session::Sqlite))
    }

    pub(super) async fn execute(&self, at: &'static Location<'static>, sql: &str, params: &dyn Params) -> Result<u64> {
        each_driver!(Driver, self, driver => driver.execute(at, sql, params).await)
    }

    pub(super) async fn insert(&self, at: &'static Location<'static>, sql: &str, params: &dyn Params) -> Result<i64> {
        each_driver!(Driver, self, driver => driver.insert(at, sql, params).await)
    }

    pub(super) async fn query(
        &self,
        at: &'static Location<'static>,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        each_driver!(Driver, self, driver => driver.query(at, sql, params, each).await)
    }

    pub(super) async fn batch(&self, at: &'static Location<'static>, sql: &str) -> Result<()> {
        let session = self.begin(at).await?;
        session.batch(sql).await?;
        session.commit().await
    }
}

impl Session {
    pub(super) async fn execute(&self, sql: &str, params: &dyn Params) -> Result<u64> {
        each_driver!(Session, self, session => session.execute(sql, params).await)
    }

    pub(super) async fn insert(&self, sql: &str, params: &dyn Params) -> Result<i64> {
        each_driver!(Session, self, session => session.insert(sql, params).await)
    }

    pub(super) async fn query(
        &self,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        each_driver!(Session, self, session => session.query(sql, params, each).await)
    }

    pub(super) async fn batch(&self, sql: &str) -> Result<()> {
        each_driver!(Session, self, session => session.batch(sql).await)
    }

    /// Commits, or rolls back and says why it could not commit.
    pub(super) async fn commit(&self) -> Result<()> {
        each_driver!(Session, self, session => session.commit().await)
    }

    pub(super) async fn rollback(&self) -> Result<()> {
        each_driver!(Session, self, session => session.rollback().await)
    }

    /// Rolls back without waiting for it. Nothing happens if the session has ended.
    pub(super) fn abandon(&self) {
        each_driver!(Session, self, session => session.abandon());
    }

    /// Whether the database still has the transaction open, or we ended it ourselves. A statement may have ended it.
    pub(super) fn is_alive(&self) -> bool {
        each_driver!(Session, self, session => session.is_alive())
    }
}
