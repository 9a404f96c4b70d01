//! `db.migrate(..)`

use std::collections::HashMap;
use std::panic::Location;

use refinery_core::error::Kind;
use refinery_core::{Migration, Runner};
use signals_core::BoxFuture;

use super::history::Pending;
use super::{Plan, between_signals, foreign_keys, one_at_a_time};
use crate::db::Db;
use crate::error::{ConvertsToError, Error, ErrorKind, Result};
use crate::schema::write::undecided_in;

/// What [`Db::migrate`] accepts: a folder that [`embed_migrations!`](crate::migrate::embed_migrations) has embedded, a
/// [`Runner`] of refinery, a list of [`Migration`]s, or their names and SQL.
///
/// It is sealed: it cannot be implemented for other types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of migrations",
    label = "expected migrations",
    note = "give a folder, `signals::migrate::embed_migrations!(\"migrations\")`, or names and SQL: `[(\"V1__users\", \"CREATE TABLE ..\")]`"
)]
pub trait Migrations: sealed::Sealed + Send {}

#[diagnostic::do_not_recommend]
impl Migrations for Runner {}

impl sealed::Sealed for Runner {
    fn into_runner(self, _: &Db) -> Result<Runner> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl Migrations for &[Migration] {}

impl sealed::Sealed for &[Migration] {
    fn into_runner(self, _: &Db) -> Result<Runner> {
        Ok(Runner::new(self))
    }
}

#[diagnostic::do_not_recommend]
impl Migrations for Vec<Migration> {}

impl sealed::Sealed for Vec<Migration> {
    fn into_runner(self, _: &Db) -> Result<Runner> {
        Ok(Runner::new(&self))
    }
}

#[diagnostic::do_not_recommend]
impl<const N: usize> Migrations for [Migration; N] {}

impl<const N: usize> sealed::Sealed for [Migration; N] {
    fn into_runner(self, _: &Db) -> Result<Runner> {
        Ok(Runner::new(&self))
    }
}

#[diagnostic::do_not_recommend]
impl Migrations for &[(&str, &str)] {}

impl sealed::Sealed for &[(&str, &str)] {
    fn into_runner(self, _: &Db) -> Result<Runner> {
        let migrations: Result<Vec<Migration>> = self.iter().map(|(name, sql)| named(name, sql)).collect();
        Ok(Runner::new(&migrations?))
    }
}

pub(super) fn named(name: &str, sql: &str) -> Result<Migration> {
    Migration::unapplied(name, sql).map_err(|error| match Error::from(error).into_kind() {
        ErrorKind::MigrationHistory { reason } => {
            ErrorKind::MigrationHistory { reason: format!("`{name}`: {reason}") }.into()
        }
        kind => kind.into(),
    })
}

#[diagnostic::do_not_recommend]
impl<const N: usize> Migrations for [(&str, &str); N] {}

impl<const N: usize> sealed::Sealed for [(&str, &str); N] {
    fn into_runner(self, db: &Db) -> Result<Runner> {
        self.as_slice().into_runner(db)
    }
}

impl Db {
    /// Applies the migrations that were not applied yet, ordered by their numbers, and returns them.
    ///
    /// A migration is SQL in a file named `V1__users.sql`, `V2__add_email.sql` and so on.
    /// [`embed_migrations!`](crate::migrate::embed_migrations) embeds a folder of them, and [refinery] records which were
    /// applied, in the table `refinery_schema_history`:
    ///
    /// ```text
    /// db.migrate(signals::migrate::embed_migrations!("migrations")).await?;
    /// ```
    ///
    /// Names and SQL may also be given in the code:
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// use signals::Db;
    ///
    /// let db = Db::connect("sqlite::memory:").await?;
    /// let migrations = [
    ///     ("V1__users", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"),
    ///     ("V2__email", "ALTER TABLE users ADD COLUMN email TEXT"),
    /// ];
    /// assert_eq!(db.migrate(migrations).await?.to_string(), "apply V1__users and V2__email");
    /// assert_eq!(db.migrate(migrations).await?.to_string(), "nothing to do");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The signals [`pre_migrate`](crate::migrate::pre_migrate) and [`post_migrate`](crate::migrate::post_migrate) are sent
    /// before and after it, also when there is nothing to do. The signals, all of the migrations and the writes of receivers are
    /// one transaction: if one fails, everything is undone. Statements that cannot run in a transaction, such as `CREATE INDEX
    /// CONCURRENTLY` and `VACUUM`, cannot be in a migration: use [`execute`](Self::execute). Several processes may call it at
    /// once: one waits for the other.
    ///
    /// [refinery]: https://docs.rs/refinery
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] names the migration that failed; [`ErrorKind::MigrationHistory`] says how the migrations of this
    /// program differ from those that the database has applied, apart from line breaks, or that there are none;
    /// [`ErrorKind::Receiver`] from a receiver.
    #[track_caller]
    pub fn migrate<M: Migrations>(&self, migrations: M) -> BoxFuture<'_, Result<Plan>> {
        let (runner, place) = (migrations.into_runner(self), Location::caller());
        Box::pin(async move { migrate(self, &runner?, place).await })
    }
}

async fn migrate(db: &Db, runner: &Runner, place: &'static Location<'static>) -> Result<Plan> {
    some(runner.get_migrations())?;
    each_number_once(runner.get_migrations())?;
    decided(runner.get_migrations())?;
    match attempt(db, runner, false, place).await? {
        Attempt::Done(plan) => Ok(plan),
        // Which migrations are pending is only known in the transaction.
        Attempt::WithoutForeignKeys => match attempt(db, runner, true, place).await? {
            Attempt::Done(plan) => Ok(plan),
            Attempt::WithoutForeignKeys => unreachable!("they are off"),
        },
    }
}

enum Attempt {
    Done(Plan),
    /// Nothing was done, because the transaction has to begin with foreign keys turned off.
    WithoutForeignKeys,
}

async fn attempt(db: &Db, runner: &Runner, is_unchecked: bool, place: &'static Location<'static>) -> Result<Attempt> {
    let mut tx = foreign_keys::begin(db, is_unchecked, place).await?;
    let applied = async {
        one_at_a_time(&tx).await?;
        let pending = Pending::of(runner, &tx).await?;
        let turns_off =
            |migration: &Migration| migration.sql().is_some_and(|sql| foreign_keys::turned_off(sql, db.dialect()));
        if !is_unchecked && pending.migrations.iter().any(turns_off) {
            return Ok(Attempt::WithoutForeignKeys);
        }
        let plan = Plan::Migrations(pending.migrations.iter().map(Into::into).collect());
        between_signals(&tx, &plan, pending.apply(&tx)).await?;
        if is_unchecked {
            foreign_keys::check(&tx).await?;
        }
        Ok(Attempt::Done(plan))
    }
    .await;
    tx.end(applied).await
}

/// Refuses what a human has not decided yet.
fn decided(migrations: &[Migration]) -> Result<()> {
    for migration in migrations {
        let file = migration.to_string();
        if let Some(line) = undecided_in(&file, migration.sql().unwrap_or_default()).into_iter().next() {
            return Err(ErrorKind::MigrationHistory {
                reason: format!("a line is undecided: do what it says. {line}"),
            }
            .into());
        }
    }
    Ok(())
}

/// A folder without migrations is a mistake in its name, or in those of its files: refinery ignores files with other names.
fn some(migrations: &[Migration]) -> Result<()> {
    if migrations.is_empty() {
        return Err(ErrorKind::MigrationHistory {
            reason: "there are none: a folder of them has files such as `V1__users.sql`".to_owned(),
        }
        .into());
    }
    Ok(())
}

/// refinery only reports this if the two are otherwise equal.
fn each_number_once(migrations: &[Migration]) -> Result<()> {
    let mut seen = HashMap::new();
    for migration in migrations {
        if let Some(first) = seen.insert(migration.version(), migration) {
            return Err(ErrorKind::MigrationHistory {
                reason: format!(
                    "`{first}` and `{migration}` have one number: rename the one that was applied nowhere yet"
                ),
            }
            .into());
        }
    }
    Ok(())
}

/// The error of the migrations themselves. A statement that fails is another error.
#[diagnostic::do_not_recommend]
impl ConvertsToError for refinery_core::Error {
    fn convert(self) -> Error {
        let error = self;
        let reason = match error.kind() {
            Kind::InvalidName => {
                "the name of a migration is `V`, a number, two underscores and a word, as in `V1__users`".to_owned()
            }
            Kind::InvalidVersion => "the number of a migration is a whole one, and below 2147483648".to_owned(),
            Kind::RepeatedVersion(migration) => format!("`{migration}` is there twice: leave one of them out"),
            Kind::DivergentVersion(applied, here) if applied.name() == here.name() => format!(
                "`{here}` was changed after the database had applied it: put it back as it was, and write the change as \
                 another migration",
            ),
            Kind::DivergentVersion(applied, here) => format!(
                "the database has applied `{applied}`, and here it is `{here}`: put the applied one back, and give the other \
                 one a number after all that were applied",
            ),
            Kind::MissingVersion(migration) if migration.applied_on().is_some() => format!(
                "the database has applied `{migration}`, which this program does not have: put it back, or run the program \
                 that has it",
            ),
            Kind::MissingVersion(migration) => format!(
                "`{migration}` was not applied, and others with higher numbers were: give it a number after them",
            ),
            other => other.to_string(),
        };
        ErrorKind::MigrationHistory { reason }.into()
    }
}

pub(super) mod sealed {
    use refinery_core::Runner;

    use crate::db::Db;
    use crate::error::Result;

    pub trait Sealed {
        /// The migrations for this database.
        fn into_runner(self, db: &Db) -> Result<Runner>;
    }
}
