//! Signals that a test records in one database or transaction.

use expect_test::expect;
use signals::prelude::*;
use signals::testing::{Sent, mute, record, record_all, record_with};

use crate::databases::{Database, TestResult, on_each_database};

on_each_database!(
    rule_79_the_signals_of_a_model_are_recorded_for_its_database,
    rule_79_values_of_any_signal_are_recorded_in_the_order_in_which_it_is_sent,
    rule_79_every_signal_is_recorded_with_the_receivers_that_were_called,
    rule_79_a_signal_whose_receiver_fails_is_recorded_and_what_is_muted_is_left_out
);

async fn rule_79_the_signals_of_a_model_are_recorded_for_its_database(database: &Database) -> TestResult {
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
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
        assert_eq!(lines(&recorded.take()), ["pre_delete bea None", "post_delete bea None", last]);
    }
    assert_eq!(recorded.take(), []);

    let named = |name: &str| User { name: name.to_owned(), ..User::default() };
    User::create_many(&db, &mut [named("cid"), named("dan")]).await?;
    assert_eq!(lines(&recorded.take()), ["post_bulk_create cid Some(true)", "post_bulk_create dan Some(true)"]);

    drop(recorded);
    assert!(!User::POST_SAVE.has_receivers());
    Ok(())
}

async fn rule_79_values_of_any_signal_are_recorded_in_the_order_in_which_it_is_sent(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        #[many_to_many]
        groups: ManyToMany<Group>,
    }

    #[model]
    #[derive(Default)]
    struct Group {
        #[key]
        id: Id<Group>,
    }

    let (db, second) = (database.with_tables::<(User, Group, UserGroups)>().await?, database.another().await);
    let other = second.with_tables::<(User, Group, UserGroups)>().await?;
    let names = record_with(&db, User::POST_SAVE, |event| event.instance.name.clone())
        .and_with(&db, UserGroups::M2M_CHANGED, |event| format!("{:?}", event.action))
        .and_with(&db, User::POST_BULK_UPDATE, |event| format!("{} updated", event.count));
    let muted = mute::<(User, UserGroups)>(&db);
    let mut staff = Group::default();
    staff.save(&db).await?;
    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ann.save(&db).await?;
    ann.groups().add(&db, staff.id).await?;
    User::update_where(&db, User::fields().name, &ann, "true", &()).await?;
    User { name: "cid".to_owned(), ..User::default() }.save(&other).await?;
    drop(muted);
    assert_eq!(names.take(), ["ann", "PreAdd", "PostAdd", "1 updated"]);

    let tx = db.begin().await?;
    let of_tx = record_with(&tx, User::PRE_SAVE, |event| event.instance.name.clone());
    ann.save(&tx).await?;
    tx.commit().await?;
    ann.save(&db).await?;
    assert_eq!((of_tx.take(), names.take()), (vec!["ann".to_owned()], vec!["ann".to_owned(); 2]));
    drop((names, of_tx));
    assert!(!User::POST_SAVE.has_receivers() && !User::PRE_SAVE.has_receivers());
    Ok(())
}

async fn rule_79_every_signal_is_recorded_with_the_receivers_that_were_called(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Profile {
        #[key]
        id: Id<Profile>,
        #[one_to_one(on_delete = cascade)]
        user: Id<User>,
    }

    #[receiver(post_save, sender = User, created = true)]
    async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
        Profile { user: instance.id, ..Profile::default() }.save(tx).await
    }

    #[receiver([post_save, post_commit], sender = [User, Profile])]
    #[receiver(pre_delete, sender = Profile)]
    fn audit() {}

    let (db, second) = (database.with_tables::<(User, Profile)>().await?, database.another().await);
    let other = second.with_tables::<(User, Profile)>().await?;
    let recorded = record_all(&db);
    let mut ann = User::default();
    ann.save(&db).await?;
    User::default().save(&other).await?;
    expect![[r#"
        post_save of User -> create_profile, audit
        post_save of Profile -> audit
        post_commit of Profile -> audit
        post_commit of User -> audit
    "#]]
    .assert_eq(&recorded.lines());
    let _closure = User::POST_SAVE.connect_scoped(|_| ());
    let _recorder = record::<User>(&db);
    ann.save(&db).await?;
    expect![[r#"
        pre_save of User
        post_save of User -> audit, closure
        post_commit of User -> audit
    "#]]
    .assert_eq(&recorded.lines());
    ann.delete(&db).await?;
    expect![[r#"
        pre_delete of Profile -> audit
        pre_delete of User
        post_delete of Profile
        post_delete of User
        post_delete_commit of User
    "#]]
    .assert_eq(&recorded.lines());
    Ok(())
}

async fn rule_79_a_signal_whose_receiver_fails_is_recorded_and_what_is_muted_is_left_out(
    database: &Database,
) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver([pre_save, post_commit], sender = User)]
    fn first() {}

    #[receiver([post_save, post_commit], sender = User)]
    async fn refuse() -> Result<(), String> {
        Err("no".to_owned())
    }

    #[receiver([post_save, post_commit], sender = User)]
    fn last() {}

    let db = database.connect_with::<User>(|options| options.on_error(|_| ())).await?;
    let recorded = record_all(&db);
    let of_model = record::<User>(&db);
    assert!(User::default().save(&db).await.is_err());
    expect![[r#"
        pre_save of User -> first
        post_save of User -> refuse (failed)
        post_rollback of User
    "#]]
    .assert_eq(&recorded.lines());
    let without_refusal = mute::<(first, refuse)>(&db);
    User::default().save(&db).await?;
    expect![[r#"
        pre_save of User
        post_save of User -> last
        post_commit of User -> last
    "#]]
    .assert_eq(&recorded.lines());
    drop(without_refusal);
    // The receivers after a failure are called after a commit.
    let muted = mute::<post_save>(&db);
    User::default().save(&db).await?;
    drop(muted);
    expect![[r#"
        pre_save of User -> first
        post_save of User
        post_commit of User -> first, refuse (failed), last
    "#]]
    .assert_eq(&recorded.lines());
    drop(of_model);
    Ok(())
}
