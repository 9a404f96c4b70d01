//! Receivers that a test mutes, and signals that it records: for one database.

use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::expect;
use signals::model::{post_bulk_create, post_bulk_delete};
use signals::prelude::*;
use signals::testing::{Sent, mute, record};

use crate::databases::databases;
use crate::log::Log;

#[tokio::test]
async fn a_muted_receiver_is_not_called_for_its_database() {
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
    for (db, other) in databases::<User>().await.zip(databases::<User>().await) {
        let muted = mute::<count>(&db);
        User::default().save(&db).await.unwrap();
        let tx = db.begin().await.unwrap();
        User::default().save(&tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(calls(), 0);
        User::default().save(&other).await.unwrap();
        assert_eq!(calls(), 2);

        // Twice is twice, whichever of them ends first.
        let again = mute::<count>(&db.clone());
        drop(muted);
        User::default().save(&db).await.unwrap();
        assert_eq!(calls(), 0);
        drop(again);
        User::default().save(&db).await.unwrap();
        assert_eq!(calls(), 2);
    }
}

#[tokio::test]
async fn the_others_are_called_and_a_muted_filter_is_not_asked() {
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

    for db in databases::<Order>().await {
        let _muted = mute::<second>(&db);
        Order::default().save(&db).await.unwrap();
        LOG.is(&expect![[r#"
            first
            third
        "#]]);
    }
}

#[tokio::test]
async fn deletes_bulk_and_many_to_many_are_muted_as_well() {
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

    for db in databases::<(User, Group, UserGroups)>().await {
        let mut users = [User::default(), User::default()];
        let mut staff = Group::default();
        staff.save(&db).await.unwrap();

        let muted = mute::<refuse>(&db);
        User::create_many(&db, &mut users).await.unwrap();
        users[0].groups().add(&db, &[staff.id]).await.unwrap();
        users[0].delete(&db).await.unwrap();
        User::delete_where(&db, "true", &()).await.unwrap();
        drop(muted);
        assert!(User::create_many(&db, &mut [User::default()]).await.is_err());
    }
}

#[tokio::test]
#[should_panic(expected = "cannot be muted for one database: it receives `post_load`, which is not sent in one")]
async fn what_would_be_called_all_the_same_cannot_be_muted() {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver([post_save, post_load], sender = User)]
    fn count() {}

    for db in databases::<User>().await {
        let _muted = mute::<count>(&db);
    }
}

#[tokio::test]
async fn what_is_sent_is_recorded_for_its_database() {
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
    for (db, other) in databases::<User>().await.zip(databases::<User>().await) {
        let recorded = record::<User>(&db);
        let mut ann = User { name: "ann".to_owned(), ..User::default() };
        ann.save(&db).await.unwrap();
        User::default().save(&other).await.unwrap();
        assert_eq!(
            lines(&recorded.take()),
            ["pre_save ann None", "post_save ann Some(true)", "post_commit ann Some(true)"]
        );

        ann.name = "bea".to_owned();
        let tx = db.begin().await.unwrap();
        ann.save(&tx).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(
            lines(&recorded.take()),
            ["pre_save bea None", "post_save bea Some(false)", "post_rollback bea Some(false)"]
        );

        ann.delete(&db).await.unwrap();
        assert_eq!(lines(&recorded.take()), ["pre_delete bea None", "post_delete bea None"]);
        assert_eq!(recorded.take(), []);

        drop(recorded);
        assert!(!User::POST_SAVE.has_receivers());
    }
}
