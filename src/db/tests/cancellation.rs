use super::*;
use crate::error::Error;

/// The writer is free, in no transaction, and the table is as it was or as it should be.
async fn usable(db: &Db, allowed: &[&[i64]]) {
    let found = numbers(db).await.unwrap();
    assert!(allowed.contains(&found.as_slice()), "{found:?}");
    let tx = db.begin().await.unwrap();
    add(&tx, 99).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(numbers(db).await.unwrap(), found);
    db.execute("DELETE FROM numbers", &()).await.unwrap();
}

/// Every `await` of a transaction that yields between its statements.
#[tokio::test]
async fn a_transaction_dropped_at_any_point_is_rolled_back() {
    let folder = Folder::new();
    for db in [patient("sqlite::memory:").connect().await.unwrap(), folder.patient().await] {
        let db = with_numbers(db).await;
        for polls in 0.. {
            let done = drop_after(
                polls,
                db.transaction(async |tx| {
                    tokio::task::yield_now().await;
                    add(tx, 1).await?;
                    tokio::task::yield_now().await;
                    add(tx, 2).await?;
                    tokio::task::yield_now().await;
                    Ok::<_, Error>(())
                }),
            )
            .await;
            let Some(done) = done else {
                usable(&db, &[&[]]).await;
                continue;
            };
            done.unwrap();
            usable(&db, &[&[1, 2]]).await;
            assert_eq!(polls, 4);
            break;
        }
    }
}

/// Between two attempts, while another process holds the lock.
#[tokio::test]
async fn waiting_for_another_process_can_be_dropped() {
    let folder = Folder::new();
    let db = with_numbers(folder.patient().await).await;
    let stranger = folder.stranger();
    for polls in 0..5 {
        stranger.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert!(drop_after(polls, db.begin()).await.is_none());
        assert!(drop_after(polls, add(&db, 1)).await.is_none());
        assert!(drop_after(polls, db.transaction(async |tx| add(tx, 1).await)).await.is_none());
        assert!(drop_after(polls, db.batch("INSERT INTO numbers VALUES (1)")).await.is_none());
        stranger.execute_batch("COMMIT").unwrap();
        usable(&db, &[&[]]).await;
    }
}

/// In the middle of a COMMIT that another process holds up.
#[tokio::test]
async fn a_commit_that_waits_can_be_dropped() {
    let folder = Folder::new();
    let db = with_numbers(folder.patient().await).await;
    db.execute("PRAGMA journal_mode = DELETE", &()).await.unwrap();
    let stranger = folder.stranger();
    for polls in 0..5 {
        let tx = db.begin().await.unwrap();
        add(&tx, 1).await.unwrap();
        tx.on_commit(async |_| panic!("no commit, no hook"));
        stranger.execute_batch("BEGIN; SELECT count(*) FROM numbers").unwrap();
        assert!(drop_after(polls, tx.commit()).await.is_none());
        stranger.execute_batch("COMMIT").unwrap();
        usable(&db, &[&[]]).await;
    }
}

/// In the queue for the writer, at its head and behind others.
#[tokio::test]
async fn waiting_for_the_writer_can_be_dropped() {
    let folder = Folder::new();
    for db in [patient("sqlite::memory:").connect().await.unwrap(), folder.patient().await] {
        let db = with_numbers(db).await;
        for dropped in 0..3 {
            let tx = db.begin().await.unwrap();
            let mut waiting: Vec<_> = (0..3).map(|n| Box::pin(add(&db, n))).collect();
            for future in &mut waiting {
                assert!(futures_poll(future).await.is_pending());
            }
            drop(waiting.remove(dropped));
            tx.commit().await.unwrap();
            for future in waiting {
                future.await.unwrap();
            }
            assert_eq!(numbers(&db).await.unwrap().len(), 2);
            usable(&db, &[&[0, 1], &[0, 2], &[1, 2]]).await;
        }
        // The lock was handed to a future that is dropped before it knows.
        let tx = db.begin().await.unwrap();
        let mut waiting = Box::pin(db.begin());
        assert!(futures_poll(&mut waiting).await.is_pending());
        tx.commit().await.unwrap();
        drop(waiting);
        usable(&db, &[&[]]).await;
    }
}

#[tokio::test]
async fn connecting_can_be_dropped() {
    let folder = Folder::new();
    let stranger = folder.stranger();
    stranger.execute_batch("CREATE TABLE numbers (n); BEGIN EXCLUSIVE").unwrap();
    for polls in 0..5 {
        assert!(drop_after(polls, patient(folder.url()).connect()).await.is_none());
    }
    stranger.execute_batch("COMMIT").unwrap();
    usable(&folder.patient().await, &[&[]]).await;
}

async fn futures_poll<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
    let mut future = std::pin::Pin::new(future);
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context))).await
}
