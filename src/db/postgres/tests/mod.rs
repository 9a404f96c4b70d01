//! What the databases promise, on PostgreSQL. Each file is a chapter.
//!
//! They need a server, which `SIGNALS_TEST_POSTGRES` names, and are left out aloud without one.

mod cancellation;
mod errors;
mod lost;
mod pool;
mod pooler;
mod transactions;
mod values;

use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::db::{ConnectOptions, Db, Executor, Params};
use crate::error::Result;
use crate::value::Value;

/// The URL of the server, or the test is left out.
macro_rules! server {
    () => {
        match std::env::var("SIGNALS_TEST_POSTGRES") {
            Ok(url) => url,
            Err(_) => {
                eprintln!("left out: SIGNALS_TEST_POSTGRES names no PostgreSQL server");
                return;
            }
        }
    };
}
use server;

/// A schema of its own for a test, dropped afterwards.
struct Schema {
    server: String,
    name: String,
}

impl Schema {
    async fn new(server: String) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("signals_db_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        admin(&server, &format!("CREATE SCHEMA {name}")).await;
        Self { server, name }
    }

    fn url(&self) -> String {
        at(&self.server, &self.name)
    }

    async fn db(&self) -> Db {
        self.options().connect().await.unwrap()
    }

    fn options(&self) -> ConnectOptions {
        ConnectOptions::new(self.url())
    }

    /// With one connection, so that a test knows which one it has.
    async fn one(&self) -> Db {
        self.options().pool_size(1).pool_timeout(Duration::from_secs(20)).connect().await.unwrap()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let tidy = async move {
            // The runtime of the test stands still, and what it has not sent yet may hold locks.
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name =";
            admin(&server, &format!("{end} '{name}'")).await;
            admin(&server, &format!("DROP SCHEMA {name} CASCADE")).await;
        };
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        std::thread::spawn(move || runtime().block_on(tidy)).join().unwrap();
    }
}

/// The URL with a schema and its name as that of the program.
fn at(server: &str, schema: &str) -> String {
    let question = if server.contains('?') { '&' } else { '?' };
    format!("{server}{question}application_name={schema}&options=-c%20search_path%3D{schema}%20-c%20lc_messages%3DC")
}

/// Does something beside the database of the test, as another process.
async fn admin(server: &str, sql: &str) {
    ConnectOptions::new(server).pool_size(1).connect().await.unwrap().batch(sql).await.unwrap();
}

/// The table that most tests write to.
async fn with_numbers(db: Db) -> Db {
    db.execute("CREATE TABLE numbers (n BIGINT NOT NULL)", &()).await.unwrap();
    db
}

async fn add(executor: &dyn Executor, n: i64) -> Result<u64> {
    Ok(executor.exec().execute(here(), "INSERT INTO numbers VALUES ($1)", &(n,)).await?)
}

async fn numbers(executor: &dyn Executor) -> Result<Vec<i64>> {
    let mut numbers = Vec::new();
    executor
        .exec()
        .query(here(), "SELECT n FROM numbers ORDER BY ctid", &(), &mut |row| {
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

/// The number of the server's process behind a connection.
async fn pid(executor: &dyn Executor) -> i64 {
    match value(executor, "SELECT pg_backend_pid()", &()).await.unwrap() {
        Value::Integer(pid) => pid,
        other => panic!("{other:?}"),
    }
}

/// Kills a connection, and waits until it is gone.
async fn kill(server: &str, pid: i64) {
    let db = ConnectOptions::new(server).pool_size(1).connect().await.unwrap();
    value(&db, "SELECT pg_terminate_backend($1::int, 5000)", &(pid,)).await.unwrap();
}

/// The key that the database gives to the row of an INSERT.
async fn inserted(executor: &dyn Executor, sql: &str, params: &dyn Params) -> Result<Option<i64>> {
    let mut key = None;
    executor.exec().insert(here(), sql, params, &mut key).await?;
    Ok(key)
}

#[track_caller]
fn here() -> &'static Location<'static> {
    Location::caller()
}
