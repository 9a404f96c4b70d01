//! The rules of the databases. Each file is a topic, and each rule is one body that is tested on each database.
//!
//! Rules of one database are tested in `sqlite/tests` and `postgres/tests`. The tests of PostgreSQL need a server, which
//! `SIGNALS_TEST_POSTGRES` names, and print a message if there is none.

mod cancellation;
pub(super) mod errors;
pub(super) mod hooks;
mod nesting;
#[cfg(all(unix, feature = "durable"))]
pub(super) mod presence;
mod transactions;
pub(super) mod values;

use std::fmt;
use std::panic::Location;
use std::time::Duration;

#[cfg(feature = "postgres")]
use super::postgres::tests::Schema;
#[cfg(feature = "sqlite")]
use super::sqlite::tests::Folder;
use super::{ConnectOptions, Db, Dialect, Executor, Params, Row, Statement};
use crate::error::Result;
use crate::value::{Value, ValueRef};

/// Declares two tests for each function, `sqlite::name` and `postgres::name`, that call it with their database.
macro_rules! on_each_database {
    ($($rule:ident),+ $(,)?) => {
        #[cfg(feature = "sqlite")]
        mod sqlite {
            use crate::db::tests::{Database, TestResult};

            $(#[tokio::test]
            async fn $rule() -> TestResult {
                super::$rule(&Database::sqlite()?).await
            })+
        }

        #[cfg(feature = "postgres")]
        mod postgres {
            use crate::db::tests::{Database, TestResult};

            $(#[tokio::test]
            async fn $rule() -> TestResult {
                match Database::postgres().await? {
                    Some(database) => super::$rule(&database).await,
                    None => Ok(()),
                }
            })+
        }
    };
}
use on_each_database;

/// What a test returns.
pub(super) type TestResult<T = ()> = std::result::Result<T, Failure>;

/// An error that a test did not expect, and the place of the `?` that returned it.
pub(super) struct Failure {
    error: String,
    place: &'static Location<'static>,
}

impl<E: fmt::Display> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        Self { error: error.to_string(), place: Location::caller() }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at {}", self.error, self.place)
    }
}

/// The database of one test.
pub(super) enum Database {
    #[cfg(feature = "sqlite")]
    Sqlite(Folder),
    #[cfg(feature = "postgres")]
    Postgres(Schema),
}

impl Database {
    #[cfg(feature = "sqlite")]
    pub(super) fn sqlite() -> TestResult<Self> {
        Ok(Self::Sqlite(Folder::new()?))
    }

    /// `None` if there is no server.
    #[cfg(feature = "postgres")]
    pub(super) async fn postgres() -> TestResult<Option<Self>> {
        Ok(Schema::new().await?.map(Self::Postgres))
    }

    /// Options with one connection: SQLite in memory, and a pool of one of PostgreSQL.
    fn one(&self) -> ConnectOptions {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => super::sqlite::tests::impatient("sqlite::memory:"),
            #[cfg(feature = "postgres")]
            Self::Postgres(schema) => schema.one(),
        }
    }

    /// Like [`one`](Self::one), for waits that succeed, however slow the machine is.
    fn one_patient(&self) -> ConnectOptions {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => super::sqlite::tests::patient("sqlite::memory:"),
            #[cfg(feature = "postgres")]
            Self::Postgres(schema) => schema.one(),
        }
    }

    /// Options with several connections: a file of SQLite, and a pool of PostgreSQL.
    fn several(&self) -> ConnectOptions {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(folder) => folder.options(),
            #[cfg(feature = "postgres")]
            Self::Postgres(schema) => schema.options(),
        }
    }

    /// One database for each of the two options.
    async fn each(&self) -> Result<[Db; 2]> {
        Ok([self.one().connect().await?, self.several().connect().await?])
    }

    /// Another database of the same kind.
    async fn another(&self) -> TestResult<Self> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Self::sqlite(),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Ok(Self::postgres().await?.ok_or("the server is gone")?),
        }
    }
}

/// Whether it is SQLite, for what differs between the databases.
pub(super) fn is_sqlite(db: &Db) -> bool {
    db.dialect() == Dialect::Sqlite
}

/// Makes the table that most tests write to.
pub(super) async fn with_numbers(db: Db) -> Result<Db> {
    db.batch("DROP TABLE IF EXISTS numbers; CREATE TABLE numbers (n BIGINT NOT NULL)").await?;
    Ok(db)
}

pub(super) async fn add(executor: &dyn Executor, n: i64) -> Result<u64> {
    let exec = executor.exec(here());
    let sql = format!("INSERT INTO numbers VALUES ({})", exec.dialect().placeholder(1));
    exec.run(Statement::new(&sql, &(n,))).await
}

/// The numbers in the table, in the order in which they were added.
pub(super) async fn numbers(executor: &dyn Executor) -> Result<Vec<i64>> {
    let mut numbers = Vec::new();
    let exec = executor.exec(here());
    let sql = match exec.dialect() {
        Dialect::Sqlite => "SELECT n FROM numbers ORDER BY rowid",
        Dialect::Postgres => "SELECT n FROM numbers ORDER BY ctid",
    };
    let each = &mut |row: &Row<'_>| {
        numbers.push(row.get(0)?);
        Ok(())
    };
    exec.run(Statement::query(sql, &(), each)).await?;
    Ok(numbers)
}

pub(super) async fn value(executor: &dyn Executor, sql: &str, params: &dyn Params) -> Result<Value> {
    let mut value = Value::Null;
    let each = &mut |row: &Row<'_>| {
        value = row.value(0).into();
        Ok(())
    };
    executor.exec(here()).run(Statement::query(sql, params, each)).await?;
    Ok(value)
}

/// The key that the database generates for the row of an INSERT.
pub(super) async fn inserted(executor: &dyn Executor, sql: &str, params: &dyn Params) -> Result<Option<i64>> {
    let mut key = None;
    executor.exec(here()).run(Statement::insert(sql, params, &mut key)).await?;
    Ok(key)
}

#[track_caller]
pub(super) fn here() -> &'static Location<'static> {
    Location::caller()
}

/// Checks that the database is usable: no transaction is open, and the table has one of these contents. Empties the table.
pub(super) async fn usable(db: &Db, allowed: &[&[i64]]) -> TestResult {
    let found = numbers(db).await?;
    assert!(allowed.contains(&found.as_slice()), "{found:?}");
    let tx = db.begin().await?;
    add(&tx, 99).await?;
    tx.rollback().await?;
    assert_eq!(numbers(db).await?, found);
    db.execute("DELETE FROM numbers", &()).await?;
    Ok(())
}

/// Polls as a runtime does until the future has been polled `polls` times, then drops it.
pub(super) async fn drop_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = polls;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return std::task::Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => std::task::Poll::Ready(Some(output)),
            std::task::Poll::Pending if left == 0 => std::task::Poll::Ready(None),
            std::task::Poll::Pending => std::task::Poll::Pending,
        }
    })
    .await
}

/// Parameters borrow their values, and copy nothing.
#[test]
fn params_borrow() {
    let name = "ann".to_owned();
    let params = [ValueRef::Text(&name), ValueRef::Integer(1)];
    let ValueRef::Text(text) = Params::get(&params, 0) else { panic!("{params:?}") };
    assert_eq!(text.as_ptr(), name.as_ptr());
}
