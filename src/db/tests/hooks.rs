//! What runs after a commit.

use std::sync::{Arc, Mutex, PoisonError};

use super::*;
use crate::db::Tx;
use crate::error::Error;

on_each_database! {
    hooks_run_in_order_after_the_commit_without_the_connection,
    hooks_of_what_is_not_committed_do_not_run,
    all_hooks_run_whatever_fails,
}

type Log = Arc<Mutex<Vec<String>>>;

pub(in crate::db) fn log(log: &Log, line: impl Into<String>) {
    log.lock().unwrap_or_else(PoisonError::into_inner).push(line.into());
}

pub(in crate::db) fn taken(log: &Log) -> Vec<String> {
    std::mem::take(&mut log.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A database whose failures after a commit are in the log.
pub(in crate::db) async fn logged(options: ConnectOptions) -> Result<(Db, Log)> {
    let lines = Log::default();
    let options = options.on_error({
        let lines = Arc::clone(&lines);
        move |error| log(&lines, error.to_string())
    });
    Ok((with_numbers(options.connect().await?).await?, lines))
}

fn say(tx: &Tx, lines: &Log, line: &'static str) {
    let lines = Arc::clone(lines);
    tx.on_commit(async move |_| {
        log(&lines, line);
        Ok(())
    });
}

async fn hooks_run_in_order_after_the_commit_without_the_connection(database: &Database) -> TestResult {
    let (db, lines) = logged(database.one()).await?;
    let tx = db.begin().await?;
    add(&tx, 1).await?;
    say(&tx, &lines, "first");
    tx.handle().on_commit({
        let lines = Arc::clone(&lines);
        async move |db: Db| {
            tokio::task::yield_now().await;
            log(&lines, format!("second sees {:?}", numbers(&db).await?));
            db.transaction(async |tx| {
                add(tx, 2).await?;
                say(tx, &lines, "hook of a hook");
                Ok::<_, Error>(())
            })
            .await
        }
    });
    say(&tx, &lines, "third");
    assert_eq!(taken(&lines), [""; 0]);
    tx.commit().await?;
    assert_eq!(taken(&lines), ["first", "second sees [1]", "hook of a hook", "third"]);
    assert_eq!(numbers(&db).await?, [1, 2]);
    Ok(())
}

async fn hooks_of_what_is_not_committed_do_not_run(database: &Database) -> TestResult {
    let (db, lines) = logged(database.one()).await?;
    let held = Arc::new(());
    for end in 0..4 {
        let tx = db.begin().await?;
        let handle = tx.handle();
        let guard = Arc::clone(&held);
        tx.on_commit(async move |_| {
            drop(guard);
            unreachable!("not committed")
        });
        match end {
            0 => drop(tx),
            1 => tx.rollback().await?,
            2 => {
                tx.fail(&Error::other("broken"));
                tx.commit().await.unwrap_err();
            }
            _ => drop(db.transaction(async |inner: &mut Tx| {
                say(inner, &lines, "never");
                Err::<(), _>(Error::other("no"))
            })),
        }
        drop(handle);
    }
    assert_eq!(Arc::strong_count(&held), 1, "they are dropped");
    assert_eq!(taken(&lines), [""; 0]);
    Ok(())
}

async fn all_hooks_run_whatever_fails(database: &Database) -> TestResult {
    fn at_once(_: Db) -> std::future::Ready<Result<()>> {
        panic!("second panic")
    }

    let (db, lines) = logged(database.one()).await?;
    let tx = db.begin().await?;
    add(&tx, 1).await?;
    let line = line!() + 1;
    tx.on_commit(async |_| Err(Error::other("no mail today")));
    tx.on_commit(async |_| panic!("first {}", "panic"));
    tx.on_commit(at_once);
    tx.on_commit(async |_| std::panic::panic_any(7));
    say(&tx, &lines, "last");
    tx.commit().await?;
    let lines: Vec<_> = taken(&lines).into_iter().map(|line| line.replace(file!(), "hooks.rs")).collect();
    let failed = |after: u32, column: u32, what: &str| {
        format!(
            "the on_commit hook that was queued at hooks.rs:{}:{column} failed, the commit stays: {what}",
            line + after,
        )
    };
    assert_eq!(
        lines,
        [
            failed(0, 8, "no mail today"),
            failed(1, 8, "a panic: first panic"),
            failed(2, 8, "a panic: second panic"),
            failed(3, 8, "a panic: without a message"),
            "last".to_owned(),
        ]
    );
    assert_eq!(numbers(&db).await?, [1]);
    Ok(())
}
