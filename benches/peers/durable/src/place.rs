//! Where the databases are, and the engines that use them.

use std::env;
use std::fs;
use std::path::PathBuf;

use tokio_postgres::{Client, NoTls};

use crate::by_hand::ByHand;
use crate::by_hand_on_sqlite::ByHandOnSqlite;
use crate::engine::Engine;
use crate::with_apalis::WithApalis;
use crate::with_apalis_on_sqlite::WithApalisOnSqlite;
use crate::with_graphile::WithGraphile;
use crate::with_signals::WithSignals;

/// A database of PostgreSQL, or a folder with a file of SQLite for each engine.
pub(crate) enum Place {
    Postgres { server: String, database: String },
    Sqlite(PathBuf),
}

/// How a job is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// In the transaction that has locked it and that ends it.
    Tx,
    /// Outside of a transaction, with a lease.
    Lease,
    /// Rows have no jobs.
    None,
}

/// The columns, in the order of the tables. The first is the floor.
const ON_POSTGRES: [&str; 7] =
    ["by hand, tx", "signals, tx", "by hand, lease", "signals, lease", "apalis", "graphile", "graphile, batches"];
const ON_SQLITE: [&str; 5] = ["by hand, tx", "signals, tx", "by hand, lease", "signals, lease", "apalis"];

impl Place {
    /// A database on the server that `SIGNALS_TEST_POSTGRES` names.
    pub(crate) async fn postgres() -> Option<Self> {
        let server = env::var("SIGNALS_TEST_POSTGRES").ok()?;
        let database = format!("peers_{}", std::process::id());
        let sql = format!("CREATE DATABASE {database}");
        client(&server).await.batch_execute(&sql).await.expect("a database");
        Some(Self::Postgres { server, database })
    }

    pub(crate) fn sqlite() -> Self {
        let folder = env::temp_dir().join(format!("peers-durable-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for the files");
        Self::Sqlite(folder)
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Postgres { .. } => "postgres",
            Self::Sqlite(_) => "file",
        }
    }

    /// The engines whose names contain a word, after the floor.
    pub(crate) async fn engines(&self, word: &str) -> Vec<Box<dyn Engine>> {
        let names: &[_] = match self {
            Self::Postgres { .. } => &ON_POSTGRES,
            Self::Sqlite(_) => &ON_SQLITE,
        };
        let mut engines = Vec::new();
        for name in names.iter().enumerate().filter(|(at, name)| *at == 0 || name.contains(word)).map(|(_, name)| name)
        {
            let engine = connect(name, &self.url(name)).await;
            engine.clear().await;
            engines.push(engine);
        }
        engines
    }

    /// The address of the database of an engine.
    pub(crate) fn url(&self, engine: &str) -> String {
        match self {
            Self::Postgres { server, database } => {
                let (address, query) = server.split_once('?').unwrap_or((server, ""));
                let (address, _) = address.rsplit_once('/').expect("the address of a database");
                format!("{address}/{database}?{query}")
            }
            Self::Sqlite(folder) => {
                let file = engine.replace([',', ' '], "_");
                format!("sqlite:{}", folder.join(file).with_extension("db").display())
            }
        }
    }

    pub(crate) async fn tidy(self) {
        match self {
            Self::Postgres { server, database } => {
                let sql = format!("DROP DATABASE {database} WITH (FORCE)");
                client(&server).await.batch_execute(&sql).await.expect("the database is dropped");
            }
            Self::Sqlite(folder) => fs::remove_dir_all(folder).expect("the folder is removed"),
        }
    }
}

/// The engine of a column, and its tables.
pub(crate) async fn connect(column: &str, url: &str) -> Box<dyn Engine> {
    let mode = match column.split_once(", ") {
        Some((_, "tx")) => Mode::Tx,
        Some((_, "no job")) => Mode::None,
        _ => Mode::Lease,
    };
    let is_sqlite = url.starts_with("sqlite:");
    match column.split(',').next() {
        Some("signals") => Box::new(WithSignals::connect(url, mode).await),
        Some("by hand") if is_sqlite => Box::new(ByHandOnSqlite::connect(url, mode)),
        Some("by hand") => Box::new(ByHand::connect(url, mode).await),
        Some("apalis") if is_sqlite => Box::new(WithApalisOnSqlite::connect(url).await),
        Some("apalis") => Box::new(WithApalis::connect(url).await),
        Some("graphile") => Box::new(WithGraphile::connect(url, column.ends_with("batches")).await),
        _ => panic!("no engine is called {column}"),
    }
}

pub(crate) async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a server");
    tokio::spawn(async move {
        // The next statement reports the failure.
        let _ = connection.await;
    });
    client
}
