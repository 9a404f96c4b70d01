//! `connection_created`: whoever receives it is the first to use a new connection.

use std::fmt;

use signals_macros::signal;

pub use self::ConnectionCreated as connection_created;

#[cfg(feature = "postgres")]
use super::postgres;
#[cfg(feature = "sqlite")]
use super::sqlite;
use super::{Params, Row, refuse_transaction_control};
use crate::error::Result;

/// Sent for every new connection to a database, after its settings and before anybody else uses it: the one that writes to
/// SQLite and each that reads, each of PostgreSQL's pool, and those that take the place of lost ones. Receivers write it as in
/// Django, `#[receiver(connection_created)]`.
///
/// It is the place for settings that belong to a connection. An error is the error of whoever needed the connection, such as
/// [`Db::connect`](crate::Db::connect), and the connection is closed.
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
}

/// A connection that nobody has used yet, as receivers of [`connection_created`] have it.
pub struct NewConnection<'a> {
    opened: Opened<'a>,
}

pub(super) enum Opened<'a> {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Opened<'a>),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Opened<'a>),
    #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
    None(std::marker::PhantomData<&'a ()>),
}

impl NewConnection<'_> {
    /// Executes one statement, which commits by itself; the answer is how many rows it changed. Rows that it returns are passed
    /// over.
    pub async fn execute(&mut self, sql: &str, params: &dyn Params) -> Result<u64> {
        refuse_transaction_control(sql)?;
        match &mut self.opened {
            #[cfg(feature = "sqlite")]
            Opened::Sqlite(connection) => connection.execute(sql, params).await,
            #[cfg(feature = "postgres")]
            Opened::Postgres(connection) => connection.execute(sql, params).await,
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            Opened::None(_) => Ok(0),
        }
    }

    /// Executes one statement and hands each row that it returns to `each`.
    pub async fn for_each_row(
        &mut self,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        refuse_transaction_control(sql)?;
        match &mut self.opened {
            #[cfg(feature = "sqlite")]
            Opened::Sqlite(connection) => connection.query(sql, params, each).await,
            #[cfg(feature = "postgres")]
            Opened::Postgres(connection) => connection.query(sql, params, each).await,
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            Opened::None(_) => Ok(()),
        }
    }

    /// Whether it can only read: a file of SQLite has one connection that writes, and others that read beside it.
    pub fn is_read_only(&self) -> bool {
        match &self.opened {
            #[cfg(feature = "sqlite")]
            Opened::Sqlite(connection) => connection.is_read_only(),
            #[cfg(feature = "postgres")]
            Opened::Postgres(_) => false,
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            Opened::None(_) => true,
        }
    }

    /// The driver's own connection, if it is one to SQLite: to add functions and collations. A transaction that is left open
    /// on it is an error.
    #[cfg(feature = "sqlite")]
    pub fn sqlite(&mut self) -> Option<&rusqlite::Connection> {
        match &mut self.opened {
            Opened::Sqlite(connection) => Some(connection.raw()),
            #[cfg(feature = "postgres")]
            Opened::Postgres(_) => None,
        }
    }

    /// The driver's own connection, if it is one to PostgreSQL.
    #[cfg(feature = "postgres")]
    pub fn postgres(&mut self) -> Option<&tokio_postgres::Client> {
        match &mut self.opened {
            #[cfg(feature = "sqlite")]
            Opened::Sqlite(_) => None,
            Opened::Postgres(connection) => Some(connection.raw()),
        }
    }
}

impl fmt::Debug for NewConnection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewConnection").field("is_read_only", &self.is_read_only()).finish_non_exhaustive()
    }
}

/// Whether anybody wants to know: one load.
pub(super) fn is_received() -> bool {
    ConnectionCreated::SIGNAL.has_receivers()
}

pub(super) async fn tell(opened: Opened<'_>, url: &str) -> Result<()> {
    Ok(ConnectionCreated { connection: NewConnection { opened }, url }.send().await?)
}
