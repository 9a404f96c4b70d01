//! The databases that sequences are tried on: two pools of connections to each, and an empty start for every sequence.

use std::path::PathBuf;

use signals::ConnectOptions;
use signals::ErrorKind;
use signals::prelude::*;
use tokio::runtime::Runtime;

use crate::compare::Mismatch;
use crate::models::Tables;
use crate::stage;

pub(crate) struct Database {
    runtime: Runtime,
    databases: [Db; 2],
    /// SQL that empties all tables.
    empty: String,
    /// What is removed afterwards.
    leftover: Leftover,
}

enum Leftover {
    File(PathBuf),
    #[cfg(feature = "postgres")]
    Schema {
        server: String,
        name: String,
    },
}

/// In a file: with a database in memory nothing can read next to a transaction.
pub(crate) fn sqlite() -> Database {
    let file = std::env::temp_dir().join(format!("signals_sequences_{}.db", std::process::id()));
    let url = format!("sqlite:{}", file.display());
    Database::new(
        &url,
        |tables| {
            let deletes = tables.iter().map(|table| format!("DELETE FROM \"{table}\";\n"));
            deletes.chain(["DELETE FROM sqlite_sequence".to_owned()]).collect::<String>()
        },
        Leftover::File(file),
    )
}

/// `None`, with a word, if there is no server.
#[cfg(feature = "postgres")]
pub(crate) fn postgres() -> Option<Database> {
    let Ok(server) = std::env::var("SIGNALS_TEST_POSTGRES") else {
        eprintln!("PostgreSQL is left out: SIGNALS_TEST_POSTGRES names no server");
        return None;
    };
    let name = format!("signals_sequences_{}", std::process::id());
    block_on(admin(&server, &format!("CREATE SCHEMA {name}")));
    let question = if server.contains('?') { '&' } else { '?' };
    // What is lost when the server loses its power may be lost here.
    let options = format!("-c%20search_path%3D{name}%20-c%20lc_messages%3DC%20-c%20synchronous_commit%3Doff");
    let url = format!("{server}{question}options={options}");
    let empty = |tables: &[&str]| {
        let tables: Vec<String> = tables.iter().map(|table| format!("\"{table}\"")).collect();
        format!("TRUNCATE {} RESTART IDENTITY", tables.join(", "))
    };
    Some(Database::new(&url, empty, Leftover::Schema { server, name }))
}

impl Database {
    fn new(url: &str, empty: impl FnOnce(&[&str]) -> String, leftover: Leftover) -> Self {
        let runtime = runtime();
        let connect = || ConnectOptions::new(url).on_error(reported).connect();
        let databases = runtime.block_on(async {
            let databases = [connect().await?, connect().await?];
            databases[0].create_tables_of::<Tables>().await?;
            Ok::<_, Error>(databases)
        });
        // Children before their parents.
        let tables = ["BookTags", "TagRelated", "Loan", "Chapter", "Book", "Note", "Visit", "Author", "Country", "Tag"];
        let of = |name: &str| {
            signals::model::registered_models().into_iter().find(|meta| meta.name == name).map(|meta| meta.table)
        };
        let tables: Vec<&str> = tables.into_iter().filter_map(of).collect();
        Self { databases: databases.expect("a database"), runtime, empty: empty(&tables), leftover }
    }

    /// Runs a sequence on empty tables.
    pub(crate) fn run(&self, sequence: impl AsyncFnOnce(&[Db; 2]) -> Result<(), Mismatch>) -> Result<(), Mismatch> {
        self.runtime.block_on(async {
            settle().await;
            self.databases[0].batch(&self.empty).await.map_err(|error| error.to_string())?;
            sequence(&self.databases).await
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        match &self.leftover {
            Leftover::File(file) => {
                for end in ["", "-wal", "-shm"] {
                    let mut file = file.clone().into_os_string();
                    file.push(end);
                    // It is one of the temporary files anyway.
                    drop(std::fs::remove_file(file));
                }
            }
            #[cfg(feature = "postgres")]
            Leftover::Schema { server, name } => {
                self.runtime.block_on(admin(server, &format!("DROP SCHEMA {name} CASCADE")));
            }
        }
    }
}

/// Lets the tasks of the last sequence end, which may have been given up in a transaction.
async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

/// Notes an error that no call can return.
fn reported(error: &Error) {
    match error.kind() {
        ErrorKind::Receiver(error) => stage::note(format!("reported {}", error.signal)),
        ErrorKind::Hook { .. } => stage::note("reported hook".to_owned()),
        kind => stage::note(format!("reported {kind}")),
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[cfg(feature = "postgres")]
fn block_on(work: impl Future<Output = ()>) {
    runtime().block_on(work);
}

#[cfg(feature = "postgres")]
async fn admin(server: &str, sql: &str) {
    let db = ConnectOptions::new(server).pool_size(1).connect().await.expect("the server of SIGNALS_TEST_POSTGRES");
    db.batch(sql).await.expect(sql);
}
