//! docs/behaviour.md, "save", rule 23: the rows that a condition names.

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_23_update_where_sets_what_a_save_would_and_counts_versions,
    rule_23_delete_where_leaves_nothing_that_points_to_nothing
);

async fn rule_23_update_where_sets_what_a_save_would_and_counts_versions(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Page {
        #[key]
        id: Id<Page>,
        text: Option<String>,
        #[update(9)]
        changed: i64,
        #[version]
        version: i64,
    }

    let db = database.with_tables::<Page>().await?;
    let mut pages = vec![Page { text: Some("a?".to_owned()), ..Page::default() }; 2];
    Page::create_many(&db, &mut pages).await?;
    let fields = Page::fields().text | Page::fields().changed | Page::fields().version;
    let condition = "text = 'a?' AND id > ?";
    let count = Page::update_where(&db, fields, &Page::default(), condition, &(pages[0].id,)).await;
    assert_eq!(count?, 1);
    let stored = Page::all(&db).await?;
    assert_eq!(stored[0], pages[0]);
    assert_eq!(stored[1], Page { id: pages[1].id, text: None, changed: 9, version: 2 });
    assert!(matches!(pages[1].save(&db).await.unwrap_err().kind(), ErrorKind::Stale { .. }));

    let all = FieldSet::all().without_key();
    let count = Page::update_where(&db, all, &Page::default(), "true -- why?", &()).await;
    assert_eq!(count?, 2);
    Ok(())
}

async fn rule_23_delete_where_leaves_nothing_that_points_to_nothing(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Pet {
        #[key]
        id: Id<Pet>,
        #[foreign_key(on_delete = cascade)]
        owner: Id<User>,
    }

    #[receiver(post_commit, sender = User)]
    fn committed(instance: &User) {
        LOG.note(format!("committed {}", instance.id));
    }

    let db = database.with_tables::<(User, Pet)>().await?;
    let mut users = [User::default(), User::default()];
    User::create_many(&db, &mut users).await?;
    Pet { owner: users[1].id, ..Pet::default() }.save(&db).await?;
    let error = User::delete_where(&db, "true", &()).await.unwrap_err();
    // Not of `User`: it is the other row that would point to nothing.
    let pointing = if is_sqlite(&db) { None } else { Some("pets") };
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { model } if model.as_deref() == pointing), "{error}");
    assert_eq!(User::all(&db).await?.len(), 2);

    // What was saved in the transaction and then deleted has no `post_commit`.
    let tx = db.begin().await?;
    users[0].save(&tx).await?;
    users[1].save(&tx).await?;
    User::delete_where(&tx, "id = ?", &(users[0].id,)).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), format!("committed {}\n", users[1].id));

    for error in [
        User::delete_where(&db, " ", &()).await.map(drop).unwrap_err(),
        Pet::update_where(&db, Pet::fields().owner, &Pet { owner: users[1].id, ..Pet::default() }, "", &())
            .await
            .map(drop)
            .unwrap_err(),
    ] {
        expect!["the condition is empty: write `true` if every row is meant"].assert_eq(&error.to_string());
    }
    Ok(())
}
