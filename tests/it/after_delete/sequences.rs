//! docs/behaviour.md, rules 71 and 72: several changes of one row, in transactions and savepoints.
#![allow(clippy::many_single_char_names, reason = "each row has a letter, which the log has too")]

use expect_test::expect;
use signals::prelude::*;

use super::photo;
use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_71_what_is_sent_after_a_commit_is_the_difference_that_the_transaction_made,
    rule_71_savepoints_that_are_undone_take_their_deletes_back
);

/// A photo, receivers of every signal after a transaction, and changes.
macro_rules! photo_with_saves {
    ($log:ident) => {
        photo!($log);

        #[receiver(post_commit, sender = Photo)]
        fn committed(instance: &Photo, created: bool) {
            $log.note(format!("committed {}, created {created}", instance.file));
        }

        #[receiver(post_rollback, sender = Photo)]
        fn undone(instance: &Photo, created: bool) {
            $log.note(format!("undone {}, created {created}", instance.file));
        }

        async fn again(executor: &dyn Executor, photo: &Photo, file: &str) -> Result<()> {
            let mut photo = Photo { id: photo.id, file: file.to_owned(), ..Photo::default() };
            photo.create(executor).await
        }

        async fn set(executor: &dyn Executor, photo: &mut Photo, file: &str) -> Result<()> {
            photo.file = file.to_owned();
            photo.save(executor).await
        }
    };
}

async fn rule_71_what_is_sent_after_a_commit_is_the_difference_that_the_transaction_made(
    database: &Database,
) -> TestResult {
    photo_with_saves!(LOG);

    let db = database.with_tables::<Photo>().await?;
    let mut sent = String::new();
    for end in ["commit", "rollback"] {
        let mut olds = Vec::new();
        for file in ["a", "b", "c", "d", "e", "f"] {
            olds.push(saved(&db, file).await?);
        }
        let [a, b, c, d, e, f] = &mut olds[..] else { unreachable!() };
        LOG.take();
        let mut tx = db.begin().await?;
        let tx_ = &mut tx;
        // Inserted and deleted: nothing.
        saved(tx_, "new").await?.delete(tx_).await?;
        let mut many = [Photo { file: "many".to_owned(), ..Photo::default() }];
        Photo::create_many(tx_, &mut many).await?;
        many[0].delete(tx_).await?;
        // Updated and deleted.
        set(tx_, a, "a2").await?;
        a.delete(tx_).await?;
        // Deleted and inserted again.
        b.delete(tx_).await?;
        again(tx_, b, "b2").await?;
        // Deleted, inserted again and deleted again: the row that there was.
        c.delete(tx_).await?;
        again(tx_, c, "c2").await?;
        Photo::get(tx_, c.id).await?.ok_or("stored")?.delete(tx_).await?;
        // Deleted, inserted again, and deleted without signals.
        d.delete(tx_).await?;
        again(tx_, d, "d2").await?;
        Photo::delete_where(tx_, "id = ?", &(d.id,)).await?;
        // Deleted without signals, inserted again and deleted: it is a new row.
        Photo::delete_where(tx_, "id = ?", &(e.id,)).await?;
        again(tx_, e, "e2").await?;
        Photo::get(tx_, e.id).await?.ok_or("stored")?.delete(tx_).await?;
        // Updated and deleted without signals.
        set(tx_, f, "f2").await?;
        Photo::delete_where(tx_, "id = ?", &(f.id,)).await?;
        LOG.note(end);
        match end {
            "commit" => tx.commit().await?,
            _ => tx.rollback().await?,
        }
        sent += &LOG.take();
    }
    expect![[r"
            commit
            gone a2 None, stored false
            committed b2, created true
            gone c None, stored false
            gone d None, stored false
            rollback
            back a2 None, stored true
            undone b2, created true
            back c None, stored true
            back d None, stored true
        "]]
    .assert_eq(&sent);
    Ok(())
}

async fn rule_71_savepoints_that_are_undone_take_their_deletes_back(database: &Database) -> TestResult {
    photo_with_saves!(LOG);

    async fn undone_savepoint(tx: &mut Tx, work: impl AsyncFnOnce(&mut Tx) -> Result<()>) {
        let done = tx.savepoint(async |tx| {
            work(tx).await?;
            Err::<(), _>(Error::other("undone"))
        });
        done.await.unwrap_err();
    }

    let db = database.with_tables::<Photo>().await?;
    let mut olds = Vec::new();
    for file in ["a", "b", "c", "d", "e", "f"] {
        olds.push(saved(&db, file).await?);
    }
    let [a, b, c, d, e, f] = &mut olds[..] else { unreachable!() };
    LOG.take();
    let mut tx = db.begin().await?;
    // The delete is undone, and the row that was updated before it stays.
    set(&tx, a, "a2").await?;
    undone_savepoint(&mut tx, async |tx| a.delete(tx).await.map(drop)).await;
    // Undone, and then deleted all the same.
    undone_savepoint(&mut tx, async |tx| b.delete(tx).await.map(drop)).await;
    b.delete(&tx).await?;
    // Deleted in a savepoint that stays, in one that is undone.
    undone_savepoint(&mut tx, async |tx| tx.savepoint(async |tx| c.delete(tx).await.map(drop)).await).await;
    // Deleted in a savepoint that stays.
    tx.savepoint(async |tx| {
        set(tx, d, "d2").await?;
        tx.savepoint(async |tx| d.delete(tx).await.map(drop)).await
    })
    .await?;
    // The insert after the delete is undone.
    e.delete(&tx).await?;
    undone_savepoint(&mut tx, async |tx| again(tx, e, "e2").await).await;
    // A row of the transaction, whose delete is undone and then done.
    let mut new = saved(&tx, "new").await?;
    undone_savepoint(&mut tx, async |tx| new.delete(tx).await.map(drop)).await;
    new.delete(&tx).await?;
    // Deleted, and inserted again in a savepoint.
    f.delete(&tx).await?;
    tx.savepoint(async |tx| again(tx, f, "f2").await).await?;
    tx.commit().await?;
    expect![[r"
            committed a2, created false
            back a2 None, stored true
            back b None, stored false
            gone b None, stored false
            back c None, stored true
            gone d2 None, stored false
            gone e None, stored false
            undone e2, created true
            committed f2, created true
        "]]
    .assert_eq(&LOG.take());
    Ok(())
}
