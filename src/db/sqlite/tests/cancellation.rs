//! Futures of SQLite that are dropped before their end.

use super::*;
use crate::error::Error;

/// At every `await` of a transaction that yields between its statements.
#[tokio::test]
async fn a_transaction_dropped_at_any_point_is_rolled_back() -> TestResult {
    let folder = Folder::new()?;
    for db in [patient("sqlite::memory:").connect().await?, folder.patient().await?] {
        let db = with_numbers(db).await?;
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
                usable(&db, &[&[]]).await?;
                continue;
            };
            done?;
            usable(&db, &[&[1, 2]]).await?;
            assert_eq!(polls, 4);
            break;
        }
    }
    Ok(())
}

/// Between two attempts, while another process holds the lock.
#[tokio::test]
async fn waiting_for_another_process_can_be_dropped() -> TestResult {
    let folder = Folder::new()?;
    let db = with_numbers(folder.patient().await?).await?;
    let stranger = folder.stranger()?;
    for polls in 0..5 {
        stranger.execute_batch("BEGIN IMMEDIATE")?;
        assert!(drop_after(polls, db.begin()).await.is_none());
        assert!(drop_after(polls, add(&db, 1)).await.is_none());
        assert!(drop_after(polls, db.transaction(async |tx| add(tx, 1).await)).await.is_none());
        assert!(drop_after(polls, db.batch("INSERT INTO numbers VALUES (1)")).await.is_none());
        stranger.execute_batch("COMMIT")?;
        usable(&db, &[&[]]).await?;
    }
    Ok(())
}

/// In a COMMIT that another process delays.
#[tokio::test]
async fn a_commit_that_waits_can_be_dropped() -> TestResult {
    let folder = Folder::new()?;
    let db = with_numbers(folder.patient().await?).await?;
    db.execute("PRAGMA journal_mode = DELETE", &()).await?;
    let stranger = folder.stranger()?;
    for polls in 0..5 {
        let tx = db.begin().await?;
        add(&tx, 1).await?;
        tx.on_commit(async |_| panic!("no commit, no hook"));
        stranger.execute_batch("BEGIN; SELECT count(*) FROM numbers")?;
        assert!(drop_after(polls, tx.commit()).await.is_none());
        stranger.execute_batch("COMMIT")?;
        usable(&db, &[&[]]).await?;
    }
    Ok(())
}

/// In the queue for the writer, first and later.
#[tokio::test]
async fn waiting_for_the_writer_can_be_dropped() -> TestResult {
    let folder = Folder::new()?;
    for db in [patient("sqlite::memory:").connect().await?, folder.patient().await?] {
        let db = with_numbers(db).await?;
        for dropped in 0..3 {
            let tx = db.begin().await?;
            let mut waiting: Vec<_> = (0..3).map(|n| Box::pin(add(&db, n))).collect();
            for future in &mut waiting {
                assert!(drop_after(1, future).await.is_none());
            }
            drop(waiting.remove(dropped));
            tx.commit().await?;
            for future in waiting {
                future.await?;
            }
            assert_eq!(numbers(&db).await?.len(), 2);
            usable(&db, &[&[0, 1], &[0, 2], &[1, 2]]).await?;
        }
        // The lock was handed to a future that is dropped before it is polled again.
        let tx = db.begin().await?;
        let mut waiting = Box::pin(db.begin());
        assert!(drop_after(1, &mut waiting).await.is_none());
        tx.commit().await?;
        drop(waiting);
        usable(&db, &[&[]]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn connecting_can_be_dropped() -> TestResult {
    let folder = Folder::new()?;
    let stranger = folder.stranger()?;
    stranger.execute_batch("CREATE TABLE numbers (n); BEGIN EXCLUSIVE")?;
    for polls in 0..5 {
        assert!(drop_after(polls, patient(folder.url()).connect()).await.is_none());
    }
    stranger.execute_batch("COMMIT")?;
    usable(&folder.patient().await?, &[&[]]).await?;
    Ok(())
}
