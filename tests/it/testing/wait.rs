//! Waiting for what another task does.

use std::time::Duration;

use signals::prelude::*;
use signals::testing::record_with;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database!(rule_81_a_test_waits_for_what_another_task_sends, rule_81_after_its_time_it_says_what_was_recorded);

async fn rule_81_a_test_waits_for_what_another_task_sends(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    let db = database.with_tables::<User>().await?;
    let recorded = record_with(&db, User::POST_COMMIT, |event| event.instance.name.clone());
    let task = tokio::spawn({
        let db = db.clone();
        async move {
            for name in ["ann", "bea", "cid"] {
                tokio::task::yield_now().await;
                User { name: name.to_owned(), ..User::default() }.save(&db).await?;
            }
            Ok::<_, Error>(())
        }
    });
    assert_eq!(recorded.wait_for(2).await?, ["ann", "bea"]);
    assert_eq!(recorded.next().await?, "cid");
    task.await??;
    assert_eq!(recorded.wait_for(0).await?, [""; 0]);
    Ok(())
}

async fn rule_81_after_its_time_it_says_what_was_recorded(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    let db = database.with_tables::<User>().await?;
    let recorded = record_with(&db, User::POST_SAVE, |event| event.instance.name.clone());
    let error = recorded.wait_for(1).timeout(Duration::from_millis(1)).await.expect_err("nothing was sent");
    assert_eq!(error.to_string(), "0 of 1 signal recorded within 1ms");
    User { name: "ann".to_owned(), ..User::default() }.save(&db).await?;
    let error = recorded.wait_for(2).timeout(Duration::from_millis(1)).await.expect_err("one was sent");
    assert_eq!(error.to_string(), "1 of 2 signals recorded within 1ms: \"ann\"");
    // What was recorded is still there.
    assert_eq!(recorded.take(), ["ann"]);
    Ok(())
}
