//! Receivers that a test mutes, and signals that it records: for one database.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::expect;
use signals::model::{post_bulk_create, post_bulk_delete};
use signals::prelude::*;
use signals::testing::{Sent, mute, record};

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    a_muted_receiver_is_not_called_for_its_database,
    what_is_sent_is_recorded_for_its_database,
    the_others_are_called_and_a_muted_filter_is_not_asked,
    deletes_bulk_and_many_to_many_are_muted_as_well,
    what_would_be_called_all_the_same_cannot_be_muted
);

async fn a_muted_receiver_is_not_called_for_its_database(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    static CALLED: AtomicU32 = AtomicU32::new(0);

    #[receiver([post_save, post_commit], sender = User)]
    fn count() {
        CALLED.fetch_add(1, Ordering::Relaxed);
    }

    let calls = || CALLED.swap(0, Ordering::Relaxed);
    let (db, second) = (database.with_tables::<User>().await?, database.another().await);
    let other = second.with_tables::<User>().await?;
    let muted = mute::<count>(&db);
    User::default().save(&db).await?;
    let tx = db.begin().await?;
    User::default().save(&tx).await?;
    tx.commit().await?;
    assert_eq!(calls(), 0);
    User::default().save(&other).await?;
    assert_eq!(calls(), 2);

    // Twice is twice, whichever of them ends first.
    let again = mute::<count>(&db.clone());
    drop(muted);
    User::default().save(&db).await?;
    assert_eq!(calls(), 0);
    drop(again);
    User::default().save(&db).await?;
    assert_eq!(calls(), 2);
    Ok(())
}

async fn the_others_are_called_and_a_muted_filter_is_not_asked(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Order {
        #[key]
        id: Id<Order>,
    }

    static LOG: Log = Log::new();

    #[receiver(pre_save, sender = Order)]
    fn first() {
        LOG.note("first");
    }

    #[receiver(pre_save, sender = Order, when = |_| panic!("a muted receiver has no say"))]
    async fn second() {}

    #[receiver(pre_save, sender = Order, after = [second])]
    async fn third() {
        LOG.note("third");
    }

    let db = database.with_tables::<Order>().await?;
    let _muted = mute::<second>(&db);
    Order::default().save(&db).await?;
    LOG.is(&expect![[r#"
        first
        third
    "#]]);
    Ok(())
}

async fn deletes_bulk_and_many_to_many_are_muted_as_well(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[many_to_many]
        groups: ManyToMany<Group>,
    }

    #[model]
    #[derive(Default)]
    struct Group {
        #[key]
        id: Id<Group>,
    }

    #[receiver([pre_delete, post_delete, post_bulk_create, post_bulk_delete], sender = User)]
    #[receiver(m2m_changed, sender = UserGroups)]
    fn refuse() -> Result<(), String> {
        Err("it was called".to_owned())
    }

    let db = database.with_tables::<(User, Group, UserGroups)>().await?;
    let mut users = [User::default(), User::default()];
    let mut staff = Group::default();
    staff.save(&db).await?;

    let muted = mute::<refuse>(&db);
    User::create_many(&db, &mut users).await?;
    users[0].groups().add(&db, [staff.id]).await?;
    users[0].delete(&db).await?;
    User::delete_where(&db, "true", &()).await?;
    drop(muted);
    assert!(User::create_many(&db, &mut [User::default()]).await.is_err());
    Ok(())
}

async fn what_would_be_called_all_the_same_cannot_be_muted(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver([post_save, post_load], sender = User)]
    fn count() {}

    let db = database.with_tables::<User>().await?;
    let Err(panic) = catch_unwind(AssertUnwindSafe(|| mute::<count>(&db))) else { panic!("it was muted") };
    let message = panic.downcast::<String>().map_err(|_| "the message is not formatted")?;
    let expected = "cannot be muted for one database: it receives `post_load`, which is not sent in one";
    assert!(message.contains(expected), "{message}");
    Ok(())
}

async fn what_is_sent_is_recorded_for_its_database(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    let lines = |sent: &[Sent<User>]| -> Vec<String> {
        sent.iter().map(|sent| format!("{} {} {:?}", sent.signal, sent.instance.name, sent.created)).collect()
    };
    let (db, second) = (database.with_tables::<User>().await?, database.another().await);
    let other = second.with_tables::<User>().await?;
    let recorded = record::<User>(&db);
    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ann.save(&db).await?;
    User::default().save(&other).await?;
    assert_eq!(
        lines(&recorded.take()),
        ["pre_save ann None", "post_save ann Some(true)", "post_commit ann Some(true)"]
    );

    ann.name = "bea".to_owned();
    let tx = db.begin().await?;
    ann.save(&tx).await?;
    tx.rollback().await?;
    assert_eq!(
        lines(&recorded.take()),
        ["pre_save bea None", "post_save bea Some(false)", "post_rollback bea Some(false)"]
    );

    for (end, last) in [("rollback", "post_delete_rollback bea None"), ("commit", "post_delete_commit bea None")] {
        let tx = db.begin().await?;
        ann.delete(&tx).await?;
        if end == "commit" {
            tx.commit().await?
        } else {
            tx.rollback().await?
        }
        assert_eq!(lines(&recorded.take()), ["pre_delete bea None", "post_delete bea None", last]);
    }
    assert_eq!(recorded.take(), []);

    drop(recorded);
    assert!(!User::POST_SAVE.has_receivers());
    Ok(())
}
