//! The databases that a rule is tested on: one body, and one test for each database.

use std::io::Write;
use std::pin::Pin;
use std::sync::{Mutex, Once, PoisonError};

use signals::ConnectOptions;
use signals::model::ModelSet;
use signals::prelude::*;
use tokio::runtime::{Builder, Runtime};

#[path = "failure.rs"]
mod failure;

pub(crate) use failure::TestResult;

/// Declares two tests for each function, `sqlite::name` and `postgres::name`, that call it with their database.
///
/// The functions are `async fn name(database: &Database) -> TestResult`. With `multi_thread;` before the names, their
/// runtime has two threads.
macro_rules! on_each_database {
    (multi_thread; $($rule:ident),+ $(,)?) => {
        $crate::databases::on_each_database!(@ 2; $($rule),+);
    };
    ($($rule:ident),+ $(,)?) => {
        $crate::databases::on_each_database!(@ 1; $($rule),+);
    };
    (@ $threads:literal; $($rule:ident),+) => {
        #[allow(non_upper_case_globals, reason = "each is called as its function")]
        mod rules {
            use $crate::databases::Rule;

            $(pub(super) static $rule: Rule = Rule::new($threads, |database| Box::pin(super::$rule(database)));)+
        }

        mod sqlite {
            $(#[test] fn $rule() -> $crate::databases::TestResult { super::rules::$rule.test_on_sqlite() })+
        }

        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[test] fn $rule() -> $crate::databases::TestResult { super::rules::$rule.test_on_postgres() })+
        }
    };
}

/// Declares a test of SQLite alone for each function, for what PostgreSQL does not have.
macro_rules! on_sqlite {
    ($($rule:ident),+ $(,)?) => {
        mod sqlite_only {
            use $crate::databases::{Rule, TestResult};

            $(#[test] fn $rule() -> TestResult {
                Rule::new(1, |database| Box::pin(super::$rule(database))).test_on_sqlite()
            })+
        }
    };
}

/// Declares a test of PostgreSQL alone for each function, for what SQLite does not have.
macro_rules! on_postgres {
    ($($rule:ident),+ $(,)?) => {
        #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "there is no server, and these are compiled only"))]
        mod postgres_only {
            use $crate::databases::{Rule, TestResult};

            $(#[cfg_attr(feature = "postgres", test)] fn $rule() -> TestResult {
                Rule::new(1, |database| Box::pin(super::$rule(database))).test_on_postgres()
            })+
        }
    };
}
pub(crate) use {on_each_database, on_postgres, on_sqlite};

type Body = for<'a> fn(&'a Database) -> Pin<Box<dyn Future<Output = TestResult> + 'a>>;

/// The body of two tests.
pub(crate) struct Rule {
    threads: usize,
    body: Body,
    /// Receivers write to logs that belong to the body, so its two tests do not run at the same time.
    turn: Mutex<()>,
}

impl Rule {
    pub(crate) const fn new(threads: usize, body: Body) -> Self {
        Self { threads, body, turn: Mutex::new(()) }
    }

    pub(crate) fn test_on_sqlite(&self) -> TestResult {
        self.test(&self.runtime(), &Database { schema: None })
    }

    pub(crate) fn test_on_postgres(&self) -> TestResult {
        let runtime = self.runtime();
        let Some(schema) = runtime.block_on(Schema::new()) else { return Ok(()) };
        self.test(&runtime, &Database { schema: Some(schema) })
    }

    fn runtime(&self) -> Runtime {
        let mut builder = if self.threads > 1 { Builder::new_multi_thread() } else { Builder::new_current_thread() };
        builder.worker_threads(self.threads).enable_all().build().expect("a runtime")
    }

    fn test(&self, runtime: &Runtime, database: &Database) -> TestResult {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        crate::log::begin_test();
        runtime.block_on((self.body)(database))
    }
}

/// The database of one test: SQLite in memory, or a schema of PostgreSQL.
pub(crate) struct Database {
    schema: Option<Schema>,
}

impl Database {
    /// A connection to the database, which has the tables of these models.
    pub(crate) async fn with_tables<M: ModelSet>(&self) -> Result<Db> {
        self.connect_with::<M>(|options| options).await
    }

    /// As `with_tables`, with these options.
    pub(crate) async fn connect_with<M: ModelSet>(
        &self,
        options: impl FnOnce(ConnectOptions) -> ConnectOptions,
    ) -> Result<Db> {
        let db = options(self.options()).connect().await?;
        db.create_tables_of::<M>().await?;
        Ok(db)
    }

    /// A connection to the database, which has no tables.
    pub(crate) async fn connect(&self) -> Result<Db> {
        self.options().connect().await
    }

    /// Another database of the same kind.
    pub(crate) async fn another(&self) -> Self {
        Self { schema: if self.schema.is_some() { Schema::new().await } else { None } }
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> String {
        self.schema.as_ref().map_or_else(|| "sqlite::memory:".to_owned(), Schema::url)
    }

    fn options(&self) -> ConnectOptions {
        ConnectOptions::new(self.url())
    }
}

/// Whether it is SQLite, for what the databases do in different ways.
pub(crate) fn is_sqlite(db: &Db) -> bool {
    db.url().starts_with("sqlite")
}

/// A schema of PostgreSQL for one test, dropped afterwards.
pub(crate) struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// `None` if there is no server. The first one says so, even if the output of tests is captured.
    pub(crate) async fn new() -> Option<Self> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        static SAID: Once = Once::new();
        if cfg!(not(feature = "postgres")) {
            return None;
        }
        let Ok(server) = std::env::var("SIGNALS_TEST_POSTGRES") else {
            SAID.call_once(|| {
                let reason = "the tests on PostgreSQL do nothing: SIGNALS_TEST_POSTGRES names no server";
                let _ = writeln!(std::io::stderr(), "{reason}");
            });
            return None;
        };
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("signals_it_{}_{count}", std::process::id());
        admin(&server, &format!("CREATE SCHEMA {name}")).await;
        Some(Self { server, name })
    }

    pub(crate) fn url(&self) -> String {
        let question = if self.server.contains('?') { '&' } else { '?' };
        let Self { server, name } = self;
        format!("{server}{question}application_name={name}&options=-c%20search_path%3D{name}%20-c%20lc_messages%3DC")
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
        let runtime = || Builder::new_current_thread().enable_all().build().unwrap();
        std::thread::spawn(move || runtime().block_on(tidy)).join().unwrap();
    }
}

/// Runs SQL in the database of the test, on a connection of its own.
async fn admin(server: &str, sql: &str) {
    ConnectOptions::new(server).pool_size(1).connect().await.unwrap().batch(sql).await.unwrap();
}
