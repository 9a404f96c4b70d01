//! Workers on a database that cannot be written.

use std::path::PathBuf;

use expect_test::expect;
use signals::durable::{Event, Todo, Worker};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database! {
    a_worker_refuses_a_database_that_is_read_only,
}

#[model]
#[derive(Debug, Default)]
struct Coin {
    #[key]
    id: Id<Coin>,
}

#[receiver(post_commit, sender = Coin, durable, id = "read_only::count")]
fn count(tx: &mut Tx) {
    let _ = tx;
    unreachable!("the database is read-only");
}

/// A file of SQLite, which is removed in the end.
struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.0.display()));
        }
    }
}

/// Rule 96.
async fn a_worker_refuses_a_database_that_is_read_only(database: &Database) -> TestResult {
    let file = File(std::env::temp_dir().join(format!("signals-read-only-{}.db", std::process::id())));
    let is_sqlite = database.url().starts_with("sqlite");
    let (url, read_only) = if is_sqlite {
        let url = format!("sqlite:{}", file.0.display());
        (url.clone(), format!("{url}?mode=ro"))
    } else {
        (database.url(), format!("{}%20-c%20default_transaction_read_only%3Don", database.url()))
    };
    let db = Db::connect(&url).await?;
    db.create_tables_of::<(Coin, Event, Todo)>().await?;
    Coin::default().save(&db).await?;

    let db = signals::ConnectOptions::new(read_only).on_error(|_| {}).connect().await?;
    let error = db.work().stop().await.expect_err("it cannot write");
    let same = Worker::new(&db).run_due().await.expect_err("it cannot write");
    assert_eq!(error.to_string(), same.to_string());
    let text = error.to_string().replace(&*file.0.to_string_lossy(), "coins.db");
    if is_sqlite {
        expect!["the database `coins.db` is open for reading only: allow writing to the file and its directory, and leave `mode=ro` out of the URL"].assert_eq(&text);
    } else {
        expect!["the database is read-only, and the calls of durable receivers end with a write: connect to the primary server, without `default_transaction_read_only=on`"].assert_eq(&text);
    }
    Ok(())
}
