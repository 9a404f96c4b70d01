//! The databases that a rule is tried on.

use std::collections::VecDeque;

use signals::ConnectOptions;
use signals::model::ModelSet;
use signals::prelude::*;

/// One database after the other, each with the tables of these models: SQLite in memory, and PostgreSQL if
/// `SIGNALS_TEST_POSTGRES` names a server.
///
/// Not at the same time: receivers write to logs that belong to the test.
pub(crate) async fn databases<M: ModelSet>() -> Databases {
    databases_with::<M>(|options| options).await
}

/// As `databases`, with these options.
pub(crate) async fn databases_with<M: ModelSet>(options: impl Fn(ConnectOptions) -> ConnectOptions) -> Databases {
    let databases = connected(options).await;
    for db in &databases.waiting {
        db.create_tables_of::<M>().await.unwrap();
    }
    databases
}

/// As `databases`, without any table.
pub(crate) async fn empty_databases() -> Databases {
    connected(|options| options).await
}

async fn connected(options: impl Fn(ConnectOptions) -> ConnectOptions) -> Databases {
    let mut waiting = VecDeque::from([options(ConnectOptions::new("sqlite::memory:")).connect().await.unwrap()]);
    let schema = Schema::new().await;
    if let Some(schema) = &schema {
        waiting.push_back(options(ConnectOptions::new(schema.url())).connect().await.unwrap());
    }
    Databases { waiting, _schema: schema }
}

/// Whether it is SQLite, for what the databases do in different ways.
pub(crate) fn is_sqlite(db: &Db) -> bool {
    db.url().starts_with("sqlite")
}

/// Those that are left.
pub(crate) struct Databases {
    waiting: VecDeque<Db>,
    _schema: Option<Schema>,
}

impl Iterator for Databases {
    type Item = Db;

    fn next(&mut self) -> Option<Db> {
        self.waiting.pop_front()
    }
}

/// A schema of PostgreSQL for one test, dropped afterwards.
pub(crate) struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// `None`, said aloud, if there is no server.
    pub(crate) async fn new() -> Option<Self> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        if cfg!(not(feature = "postgres")) {
            return None;
        }
        let Ok(server) = std::env::var("SIGNALS_TEST_POSTGRES") else {
            eprintln!("PostgreSQL is left out: SIGNALS_TEST_POSTGRES names no server");
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
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        std::thread::spawn(move || runtime().block_on(tidy)).join().unwrap();
    }
}

/// Does something beside the database of the test, as another process.
async fn admin(server: &str, sql: &str) {
    ConnectOptions::new(server).pool_size(1).connect().await.unwrap().batch(sql).await.unwrap();
}
