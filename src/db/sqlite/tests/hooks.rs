//! Hooks after a commit whose future is dropped.

use std::sync::Arc;

use super::*;
use crate::db::tests::hooks::{log, logged, taken};

/// A web server drops the future of a request when the client disconnects; its mail must still be sent.
#[tokio::test]
async fn hooks_run_on_when_the_future_of_the_commit_is_dropped() -> TestResult {
    let (db, lines) = logged(impatient("sqlite::memory:")).await?;
    for polls in 1..=3 {
        let tx = db.begin().await?;
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
    Ok(())
}

#[test]
fn hooks_that_a_stopped_runtime_cut_off_are_reported() -> TestResult {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (db, lines) = runtime.block_on(logged(impatient("sqlite::memory:")))?;
    runtime.spawn(async move {
        let tx = db.begin().await?;
        tx.on_commit(async |_| std::future::pending().await);
        tx.on_commit(async |_| Ok(()));
        tx.commit().await
    });
    runtime.block_on(tokio::task::yield_now());
    drop(runtime);
    let lines = taken(&lines);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("it did not run to its end, because the runtime has stopped"), "{lines:?}");
    Ok(())
}
