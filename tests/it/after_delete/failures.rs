//! docs/behaviour.md, rules 46 and 72: receivers that fail, and deletes that are undone.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use super::photo;
use crate::databases::{Database, TestResult, on_each_database};
use crate::log::{Log, without_lines};

on_each_database!(
    rule_46_71_failures_after_a_delete_are_isolated_and_reported,
    rule_72_a_dropped_transaction_sends_it_as_a_task,
    rule_72_the_row_whose_receiver_failed_is_sent_and_its_save_as_well
);

async fn rule_46_71_failures_after_a_delete_are_isolated_and_reported(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Photo {
        #[key]
        id: Id<Photo>,
    }

    #[receiver([post_delete_commit, post_delete_rollback], sender = Photo)]
    fn fails() -> Result<(), &'static str> {
        Err("no")
    }

    #[receiver([post_delete_commit, post_delete_rollback], sender = Photo)]
    fn panics() {
        panic!("never");
    }

    #[receiver([post_delete_commit, post_delete_rollback], sender = Photo)]
    fn runs() {
        LOG.note("runs");
    }

    let reported = Arc::new(Mutex::new(Vec::new()));
    let db = database
        .connect_with::<Photo>(|options| {
            let reports = Arc::clone(&reported);
            options.on_error(move |error| reports.lock().unwrap().push(without_lines(&error.to_string())))
        })
        .await?;
    let mut photo = Photo::default();
    photo.save(&db).await?;
    let tx = db.begin().await?;
    photo.delete(&tx).await?;
    tx.rollback().await?;
    photo.delete(&db).await?;
    assert!(photo.id.is_unset());
    assert_eq!(LOG.take(), "runs\nruns\n");
    expect![[r"
        receiver `it::after_delete::failures::fails` (tests/it/after_delete/failures.rs) failed on `post_delete_rollback` of `Photo`: no
        receiver `it::after_delete::failures::panics` (tests/it/after_delete/failures.rs) panicked on `post_delete_rollback` of `Photo`: never
        receiver `it::after_delete::failures::fails` (tests/it/after_delete/failures.rs) failed on `post_delete_commit` of `Photo`: no
        receiver `it::after_delete::failures::panics` (tests/it/after_delete/failures.rs) panicked on `post_delete_commit` of `Photo`: never"]]
    .assert_eq(&std::mem::take(&mut *reported.lock()?).join("\n"));
    Ok(())
}

async fn rule_72_a_dropped_transaction_sends_it_as_a_task(database: &Database) -> TestResult {
    photo!(LOG);

    let db = database.with_tables::<Photo>().await?;
    let mut photo = saved(&db, "a").await?;
    let tx = db.begin().await?;
    photo.delete(&tx).await?;
    drop(tx);
    while LOG.lines().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(LOG.take(), "back a None, stored true\n");
    Ok(())
}

async fn rule_72_the_row_whose_receiver_failed_is_sent_and_its_save_as_well(database: &Database) -> TestResult {
    photo!(LOG);

    #[receiver(pre_delete, sender = Photo)]
    fn keep(instance: &Photo) -> Result<(), &'static str> {
        if instance.file == "kept" { Err("kept") } else { Ok(()) }
    }

    #[receiver(post_delete, sender = Photo)]
    fn refuse(instance: &Photo) -> Result<(), &'static str> {
        if instance.file.starts_with("bad") { Err("no") } else { Ok(()) }
    }

    #[receiver(post_rollback, sender = Photo)]
    fn undone(instance: &Photo, created: bool) {
        LOG.note(format!("undone {}, created {created}", instance.file));
    }

    let db = database.with_tables::<Photo>().await?;
    let mut photo = saved(&db, "bad").await?;
    LOG.note("a receiver fails, on the database");
    photo.delete(&db).await.unwrap_err();

    LOG.note("before the delete, nothing was deleted");
    saved(&db, "kept").await?.delete(&db).await.unwrap_err();

    LOG.note("after a save in the same transaction");
    let failed = db.transaction(async |tx| {
        photo.file = "bad 2".to_owned();
        photo.save(tx).await?;
        photo.delete(tx).await
    });
    assert!(matches!(failed.await.unwrap_err().kind(), ErrorKind::Receiver { .. }));

    LOG.note("a new row");
    let failed = db.transaction(async |tx| saved(tx, "bad new").await?.delete(tx).await);
    failed.await.unwrap_err();
    expect![[r"
        a receiver fails, on the database
        back bad None, stored true
        before the delete, nothing was deleted
        after a save in the same transaction
        undone bad 2, created false
        back bad 2 None, stored true
        a new row
        undone bad new, created true
    "]]
    .assert_eq(&LOG.take());
    Ok(())
}
