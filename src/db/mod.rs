//! Databases and transactions.
//!
#![doc = include_str!("../docs/databases.md")]
// A driver knows no model: what is here takes SQL and values, and the models are built on it.
#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    allow(unused, clippy::unused_async, reason = "without a driver nothing can be connected to")
)]

mod answer;
mod begin;
mod body;
#[cfg(feature = "durable")]
mod carried;
mod context;
mod created;
mod driver;
mod executor;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod holders;
mod hook;
mod hooks;
mod nesting;
mod on_commit;
mod options;
#[cfg(feature = "durable")]
mod outgoing;
mod params;
pub(crate) mod placeholders;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "durable")]
mod presence;
mod raw;
mod row;
mod savepoint;
mod savepoint_stack;
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement;
#[cfg(feature = "durable")]
mod store_events;
#[cfg(all(test, any(feature = "sqlite", feature = "postgres")))]
mod tests;
mod transaction;
mod transaction_state;
mod tx;
mod typed;
mod url;
#[cfg(feature = "durable")]
mod waking;
#[cfg(feature = "durable")]
mod worker_id;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use signals_core::__private::{Scope, ScopeId, ScopeKind, Scopes};
use signals_core::Context;

pub use self::begin::{IsolationLevel, TransactionOptions};
pub use self::body::{BodyKind, TransactionBody};
#[cfg(feature = "durable")]
pub use self::carried::Carried;
pub use self::context::ContextTypes;
pub(crate) use self::context::require_context;
pub use self::created::{ConnectionCreated, NewConnection, connection_created};
pub use self::executor::{DbOrTx, Exec, Executor};
pub(crate) use self::hook::Hook;
pub use self::hook::{HookFuture, TransactionHook};
pub use self::options::ConnectOptions;
#[cfg(feature = "durable")]
pub(crate) use self::outgoing::{CallOrder, OutgoingCall, OutgoingEvent, micros};
pub use self::params::{Parameter, Params};
#[cfg(feature = "durable")]
pub(crate) use self::presence::{Presence, Woken};
#[cfg(feature = "fixtures")]
pub(crate) use self::row::Columns;
pub use self::row::Row;
#[cfg(feature = "durable")]
pub(crate) use self::savepoint::Savepoint;
pub(crate) use self::savepoint_stack::{ChangedModel, RowChanges, RowKey};
pub(crate) use self::sql::{Dialect, Token, Tokens};
#[cfg(feature = "durable")]
pub(crate) use self::statement::LastStatement;
pub(crate) use self::statement::{Names, RowsToInsert, Statement};
pub use self::tx::Tx;
pub use self::typed::{FromRow, Query};
pub use self::url::Synchronous;
pub use crate::transaction_end::TransactionEnd;
pub use crate::value::{Value, ValueRef};

#[cfg(feature = "sqlite")]
pub use rusqlite;
#[cfg(feature = "postgres")]
pub use tokio_postgres;

use self::answer::Answer;
use self::driver::Driver;
use self::executor::in_turn;
use self::sql::refuse_transaction_control;
use crate::error::{Error, Result};

/// A handle on a database. Cloning it is cheap, and every clone is the same database.
///
/// A call on a `Db` commits by itself. To do several things at once or not at all, begin a transaction with
/// [`transaction`](Self::transaction).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// use signals::db::Db;
///
/// let db = Db::connect("sqlite::memory:").await?;
/// db.execute("CREATE TABLE cities (name TEXT NOT NULL, people INTEGER NOT NULL)", &()).await?;
/// db.execute("INSERT INTO cities VALUES (?, ?)", &("Ghent", 265_086)).await?;
///
/// let mut people = 0;
/// db.for_each_row("SELECT people FROM cities WHERE name = ?", &("Ghent",), &mut |row| {
///     people = row.get(0)?;
///     Ok(())
/// })
/// .await?;
/// assert_eq!(people, 265_086);
/// # Ok(())
/// # }
/// ```
///
/// Statements of SQLite run on the task that awaits them. A file has one connection that writes, for which callers queue in
/// order, up to four connections that read concurrently, and one more for each
/// [read-only transaction](TransactionOptions::read_only), up to [`ConnectOptions::pool_size`]. A database in memory has only one
/// connection, so that reading on the `Db` waits for an open transaction there.
///
/// A file is in WAL mode. Its log, `file.db-wal`, is merged into the file when it reaches 4 MB, or as soon as readers allow it. After
/// a large transaction the next writes truncate it to 8 MB. Closing the last connection removes it. A commit survives a crash
/// of the program. To make the last commits survive a power cut or a crash of the operating system, use [`Synchronous::Full`].
///
/// PostgreSQL has a pool of connections, all of which read and write. Each prepares a statement when it first executes it,
/// and then needs one round trip for it. BEGIN is sent together with the first statement of a transaction.
///
/// A connection to PostgreSQL belongs to the Tokio runtime in which it was opened, and ends with it. In a program with several
/// runtimes, such as one per test, a shared `Db` loses connections when one of the runtimes ends, and statements that are running on
/// them fail with [`ErrorKind::ConnectionLost`](crate::ErrorKind::ConnectionLost). Create one `Db` per runtime.
///
/// A handle also has a [`Context`]: what receivers know of the caller. [`with`](Self::with) returns a handle with one more value.
///
/// Timeouts use the timer of Tokio: a runtime that you build yourself needs `enable_time()`, and for PostgreSQL
/// `enable_all()`.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
    context: Context,
}

struct Shared {
    driver: Driver,
    options: ConnectOptions,
    #[cfg(feature = "durable")]
    wake: waking::Wake,
}

impl Db {
    /// Connects to the database of this URL, with the default [`ConnectOptions`].
    ///
    /// | URL | database |
    /// |---|---|
    /// | `sqlite:path/to/file.db` | a file, which is created if it is missing |
    /// | `sqlite:file.db?mode=rw` | a file that must exist |
    /// | `sqlite:file.db?mode=ro` | a file that must exist, for reading only |
    /// | `sqlite:file.db?synchronous=full` | a file whose commits survive a power cut: see [`Synchronous`]; also with `&mode=rw` |
    /// | `sqlite::memory:` | a new, empty database in memory; each call creates another one |
    /// | `postgres://user:password@host:5432/database` | PostgreSQL, with the feature `postgres`; also `postgresql://` |
    ///
    /// What may stand after the `?` of a PostgreSQL URL is what [tokio-postgres] takes, among it `connect_timeout=5`,
    /// `application_name=shop` and `options=-c%20search_path%3Dshop`, and what [`ConnectOptions`] lists. With `sslmode=require` and the feature `postgres-tls`
    /// the connection is encrypted, and the server must have a certificate that the system trusts; otherwise it is not
    /// encrypted.
    ///
    /// Through a pooler that gives each transaction another connection, such as pgbouncer with `pool_mode = transaction`, add
    /// `statement_cache_capacity=0`: see [`ConnectOptions::statement_cache_capacity`].
    ///
    /// [tokio-postgres]: https://docs.rs/tokio-postgres/latest/tokio_postgres/config/struct.Config.html
    ///
    /// If the database cannot be used, this call returns the error, and not the first query.
    #[track_caller]
    pub fn connect(url: &str) -> impl Future<Output = Result<Self>> + Send + use<> {
        ConnectOptions::new(url).connect()
    }

    async fn open(options: ConnectOptions, at: &'static Location<'static>) -> Result<Self> {
        options.refuse_missing_context()?;
        let driver = Driver::connect(&options, at).await?;
        let context = options.context.in_new_scope();
        Ok(Self {
            shared: Arc::new(Shared {
                driver,
                options,
                #[cfg(feature = "durable")]
                wake: waking::Wake::default(),
            }),
            context,
        })
    }

    /// The URL for messages: `***` replaces a password, settings that may be secret, and anything that is not understood.
    pub fn url(&self) -> String {
        self.shared.options.public_url()
    }

    /// Executes one statement, commits it, and returns how many rows it changed.
    ///
    /// `?` is a placeholder on every database, and `?2` or `$2` is that of the second parameter: see [`Params`]. Rows that the
    /// statement returns are ignored. BEGIN, COMMIT and similar statements are refused: see [`transaction`](Self::transaction).
    #[track_caller]
    pub fn execute(&self, sql: &str, params: &dyn Params) -> impl Future<Output = Result<u64>> + Send {
        let at = Location::caller();
        async move {
            refuse_transaction_control(sql, self.dialect())?;
            let sql = placeholders::of_statement(sql, params.len(), self.dialect())?;
            self.exec(at).run(Statement::any(&sql, params)).await
        }
    }

    /// Reads rows, and passes each to `each`. An error of `each` ends the query and is returned. The placeholders are those of
    /// [`execute`](Self::execute).
    ///
    /// It sees committed rows, and not those of open transactions. A statement that writes is refused,
    /// with or without RETURNING: use a [`Tx`] for it.
    #[track_caller]
    pub fn for_each_row(
        &self,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> impl Future<Output = Result<()>> + Send {
        let at = Location::caller();
        async move {
            refuse_transaction_control(sql, self.dialect())?;
            let sql = placeholders::of_statement(sql, params.len(), self.dialect())?;
            self.exec(at).run(Statement::query(&sql, params, each)).await?;
            Ok(())
        }
    }

    /// Executes several statements without parameters in one transaction.
    #[track_caller]
    pub fn batch(&self, sql: &str) -> impl Future<Output = Result<()>> + Send {
        let at = Location::caller();
        async move {
            self.exec(at).run(Statement::batch(sql)).await?;
            Ok(())
        }
    }

    /// Begins a transaction. Dropping it without [`commit`](Tx::commit) rolls it back.
    ///
    /// It holds the one connection that writes to SQLite, or one of PostgreSQL's pool: end it soon, and do not await
    /// other work in it.
    #[track_caller]
    pub fn begin(&self) -> impl Future<Output = Result<Tx>> + Send {
        self.begin_with(TransactionOptions::new())
    }

    /// Like [`begin`](Self::begin), with an isolation level, or read-only.
    #[track_caller]
    pub fn begin_with(&self, options: TransactionOptions) -> impl Future<Output = Result<Tx>> + Send {
        let at = Location::caller();
        async move { self.begin_with_at(options, at).await }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.shared.driver.dialect()
    }

    /// Reports a failure that no call can return to the handler of [`ConnectOptions::on_error`]. It never panics.
    pub(crate) fn report(&self, error: Error) {
        self.shared.options.report(error);
    }

    /// Whether it is the same database: a clone is, and `event.tx.db()` of a receiver. Another `connect` to the same URL is not.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// How long each receiver may take.
    #[inline]
    pub(crate) fn receiver_timeout(&self) -> Option<Duration> {
        self.shared.options.receiver_timeout
    }

    /// Where the signals of this database are sent.
    pub(crate) fn scopes(&self) -> Scopes {
        self.context.scopes()
    }

    #[cfg(not(feature = "durable"))]
    fn events_were_stored(&self) {}

    fn driver(&self) -> &Driver {
        &self.shared.driver
    }

    /// Like [`begin`](Self::begin), for async callers, which `#[track_caller]` does not support.
    pub(crate) fn begin_at(&self, at: &'static Location<'static>) -> Answer<'_, Tx> {
        self.begin_with_at(TransactionOptions::new(), at)
    }

    pub(crate) fn begin_with_at(&self, options: TransactionOptions, at: &'static Location<'static>) -> Answer<'_, Tx> {
        in_turn(move || self.driver().begin(options, at, move |session| Tx::new(self.clone(), session, at)))
    }
}

#[diagnostic::do_not_recommend]
impl Scope for Db {
    fn scope_id(&self) -> ScopeId {
        self.context.scope_id()
    }

    const KIND: ScopeKind = Context::KIND;
}

impl ConnectOptions {
    /// Connects to the database.
    #[track_caller]
    pub fn connect(self) -> impl Future<Output = Result<Db>> + Send + use<> {
        Db::open(self, Location::caller())
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db").field("url", &self.url()).finish_non_exhaustive()
    }
}
