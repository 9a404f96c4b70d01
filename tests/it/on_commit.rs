//! docs/behaviour.md, rule 74: `on_commit` of any executor.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::{Log, without_lines};

on_each_database!(
    rule_74_a_hook_runs_now_without_a_transaction_and_after_the_commit_in_one,
    rule_74_a_hook_on_the_database_inside_of_a_transaction_is_an_error,
    rule_74_a_hook_that_could_not_run_is_an_error
);

/// Like a function of a library, which does not know whether it is called in a transaction.
async fn notify(executor: &dyn Executor, log: &'static Log, what: &'static str) -> Result<()> {
    let hook = async move |_db: Db| {
        log.note(what);
        if what == "fails" { Err(Error::other("no mail server")) } else { Ok(()) }
    };
    executor.on_commit(hook).await
}

fn is_outside(result: &Result<()>) -> bool {
    matches!(result.as_ref().map_err(|error| error.root().kind()), Err(ErrorKind::HookOutsideTransaction { .. }))
}

async fn rule_74_a_hook_runs_now_without_a_transaction_and_after_the_commit_in_one(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Order {
        #[key]
        id: Id<Order>,
    }

    let reported = Arc::new(Mutex::new(Vec::new()));
    let db = database
        .connect_with::<Order>(|options| {
            let reports = Arc::clone(&reported);
            options.on_error(move |error| reports.lock().unwrap().push(without_lines(&error.to_string())))
        })
        .await?;
    LOG.note("on the database");
    notify(&db, &LOG, "now").await?;
    db.on_commit(async |db| {
        LOG.note(format!("{} orders", Order::all(&db).await?.len()));
        Ok(())
    })
    .await?;
    assert_eq!(notify(&db, &LOG, "fails").await.unwrap_err().to_string(), "no mail server");
    assert!(reported.lock()?.is_empty());

    LOG.note("in a transaction");
    db.transaction(async |tx| {
        notify(tx, &LOG, "first").await?;
        Order::default().save(tx).await?;
        tx.on_commit(async |_| {
            LOG.note("second");
            Ok(())
        });
        notify(tx, &LOG, "fails").await?;
        notify(tx, &LOG, "last").await?;
        LOG.note("still open");
        Ok(())
    })
    .await?;
    expect!["the on_commit hook that was queued at tests/it/on_commit.rs failed, the commit stays: no mail server"]
        .assert_eq(&std::mem::take(&mut *reported.lock()?).join("\n"));

    LOG.note("in savepoints, one of which is undone");
    let mut tx = db.begin().await?;
    let undone = tx.savepoint(async |tx| {
        notify(tx, &LOG, "undone").await?;
        Err::<(), _>(Error::other("undo"))
    });
    undone.await.unwrap_err();
    tx.savepoint(async |tx| notify(tx, &LOG, "kept").await).await?;
    // It knows nothing of the transaction that the program holds.
    notify(&db, &LOG, "now").await?;
    tx.commit().await?;

    LOG.note("rolled back");
    let tx = db.begin().await?;
    notify(&tx, &LOG, "never").await?;
    tx.rollback().await?;
    expect![[r"
        on the database
        now
        0 orders
        fails
        in a transaction
        still open
        first
        second
        fails
        last
        in savepoints, one of which is undone
        now
        kept
        rolled back
    "]]
    .assert_eq(&LOG.take());
    Ok(())
}

async fn rule_74_a_hook_on_the_database_inside_of_a_transaction_is_an_error(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Order {
        #[key]
        id: Id<Order>,
    }

    #[receiver(post_save, sender = Order)]
    async fn wrong(tx: &mut Tx) -> Result<()> {
        let db = tx.db().clone();
        notify(&db, &LOG, "in a receiver").await
    }

    #[receiver(post_commit, sender = Order)]
    async fn right(db: &Db) -> Result<()> {
        notify(db, &LOG, "after the commit").await
    }

    struct Caller;

    let second = database.another().await;
    let (db, other) = (database.with_tables::<Order>().await?, second.with_tables::<Order>().await?);
    let line = line!() + 1;
    let result = db.transaction(async |_| notify(&db, &LOG, "in the body").await).await;
    let Err(ErrorKind::HookOutsideTransaction { outer }) = result.as_ref().map_err(Error::kind) else {
        panic!("{result:?}")
    };
    assert_eq!((outer.file(), outer.line()), (file!(), line));
    expect![
        "an `on_commit` hook on a `Db`, inside of the transaction that began at tests/it/on_commit.rs, would run before its commit: \
         call `tx.on_commit(..)`, or pass the `tx` to the function that calls it"
    ]
    .assert_eq(&without_lines(&result.unwrap_err().to_string()));
    let with_context = db.with(Caller);
    assert!(is_outside(&db.transaction(async |_| notify(&with_context, &LOG, "with a context").await).await));
    let in_a_savepoint = async |tx: &mut Tx| tx.savepoint(async |_| notify(&db, &LOG, "in a savepoint").await).await;
    assert!(is_outside(&db.transaction(in_a_savepoint).await));
    assert!(is_outside(&Order::default().save(&db).await));
    assert_eq!(LOG.take(), "");

    // Neither another database nor another task is inside of it.
    let task = db.clone();
    db.transaction(async |tx| {
        notify(&other, &LOG, "another database").await?;
        tokio::spawn(async move { notify(&task, &LOG, "another task").await }).await.map_err(Error::other)??;
        tx.on_commit(async |db| notify(&db, &LOG, "in a hook").await);
        Ok(())
    })
    .await?;
    let muted = signals::testing::mute::<wrong>(&db);
    Order::default().create(&db).await?;
    drop(muted);
    assert_eq!(LOG.take(), "another database\nanother task\nin a hook\nafter the commit\n");
    Ok(())
}

async fn rule_74_a_hook_that_could_not_run_is_an_error(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Order {
        #[key]
        id: Id<Order>,
    }

    #[receiver(post_save, sender = Order)]
    fn refuse() -> Result<(), &'static str> {
        Err("no")
    }

    let db = database.with_tables::<Order>().await?;
    let tx = db.begin().await?;
    Order::default().save(&tx).await.unwrap_err();
    assert!(matches!(notify(&tx, &LOG, "never").await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    tx.rollback().await?;
    assert_eq!(LOG.take(), "");
    Ok(())
}
