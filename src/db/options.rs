//! How to connect.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use signals_core::__private::discard;
use signals_core::Context;

use super::created::Opened;
use super::url::{self, Synchronous};
use crate::error::Error;
use crate::report::{ErrorHandler, print, report};

/// Options of a connection to a database, for more than the URL of [`Db::connect`](super::Db::connect) can say.
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
/// These can be part of the URL, `postgres://host/shop?pool_size=20&connect_timeout=2`. The methods of the options take precedence:
///
/// | in the URL | | default |
/// |---|---|---|
/// | `pool_size` | [`pool_size`](Self::pool_size) | 10 |
/// | `pool_timeout` | [`pool_timeout`](Self::pool_timeout), in seconds | 5 |
/// | `check_after_idle` | [`check_after_idle`](Self::check_after_idle), in seconds | 30 |
/// | `statement_cache_capacity` | [`statement_cache_capacity`](Self::statement_cache_capacity) | 256 |
/// | `connect_timeout` | the timeout for connecting to each host, in seconds | `pool_timeout` |
/// | `keepalives` | 0 turns TCP keepalive off | 1 |
/// | `keepalives_idle` | the seconds without traffic before the first keepalive probe | 30 |
/// | `keepalives_interval` | the seconds between two probes | 10 |
/// | `keepalives_retries` | the number of unanswered probes that end the connection | 3 |
/// | `tcp_user_timeout` | the seconds after which unacknowledged data ends the connection, on Linux. In libpq it is milliseconds | 30 |
///
/// If the server or the network fails, a statement thus fails with [`ErrorKind::ConnectionLost`](crate::ErrorKind::ConnectionLost)
/// within a minute. A statement on a working server has no time limit: set one with `options=-c%20statement_timeout%3D30s`.
#[derive(Clone)]
#[must_use = "options do nothing until `connect` is called"]
pub struct ConnectOptions {
    pub(super) url: String,
    pub(super) writer_timeout: Duration,
    pub(super) busy_timeout: Duration,
    pub(super) synchronous: Option<Synchronous>,
    /// Options that the URL can also set are `None` until they are set here.
    pool_size: Option<usize>,
    pool_timeout: Option<Duration>,
    check_after_idle: Option<Duration>,
    statement_cache_capacity: Option<usize>,
    on_error: ErrorHandler,
    pub(super) context: Context,
    /// The types that callers add, if a receiver that needs another one is refused.
    pub(super) context_of_callers: Option<fn() -> Vec<TypeId>>,
    pub(super) receiver_timeout: Option<Duration>,
    /// The types of the context that are stored with events.
    #[cfg(feature = "durable")]
    pub(super) carriers: Vec<super::carried::Carrier>,
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
            context: Context::new(),
            context_of_callers: None,
            receiver_timeout: None,
            #[cfg(feature = "durable")]
            carriers: Vec::new(),
        }
    }

    /// How long to wait for another transaction of this program before [`ErrorKind::WriterBusy`](crate::ErrorKind::WriterBusy). The
    /// default is 5 seconds. It is for SQLite; PostgreSQL has many connections that write: see [`pool_timeout`](Self::pool_timeout).
    pub fn writer_timeout(mut self, timeout: Duration) -> Self {
        self.writer_timeout = timeout;
        self
    }

    /// How long to wait for a lock of another process on the file of SQLite before [`ErrorKind::Locked`](crate::ErrorKind::Locked).
    /// Callers that wait for one another share the wait. The default is 5 seconds. In PostgreSQL it is a setting of the connection,
    /// `?options=-c%20lock_timeout%3D5s`, and the error is [`ErrorKind::LockTimeout`](crate::ErrorKind::LockTimeout).
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// What a commit to a file of SQLite survives. The default is the setting of the URL, `?synchronous=full`, or else
    /// [`Synchronous::Normal`].
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = Some(synchronous);
        self
    }

    /// The maximum number of connections to PostgreSQL. They are opened when they are needed, and stay open. The default is 10, the
    /// minimum 1.
    ///
    /// For a file of SQLite it is the maximum number of concurrent read-only transactions,
    /// [`TransactionOptions::read_only`](super::TransactionOptions::read_only). In addition one connection writes, and up to four are
    /// for single queries.
    pub fn pool_size(mut self, size: usize) -> Self {
        self.pool_size = Some(size);
        self
    }

    /// How long to wait for a connection of the pool before [`ErrorKind::PoolBusy`](crate::ErrorKind::PoolBusy). In PostgreSQL also how
    /// long to wait for the server to accept a new connection, before [`ErrorKind::Connect`](crate::ErrorKind::Connect) or
    /// [`ErrorKind::TooManyConnections`](crate::ErrorKind::TooManyConnections), and for the answer of an idle one. The default is 5
    /// seconds.
    pub fn pool_timeout(mut self, timeout: Duration) -> Self {
        self.pool_timeout = Some(timeout);
        self
    }

    /// After how long without use a connection to PostgreSQL is checked before it is used again, which takes a
    /// round trip. A connection that does not answer within [`pool_timeout`](Self::pool_timeout) is replaced. The default is 30
    /// seconds; 0 checks it each time.
    pub fn check_after_idle(mut self, idle: Duration) -> Self {
        self.check_after_idle = Some(idle);
        self
    }

    /// How many prepared statements each connection to PostgreSQL keeps. The default is 256.
    ///
    /// With 0 no statement is prepared: its SQL and its parameters are sent together, in one round trip and without a name. Use it with
    /// a pooler that gives each transaction another connection, such as pgbouncer with `pool_mode = transaction`; the error is
    /// [`ErrorKind::NotPrepared`](crate::ErrorKind::NotPrepared) otherwise. pgbouncer 1.21 and later does not need it if its
    /// `max_prepared_statements` is not 0.
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
    /// The server then plans a statement each time, and a value that does not fit a column is an error of the server instead of
    /// [`ErrorKind::NotStorable`](crate::ErrorKind::NotStorable). A result cannot have columns of types that are not built into
    /// PostgreSQL, such as those of `CREATE TYPE`: read them as text, `SELECT kind::text`. With such a pooler, the settings that a
    /// receiver of `connection_created` makes also apply to the next program that uses the connection, and statements that are
    /// prepared through [`Tx::postgres`](super::Tx::postgres) have a name.
    pub fn statement_cache_capacity(mut self, capacity: usize) -> Self {
        self.statement_cache_capacity = Some(capacity);
        self
    }

    /// How long each `async` receiver may take, unless its attribute says `timeout = "5s"`. There is no limit by default.
    ///
    /// When the time is over, the future of the receiver is dropped, and it fails with [`TimedOut`](crate::dispatch::TimedOut): the error names the
    /// receiver, and a transaction is rolled back. After the commit the error is reported to [`on_error`](Self::on_error). A receiver is stopped where it
    /// awaits; one that is not `async`, or that blocks its thread, is not stopped.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// use std::time::Duration;
    /// use signals::ConnectOptions;
    ///
    /// let db = ConnectOptions::new("sqlite::memory:").receiver_timeout(Duration::from_secs(10)).connect().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn receiver_timeout(mut self, timeout: Duration) -> Self {
        self.receiver_timeout = Some(timeout);
        self
    }

    /// Sets the handler for failures after a commit, which no call can return. Without one, a failure is logged as an error of
    /// `tracing`, if that feature is on and there is a subscriber; otherwise one line is written to stderr. A panic of the handler is
    /// caught.
    pub fn on_error(mut self, handler: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_error = Arc::new(handler);
        self
    }

    /// The maximum number of read-only transactions of a SQLite file, and how long another one waits.
    #[cfg(feature = "sqlite")]
    pub(super) fn reading_transactions(&self) -> (usize, Duration) {
        (self.pool_size.unwrap_or(POOL_SIZE).max(1), self.pool_timeout.unwrap_or(POOL_TIMEOUT))
    }

    /// The value that is set here, or that of the URL, or the default.
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
            // Enough for a program with dozens of models. A program that writes values into its SQL has any number of statements.
            statement_cache_capacity: self
                .statement_cache_capacity
                .or_else(|| size("statement_cache_capacity"))
                .unwrap_or(256),
        }
    }

    /// What receivers of `connection_created` learn besides the connection.
    pub(super) fn opened(&self) -> Opened {
        Opened { url: self.public_url(), context: self.context.clone() }
    }

    /// The URL without secrets.
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
            .field("context", &self.context)
            .field("receiver_timeout", &self.receiver_timeout)
            .finish_non_exhaustive()
    }
}
