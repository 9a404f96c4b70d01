//! What the databases promise, on SQLite. Each file is a chapter.

mod cancellation;
mod errors;
mod files;
mod hooks;
mod locks;
mod nesting;
mod transactions;
mod values;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{ConnectOptions, Db, Executor, Params};
use crate::error::Result;
use crate::value::{Value, ValueRef};

/// A folder of its own for a test, removed afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("signals-db-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self) -> PathBuf {
        self.0.join("test.db")
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.path().display())
    }

    /// Short timeouts, so that tests of them are quick.
    fn options(&self) -> ConnectOptions {
        impatient(self.url())
    }

    async fn db(&self) -> Db {
        self.options().connect().await.unwrap()
    }

    /// For waits that end well, however slow the machine is.
    async fn patient(&self) -> Db {
        patient(self.url()).connect().await.unwrap()
    }

    /// A connection that is not ours, as of another process.
    fn stranger(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(self.path()).unwrap();
        connection.busy_timeout(Duration::ZERO).unwrap();
        connection
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn impatient(url: impl Into<String>) -> ConnectOptions {
    ConnectOptions::new(url).writer_timeout(Duration::from_millis(30)).busy_timeout(Duration::from_millis(30))
}

fn patient(url: impl Into<String>) -> ConnectOptions {
    ConnectOptions::new(url).writer_timeout(Duration::from_mins(1)).busy_timeout(Duration::from_mins(1))
}

async fn memory() -> Db {
    impatient("sqlite::memory:").connect().await.unwrap()
}

/// The table that most tests write to.
async fn with_numbers(db: Db) -> Db {
    db.execute("CREATE TABLE numbers (n INTEGER NOT NULL)", &()).await.unwrap();
    db
}

async fn add(executor: &dyn Executor, n: i64) -> Result<u64> {
    Ok(executor.exec().execute(here(), "INSERT INTO numbers VALUES (?)", &(n,)).await?)
}

async fn numbers(executor: &dyn Executor) -> Result<Vec<i64>> {
    let mut numbers = Vec::new();
    executor
        .exec()
        .query(here(), "SELECT n FROM numbers ORDER BY rowid", &(), &mut |row| {
            numbers.push(row.get(0)?);
            Ok(())
        })
        .await?;
    Ok(numbers)
}

async fn value(executor: &dyn Executor, sql: &str, params: &dyn Params) -> Result<Value> {
    let mut value = Value::Null;
    executor
        .exec()
        .query(here(), sql, params, &mut |row| {
            value = row.value(0).into();
            Ok(())
        })
        .await?;
    Ok(value)
}

/// The key that the database gives to the row of an INSERT.
async fn inserted(executor: &dyn Executor, sql: &str, params: &dyn Params) -> Result<Option<i64>> {
    let mut key = None;
    executor.exec().insert(here(), sql, params, &mut key).await?;
    Ok(key)
}

#[track_caller]
fn here() -> &'static std::panic::Location<'static> {
    std::panic::Location::caller()
}

/// Polls as a runtime does until the future has been polled `polls` times, then drops it.
async fn drop_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
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

fn exists(path: &Path) -> bool {
    path.exists()
}

/// The values of a `ValueRef` array cannot outlive what they borrow, and need no copy.
#[test]
fn params_borrow() {
    let name = "ann".to_owned();
    let params = [ValueRef::Text(&name), ValueRef::Integer(1)];
    let ValueRef::Text(text) = Params::get(&params, 0) else { panic!() };
    assert_eq!(text.as_ptr(), name.as_ptr());
}
