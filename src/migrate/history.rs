//! The table in which refinery notes what was applied, read and written in our transaction.

use std::fmt;

use refinery_core::traits::r#async::{AsyncMigrate, AsyncQuery, AsyncTransaction};
use refinery_core::{Migration, Runner, SchemaVersion};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::db::{Row, Tx};
use crate::error::{Error, Result};

/// What refinery takes for a connection.
pub(super) struct Ledger<'a> {
    tx: &'a Tx,
    pass: Pass,
    /// Whether the applied migrations were read. What is executed after that is migrations.
    read: bool,
    /// What went wrong, while refinery has no more than a [`Failed`].
    failure: Option<Error>,
}

/// Refinery is asked twice: what it would do, and to do it.
pub(super) enum Pass {
    /// The table of applied migrations is made and read, and then nothing is executed.
    Planning,
    /// These are applied.
    Applying(Vec<Migration>),
}

impl<'a> Ledger<'a> {
    pub(super) fn new(tx: &'a Tx, pass: Pass) -> Self {
        Self { tx, pass, read: false, failure: None }
    }

    /// The migrations that were applied, or would be.
    pub(super) async fn run(mut self, runner: &Runner) -> Result<Vec<Migration>> {
        match runner.run_async(&mut self).await {
            Ok(report) => Ok(report.applied_migrations().clone()),
            Err(error) => Err(self.failure.take().unwrap_or_else(|| error.into())),
        }
    }

    fn fail(&mut self, error: Error) -> Failed {
        self.failure = Some(error);
        Failed
    }

    /// The migration whose SQL this is.
    fn migration(&self, sql: &str) -> Option<String> {
        let Pass::Applying(pending) = &self.pass else { return None };
        pending.iter().find(|migration| migration.sql() == Some(sql)).map(ToString::to_string)
    }
}

impl AsyncTransaction for Ledger<'_> {
    type Error = Failed;

    async fn execute<'a, T: Iterator<Item = &'a str> + Send + 'a>(&'a mut self, queries: T) -> Result<usize, Failed> {
        let mut count = 0;
        if self.read && matches!(self.pass, Pass::Planning) {
            return Ok(0);
        }
        for sql in queries {
            if let Err(error) = self.tx.batch(sql).await {
                return Err(match self.migration(sql) {
                    Some(migration) => self.fail(Error::Migration { migration, source: Box::new(error) }),
                    None => self.fail(error),
                });
            }
            count += 1;
        }
        Ok(count)
    }
}

impl AsyncQuery<Vec<Migration>> for Ledger<'_> {
    async fn query<'a>(&'a mut self, query: &'a str) -> Result<Vec<Migration>, Failed> {
        self.read = true;
        let mut applied = Vec::new();
        let result = self
            .tx
            .query(query, &(), &mut |row| {
                applied.push(migration(row)?);
                Ok(())
            })
            .await;
        result.map(|()| applied).map_err(|error| self.fail(error))
    }
}

impl AsyncMigrate for Ledger<'_> {}

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

/// The error that refinery is given. [`Ledger`] has the real one.
#[derive(Debug)]
pub(super) struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a statement failed")
    }
}

impl std::error::Error for Failed {}
