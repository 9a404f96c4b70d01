//! Receivers that a test mutes in one database or transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::expect;
use signals::model::{post_bulk_create, post_bulk_delete};
use signals::prelude::*;
use signals::testing::{Muted, mute, only};

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_78_a_muted_receiver_is_not_called_for_its_database,
    rule_78_the_others_are_called_and_a_muted_filter_is_not_asked,
    rule_78_deletes_bulk_and_many_to_many_are_muted_as_well,
    rule_78_a_transaction_is_muted_alone,
    rule_78_a_signal_mutes_its_receivers_of_every_model_and_its_closures,
    rule_78_a_model_mutes_the_receivers_of_its_signals_and_their_closures,
    rule_78_several_are_muted_by_one_call,
    rule_78_only_mutes_everything_else,
    rule_78_what_would_be_called_anyway_cannot_be_muted
);

async fn rule_78_a_muted_receiver_is_not_called_for_its_database(database: &Database) -> TestResult {
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

async fn rule_78_the_others_are_called_and_a_muted_filter_is_not_asked(database: &Database) -> TestResult {
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

async fn rule_78_deletes_bulk_and_many_to_many_are_muted_as_well(database: &Database) -> TestResult {
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

async fn rule_78_what_would_be_called_anyway_cannot_be_muted(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver([post_save, post_load], sender = User)]
    fn count() {}

    #[receiver(post_commit, sender = User)]
    fn mail() {}

    let (db, message) = (database.with_tables::<User>().await?, |mute: &dyn Fn() -> Muted| {
        let panic = catch_unwind(AssertUnwindSafe(mute)).expect_err("it was muted");
        *panic.downcast::<String>().expect("the message is formatted")
    });
    let tx = db.begin().await?;
    let messages = [
        message(&|| mute::<count>(&db)),
        message(&|| mute::<post_load>(&db)),
        message(&|| mute::<(User, mail)>(&tx)),
        message(&|| mute::<post_commit>(&tx)),
    ];
    tx.rollback().await?;
    expect![[r#"
        `module::count` cannot be muted here: it receives `post_load`, which is sent to the whole program, and not in a scope

        help: a signal of your own is sent in a scope if it has a field `context: &'a Context`; receivers of other signals can be tested by calling their functions

        `post_load` cannot be muted here: it is sent to the whole program, and not in a scope

        help: a signal of your own is sent in a scope if it has a field `context: &'a Context`; receivers of other signals can be tested by calling their functions

        `module::mail` cannot be muted here: it receives `post_commit`, which is sent in a database and not in one transaction of it

        help: pass the `&Db` instead of the `&Tx`

        `post_commit` cannot be muted here: it is sent in a database and not in one transaction of it

        help: pass the `&Db` instead of the `&Tx`"#]].assert_eq(&messages.join("\n\n").replace(module_path!(), "module"));
    Ok(())
}

async fn rule_78_a_transaction_is_muted_alone(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    static LOG: Log = Log::new();

    #[receiver(post_save, sender = User)]
    fn note(instance: &User) {
        LOG.note(instance.id);
    }

    let db = database.with_tables::<User>().await?;
    let mut tx = db.begin().await?;
    User::default().save(&tx).await?;
    let muted = mute::<note>(&tx);
    User::default().save(&tx).await?;
    tx.savepoint(async |tx| User::default().save(tx).await).await?;
    drop(muted);
    User::default().save(&tx).await?;
    let _muted = mute::<note>(&tx);
    tx.commit().await?;

    // The next transaction is another one, also on the same connection.
    User::default().save(&db).await?;
    LOG.is(&expect![[r#"
        1
        4
        5
    "#]]);
    Ok(())
}

async fn rule_78_a_signal_mutes_its_receivers_of_every_model_and_its_closures(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Order {
        #[key]
        id: Id<Order>,
    }

    static LOG: Log = Log::new();

    #[receiver([pre_save, post_save], sender = User)]
    fn of_user() {
        LOG.note("of_user");
    }

    #[receiver([pre_save, post_save], sender = Order)]
    async fn of_order() {
        LOG.note("of_order");
    }

    let db = database.with_tables::<(User, Order)>().await?;
    let _closure = User::POST_SAVE.connect_scoped(|_| LOG.note("closure"));
    let muted = mute::<post_save>(&db);
    User::default().save(&db).await?;
    Order::default().save(&db).await?;
    LOG.is(&expect![[r#"
        of_user
        of_order
    "#]]);
    drop(muted);
    User::default().save(&db).await?;
    LOG.is(&expect![[r#"
        of_user
        of_user
        closure
    "#]]);
    Ok(())
}

async fn rule_78_a_model_mutes_the_receivers_of_its_signals_and_their_closures(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Order {
        #[key]
        id: Id<Order>,
    }

    static LOG: Log = Log::new();

    #[receiver([pre_save, post_save, post_commit, pre_delete, post_bulk_create], sender = [User, Order])]
    fn of_both() {
        LOG.note("of_both");
    }

    let db = database.with_tables::<(User, Order)>().await?;
    let _closure = User::PRE_SAVE.connect_scoped(|_| LOG.note("closure"));
    let muted = mute::<User>(&db);
    User::default().save(&db).await?;
    User::create_many(&db, &mut [User::default()]).await?;
    User::query().delete(&db).with_signals().await?;
    LOG.is(&expect![[r#""#]]);
    Order::default().save(&db).await?;
    LOG.is(&expect![[r#"
        of_both
        of_both
        of_both
    "#]]);
    drop(muted);
    User::default().save(&db).await?;
    LOG.is(&expect![[r#"
        of_both
        closure
        of_both
        of_both
    "#]]);
    Ok(())
}

async fn rule_78_several_are_muted_by_one_call(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Order {
        #[key]
        id: Id<Order>,
    }

    static LOG: Log = Log::new();

    #[receiver([pre_save, post_save], sender = User)]
    fn first() {
        LOG.note("first");
    }

    #[receiver([pre_save, post_save], sender = User, after = [first])]
    fn second() {
        LOG.note("second");
    }

    #[receiver(post_save, sender = Order)]
    fn of_order() {
        LOG.note("of_order");
    }

    let db = database.with_tables::<(User, Order)>().await?;
    let muted = mute::<(second, pre_save, Order)>(&db);
    User::default().save(&db).await?;
    Order::default().save(&db).await?;
    LOG.is(&expect![[r#"
        first
    "#]]);
    drop(muted);
    User::default().save(&db).await?;
    LOG.is(&expect![[r#"
        first
        second
        first
        second
    "#]]);
    Ok(())
}

async fn rule_78_only_mutes_everything_else(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Order {
        #[key]
        id: Id<Order>,
    }

    static LOG: Log = Log::new();

    #[receiver([pre_save, post_save], sender = [User, Order])]
    fn first() {
        LOG.note("first");
    }

    #[receiver([pre_save, post_save], sender = [User, Order])]
    async fn second() {
        LOG.note("second");
    }

    let db = database.with_tables::<(User, Order)>().await?;
    let _closure = User::POST_SAVE.connect_scoped(|_| LOG.note("closure"));
    let only_second = only::<second>(&db);
    User::default().save(&db).await?;
    LOG.is(&expect![[r#"
        second
        second
    "#]]);
    // What one of two guards mutes is muted.
    let only_user = only::<(User, post_commit)>(&db);
    User::default().save(&db).await?;
    Order::default().save(&db).await?;
    LOG.is(&expect![[r#"
        second
        second
    "#]]);
    drop(only_second);
    User::default().save(&db).await?;
    Order::default().save(&db).await?;
    LOG.is(&expect![[r#"
        first
        second
        first
        second
        closure
    "#]]);
    drop(only_user);
    Order::default().save(&db).await?;
    LOG.is(&expect![[r#"
        first
        second
        first
        second
    "#]]);
    Ok(())
}
