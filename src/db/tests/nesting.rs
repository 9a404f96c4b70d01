//! A transaction in the body of another one.

use super::*;
use crate::db::{TransactionOptions, Tx};
use crate::error::{Error, ErrorKind};

on_each_database! {
    a_transaction_in_the_body_of_another_one_is_refused_at_once,
    what_is_not_in_the_body_is_no_nested_transaction,
}

/// As a function that does not know that it is called in a transaction.
async fn add_in_a_transaction(db: &Db, n: i64) -> Result<()> {
    db.transaction(async |tx| add(tx, n).await.map(drop)).await
}

#[track_caller]
fn is_nested(result: &Result<()>, line: u32) {
    let Err(ErrorKind::NestedTransaction { outer }) = result.as_ref().map_err(Error::kind) else {
        panic!("{result:?}")
    };
    assert_eq!((outer.file(), outer.line()), (file!(), line));
}

async fn a_transaction_in_the_body_of_another_one_is_refused_at_once(database: &Database) -> TestResult {
    for (has_several, db) in [false, true].into_iter().zip(database.each().await?) {
        let db = with_numbers(db).await?;
        let (result, line) = (db.transaction(async |_| add_in_a_transaction(&db.clone(), 1).await).await, line!());
        is_nested(&result, line);
        let reading = TransactionOptions::new().read_only();
        let nested = async |_: &mut Tx| db.transaction_with(reading, async |_| Ok(())).await;
        let (result, line) = (db.transaction_with(TransactionOptions::new(), nested).await, line!());
        is_nested(&result, line);
        // In a savepoint, after a wait, and next to other things.
        let nested = async |tx: &mut Tx| {
            tx.savepoint(async |_| {
                tokio::time::sleep(Duration::from_millis(1)).await;
                tokio::join!(add_in_a_transaction(&db, 1), async {}).0
            })
            .await
        };
        let (result, line) = (db.transaction(nested).await, line!());
        is_nested(&result, line);
        assert_eq!(numbers(&db).await?, [0_i64; 0]);

        // The error does not break the outer transaction, so code can ignore it.
        db.transaction(async |tx| {
            add_in_a_transaction(&db, 1).await.unwrap_err();
            add(tx, 2).await.map(drop)
        })
        .await?;
        assert_eq!(numbers(&db).await?, [2]);

        // An independent transaction, on another connection that writes.
        if has_several && !is_sqlite(&db) {
            let kept = async |_: &mut Tx| {
                let independent = db.begin().await?;
                add(&independent, 3).await?;
                independent.commit().await?;
                Err::<(), _>(Error::other("undo the outer one"))
            };
            db.transaction(kept).await.unwrap_err();
            assert_eq!(numbers(&db).await?, [2, 3]);
        }
    }
    let text = ErrorKind::NestedTransaction { outer: here() }.to_string();
    assert!(text.contains("use `tx.savepoint(..)` to be part of it, or `db.begin()`"), "{text}");
    Ok(())
}

async fn what_is_not_in_the_body_is_no_nested_transaction(database: &Database) -> TestResult {
    let another = database.another().await?;
    let db = with_numbers(database.one().connect().await?).await?;
    let other = with_numbers(another.one().connect().await?).await?;
    // In another database, one after the other, and after a panic.
    db.transaction(async |_| add_in_a_transaction(&other, 1).await).await?;
    add_in_a_transaction(&db, 1).await?;
    let panics = tokio::spawn({
        let db = db.clone();
        async move { db.transaction(async |_| -> Result<()> { panic!("in a body") }).await }
    });
    panics.await.unwrap_err();
    add_in_a_transaction(&db, 2).await?;

    // A hook that runs after it.
    db.transaction(async |tx| {
        tx.on_commit(async |db: Db| add_in_a_transaction(&db, 3).await);
        Ok(())
    })
    .await?;

    // A separate task, which waits for its turn on the same thread.
    let task = db
        .transaction(async |tx| {
            let db = db.clone();
            let task = tokio::spawn(async move { add_in_a_transaction(&db, 5).await });
            tokio::task::yield_now().await;
            add(tx, 4).await?;
            Ok(task)
        })
        .await?;
    task.await??;
    assert_eq!(numbers(&db).await?, [1, 2, 3, 4, 5]);
    Ok(())
}
