//! What can go wrong, and what to do about it.

use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;
use std::path::PathBuf;
use std::time::Duration;

use signals_core::{ReceiverError, SignalError, WiringError};

use crate::db::TransactionEnd;
use crate::difference::SchemaDifference;
use crate::model::{Field, Meta, registered_models};
use crate::value::ColumnError;

/// A `Result` whose error is [`Error`] unless another one is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A result of what is done for every statement. Its error is in a box, so that what went well travels in registers.
pub(crate) type SlimResult<T> = Result<T, Box<Error>>;

/// Any failure of this library.
///
/// The text says what happened and what to do about it, the text of a cause included; [`source`](StdError::source)
/// therefore goes on behind that cause, as with [`std::io::Error`], and a report prints nothing twice.
///
/// Where a variant has a `model`, a failure of raw SQL puts the name of the table there: a database knows no models.
///
/// `{:?}` prints the same text, so that `fn main() -> signals::Result<()>` says something that a person can read.
#[non_exhaustive]
pub enum Error {
    /// A receiver failed. In a transaction everything is undone that it and the save that sent the signal wrote.
    Receiver(Box<ReceiverError>),

    /// Receivers send signals whose receivers send signals, deeper than the limit of
    /// [`set_recursion_limit`](crate::set_recursion_limit).
    TooDeep(Box<SignalError>),

    /// The receivers of a signal cannot be put in an order, or something else is wrong with what is linked.
    Miswired(Box<WiringError>),

    /// Another row already has these values.
    Unique {
        /// The model, or its table when raw SQL failed.
        model: String,
        /// The fields that are unique together. Empty when the index is over an expression.
        fields: Vec<String>,
    },

    /// A foreign key points to a row that does not exist.
    ForeignKey {
        /// The model, if it is known: SQLite does not say which table it was.
        model: Option<String>,
    },

    /// Rows that are protected point to the row that was to be deleted.
    Protected {
        /// The model of the row that was to be deleted.
        model: String,
        /// Each row that is in the way, as its model and key.
        rows: Vec<String>,
    },

    /// A row was not inserted, though its statement did not fail: a trigger of the table has skipped it.
    NotInserted {
        /// The model.
        model: String,
    },

    /// The database counts the keys of new rows, and has none left: the largest one is in use, or was given before.
    KeysUsedUp {
        /// The model, or its table when raw SQL failed.
        model: String,
    },

    /// A field that must have a value has none.
    NotNull {
        /// The model, or its table when raw SQL failed.
        model: String,
        /// The field.
        field: String,
    },

    /// A CHECK of the table refused the row.
    Check {
        /// The name of the constraint, or its expression if it has no name.
        constraint: String,
    },

    /// Two models have one table.
    SameTable {
        /// The first.
        first: &'static Meta,
        /// The second.
        second: &'static Meta,
    },

    /// Two relations are methods of one name of one model.
    SameAccessor {
        /// The model that has the methods.
        model: &'static Meta,
        /// Their name.
        name: String,
        /// The two fields that they come from, each with its model.
        fields: Box<[(&'static Meta, &'static str); 2]>,
    },

    /// How the tables of the database differ from the models, as [`Db::check_schema`](crate::Db::check_schema) found.
    Schema(Vec<SchemaDifference>),

    /// Everything that [`check`](crate::check) found.
    Wiring(Vec<Error>),

    /// A migration failed, and nothing of [`Db::migrate`](crate::Db::migrate) is left.
    Migration {
        /// The name of the migration, `V1__users`.
        migration: String,
        /// How its SQL failed.
        source: Box<Error>,
    },

    /// The migrations of this program do not fit those that the database has applied, or one another. Nothing was applied.
    MigrationHistory {
        /// Which of them, and what to do.
        reason: String,
    },

    /// The table does not exist.
    NoTable {
        /// Its name.
        table: String,
    },

    /// The column does not exist.
    NoColumn {
        /// The model that has a field for it; `None` when raw SQL failed.
        model: Option<String>,
        /// Its name.
        column: String,
    },

    /// A model is read from an answer without one of its columns.
    NotSelected {
        /// The model.
        model: String,
        /// The column.
        column: String,
    },

    /// A model is read from an answer in which several columns have the name of one of its own, as in a JOIN.
    SelectedTwice {
        /// The model.
        model: String,
        /// The column.
        column: String,
    },

    /// A query that is to find one row found none.
    NoRow {
        /// The query, shortened.
        sql: String,
    },

    /// A query that is to find one row found several.
    ManyRows {
        /// The query, shortened.
        sql: String,
    },

    /// An `Id` was used that is not set, because its row was not saved yet.
    UnsetId {
        /// The model whose field it is.
        model: String,
        /// The field.
        field: String,
    },

    /// The key of a row that the application assigns has the value of `Default`: 0, an empty string or the nil UUID. To save it
    /// would overwrite whichever row was saved so before.
    UnsetKey {
        /// The model.
        model: String,
        /// The key, in words.
        key: String,
    },

    /// A field with `#[read_only]` was to be written. The database sets it.
    ReadOnlyField {
        /// The model.
        model: String,
        /// The field.
        field: String,
    },

    /// There is no such row.
    NotFound {
        /// The model.
        model: String,
    },

    /// The row is not as it was when it was read: it was saved or deleted in the meantime. Or it is as it was, and the value is
    /// not: a save of it was good, and the transaction of that save was rolled back, which the value does not know. Only for
    /// models with a `#[version]`; nothing was written.
    Stale {
        /// The model.
        model: String,
    },

    /// Several rows have the values that one was looked for by.
    SeveralRows {
        /// The model.
        model: String,
        /// The fields that it was looked for by.
        fields: Vec<String>,
    },

    /// An object of a fixture cannot be loaded. None of the others is.
    Fixture {
        /// Which one: its number in the list, from 1, its model and its key.
        object: String,
        /// What is wrong with it, or what the database says.
        source: Box<Error>,
    },

    /// A database URL that cannot be understood.
    Url {
        /// The URL, without its password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },

    /// The database cannot be opened.
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },

    /// The file exists and is something else than a database.
    NotADatabase {
        /// The file.
        path: PathBuf,
    },

    /// The database was opened for reading only.
    ReadOnly {
        /// The file.
        path: PathBuf,
    },

    /// Another connection, mostly of another process, held the lock on the database for too long.
    Locked {
        /// The file.
        path: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },

    /// Another transaction of this program held the one connection that writes for too long.
    WriterBusy {
        /// How long it was waited for.
        waited: Duration,
        /// Where the other transaction began.
        began: &'static Location<'static>,
        /// Whether it is a database in memory, which has no other connection to read with.
        in_memory: bool,
    },

    /// A receiver went on after something had failed in its transaction, or the body of a savepoint did, so all that was done
    /// in it is rolled back.
    Swallowed {
        /// The text of the first failure.
        first: String,
    },

    /// The server of the database refuses the connection, or cannot be reached.
    Connect {
        /// The URL, without its password.
        url: String,
        /// Why.
        reason: String,
    },

    /// All connections of the pool were in use for too long.
    PoolBusy {
        /// How long it was waited for.
        waited: Duration,
        /// The places that hold them, where a transaction began or a statement was executed, and how many each of them has.
        held: Vec<(&'static Location<'static>, usize)>,
    },

    /// The server has as many connections as it takes, those of other programs included, and none became free in time.
    TooManyConnections {
        /// The database's own words.
        reason: Box<str>,
        /// How long it was waited for.
        waited: Duration,
        /// The places of this program that hold connections, as in [`PoolBusy`](Self::PoolBusy).
        held: Vec<(&'static Location<'static>, usize)>,
    },

    /// The connection to the server was lost. What it was doing is undone, unless it was a statement outside of a
    /// transaction, which may have been done.
    ConnectionLost {
        /// Why, as far as it is known.
        reason: String,
    },

    /// The connection was lost before the answer to COMMIT came: the transaction is committed, or it is not. No hook of
    /// [`Tx::on_commit`](crate::db::Tx::on_commit) and no `post_commit` runs.
    CommitUnknown {
        /// Why, as far as it is known.
        reason: String,
    },

    /// The transaction cannot stand beside others that ran at the same time: a deadlock, or a conflict that the isolation
    /// level forbids. It is to be done again as a whole.
    Serialization {
        /// The database's own words.
        reason: String,
    },

    /// A lock that another transaction holds was not released in time, as the setting `lock_timeout` of PostgreSQL says, or at
    /// once, as `NOWAIT` says.
    LockTimeout {
        /// The database's own words.
        reason: String,
    },

    /// A statement was stopped before its end: it took longer than the setting `statement_timeout` of PostgreSQL, or it was
    /// canceled or interrupted.
    Canceled {
        /// The database's own words.
        reason: String,
    },

    /// The server does not know a statement that the connection has prepared, or has another one under its name: a pooler gives
    /// each transaction another connection, or the statement was deallocated.
    NotPrepared {
        /// The database's own words.
        reason: String,
    },

    /// A transaction that was begun with [`TransactionOptions::read_only`](crate::db::TransactionOptions::read_only) was to
    /// write.
    ReadOnlyTransaction,

    /// [`Db::transaction`](crate::Db::transaction) was called in the body of another transaction of the same database, or in a
    /// receiver that is called in one, and would not be part of it.
    NestedTransaction {
        /// Where the other one began.
        outer: &'static Location<'static>,
    },

    /// The transaction was broken by an earlier failure.
    Broken {
        /// The text of that failure.
        first: String,
    },

    /// The transaction has ended.
    Ended,

    /// The transaction was to be ended by code that did not begin it.
    NotYours,

    /// A value that the database cannot store there. Of a field of a model it is [`NotStorable`](Self::NotStorable).
    Parameter {
        /// The number of the parameter in the statement, from 1.
        number: usize,
        /// Why.
        reason: String,
        /// If it is of another type than the database wants there: a type that its placeholder can be cast to.
        cast: Option<&'static str>,
    },

    /// A value of a field that the database cannot store in its column.
    NotStorable {
        /// The model.
        model: &'static str,
        /// The field.
        field: &'static str,
        /// Why.
        reason: Box<str>,
    },

    /// A value that was read does not fit the type of the field.
    Column {
        /// The column.
        column: String,
        /// What was expected, and what was found.
        source: Box<ColumnError>,
    },

    /// A savepoint is open, and the transaction was used outside of it.
    SavepointOpen {
        /// Where the savepoint began.
        began: &'static Location<'static>,
    },

    /// A hook that [`Tx::on_commit`](crate::db::Tx::on_commit) queued has failed, after the commit.
    Hook {
        /// What it ran after.
        after: TransactionEnd,
        /// Where it was queued.
        queued: &'static Location<'static>,
        /// How it failed.
        source: Box<Error>,
    },

    /// A panic that was caught.
    Panic {
        /// What the panic said.
        message: String,
    },

    /// Any other failure of the database.
    Database {
        /// The database's own words.
        message: String,
        /// The driver's error, if there is one: for SQLite a `rusqlite::Error`, for PostgreSQL a `tokio_postgres::Error`.
        source: Option<Box<dyn StdError + Send + Sync>>,
    },

    /// An error of your own, see [`Error::other`].
    Other(Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// Wraps any error, or a text.
    ///
    /// ```
    /// use signals::Error;
    ///
    /// assert_eq!(Error::other("out of stock").to_string(), "out of stock");
    /// ```
    pub fn other(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }

    /// The error at the bottom of a chain of receivers: what the innermost one failed with, if that is an error of this
    /// library, or what is wrong with an object of a fixture; the error itself if it is neither.
    ///
    /// ```
    /// # use signals::Error;
    /// # fn handle(error: Error) {
    /// match error.root() {
    ///     Error::Unique { model, fields } => println!("{model} with this {fields:?} is there already"),
    ///     other => println!("{other}"),
    /// }
    /// # }
    /// ```
    pub fn root(&self) -> &Self {
        let deeper = match self {
            Self::Receiver(receiver) => receiver.inner().and_then(|cause| cause.downcast_ref::<Self>()),
            Self::Fixture { source, .. } => Some(&**source),
            _ => None,
        };
        deeper.map_or(self, Self::root)
    }

    pub(crate) fn database(message: impl Into<String>) -> Self {
        Self::Database { message: message.into(), source: None }
    }
}

impl From<SignalError> for Error {
    fn from(error: SignalError) -> Self {
        match error {
            SignalError::Receiver(error) => Self::Receiver(error),
            SignalError::Wiring(error) => Self::Miswired(error),
            other => Self::TooDeep(Box::new(other)),
        }
    }
}

impl From<Box<Error>> for Error {
    fn from(error: Box<Error>) -> Self {
        *error
    }
}

impl From<SignalError> for Box<Error> {
    fn from(error: SignalError) -> Self {
        Self::new(error.into())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::other(error)
    }
}

impl fmt::Display for Error {
    #[expect(clippy::too_many_lines, reason = "one arm per variant, and nothing else")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receiver(error) => error.fmt(f),
            Self::TooDeep(error) => error.fmt(f),
            Self::Miswired(error) => error.fmt(f),
            Self::Unique { model, fields } if fields.is_empty() => {
                write!(f, "another row of `{model}` has the same values: change them, or change the row that is there")
            }
            Self::Unique { model, fields } => write!(
                f,
                "another row of `{model}` has the same {}: use another value, or change the row that is there",
                List(fields),
            ),
            Self::ForeignKey { model } => {
                f.write_str("a foreign key")?;
                if let Some(model) = model {
                    write!(f, " of `{model}`")?;
                }
                f.write_str(
                    " points to a row that does not exist: save that row first, and delete rows that point to others \
                     before the rows that they point to",
                )
            }
            Self::NotInserted { model } => write!(
                f,
                "a row of `{model}` was not inserted, because a trigger of its table skipped it: let the trigger raise an \
                 error that says why",
            ),
            Self::KeysUsedUp { model } => write!(
                f,
                "no key is left for a new row of `{model}`, they were counted up to the largest: give the row that has it \
                 another key, and set the sequence of the table back",
            ),
            Self::Protected { model, rows } => {
                write!(f, "this row of `{model}` cannot be deleted, because ")?;
                for (index, row) in rows.iter().take(5).enumerate() {
                    write!(f, "{}{row}", if index == 0 { "" } else { ", " })?;
                }
                if rows.len() > 5 {
                    write!(f, " and {} more", rows.len() - 5)?;
                }
                let points = if rows.len() == 1 { "points" } else { "point" };
                write!(f, " {points} to it: delete or change what is in the way first")
            }
            Self::NotNull { model, field } => {
                write!(f, "`{field}` of `{model}` has no value: set it, or make the field an `Option`")
            }
            Self::Check { constraint } => {
                write!(f, "the check `{constraint}` of the table refused the row: save values that pass it")
            }
            Self::SameTable { first, second } => write!(
                f,
                "`{}::{}` ({}) and `{}::{}` ({}) both have the table `{}`: give one of them a name of its own with \
                 `#[model(table = \"..\")]` or `#[model(app = \"..\")]`, or name the models whose tables you want with \
                 `db.create_tables_of`",
                first.module, first.name, first.place, second.module, second.name, second.place, first.table,
            ),
            Self::SameAccessor { model, name, fields } => {
                let [(one, first), (other, second)] = **fields;
                write!(
                    f,
                    "`{}::{}` has two methods `{name}`: that of `{first}` of `{}::{}` ({}) and that of `{second}` of `{}::{}` \
                     ({}): give one of the relations another `related_name`",
                    model.module, model.name, one.module, one.name, one.place, other.module, other.name, other.place,
                )
            }
            Self::Schema(differences) => {
                f.write_str("the database differs from the models:")?;
                differences.iter().try_for_each(|difference| write!(f, "\n{difference}"))
            }
            Self::Wiring(errors) => {
                for (index, error) in errors.iter().enumerate() {
                    write!(f, "{}{error}", if index == 0 { "" } else { "\n" })?;
                }
                Ok(())
            }
            Self::Migration { migration, source } => {
                write!(f, "the migration `{migration}` failed, and nothing was migrated: {source}")
            }
            Self::MigrationHistory { reason } => write!(f, "the migrations do not fit, {reason}"),
            Self::NoTable { table } => {
                write!(f, "there is no table `{table}`: make it with `db.create_tables()` or a migration")
            }
            Self::NoColumn { model, column } => {
                match model {
                    Some(model) => write!(f, "the table of `{model}` has no column `{column}`")?,
                    None => write!(f, "there is no column `{column}`")?,
                }
                match (stored_otherwise(model.as_deref(), column), model) {
                    (Some((model, field)), _) => write!(
                        f,
                        ": the column of the field `{}` of `{}` is `{}`, and SQL has columns",
                        field.name, model.name, field.column,
                    ),
                    (None, Some(_)) => f.write_str(": add it with a migration, `db.check_schema()` says how"),
                    (None, None) => f.write_str(": look at its name, or add it to the table with a migration"),
                }
            }
            Self::NotSelected { model, column } => {
                write!(f, "the answer has no column `{column}`, and `{model}` has one: add it to the SELECT")
            }
            Self::SelectedTwice { model, column } => write!(
                f,
                "the answer has several columns `{column}`, and `{model}` has one: select those of its table alone, as in \
                 `SELECT t.* FROM .. AS t`",
            ),
            Self::NoRow { sql } => {
                write!(f, "`{sql}` found no row, and one is wanted: look at its conditions, or use `query_optional`")
            }
            Self::ManyRows { sql } => {
                write!(f, "`{sql}` found several rows, and one is wanted: add a condition, or use `query_as`")
            }
            Self::UnsetKey { model, key } => write!(
                f,
                "the key of `{model}` is {key}, which is what `Default` gives: set it before saving, or insert it with `create`",
            ),
            Self::UnsetId { model, field } => {
                write!(f, "`{field}` of `{model}` is an id that is not set: save the row that it points to first")
            }
            Self::ReadOnlyField { model, field } => {
                write!(
                    f,
                    "`{field}` of `{model}` is read-only, the database sets it: leave it out of the fields that are written"
                )
            }
            Self::NotFound { model } => {
                write!(f, "there is no such row of `{model}`: it was deleted, or never saved")
            }
            Self::Stale { model } => write!(
                f,
                "this row of `{model}` was saved or deleted by others since it was read, or an earlier save of this value was \
                 rolled back: `refresh` it, change it again and save that",
            ),
            Self::SeveralRows { model, fields } => write!(
                f,
                "several rows of `{model}` have the same {}: look for it by fields that are unique together",
                List(fields),
            ),
            Self::Fixture { object, source } => write!(f, "{object} of the fixture cannot be loaded: {source}"),
            Self::Url { url, reason } => write!(
                f,
                "cannot use the database URL `{url}`, {reason}: write `sqlite:path/to/file.db`, `sqlite::memory:` or \
                 `postgres://user:password@host/database`",
            ),
            Self::Open { path, reason } => write!(f, "cannot open the database `{}`: {reason}", path.display()),
            Self::NotADatabase { path } => write!(
                f,
                "`{}` is not a database: give the path of a SQLite file, or of a file that does not exist yet",
                path.display(),
            ),
            Self::ReadOnly { path } => write!(
                f,
                "the database `{}` is open for reading only: allow writing to the file and its directory, and leave \
                 `mode=ro` out of the URL",
                path.display(),
            ),
            Self::Locked { path, waited } => write!(
                f,
                "another process, or another `Db` of this one, holds the lock on `{}`, waited {waited:.1?}: end its \
                 transaction, or wait longer with `ConnectOptions::busy_timeout`",
                path.display(),
            ),
            Self::WriterBusy { waited, began, in_memory: true } => write!(
                f,
                "the transaction that began at {began} holds the only connection of the database in memory, waited \
                 {waited:.1?}: a receiver must use its `tx` and not `&db`, also to read, other code must end that transaction \
                 sooner, or use a file, which can be read meanwhile",
            ),
            Self::WriterBusy { waited, began, in_memory: false } => write!(
                f,
                "the transaction that began at {began} holds the connection that writes, waited {waited:.1?}: a \
                 receiver must use its `tx` and not `&db`, other code must end that transaction sooner",
            ),
            Self::Swallowed { first } => write!(
                f,
                "everything was rolled back, because the code went on after this failure: {first}; return the failure, or \
                 do what may fail in `tx.savepoint(..)`",
            ),
            Self::Connect { url, reason } => write!(f, "cannot connect to `{url}`: {reason}"),
            Self::PoolBusy { waited, held } => {
                write!(f, "all connections to the database are in use, waited {waited:.1?}; they are held from ")?;
                write!(f, "{}", Places(held))?;
                f.write_str(
                    ": a receiver must use its `tx` and not `&db`, other code must end its transactions sooner, or the \
                     pool needs more of them, `ConnectOptions::pool_size`",
                )
            }
            Self::TooManyConnections { reason, waited, held } => {
                write!(f, "the server takes no more connections, {reason}, waited {waited:.1?}")?;
                if !held.is_empty() {
                    write!(f, "; those of this program are held from {}", Places(held))?;
                }
                f.write_str(": make `ConnectOptions::pool_size` smaller, or `max_connections` of the server larger")
            }
            Self::ConnectionLost { reason } => write!(
                f,
                "the connection to the database was lost, {reason}: a transaction was rolled back, begin it again; the \
                 next call makes a new connection",
            ),
            Self::CommitUnknown { reason } => write!(
                f,
                "the connection to the database was lost during COMMIT, {reason}: nobody knows whether the transaction \
                 is committed, so look for what it wrote before you do it again",
            ),
            Self::Serialization { reason } => {
                write!(f, "the transaction cannot stand beside others, {reason}: do all of it again")
            }
            Self::LockTimeout { reason } => write!(
                f,
                "a lock of another transaction was not released in time, {reason}: end that transaction sooner, or wait longer \
                 with the setting `lock_timeout`",
            ),
            Self::Canceled { reason } => write!(
                f,
                "the statement was stopped before its end, {reason}: if it may take that long, raise the setting \
                 `statement_timeout`",
            ),
            Self::NotPrepared { reason } => write!(
                f,
                "the connection was given to another session of the server, {reason}: if a pooler such as pgbouncer is \
                 between them, add `statement_cache_capacity=0` to the URL, so that no statement is prepared by name",
            ),
            Self::NestedTransaction { outer } => write!(
                f,
                "a transaction inside of the one that began at {outer} would not be part of it: use `tx.savepoint(..)` to be part \
                 of it, or `db.begin()` for one that stays whatever becomes of the other",
            ),
            Self::Broken { first } => {
                write!(f, "the transaction is broken and must be rolled back, its first failure was: {first}")
            }
            Self::ReadOnlyTransaction => f.write_str(
                "the transaction was begun for reading only, and the statement writes: begin it without `read_only`",
            ),
            Self::Ended => f.write_str("the transaction has ended: begin another one with `db.begin()`"),
            Self::NotYours => f.write_str(
                "only the code that began a transaction can end it: return `Ok` to go on, or an error to undo it",
            ),
            Self::Parameter { number, reason, cast } => {
                write!(f, "parameter {number} of the statement cannot be stored: {reason}")?;
                let Some(cast) = cast else { return Ok(()) };
                write!(
                    f,
                    ": pass a value of that type, or write its placeholder with the type that you pass, as in \
                     `${number}::{cast}`",
                )
            }
            Self::NotStorable { model, field, reason } => {
                write!(f, "`{field}` of `{model}` cannot be stored: {reason}")
            }
            Self::Column { column, source } => write!(
                f,
                "cannot read the column `{column}`, {source}: change the type of the field, or the stored value",
            ),
            Self::SavepointOpen { began } => write!(
                f,
                "the savepoint that began at {began} is still open, so the transaction can be used in it alone: await it \
                 first",
            ),
            Self::Hook { after: TransactionEnd::Commit, queued, source } => {
                write!(f, "the on_commit hook that was queued at {queued} failed, the commit stays: {source}")
            }
            Self::Hook { after: TransactionEnd::Rollback, queued, source } => {
                write!(f, "the on_rollback hook that was queued at {queued} failed, the rollback stays: {source}")
            }
            Self::Panic { message } => write!(f, "a panic: {message}"),
            Self::Database { message, .. } => f.write_str(message),
            Self::Other(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Receiver(error) => error.source(),
            Self::Column { source, .. } => source.source(),
            Self::Hook { source, .. } | Self::Migration { source, .. } | Self::Fixture { source, .. } => {
                source.source()
            }
            Self::Other(error) => error.source(),
            // Behind `rusqlite::Error` comes the number of the same failure, which is no cause of it.
            _ => None,
        }
    }
}

/// Places that hold connections, each with how many.
struct Places<'a>(&'a [(&'static Location<'static>, usize)]);

impl fmt::Display for Places<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (place, count)) in self.0.iter().enumerate() {
            write!(f, "{}{place} ({count})", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// `a`, `b` and `c`, each in backticks.
struct List<'a>(&'a [String]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            let before = match index {
                0 => "",
                _ if index + 1 == self.0.len() => " and ",
                _ => ", ",
            };
            write!(f, "{before}`{name}`")?;
        }
        Ok(())
    }
}

/// The field of this name whose column has another one: of this model, or of any if it is not known.
fn stored_otherwise(model: Option<&str>, name: &str) -> Option<(&'static Meta, &'static Field)> {
    let metas = registered_models().into_iter().filter(|meta| model.is_none_or(|model| model == meta.name));
    let mut fields = metas.flat_map(|meta| meta.fields.iter().map(move |field| (meta, field)));
    fields.find(|(_, field)| field.name == name && field.column != name)
}
