//! How to connect.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use signals_core::__private::discard;

use super::url::{self, Synchronous};
use crate::error::Error;
use crate::report::{ErrorHandler, print, report};

/// How to connect to a database, where [`Db::connect`](super::Db::connect) does not suffice.
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
/// # PostgreSQL
///
/// These can stand in the URL, `postgres://host/shop?pool_size=20&connect_timeout=2`, and what is called on the options counts
/// before them:
///
/// | in the URL | | if not set |
/// |---|---|---|
/// | `pool_size` | [`pool_size`](Self::pool_size) | 10 |
/// | `pool_timeout` | [`pool_timeout`](Self::pool_timeout), in seconds | 5 |
/// | `check_after_idle` | [`check_after_idle`](Self::check_after_idle), in seconds | 30 |
/// | `statement_cache_capacity` | [`statement_cache_capacity`](Self::statement_cache_capacity) | 256 |
/// | `connect_timeout` | the seconds that each host may take to be connected to | `pool_timeout` |
/// | `keepalives` | 0 turns TCP keepalive off | 1 |
/// | `keepalives_idle` | the seconds of silence before TCP asks whether the server is there | 30 |
/// | `keepalives_interval` | the seconds between two such questions | 10 |
/// | `keepalives_retries` | how many of them without an answer end the connection | 3 |
/// | `tcp_user_timeout` | the seconds after which what was sent and not received ends the connection, on Linux. In libpq it is milliseconds | 30 |
///
/// So a statement whose server or network has gone fails with [`ErrorKind::ConnectionLost`](crate::ErrorKind::ConnectionLost) within a minute, and one that waits for a
/// server which is there waits as long as it takes: limit it with `options=-c%20statement_timeout%3D30s`.
#[derive(Clone)]
#[must_use = "options do nothing until `connect` is called"]
pub struct ConnectOptions {
    pub(super) url: String,
    pub(super) writer_timeout: Duration,
    pub(super) busy_timeout: Duration,
    pub(super) synchronous: Option<Synchronous>,
    /// What the URL may say as well is `None` until it is said here.
    pool_size: Option<usize>,
    pool_timeout: Option<Duration>,
    check_after_idle: Option<Duration>,
    statement_cache_capacity: Option<usize>,
    on_error: ErrorHandler,
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
const POOL_SIZE: usize = 10;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
const POOL_TIMEOUT: Duration = Duration::from_secs(5);

/// What a pool of connections to a server is made of.
#[cfg(feature = "postgres")]
pub(super) struct PoolOptions {
    pub(super) size: usize,
    pub(super) timeout: Duration,
    pub(super) check_after_idle: Duration,
    pub(super) statement_cache_capacity: usize,
}

impl ConnectOptions {
    /// Options with their default values, for this URL: see [`Db::connect`](super::Db::connect).
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            writer_timeout: Duration::from_secs(5),
            busy_timeout: Duration::from_secs(5),
            synchronous: None,
            pool_size: None,
            pool_timeout: None,
            check_after_idle: None,
            statement_cache_capacity: None,
            on_error: Arc::new(print),
        }
    }

    /// How long to wait for another transaction of this program before [`ErrorKind::WriterBusy`](crate::ErrorKind::WriterBusy). 5 seconds if not set.
    /// PostgreSQL has many connections that write: see [`pool_timeout`](Self::pool_timeout).
    pub fn writer_timeout(mut self, timeout: Duration) -> Self {
        self.writer_timeout = timeout;
        self
    }

    /// How long to wait for a lock on the file of SQLite that another process holds before [`ErrorKind::Locked`](crate::ErrorKind::Locked). Callers that wait
    /// for one another share the wait. 5 seconds if
    /// not set. In PostgreSQL it is a setting of the connection, `?options=-c%20lock_timeout%3D5s`, and the error is
    /// [`ErrorKind::LockTimeout`](crate::ErrorKind::LockTimeout).
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// What a commit to a file of SQLite survives. If not set, it is what the URL says, `?synchronous=full`, and
    /// [`Synchronous::Normal`] if the URL says nothing.
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = Some(synchronous);
        self
    }

    /// How many connections to PostgreSQL there are at most. They are opened when they are needed, and stay. 10 if not set,
    /// at least 1.
    ///
    /// For a file of SQLite it is how many transactions that only read may be open at once,
    /// [`TransactionOptions::read_only`](super::TransactionOptions::read_only); one connection writes, and up to four more are for
    /// single queries.
    pub fn pool_size(mut self, size: usize) -> Self {
        self.pool_size = Some(size);
        self
    }

    /// How long to wait for a connection that others hold before [`ErrorKind::PoolBusy`](crate::ErrorKind::PoolBusy), and in PostgreSQL for the server to accept a
    /// new one before [`ErrorKind::Connect`](crate::ErrorKind::Connect) or [`ErrorKind::TooManyConnections`](crate::ErrorKind::TooManyConnections), and for a sign of life from one that was idle. 5
    /// seconds if not set.
    pub fn pool_timeout(mut self, timeout: Duration) -> Self {
        self.pool_timeout = Some(timeout);
        self
    }

    /// After how long without use a connection to PostgreSQL is asked for a sign of life before it is used again, which takes a
    /// round trip. A connection that gives none within [`pool_timeout`](Self::pool_timeout) is replaced. 30 seconds if not set;
    /// 0 asks each time.
    pub fn check_after_idle(mut self, idle: Duration) -> Self {
        self.check_after_idle = Some(idle);
        self
    }

    /// How many statements each connection to PostgreSQL keeps prepared. 256 if not set.
    ///
    /// With 0 no statement is prepared: its SQL and its parameters travel together, in one round trip, under no name. A pooler
    /// that gives each transaction another connection needs that, such as pgbouncer with `pool_mode = transaction`; it is
    /// [`ErrorKind::NotPrepared`](crate::ErrorKind::NotPrepared) otherwise. pgbouncer 1.21 and later can do without it, if its `max_prepared_statements` is not 0.
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
    /// [`ErrorKind::NotStorable`](crate::ErrorKind::NotStorable). An answer cannot have columns of types that PostgreSQL does not have itself, such as those of
    /// `CREATE TYPE`: read them as text, `SELECT kind::text`. With such a pooler, settings of a connection that a receiver of
    /// `connection_created` makes are those of whichever program has the connection next, and what is prepared through
    /// [`Tx::postgres`](super::Tx::postgres) has a name.
    pub fn statement_cache_capacity(mut self, capacity: usize) -> Self {
        self.statement_cache_capacity = Some(capacity);
        self
    }

    /// What to do with a failure that no call can return, because the commit is done. If not set, it is an
    /// error in the log of `tracing`, with that feature and a subscriber; else one line is written to stderr. A handler that panics is caught, and what it was called for stays done.
    pub fn on_error(mut self, handler: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_error = Arc::new(handler);
        self
    }

    /// How many transactions that only read a file of SQLite may have, and how long another one waits.
    #[cfg(feature = "sqlite")]
    pub(super) fn reading_transactions(&self) -> (usize, Duration) {
        (self.pool_size.unwrap_or(POOL_SIZE).max(1), self.pool_timeout.unwrap_or(POOL_TIMEOUT))
    }

    /// What is said here, else what the URL says, else the default.
    #[cfg(feature = "postgres")]
    pub(super) fn pool(&self) -> PoolOptions {
        let number = |key| url::number(&self.url, key);
        let size = |key| number(key).and_then(|number| usize::try_from(number).ok());
        let seconds = |key| number(key).map(|number| Duration::from_secs(number.into()));
        PoolOptions {
            size: self.pool_size.or_else(|| size("pool_size")).unwrap_or(POOL_SIZE).max(1),
            timeout: self.pool_timeout.or_else(|| seconds("pool_timeout")).unwrap_or(POOL_TIMEOUT),
            check_after_idle: self
                .check_after_idle
                .or_else(|| seconds("check_after_idle"))
                .unwrap_or(Duration::from_secs(30)),
            // As many as a program of some dozens of models has. A program that writes values into its SQL has any number.
            statement_cache_capacity: self
                .statement_cache_capacity
                .or_else(|| size("statement_cache_capacity"))
                .unwrap_or(256),
        }
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
            .field("synchronous", &self.synchronous)
            .field("pool_size", &self.pool_size)
            .field("pool_timeout", &self.pool_timeout)
            .field("check_after_idle", &self.check_after_idle)
            .field("statement_cache_capacity", &self.statement_cache_capacity)
            .finish_non_exhaustive()
    }
}
