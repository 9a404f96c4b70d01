//! `connection_created`, and the new connection that its receivers get.

use std::any::Any;
use std::fmt;

use signals_macros::signal;

pub use self::ConnectionCreated as connection_created;

use signals_core::{BoxFuture, Context};

use super::sql::{Dialect, refuse_transaction_control};
use super::{Params, Row};
use crate::error::Result;

/// Sent for every new connection to a database, after its settings are made and before it is used: for the connection that writes
/// to SQLite and each that reads, for each connection of PostgreSQL's pool, and for each that replaces a lost one. Receivers write
/// it as in Django, `#[receiver(connection_created)]`.
///
/// It is the place for settings that belong to a connection. An error of a receiver closes the connection, and the call that
/// needed the connection, such as [`Db::connect`](crate::Db::connect), returns it.
///
/// ```rust,standalone_crate
/// use signals::db::NewConnection;
/// use signals::prelude::*;
/// use signals::db::connection_created;
///
/// #[receiver(connection_created)]
/// async fn larger_cache(connection: &mut NewConnection<'_>, url: &str) -> Result<()> {
///     if url.starts_with("sqlite:") {
///         connection.execute("PRAGMA cache_size = -65536", &()).await?; // 64 MiB
///     }
///     Ok(())
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<()> {
///     let db = Db::connect("sqlite::memory:").await?;
///     db.for_each_row("PRAGMA cache_size", &(), &mut |row| {
///         assert_eq!(row.get::<i64>(0)?, -65536);
///         Ok(())
///     })
///     .await
/// }
/// ```
#[signal(async, name = "connection_created", crate = crate)]
#[derive(Debug)]
#[non_exhaustive]
pub struct ConnectionCreated<'a> {
    /// The connection.
    pub connection: NewConnection<'a>,
    /// The URL of its database: a password in it is replaced by `***`.
    pub url: &'a str,
    /// What [`ConnectOptions::with`](super::ConnectOptions::with) has added.
    pub context: &'a Context,
}

/// A connection before its first use, as receivers of [`connection_created`] get it.
pub struct NewConnection<'a> {
    connection: &'a mut dyn DriverConnection,
}

/// A new connection, as each driver implements it.
pub(super) trait DriverConnection: Send {
    /// Executes one statement, which commits by itself, and returns how many rows it changed.
    fn execute<'a>(&'a mut self, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<u64>>;

    /// Executes one statement and passes each row that it returns to `each`.
    fn for_each_row<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> BoxFuture<'a, Result<()>>;

    /// The SQL that its database speaks.
    fn dialect(&self) -> Dialect;

    /// Whether it can only read.
    fn is_read_only(&self) -> bool;

    /// The connection of the driver's library.
    fn raw(&self) -> &dyn Any;
}

impl NewConnection<'_> {
    /// Executes one statement, which commits by itself, and returns how many rows it changed. Rows that the statement returns are
    /// ignored.
    pub async fn execute(&mut self, sql: &str, params: &dyn Params) -> Result<u64> {
        refuse_transaction_control(sql, self.connection.dialect())?;
        self.connection.execute(sql, params).await
    }

    /// Executes one statement and passes each row that it returns to `each`.
    pub async fn for_each_row(
        &mut self,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        refuse_transaction_control(sql, self.connection.dialect())?;
        self.connection.for_each_row(sql, params, each).await
    }

    /// Whether it can only read: a SQLite file has one connection that writes, and others that read alongside it.
    pub fn is_read_only(&self) -> bool {
        self.connection.is_read_only()
    }

    /// The connection of `rusqlite`, if the database is SQLite: for adding functions and collations. Leaving a transaction open on
    /// it is an error.
    #[cfg(feature = "sqlite")]
    pub fn sqlite(&mut self) -> Option<&rusqlite::Connection> {
        self.connection.raw().downcast_ref()
    }

    /// The connection of `tokio_postgres`, if the database is PostgreSQL.
    #[cfg(feature = "postgres")]
    pub fn postgres(&mut self) -> Option<&tokio_postgres::Client> {
        self.connection.raw().downcast_ref()
    }
}

impl fmt::Debug for NewConnection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewConnection").field("is_read_only", &self.is_read_only()).finish_non_exhaustive()
    }
}

/// For which database a connection is opened.
pub(super) struct Opened {
    /// Its URL without secrets.
    pub(super) url: String,
    pub(super) context: Context,
}

/// Sends the signal, if it has receivers; the answer is whether it has. Without receivers, it costs one load.
pub(super) async fn send(connection: &mut dyn DriverConnection, opened: &Opened) -> Result<bool> {
    if !ConnectionCreated::SIGNAL.has_receivers() {
        return Ok(false);
    }
    // Boxed, so that the futures of queries, which may open a connection, stay small.
    let Opened { url, context } = opened;
    Box::pin(ConnectionCreated { connection: NewConnection { connection }, url, context }.send()).await?;
    Ok(true)
}
