//! How to connect.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use signals_core::__private::discard;

use super::{Db, url};
use crate::error::{Error, Result};
use crate::report::{ErrorHandler, print, report};

/// How to connect to a database, where [`Db::connect`] does not suffice.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// use std::time::Duration;
/// use signals::db::ConnectOptions;
///
/// let db = ConnectOptions::new("sqlite::memory:")
///     .busy_timeout(Duration::from_secs(30))
///     .on_error(|error| eprintln!("accounts: {error}"))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "options do nothing until `connect` is called"]
pub struct ConnectOptions {
    pub(super) url: String,
    pub(super) writer_timeout: Duration,
    pub(super) busy_timeout: Duration,
    pub(super) pool_size: usize,
    pub(super) pool_timeout: Duration,
    pub(super) statement_cache_capacity: Option<usize>,
    on_error: ErrorHandler,
}

impl ConnectOptions {
    /// Options with their default values, for this URL: see [`Db::connect`].
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            writer_timeout: Duration::from_secs(5),
            busy_timeout: Duration::from_secs(5),
            pool_size: 10,
            pool_timeout: Duration::from_secs(5),
            statement_cache_capacity: None,
            on_error: Arc::new(print),
        }
    }

    /// How long to wait for another transaction of this program before [`Error::WriterBusy`]. 5 seconds if not set.
    /// PostgreSQL has many connections that write: see [`pool_timeout`](Self::pool_timeout).
    pub fn writer_timeout(mut self, timeout: Duration) -> Self {
        self.writer_timeout = timeout;
        self
    }

    /// How long to wait for a lock on the file of SQLite that another process holds before [`Error::Locked`]. 5 seconds if
    /// not set. In PostgreSQL it is a setting of the connection: `?options=-c%20lock_timeout%3D5s`.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// How many connections to PostgreSQL there are at most. They are opened when they are needed, and stay. 10 if not set,
    /// at least 1.
    ///
    /// SQLite has its own number of connections.
    pub fn pool_size(mut self, size: usize) -> Self {
        self.pool_size = size.max(1);
        self
    }

    /// How long to wait for a connection to PostgreSQL that others hold before [`Error::PoolBusy`], and for the server to
    /// accept a new one before [`Error::Connect`]. 5 seconds if not set.
    pub fn pool_timeout(mut self, timeout: Duration) -> Self {
        self.pool_timeout = timeout;
        self
    }

    /// How many statements each connection to PostgreSQL keeps prepared. If not set, it is the URL's
    /// `statement_cache_capacity`, and 256 if the URL has none.
    ///
    /// With 0 no statement is prepared: its SQL and its parameters travel together, in one round trip, under no name. A pooler
    /// that gives each transaction another connection needs that, such as pgbouncer with `pool_mode = transaction`; it is
    /// [`Error::NotPrepared`] otherwise. pgbouncer 1.21 and later can do without it, if its `max_prepared_statements` is not 0.
    ///
    /// ```no_run
    /// # async fn connect() -> signals::Result<()> {
    /// use signals::Db;
    ///
    /// let db = Db::connect("postgres://ann:secret@pgbouncer:6432/shop?statement_cache_capacity=0").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The server then plans a statement each time, and what does not fit a column is an error of the server instead of
    /// [`Error::NotStorable`]. An answer cannot have columns of types that PostgreSQL does not have itself, such as those of
    /// `CREATE TYPE`: read them as text, `SELECT kind::text`.
    pub fn statement_cache_capacity(mut self, capacity: usize) -> Self {
        self.statement_cache_capacity = Some(capacity);
        self
    }

    /// What to do with a failure that no call can return, because the commit is done. If not set, one line is written to
    /// stderr. A handler that panics is caught, and what it was called for stays done.
    pub fn on_error(mut self, handler: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_error = Arc::new(handler);
        self
    }

    /// Connects.
    #[track_caller]
    pub fn connect(self) -> impl Future<Output = Result<Db>> + Send + use<> {
        Db::open(self, Location::caller())
    }

    /// The URL as others may see it.
    pub(super) fn public_url(&self) -> String {
        url::public(&self.url)
    }

    pub(super) fn report(&self, error: Error) {
        report(&self.on_error, &error);
        discard(error);
    }
}

impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectOptions")
            .field("url", &self.public_url())
            .field("writer_timeout", &self.writer_timeout)
            .field("busy_timeout", &self.busy_timeout)
            .field("pool_size", &self.pool_size)
            .field("pool_timeout", &self.pool_timeout)
            .field("statement_cache_capacity", &self.statement_cache_capacity)
            .finish_non_exhaustive()
    }
}
