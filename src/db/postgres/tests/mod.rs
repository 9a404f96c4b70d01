//! What only PostgreSQL has. The rules of every database are in `db/tests`.

mod cancellation;
mod errors;
mod lost;
mod many;
mod pool;
mod pooler;
#[cfg(all(unix, feature = "durable"))]
mod presence;
mod transactions;
mod values;

use std::io::Write;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::db::tests::{TestResult, add, here, inserted, numbers, usable, value, with_numbers};
use crate::db::{ConnectOptions, Db, Executor};
use crate::error::Result;
use crate::value::Value;

/// The URL of the server; without one the test ends, and says so even if the output of tests is captured.
macro_rules! server {
    () => {
        match crate::db::postgres::tests::server_url() {
            Some(url) => url,
            None => return Ok(()),
        }
    };
}
use server;

/// A new schema, or the end of the test without a server.
macro_rules! schema {
    () => {
        match crate::db::postgres::tests::Schema::new().await? {
            Some(schema) => schema,
            None => return Ok(()),
        }
    };
}
use schema;

fn server_url() -> Option<String> {
    static SAID: Once = Once::new();
    let server = std::env::var("SIGNALS_TEST_POSTGRES").ok();
    if server.is_none() {
        SAID.call_once(|| {
            let reason = "the tests on PostgreSQL do nothing: SIGNALS_TEST_POSTGRES names no server";
            let _ = writeln!(std::io::stderr(), "{reason}");
        });
    }
    server
}

/// A schema for one test, dropped afterwards.
pub(in crate::db) struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// `None` if there is no server.
    pub(in crate::db) async fn new() -> TestResult<Option<Self>> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Some(server) = server_url() else { return Ok(None) };
        let name = format!("signals_db_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        admin(&server, &format!("CREATE SCHEMA {name}")).await?;
        Ok(Some(Self { server, name }))
    }

    fn url(&self) -> String {
        at(&self.server, &self.name)
    }

    pub(in crate::db) fn options(&self) -> ConnectOptions {
        ConnectOptions::new(self.url())
    }

    /// One connection, so that a test knows which one it has.
    pub(in crate::db) fn one(&self) -> ConnectOptions {
        self.options().pool_size(1).pool_timeout(Duration::from_secs(20))
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let tidy = async move {
            // The runtime of the test is blocked, and commands that it has not sent yet may hold locks.
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name =";
            admin(&server, &format!("{end} '{name}'")).await?;
            admin(&server, &format!("DROP SCHEMA {name} CASCADE")).await
        };
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        std::thread::spawn(move || runtime().block_on(tidy)).join().unwrap().unwrap();
    }
}

/// The URL with a schema, whose name is also that of the program.
fn at(server: &str, schema: &str) -> String {
    let question = if server.contains('?') { '&' } else { '?' };
    format!("{server}{question}application_name={schema}&options=-c%20search_path%3D{schema}%20-c%20lc_messages%3DC")
}

/// Runs SQL on a separate connection, as another process.
async fn admin(server: &str, sql: &str) -> Result<()> {
    ConnectOptions::new(server).pool_size(1).connect().await?.batch(sql).await
}

/// The number of the server process of a connection.
async fn pid(executor: &dyn Executor) -> TestResult<i64> {
    match value(executor, "SELECT pg_backend_pid()", &()).await? {
        Value::Integer(pid) => Ok(pid),
        other => panic!("{other:?}"),
    }
}

/// Kills a connection, and waits until it is gone.
async fn kill(server: &str, pid: i64) -> TestResult {
    let db = ConnectOptions::new(server).pool_size(1).connect().await?;
    value(&db, "SELECT pg_terminate_backend($1::int, 5000)", &(pid,)).await?;
    Ok(())
}
