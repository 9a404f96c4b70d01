//! Every way in which this library can fail, each with its text.

use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;
use std::path::PathBuf;
use std::time::Duration;

use signals_core::{ReceiverError, SignalError};

use super::lookup::Lookup;
use super::wiring::WiringMistake;
use super::{Error, FieldErrors, texts};
use crate::difference::SchemaDifference;
use crate::transaction_end::TransactionEnd;
use crate::value::ColumnError;

/// What an [`Error`] is: match on [`Error::kind`].
///
/// Where a variant has a `model`, a failure of raw SQL has the name of the table there, because a database knows no models.
//
// A field `r#source` is not the `source()` of the variant: the text of the variant includes it, and `Error::source` goes on after it.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A receiver failed. In a transaction, everything that it and the save that sent the signal wrote is undone.
    #[error(transparent)]
    Receiver(Box<ReceiverError>),

    /// Receivers send signals whose receivers send signals, deeper than the limit of
    /// [`set_recursion_limit`](crate::dispatch::set_recursion_limit).
    #[error(transparent)]
    TooDeep(Box<SignalError>),

    /// What is linked into the program does not fit together: all mistakes that [`check`](crate::check) found, or the one that a
    /// dispatch or [`Db::create_tables`](crate::Db::create_tables) met.
    #[error("{}", texts::Lines(.0))]
    Wiring(Vec<WiringMistake>),

    /// Another row already has these values.
    #[error(fmt = texts::unique)]
    Unique {
        /// The model, or its table when raw SQL failed.
        model: String,
        /// The fields that are unique together. Empty when the index is over an expression.
        fields: Vec<String>,
    },

    /// A foreign key points to a row that does not exist.
    #[error(fmt = texts::foreign_key)]
    ForeignKey {
        /// The model, if it is known: SQLite does not name the table.
        model: Option<String>,
    },

    /// The row cannot be deleted, because rows that are protected point to it.
    #[error(fmt = texts::protected)]
    Protected {
        /// The model of the row to delete.
        model: String,
        /// Each row that is in the way, as its model and key.
        rows: Vec<String>,
    },

    /// A row was not inserted, although its statement did not fail: a trigger of the table skipped it.
    #[error(
        "a row of `{model}` was not inserted, because a trigger of its table skipped it: let the trigger raise an error that \
         says why"
    )]
    NotInserted {
        /// The model.
        model: String,
    },

    /// The database counts the keys of new rows and has none left: the largest one is in use, or was used before.
    #[error(
        "no key is left for a new row of `{model}`, they were counted up to the largest: give the row that has it another \
         key, and set the sequence of the table back"
    )]
    KeysUsedUp {
        /// The model, or its table when raw SQL failed.
        model: String,
    },

    /// Values of the row are not valid, as [`Validate`](crate::model::Validate) of its model or a receiver found. The row was not
    /// written.
    #[error(fmt = texts::invalid)]
    Invalid {
        /// The model; `None` if a receiver returned [`FieldErrors`].
        model: Option<String>,
        /// Of [`create_many`](crate::Model::create_many), the index of the row.
        row: Option<usize>,
        /// What is wrong with each field.
        errors: FieldErrors,
    },

    /// A field that must have a value has none.
    #[error("`{field}` of `{model}` has no value: set it, or make the field an `Option`")]
    NotNull {
        /// The model, or its table when raw SQL failed.
        model: String,
        /// The field.
        field: String,
    },

    /// A CHECK of the table refused the row.
    #[error("the check `{constraint}` of the table refused the row: save values that pass it")]
    Check {
        /// The name of the constraint, or its expression if it has no name.
        constraint: String,
    },

    /// How the tables of the database differ from the models, as [`Db::check_schema`](crate::Db::check_schema) found.
    #[error("the database differs from the models:\n{}", texts::Lines(.0))]
    Schema(Vec<SchemaDifference>),

    /// A migration failed, and [`Db::migrate`](crate::Db::migrate) undid all of its work.
    #[error("the migration `{migration}` failed, and nothing was migrated: {source}")]
    Migration {
        /// The name of the migration, `V1__users`.
        migration: String,
        /// How its SQL failed.
        r#source: Error,
    },

    /// The migrations of this program do not fit those that the database has applied, or one another. Nothing was applied.
    #[error("the migrations do not fit, {reason}")]
    MigrationHistory {
        /// Which of them, and what to do.
        reason: String,
    },

    /// The table does not exist.
    #[error("there is no table `{table}`: make it with `db.create_tables()` or a migration")]
    NoTable {
        /// Its name.
        table: String,
    },

    /// The column does not exist.
    #[error(fmt = texts::no_column)]
    NoColumn {
        /// The model that has a field for it; `None` when raw SQL failed.
        model: Option<String>,
        /// Its name.
        column: String,
    },

    /// A query whose rows are read as a model does not select one of its columns.
    #[error("the answer has no column `{column}`, and `{model}` has one: add it to the SELECT")]
    NotSelected {
        /// The model.
        model: String,
        /// The column.
        column: String,
    },

    /// A query whose rows are read as a model selects several columns with the name of one of its own, as in a JOIN.
    #[error(
        "the answer has several columns `{column}`, and `{model}` has one: select those of its table alone, as in \
         `SELECT t.* FROM .. AS t`"
    )]
    SelectedTwice {
        /// The model.
        model: String,
        /// The column.
        column: String,
    },

    /// A query for one row found none, or the row of an instance does not exist any more.
    #[error(fmt = texts::row_not_found)]
    RowNotFound(Lookup),

    /// A query for one row found several.
    #[error(fmt = texts::multiple_rows)]
    MultipleRows(Lookup),

    /// An `Id` was used that is not set, because its row has not been saved yet.
    #[error("`{field}` of `{model}` is an id that is not set: save the row that it points to first")]
    UnsetId {
        /// The model that has the field.
        model: String,
        /// The field.
        field: String,
    },

    /// An application-assigned key has the value of `Default`: 0, an empty string or the nil UUID. Saving it would overwrite the
    /// row that was saved with it before.
    #[error(
        "the key of `{model}` is {key}, which is what `Default` gives: set it before saving, or insert it with `create`"
    )]
    UnsetKey {
        /// The model.
        model: String,
        /// A description of the key.
        key: String,
    },

    /// A field with `#[read_only]` was among the fields to write. The database sets it.
    #[error("`{field}` of `{model}` is read-only, the database sets it: leave it out of the fields that are written")]
    ReadOnlyField {
        /// The model.
        model: String,
        /// The field.
        field: String,
    },

    /// The row was saved or deleted since this value of it was read. Or an earlier save of this value succeeded, and its
    /// transaction was rolled back afterwards. Only for models with a `#[version]`; nothing was written.
    #[error(
        "this row of `{model}` was saved or deleted by others since it was read, or an earlier save of this value was \
         rolled back: `refresh` it, change it again and save that"
    )]
    Stale {
        /// The model.
        model: String,
    },

    /// An object of a fixture cannot be loaded. None of the others is.
    #[error("{object} of the fixture cannot be loaded: {source}")]
    Fixture {
        /// Which one: its number in the list, from 1, its model and its key.
        object: String,
        /// What is wrong with it, or how the database refused it.
        r#source: Error,
    },

    /// The database URL cannot be parsed.
    #[error(
        "cannot use the database URL `{url}`, {reason}: write `sqlite:path/to/file.db`, `sqlite::memory:` or \
         `postgres://user:password@host/database`"
    )]
    Url {
        /// The URL, without its password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },

    /// The database cannot be opened.
    #[error("cannot open the database `{}`: {reason}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },

    /// The file exists and is not a database.
    #[error("`{}` is not a database: give the path of a SQLite file, or of a file that does not exist yet", .path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },

    /// The database was opened for reading only.
    #[error(
        "the database `{}` is open for reading only: allow writing to the file and its directory, and leave `mode=ro` out \
         of the URL",
        .path.display()
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },

    /// Another connection, usually of another process, held the lock on the database for too long.
    #[error(
        "another process, or another `Db` of this one, holds the lock on `{}`, waited {waited:.1?}: end its transaction, or \
         wait longer with `ConnectOptions::busy_timeout`",
        .path.display()
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// How long this waited.
        waited: Duration,
    },

    /// Another transaction of this program held the one connection that writes for too long.
    #[error(fmt = texts::writer_busy)]
    WriterBusy {
        /// How long this waited.
        waited: Duration,
        /// Where the other transaction began.
        began: &'static Location<'static>,
        /// Whether the database is in memory. It then has no other connection to read with.
        in_memory: bool,
    },

    /// A receiver, or the body of a savepoint, continued after a failure in its transaction. Everything in it was rolled back.
    #[error(
        "everything was rolled back, because the code went on after this failure: {first}; return the failure, or do what \
         may fail in `tx.savepoint(..)`"
    )]
    Swallowed {
        /// The text of the first failure.
        first: String,
    },

    /// The server of the database refuses the connection, or cannot be reached.
    #[error("cannot connect to `{url}`: {reason}")]
    Connect {
        /// The URL, without its password.
        url: String,
        /// Why.
        reason: String,
    },

    /// All connections of the pool were in use for too long.
    #[error(
        "all connections to the database are in use, waited {waited:.1?}; they are held from {}: a receiver must use its \
         `tx` and not `&db`, other code must end its transactions sooner, or the pool needs more of them, \
         `ConnectOptions::pool_size`",
        texts::Holders(.held)
    )]
    PoolBusy {
        /// How long this waited.
        waited: Duration,
        /// The places in the program that hold connections, where a transaction began or a statement was executed, and how many
        /// each of them holds.
        held: Vec<(&'static Location<'static>, usize)>,
    },

    /// The server has reached its limit of connections, those of other programs included, and none became free in time.
    #[error(fmt = texts::too_many_connections)]
    TooManyConnections {
        /// The message of the database.
        reason: String,
        /// How long this waited.
        waited: Duration,
        /// The places of this program that hold connections, as in [`PoolBusy`](Self::PoolBusy).
        held: Vec<(&'static Location<'static>, usize)>,
    },

    /// The connection to the server was lost. The transaction was rolled back. A statement outside of a transaction may have
    /// been executed.
    #[error(
        "the connection to the database was lost, {reason}: a transaction was rolled back, begin it again; the next call \
         makes a new connection"
    )]
    ConnectionLost {
        /// Why, as far as it is known.
        reason: String,
    },

    /// The connection was lost before the answer to COMMIT came: the transaction may or may not be committed. Neither hooks of
    /// [`Tx::on_commit`](crate::db::Tx::on_commit) nor `post_commit` run.
    #[error(
        "the connection to the database was lost during COMMIT, {reason}: it is not known whether the transaction is committed, \
         so look for what it wrote before you do it again"
    )]
    CommitUnknown {
        /// Why, as far as it is known.
        reason: String,
    },

    /// The transaction conflicts with others that ran at the same time: a deadlock, or a conflict that the isolation level
    /// forbids. Run the whole transaction again.
    #[error("the transaction cannot stand beside others, {reason}: do all of it again")]
    Serialization {
        /// The message of the database.
        reason: String,
    },

    /// A lock that another transaction holds was not released in time, as the setting `lock_timeout` of PostgreSQL says, or at
    /// once, as `NOWAIT` says.
    #[error(
        "a lock of another transaction was not released in time, {reason}: end that transaction sooner, or wait longer with \
         the setting `lock_timeout`"
    )]
    LockTimeout {
        /// The message of the database.
        reason: String,
    },

    /// A statement was stopped before its end: it took longer than the setting `statement_timeout` of PostgreSQL, or it was
    /// canceled or interrupted.
    #[error(
        "the statement was stopped before its end, {reason}: if it may take that long, raise the setting \
         `statement_timeout`"
    )]
    Canceled {
        /// The message of the database.
        reason: String,
    },

    /// The server does not have a statement that the connection prepared, or has another one under its name: a pooler gives
    /// each transaction another connection, or the statement was deallocated.
    #[error(
        "the connection was given to another session of the server, {reason}: if a pooler such as pgbouncer is between them, \
         add `statement_cache_capacity=0` to the URL, so that no statement is prepared by name"
    )]
    NotPrepared {
        /// The message of the database.
        reason: String,
    },

    /// A statement writes in a transaction that was begun with
    /// [`TransactionOptions::read_only`](crate::db::TransactionOptions::read_only).
    #[error("the transaction was begun for reading only, and the statement writes: begin it without `read_only`")]
    ReadOnlyTransaction,

    /// [`Db::transaction`](crate::Db::transaction) was called in the body of another transaction of the same database, or in a
    /// receiver that is called in one. It would not be part of that transaction.
    #[error(
        "a transaction inside of the one that began at {outer} would not be part of it: use `tx.savepoint(..)` to be part of \
         it, or `db.begin()` for one that stays whatever becomes of the other"
    )]
    NestedTransaction {
        /// Where the other one began.
        outer: &'static Location<'static>,
    },

    /// [`Db::on_commit`](crate::Db::on_commit) was called in the body of a transaction of this database, or in a receiver that is called in
    /// one. The hook would run before the commit.
    #[error(
        "an `on_commit` hook on a `Db`, inside of the transaction that began at {outer}, would run before its commit: call \
         `tx.on_commit(..)`, or pass the `tx` to the function that calls it"
    )]
    HookOutsideTransaction {
        /// Where the transaction began.
        outer: &'static Location<'static>,
    },

    /// An earlier failure broke the transaction.
    #[error("the transaction is broken and must be rolled back, its first failure was: {first}")]
    Broken {
        /// The text of that failure.
        first: String,
    },

    /// The transaction has ended.
    #[error("the transaction has ended: begin another one with `db.begin()`")]
    Ended,

    /// Code that did not begin the transaction tried to end it.
    #[error("only the code that began a transaction can end it: return `Ok` to go on, or an error to undo it")]
    NotYours,

    /// The database cannot store a parameter there. For a field of a model it is [`NotStorable`](Self::NotStorable).
    #[error(fmt = texts::parameter)]
    Parameter {
        /// The number of the parameter in the statement, from 1.
        number: usize,
        /// Why.
        reason: String,
        /// A type to cast the placeholder to, if the database expects another type there.
        cast: Option<&'static str>,
    },

    /// The database cannot store the value of a field in its column.
    #[error("`{field}` of `{model}` cannot be stored: {reason}")]
    NotStorable {
        /// The model.
        model: &'static str,
        /// The field.
        field: &'static str,
        /// Why.
        reason: String,
    },

    /// A value that was read does not fit the type of the field.
    #[error("cannot read the column `{column}`, {source}: change the type of the field, or the stored value")]
    Column {
        /// The column.
        column: String,
        /// What was expected, and what was found.
        r#source: ColumnError,
    },

    /// A savepoint is open, and the transaction was used outside of it.
    #[error(
        "the savepoint that began at {began} is still open, so the transaction can be used in it alone: await it first"
    )]
    SavepointOpen {
        /// Where the savepoint began.
        began: &'static Location<'static>,
    },

    /// A hook of [`Tx::on_commit`](crate::db::Tx::on_commit) or [`Tx::on_rollback`](crate::db::Tx::on_rollback) failed.
    #[error(fmt = texts::hook)]
    Hook {
        /// How the transaction ended before it.
        after: TransactionEnd,
        /// Where it was queued.
        queued: &'static Location<'static>,
        /// How it failed.
        r#source: Error,
    },

    /// A durable receiver failed. It is called again, unless this was its last attempt.
    #[error(fmt = texts::delivery)]
    Delivery {
        /// The id of the receiver.
        receiver: String,
        /// The number of the event.
        event: i64,
        /// The number of the attempt, from 1.
        attempt: u32,
        /// After which time it is called again. `None` if it is not: the call is dead.
        again: Option<Duration>,
        /// How it failed.
        r#source: Error,
    },

    /// A panic that was caught.
    #[error("a panic: {message}")]
    Panic {
        /// The message of the panic.
        message: String,
    },

    /// Any other failure of the database.
    #[error("{message}")]
    Database {
        /// The message of the database.
        message: String,
        /// The driver's error, if there is one: for SQLite a `rusqlite::Error`, for PostgreSQL a `tokio_postgres::Error`.
        //
        // The source of a `rusqlite::Error` is the number of the same failure, which is no cause of it.
        r#source: Option<Box<dyn StdError + Send + Sync>>,
    },

    /// An error of your own, see [`Error::other`].
    #[error(transparent)]
    Other(Box<dyn StdError + Send + Sync>),
}

impl fmt::Debug for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
