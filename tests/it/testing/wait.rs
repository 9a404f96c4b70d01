//! Waiting for what another task does.

use std::time::Duration;

use signals::prelude::*;
use signals::testing::{record_with, wait_until, wait_until_within};

use crate::databases::{Database, TestResult, on_each_database};

on_each_database!(
    rule_79_a_test_waits_for_what_another_task_sends,
    rule_79_after_its_time_it_says_what_was_recorded,
    rule_79_a_test_waits_for_an_effect_in_the_database,
);

async fn rule_79_a_test_waits_for_what_another_task_sends(database: &Database) -> TestResult {
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

async fn rule_79_after_its_time_it_says_what_was_recorded(database: &Database) -> TestResult {
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

async fn rule_79_a_test_waits_for_an_effect_in_the_database(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        name: String,
    }

    let db = database.with_tables::<User>().await?;
    let task = tokio::spawn({
        let db = db.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            User { name: "ann".to_owned(), ..User::default() }.save(&db).await
        }
    });
    let ann = wait_until(async || User::by_name(&db, "ann").await).await?;
    assert_eq!(ann.name, "ann");
    wait_until(async || Ok(User::query().count(&db).await? == 1)).await?;
    task.await??;

    let never = wait_until_within(Duration::from_millis(1), async || User::by_name(&db, "bea").await);
    let error = never.await.expect_err("there is none").to_string();
    assert!(error.starts_with("what `wait_until` at tests/it/testing/wait.rs:"), "{error}");
    assert!(error.ends_with("waits for did not happen within 1ms"), "{error}");
    let mut looks = 0;
    let failed = wait_until(async || {
        looks += 1;
        Err::<bool, _>(Error::other("no table"))
    });
    assert_eq!(failed.await.expect_err("it failed").to_string(), "no table");
    assert_eq!(looks, 1);
    Ok(())
}
