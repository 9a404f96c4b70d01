//! Futures that are dropped before their end. Waits that only one database has are tested with it.

use super::*;

on_each_database! {
    waiting_for_a_connection_can_be_dropped,
}

/// In the queue for the only connection, first and later.
async fn waiting_for_a_connection_can_be_dropped(database: &Database) -> TestResult {
    let db = with_numbers(database.one_patient().connect().await?).await?;
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
    // The connection was handed to a future that is dropped before it is polled again.
    let tx = db.begin().await?;
    let mut waiting = Box::pin(db.begin());
    assert!(drop_after(1, &mut waiting).await.is_none());
    tx.commit().await?;
    drop(waiting);
    usable(&db, &[&[]]).await
}
