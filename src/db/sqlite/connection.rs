//! One connection, and its operations. Everything here is synchronous and short.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, OpenFlags};

use super::errors::{self, Failure};
use super::lock_wait::LockWait;
use super::params::{self, Encoded};
use crate::db::begin::{Access, ForeignKeys};
use crate::db::sql::{Dialect, Token, Tokens};
use crate::db::statement::{Statement, Wants};
use crate::db::url::Mode;
use crate::db::{Params, Row, Synchronous};
use crate::error::{Error, ErrorKind, Result};

/// As many statements as a program with some dozens of models has.
const CACHED_STATEMENTS: usize = 256;

/// Where the database is stored.
pub(super) enum Storage {
    Memory,
    File { path: Arc<Path>, mode: Mode, synchronous: Option<Synchronous> },
}

impl Storage {
    /// For messages.
    pub(super) fn path(&self) -> Arc<Path> {
        match self {
            Self::Memory => Path::new(":memory:").into(),
            Self::File { path, .. } => Arc::clone(path),
        }
    }
}

/// A connection. Its functions take `&mut self`, because a connection of SQLite must not be used by two threads at once.
pub(super) struct Connection {
    raw: rusqlite::Connection,
    lock_wait: LockWait,
    access: Access,
    /// Whether it could write, and its current transaction must not.
    is_restricted: bool,
    /// Whether foreign keys are checked, as they are unless a migration turns them off for its transaction.
    has_foreign_keys: bool,
}

impl Connection {
    pub(super) async fn open(storage: &Storage, access: Access, lock_wait: &LockWait) -> Result<Self> {
        let raw = match storage {
            Storage::Memory => rusqlite::Connection::open_in_memory(),
            Storage::File { path, mode, .. } => {
                let flags = match (mode, access) {
                    (Mode::Read, _) => OpenFlags::SQLITE_OPEN_READ_ONLY,
                    (Mode::Create, Access::Write) => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
                    // Reading may have to recover the log first, so a reader needs permission to write.
                    (Mode::Write, _) | (Mode::Create, Access::Read) => OpenFlags::SQLITE_OPEN_READ_WRITE,
                };
                rusqlite::Connection::open_with_flags(plain(path), flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            }
        };
        let mut connection = match raw {
            Ok(raw) => Self { raw, lock_wait: lock_wait.clone(), access, is_restricted: false, has_foreign_keys: true },
            Err(error) => return Err(errors::open(error, &storage.path())),
        };
        // Each setting can be made twice, so that a busy attempt can be repeated.
        lock_wait.retry(|| connection.set_up(storage, access)).await?;
        Ok(connection)
    }

    /// The connection of `rusqlite`.
    pub(super) fn raw(&self) -> &rusqlite::Connection {
        &self.raw
    }

    /// How long it waits for the locks of other processes.
    pub(super) fn lock_wait(&self) -> &LockWait {
        &self.lock_wait
    }

    fn set_up(&mut self, storage: &Storage, access: Access) -> Result<(), Failure> {
        let raw = &self.raw;
        let settings = || -> rusqlite::Result<()> {
            // SQLite would block the thread while it waits: `LockWait` waits instead.
            raw.busy_timeout(Duration::ZERO)?;
            raw.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
            // A column that does not exist is an error, and not a string with its name.
            raw.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
            raw.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
            // The schema of an untrusted database file cannot call functions with side effects.
            raw.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            raw.execute_batch("PRAGMA foreign_keys = ON")?;
            if let (Access::Write, Storage::File { synchronous, .. }) = (access, storage)
                && !raw.is_readonly("main")?
            {
                let journal: String = raw.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
                // Some file systems do not support it. The other journal is slower, and as safe with full synchronization.
                let is_wal = journal.eq_ignore_ascii_case("wal");
                match synchronous.or(is_wal.then_some(Synchronous::Normal)) {
                    Some(Synchronous::Normal) => raw.execute_batch("PRAGMA synchronous = NORMAL")?,
                    Some(Synchronous::Full) => raw.execute_batch("PRAGMA synchronous = FULL")?,
                    None => {}
                }
                // SQLite merges the log into the file at half of this size. Without a limit, the log would stay as large as the
                // largest transaction made it.
                raw.query_row("PRAGMA journal_size_limit = 8388608", [], |_| Ok(()))?;
            }
            if access == Access::Read {
                raw.execute_batch("PRAGMA query_only = ON")?;
            }
            // Reads the file for the first time, so that a damaged file is an error here and not of the first query.
            raw.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
        };
        settings().map_err(|error| errors::failure_of_opening(error, self.lock_wait.path()))
    }

    pub(super) fn begin(&mut self, access: Access, foreign_keys: ForeignKeys) -> Result<(), Failure> {
        // A rollback that failed may have left a transaction open.
        self.rollback()?;
        if foreign_keys == ForeignKeys::Off {
            return self.begin_without_foreign_keys();
        }
        match access {
            Access::Write => self.step("BEGIN IMMEDIATE", &()).map(drop),
            Access::Read => {
                self.restrict(true)?;
                self.step("BEGIN", &()).map(drop)
            }
        }
    }

    /// SQLite only turns foreign keys off outside of a transaction.
    fn begin_without_foreign_keys(&mut self) -> Result<(), Failure> {
        self.without_waiting("PRAGMA foreign_keys = OFF")?;
        self.has_foreign_keys = false;
        let begun = self.step("BEGIN IMMEDIATE", &()).map(drop);
        if begun.is_err() {
            self.restore()?;
        }
        begun
    }

    pub(super) fn commit(&mut self) -> Result<(), Failure> {
        self.step("COMMIT", &())?;
        Ok(self.restore()?)
    }

    /// Undoes what was set for a transaction that has ended.
    fn restore(&mut self) -> Result<()> {
        if !self.has_foreign_keys {
            self.without_waiting("PRAGMA foreign_keys = ON")?;
            self.has_foreign_keys = true;
        }
        self.restrict(false)
    }

    /// Sets whether statements that write are refused. A connection that only reads always refuses them.
    fn restrict(&mut self, restrict: bool) -> Result<()> {
        if self.access == Access::Write && self.is_restricted != restrict {
            self.without_waiting(if restrict { "PRAGMA query_only = ON" } else { "PRAGMA query_only = OFF" })?;
            self.is_restricted = restrict;
        }
        Ok(())
    }

    pub(super) fn rollback(&mut self) -> Result<()> {
        if self.in_transaction() {
            self.without_waiting("ROLLBACK")?;
        }
        self.restore()
    }

    pub(super) fn savepoint(&mut self, depth: usize) -> Result<()> {
        self.must_be_in_transaction()?;
        self.without_waiting(&format!("SAVEPOINT signals_{depth}"))
    }

    pub(super) fn release(&mut self, depth: usize) -> Result<()> {
        self.without_waiting(&format!("RELEASE signals_{depth}"))
    }

    pub(super) fn rollback_to(&mut self, depth: usize) -> Result<()> {
        self.must_be_in_transaction()?;
        self.without_waiting(&format!("ROLLBACK TO signals_{depth}"))?;
        self.release(depth)
    }

    /// Calls the closure with the connection of `rusqlite`. If it began another transaction, that is rolled back.
    pub(super) fn lend<T>(&mut self, work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>) -> Result<T> {
        self.must_be_in_transaction()?;
        let result = self.in_the_same_transaction(|raw| work(raw))?;
        result.map_err(|error| self.error(error))
    }

    /// Runs an operation that may end the transaction. If it began another transaction, that is rolled back.
    fn in_the_same_transaction<T>(&mut self, work: impl FnOnce(&rusqlite::Connection) -> T) -> Result<T> {
        // A savepoint ends with its transaction, so it shows whether another transaction has begun.
        self.without_waiting("SAVEPOINT signals_lent")?;
        let result = work(&self.raw);
        if self.without_waiting("RELEASE signals_lent").is_err() {
            self.rollback()?;
        }
        Ok(result)
    }

    /// The failure of an operation that does not wait.
    fn error(&self, error: rusqlite::Error) -> Error {
        match self.failure(error) {
            Failure::Error(error) => error,
            Failure::Busy => self.locked(),
        }
    }

    /// The error for a lock of another process that is not waited for.
    fn locked(&self) -> Error {
        ErrorKind::Locked { path: self.lock_wait.path().to_path_buf(), waited: Duration::ZERO }.into()
    }

    /// Outside of a transaction, a SAVEPOINT would begin one.
    fn must_be_in_transaction(&mut self) -> Result<()> {
        if self.in_transaction() { Ok(()) } else { Err(ErrorKind::Ended.into()) }
    }

    /// Executes a statement that does not wait.
    fn without_waiting(&mut self, sql: &str) -> Result<()> {
        match self.step(sql, &()) {
            Ok(_) => Ok(()),
            Err(Failure::Error(error)) => Err(error),
            Err(Failure::Busy) => Err(self.locked()),
        }
    }

    #[inline]
    pub(super) fn in_transaction(&mut self) -> bool {
        !self.raw.is_autocommit()
    }

    /// Runs an operation that must not leave a transaction open.
    pub(super) fn outside_transaction<T>(
        &mut self,
        operation: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let result = operation(self);
        if self.in_transaction() {
            self.rollback()?;
            return Err(Error::database(
                "a statement outside of a transaction cannot begin one: use `db.begin()` or `db.transaction(..)`",
            )
            .into());
        }
        result
    }

    /// Executes a statement. The result is the number of rows that it changed, if that is what it wants.
    #[inline]
    pub(super) fn run(&mut self, access: Access, statement: &mut Statement<'_>) -> Result<u64, Failure> {
        let Statement { sql, params, ref mut wants, .. } = *statement;
        let result = match wants {
            Wants::Count => self.step(sql, params),
            Wants::CountOfAny => self.execute(sql, params),
            Wants::Key(key) => self.insert(sql, params, key).map(|()| 0),
            Wants::Rows(each) | Wants::Written(each) => self.query(access, sql, params, each).map(|()| 0),
            Wants::Batch => self.batch(sql).map(|()| 0),
        };
        match result {
            Err(Failure::Error(error)) => Err(statement.error(error).into()),
            result => result,
        }
    }

    pub(super) fn execute(&mut self, sql: &str, params: &dyn Params) -> Result<u64, Failure> {
        let before = self.raw.total_changes();
        self.step(sql, params)?;
        // For other statements, SQLite returns the count of an earlier one.
        Ok(if self.raw.total_changes() == before { 0 } else { self.raw.changes() })
    }

    fn insert(&mut self, sql: &str, params: &dyn Params, key: &mut Option<i64>) -> Result<(), Failure> {
        let inserted = self.step(sql, params)?;
        // A trigger may have skipped the row, for which SQLite would return the key of an earlier one.
        *key = (inserted > 0).then(|| self.raw.last_insert_rowid());
        Ok(())
    }

    /// Executes a statement to its end. Returns how many rows the last statement that changes rows has changed.
    fn step(&mut self, sql: &str, params: &dyn Params) -> Result<u64, Failure> {
        self.prepared(sql, |statement| {
            self.bind(statement, params)?;
            if statement.column_count() == 0 {
                let changed = statement.raw_execute().map_err(|error| self.failure_in(sql, error))?;
                return Ok(u64::try_from(changed).unwrap_or(u64::MAX));
            }
            let mut rows = statement.raw_query();
            while rows.next().map_err(|error| self.failure_in(sql, error))?.is_some() {}
            Ok(self.raw.changes())
        })
    }

    fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        let mut begun = false;
        let mut run = |raw: &rusqlite::Connection| {
            let mut statements = Batch::new(raw, sql);
            while let Some(mut statement) = statements.next()? {
                let mut rows = statement.raw_query();
                while rows.next()?.is_some() {}
                begun = true;
            }
            Ok(())
        };
        let done = if self.in_transaction() && may_begin_another(sql) {
            self.in_the_same_transaction(&mut run)?
        } else {
            run(&self.raw)
        };
        done.map_err(|error| match self.failure_in(sql, error) {
            // Another attempt would repeat the statements that succeeded.
            Failure::Busy if begun => self.locked().into(),
            failure => failure,
        })
    }

    /// Executes a query. With [`Access::Read`] it is refused when it writes, even if the connection could.
    pub(super) fn query(
        &mut self,
        access: Access,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<(), Failure> {
        self.prepared(sql, |statement| {
            self.bind(statement, params)?;
            if access == Access::Read && !statement.readonly() {
                return Err(Error::database(
                    "`query` on a `Db` only reads, and the statement writes: use `execute`, or `query` on a `Tx`",
                )
                .into());
            }
            self.rows(sql, statement, each)
        })
    }

    fn rows(
        &self,
        sql: &str,
        statement: &mut rusqlite::Statement<'_>,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<(), Failure> {
        let mut rows = statement.raw_query();
        let mut seen = false;
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    seen = true;
                    each(&Row::new(row))?;
                }
                Ok(None) => return Ok(()),
                Err(error) => {
                    return Err(match self.failure_in(sql, error) {
                        // Another attempt would return the same rows again.
                        Failure::Busy if seen => self.locked().into(),
                        failure => failure,
                    });
                }
            }
        }
    }

    /// Calls `work` with the prepared statement. It is not returned, because moving one is slow.
    #[inline]
    fn prepared<T>(
        &self,
        sql: &str,
        work: impl FnOnce(&mut rusqlite::Statement<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        match self.raw.prepare_cached(sql) {
            Ok(ref mut statement) => work(statement),
            Err(error) => Err(self.failure(error)),
        }
    }

    fn bind(&self, statement: &mut rusqlite::Statement<'_>, params: &dyn Params) -> Result<(), Failure> {
        let (expected, given) = (statement.parameter_count(), params.len());
        if expected != given {
            return Err(Error::database(format!(
                "the statement has {expected} placeholders, and the parameters are {given}: pass one for each",
            ))
            .into());
        }
        for index in 0..given {
            let (number, value) = (index + 1, params.get(index));
            let bound = if let Some(plain) = params::plain(value) {
                statement.raw_bind_parameter(number, plain)
            } else {
                let refused = |reason| Failure::from(ErrorKind::Parameter { number, reason, cast: None });
                statement.raw_bind_parameter(number, Encoded::new(value).map_err(refused)?)
            };
            bound.map_err(|error| self.failure(error))?;
        }
        Ok(())
    }

    /// The failure of a statement that was executed: SQLite has one code for a full disk and for used-up keys.
    fn failure_in(&self, sql: &str, error: rusqlite::Error) -> Failure {
        match errors::is_full(&error).then(|| self.without_keys(sql)).flatten() {
            Some(table) => ErrorKind::KeysUsedUp { model: table }.into(),
            None => self.failure(error),
        }
    }

    /// The table of a statement whose keys are used up.
    fn without_keys(&self, sql: &str) -> Option<String> {
        let used_up = "SELECT name FROM sqlite_sequence WHERE seq = 9223372036854775807";
        let mut tables = self.raw.prepare(used_up).ok()?;
        let tables = tables.query_map([], |row| row.get::<_, String>(0)).ok()?;
        let names: Vec<_> = Tokens::of(sql, Dialect::Sqlite).filter_map(|(_, token)| token.name()).collect();
        tables.flatten().find(|table| names.iter().any(|name| name.eq_ignore_ascii_case(table)))
    }

    fn failure(&self, error: rusqlite::Error) -> Failure {
        let mut failure = errors::failure(error, self.lock_wait.path());
        if let Failure::Error(error) = &mut failure
            && let ErrorKind::Unique { model, .. } = error.kind_mut()
            && let Some(table) = errors::index_name(model).and_then(|index| self.table_of(index))
        {
            *model = table;
        }
        failure
    }

    fn table_of(&self, index: &str) -> Option<String> {
        let sql = "SELECT tbl_name FROM sqlite_schema WHERE type = 'index' AND name = ?";
        self.raw.query_row(sql, [index], |row| row.get(0)).ok()
    }
}

/// Whether a batch can end the transaction and begin another one. It is read first, because a savepoint around the batch would
/// also release the savepoints that the batch leaves open.
fn may_begin_another(sql: &str) -> bool {
    let mut statements = Statements::of(sql);
    let ends = |tokens: &[Token<'_>]| {
        let is_savepoint = tokens[0].is("ROLLBACK") && tokens.iter().any(|token| token.is("TO"));
        tokens[0].is_any(&["COMMIT", "END", "ROLLBACK"]) && !is_savepoint
    };
    statements.any(|tokens| ends(&tokens)) && statements.any(|tokens| tokens[0].is_any(&["BEGIN", "SAVEPOINT"]))
}

/// The statements of a batch, each as its tokens.
struct Statements<'a>(Tokens<'a>);

impl<'a> Statements<'a> {
    fn of(sql: &'a str) -> Self {
        Self(Tokens::of(sql, Dialect::Sqlite))
    }
}

impl<'a> Iterator for Statements<'a> {
    type Item = Vec<Token<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut tokens: Vec<Token<'a>> = Vec::new();
        for (_, token) in &mut self.0 {
            match (token, &*tokens) {
                (Token::Symbol(b';'), []) => {}
                // A trigger contains statements, and ends with `; END`.
                (Token::Symbol(b';'), [create, .., before, last])
                    if create.is("CREATE")
                        && tokens.iter().take(3).any(|token| token.is("TRIGGER"))
                        && !(*before == Token::Symbol(b';') && last.is("END")) =>
                {
                    tokens.push(token);
                }
                (Token::Symbol(b';'), _) => return Some(tokens),
                _ => tokens.push(token),
            }
        }
        (!tokens.is_empty()).then_some(tokens)
    }
}

/// A path that SQLite reads as a path: the bundled SQLite gives `file:..` and `:memory:` another meaning.
fn plain(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_that_may_begin_another_transaction() {
        for (sql, expected) in [
            ("ROLLBACK; BEGIN", true),
            ("commit; begin", true),
            ("END; SAVEPOINT mine; SELECT 1", true),
            ("; /* ; */ COMMIT -- ;\n; SELECT 1; /**/ BEGIN", true),
            ("BEGIN; COMMIT", false),
            ("COMMIT; SELECT 1", false),
            ("SAVEPOINT a; INSERT INTO t VALUES (1)", false),
            ("ROLLBACK TO a; SAVEPOINT b", false),
            ("ROLLBACK TRANSACTION TO SAVEPOINT a; SAVEPOINT b", false),
            ("SELECT 'COMMIT; BEGIN'", false),
            ("SELECT \"COMMIT; BEGIN\", [; COMMIT; BEGIN;], `; END; BEGIN`", false),
            ("-- COMMIT; BEGIN", false),
            ("INSERT INTO commits VALUES (1); SAVEPOINT a", false),
            (
                "CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 1; END; SAVEPOINT a",
                false,
            ),
            ("CREATE TEMP TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END; END; BEGIN", true),
            ("", false),
        ] {
            assert_eq!(may_begin_another(sql), expected, "{sql}");
        }
    }

    #[test]
    fn relative_names_are_paths() {
        assert_eq!(plain(Path::new("file:a.db")), Path::new("./file:a.db"));
        assert_eq!(plain(Path::new(":memory:")), Path::new("./:memory:"));
        assert_eq!(plain(Path::new("/a.db")), Path::new("/a.db"));
    }
}
