//! refinery's table of applied migrations, read and written in our transaction.

use std::fmt;

use refinery_core::traits::r#async::{AsyncMigrate, AsyncQuery, AsyncTransaction};
use refinery_core::{Migration, Runner, SchemaVersion};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::db::{Row, Tx};
use crate::error::{Error, ErrorKind, Result};

/// The migrations that were not applied yet, and the SQL that applies them and records them in the table.
pub(super) struct Pending {
    pub(super) migrations: Vec<Migration>,
    script: Vec<String>,
}

impl Pending {
    /// Runs refinery once, because it logs what it applies.
    pub(super) async fn of(runner: &Runner, tx: &Tx) -> Result<Self> {
        let own = runner.get_migrations();
        let mut ledger = Ledger { tx, own, script: None, failure: None };
        match runner.run_async(&mut ledger).await {
            Ok(report) => {
                let script = ledger.script.unwrap_or_default();
                let pending = report.applied_migrations();
                let script = script.into_iter().map(|sql| with_plain_lines(sql, pending)).collect();
                Ok(Self { migrations: pending.iter().map(plain_lines).collect(), script })
            }
            Err(error) => Err(ledger.failure.take().unwrap_or_else(|| error.into())),
        }
    }

    pub(super) async fn apply(&self, tx: &Tx) -> Result<()> {
        for sql in &self.script {
            tx.batch(sql).await.map_err(|error| match self.migration(sql) {
                Some(migration) => ErrorKind::Migration { migration, source: error }.into(),
                None => error,
            })?;
        }
        Ok(())
    }

    /// The migration with this SQL.
    fn migration(&self, sql: &str) -> Option<String> {
        self.migrations.iter().find(|migration| migration.sql() == Some(sql)).map(ToString::to_string)
    }
}

/// The connection that refinery gets. It creates and reads the table of applied migrations, and notes the statements after that,
/// which are executed after `pre_migrate`.
struct Ledger<'a> {
    tx: &'a Tx,
    /// The migrations of the program.
    own: &'a [Migration],
    /// The SQL of the migrations, once the table was read.
    script: Option<Vec<String>>,
    /// The error of a statement. refinery only gets a [`Failed`].
    failure: Option<Error>,
}

impl Ledger<'_> {
    fn fail(&mut self, error: Error) -> Failed {
        self.failure = Some(error);
        Failed
    }
}

impl AsyncTransaction for Ledger<'_> {
    type Error = Failed;

    async fn execute<'a, T: Iterator<Item = &'a str> + Send + 'a>(&'a mut self, queries: T) -> Result<usize, Failed> {
        let mut count = 0;
        for sql in queries {
            match &mut self.script {
                Some(script) => script.push(sql.to_owned()),
                None => self.tx.batch(sql).await.map_err(|error| self.fail(error))?,
            }
            count += 1;
        }
        Ok(count)
    }
}

impl AsyncQuery<Vec<Migration>> for Ledger<'_> {
    async fn query<'a>(&'a mut self, query: &'a str) -> Result<Vec<Migration>, Failed> {
        self.script = Some(Vec::new());
        let mut applied = Vec::new();
        let result = self
            .tx
            .for_each_row(query, &(), &mut |row| {
                applied.push(as_here(migration(row)?, self.own));
                Ok(())
            })
            .await;
        result.map(|()| applied).map_err(|error| self.fail(error))
    }
}

impl AsyncMigrate for Ledger<'_> {}

// A file that was checked out on Windows has other line breaks, and is the same migration. What is recorded and executed has
// `\n` on every system.

/// The migration with `\n` as line breaks.
fn plain_lines(migration: &Migration) -> Migration {
    with_lines(migration, |sql| sql.replace("\r\n", "\n"))
}

fn with_lines(migration: &Migration, lines: impl Fn(&str) -> String) -> Migration {
    let sql = migration.sql().map(lines);
    // The name is that of a migration, so this does not fail.
    let changed = sql.and_then(|sql| Migration::unapplied(&migration.to_string(), &sql).ok());
    changed.unwrap_or_else(|| migration.clone())
}

/// A statement of refinery's script: the SQL of a migration, or the INSERT that records it.
fn with_plain_lines(sql: String, pending: &[Migration]) -> String {
    for migration in pending {
        let plain = plain_lines(migration);
        if migration.sql() == Some(&*sql) {
            return plain.sql().map_or(sql, str::to_owned);
        }
        // The INSERT ends with the checksum.
        let end = |migration: &Migration| format!(", '{}')", migration.checksum());
        let is_note = sql.starts_with("INSERT INTO ")
            && sql.contains(&format!("({}, '{}',", migration.version(), migration.name()));
        if let Some(start) = sql.strip_suffix(&end(migration)).filter(|_| is_note) {
            return start.to_owned() + &end(&plain);
        }
    }
    sql
}

/// An applied migration, with the checksum that it has in this program if they only differ in line breaks.
fn as_here(applied: Migration, own: &[Migration]) -> Migration {
    let is_it = |migration: &&Migration| migration.version() == applied.version() && migration.name() == applied.name();
    let Some(own) = own.iter().find(is_it) else { return applied };
    let plain = plain_lines(own);
    let windows = with_lines(&plain, |sql| sql.replace('\n', "\r\n"));
    match applied.applied_on() {
        Some(&applied_on) if [plain, windows].iter().any(|form| form.checksum() == applied.checksum()) => {
            Migration::applied(applied.version(), applied.name().to_owned(), applied_on, own.checksum())
        }
        _ => applied,
    }
}

/// A row of the table: number, name, date, checksum.
fn migration(row: &Row<'_>) -> Result<Migration> {
    let (version, name): (i64, String) = (row.get(0)?, row.get(1)?);
    let (applied_on, checksum): (String, String) = (row.get(2)?, row.get(3)?);
    let not_ours = |what: &str, value: &str| {
        Error::database(format!(
            "the table of applied migrations has the {what} `{value}` for the migration {version}, which refinery did not write: \
             put it right, or delete the row if the migration was not applied",
        ))
    };
    let number = SchemaVersion::try_from(version).map_err(|_| not_ours("number", &version.to_string()))?;
    let applied_on = OffsetDateTime::parse(&applied_on, &Rfc3339).map_err(|_| not_ours("date", &applied_on))?;
    let checksum = checksum.parse().map_err(|_| not_ours("checksum", &checksum))?;
    Ok(Migration::applied(number, name, applied_on, checksum))
}

/// The error that refinery gets. [`Ledger`] has the real one.
#[derive(Debug)]
struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a statement failed")
    }
}

impl std::error::Error for Failed {}
