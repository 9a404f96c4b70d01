use std::sync::{Arc, Mutex};

use super::*;
use crate::db::Tx;
use crate::error::Error;

type Log = Arc<Mutex<Vec<String>>>;

fn log(log: &Log, line: impl Into<String>) {
    log.lock().unwrap().push(line.into());
}

fn taken(log: &Log) -> Vec<String> {
    std::mem::take(&mut log.lock().unwrap())
}

/// A database whose failures after a commit are in the log.
async fn logged() -> (Db, Log) {
    let lines = Log::default();
    let db = impatient("sqlite::memory:")
        .on_error({
            let lines = Arc::clone(&lines);
            move |error| log(&lines, error.to_string())
        })
        .connect()
        .await
        .unwrap();
    (with_numbers(db).await, lines)
}

fn say(tx: &Tx, lines: &Log, line: &'static str) {
    let lines = Arc::clone(lines);
    tx.on_commit(async move |_| {
        log(&lines, line);
        Ok(())
    });
}

#[tokio::test]
async fn hooks_run_in_order_after_the_commit_without_the_writer() {
    let (db, lines) = logged().await;
    let tx = db.begin().await.unwrap();
    add(&tx, 1).await.unwrap();
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
    tx.commit().await.unwrap();
    assert_eq!(taken(&lines), ["first", "second sees [1]", "hook of a hook", "third"]);
    assert_eq!(numbers(&db).await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn hooks_of_what_is_not_committed_do_not_run() {
    let (db, lines) = logged().await;
    let held = Arc::new(());
    for end in 0..4 {
        let tx = db.begin().await.unwrap();
        let handle = tx.handle();
        let guard = Arc::clone(&held);
        tx.on_commit(async move |_| {
            drop(guard);
            unreachable!("not committed")
        });
        match end {
            0 => drop(tx),
            1 => tx.rollback().await.unwrap(),
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
}

#[tokio::test]
async fn all_hooks_run_whatever_fails() {
    fn at_once(_: Db) -> std::future::Ready<Result<()>> {
        panic!("second panic")
    }

    let (db, lines) = logged().await;
    let tx = db.begin().await.unwrap();
    add(&tx, 1).await.unwrap();
    let line = line!() + 1;
    tx.on_commit(async |_| Err(Error::other("no mail today")));
    tx.on_commit(async |_| panic!("first {}", "panic"));
    tx.on_commit(at_once);
    tx.on_commit(async |_| std::panic::panic_any(7));
    say(&tx, &lines, "last");
    tx.commit().await.unwrap();
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
    assert_eq!(numbers(&db).await.unwrap(), [1]);
}

/// A web server drops the future of a request whose client has gone; its mail must go out nevertheless.
#[tokio::test]
async fn hooks_go_on_when_nobody_waits_for_the_commit() {
    let (db, lines) = logged().await;
    for polls in 1..=3 {
        let tx = db.begin().await.unwrap();
        for line in ["one", "two"] {
            let lines = Arc::clone(&lines);
            tx.on_commit(async move |_| {
                tokio::task::yield_now().await;
                log(&lines, line);
                Ok(())
            });
        }
        let committed = drop_after(polls, tx.commit()).await;
        assert_eq!(committed.is_some(), polls == 3);
        for _ in 0..5 {
            tokio::task::yield_now().await;
        }
        assert_eq!(taken(&lines), ["one", "two"]);
    }
}

#[test]
fn hooks_that_a_stopped_runtime_cut_off_are_reported() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (db, lines) = runtime.block_on(logged());
    runtime.spawn(async move {
        let tx = db.begin().await.unwrap();
        tx.on_commit(async |_| std::future::pending().await);
        tx.on_commit(async |_| Ok(()));
        tx.commit().await
    });
    runtime.block_on(tokio::task::yield_now());
    drop(runtime);
    let lines = taken(&lines);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("it did not run to its end, because the runtime has stopped"), "{lines:?}");
}
