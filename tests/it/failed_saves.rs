//! docs/behaviour.md, "save", rules 13, 14 and 17: what a failed save undoes, and what it leaves of the transaction of the caller.

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::{Log, without_lines};

on_each_database!(
    rule_13_a_failing_receiver_undoes_the_row_and_what_other_receivers_wrote,
    rule_14_a_failed_save_breaks_the_transaction_of_the_caller,
    rule_14_a_broken_transaction_sends_no_signals,
    rule_14_a_receiver_that_ignores_a_failure_does_not_save_half,
    rule_14_a_receiver_that_ignores_a_failure_is_named_by_the_errors_after_it,
    the_error_at_the_bottom_of_a_chain_can_be_matched,
    rule_14_a_save_whose_future_is_dropped_breaks_the_transaction_of_the_caller,
    rule_17_a_failed_save_puts_back_what_the_framework_set,
    an_unset_id_is_an_error_before_any_signal,
    a_value_that_the_column_cannot_store_is_named_by_its_field
);

async fn rule_13_a_failing_receiver_undoes_the_row_and_what_other_receivers_wrote(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    #[model]
    #[derive(Default)]
    struct Audit {
        #[key]
        id: Id<Audit>,
        text: String,
    }

    #[receiver(post_save, sender = User)]
    async fn audit(instance: &User, tx: &mut Tx) -> Result<()> {
        Audit { text: instance.name.clone(), ..Audit::default() }.save(tx).await
    }

    #[receiver(post_save, sender = User, after = audit)]
    fn refuse(instance: &User) -> Result<(), String> {
        if instance.name == "bob" { Err("no bobs".to_owned()) } else { Ok(()) }
    }

    let db = database.with_tables::<(User, Audit)>().await?;
    User { name: "ann".to_owned(), ..User::default() }.save(&db).await?;
    let mut bob = User { name: "bob".to_owned(), ..User::default() };
    let error = bob.save(&db).await.unwrap_err();
    expect!["receiver `it::failed_saves::refuse` (tests/it/failed_saves.rs) failed on `post_save` of `User`: no bobs"]
        .assert_eq(&without_lines(&error.to_string()));
    assert_eq!(User::all(&db).await?.len(), 1);
    assert_eq!(Audit::all(&db).await?.len(), 1);
    assert!(bob.id.is_unset());

    bob.name = "eve".to_owned();
    bob.save(&db).await?;
    assert_eq!(User::all(&db).await?.len(), 2);
    Ok(())
}

async fn rule_14_a_failed_save_breaks_the_transaction_of_the_caller(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        name: String,
    }

    let db = database.with_tables::<User>().await?;
    let tx = db.begin().await?;
    User { name: "ann".to_owned(), ..User::default() }.save(&tx).await?;
    let error = User { name: "ann".to_owned(), ..User::default() }.save(&tx).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unique { model, fields } if model == "User" && fields == &["name"]),
        "{error}"
    );

    let later = [
        User { name: "bob".to_owned(), ..User::default() }.save(&tx).await.unwrap_err(),
        User::all(&tx).await.map(|_| ()).unwrap_err(),
        tx.commit().await.unwrap_err(),
    ];
    for error in later {
        assert!(
            matches!(error.kind(), ErrorKind::Broken { first } if first.contains("`User` has the same `name`")),
            "{error}"
        );
    }
    assert!(User::all(&db).await?.is_empty());
    User { name: "bob".to_owned(), ..User::default() }.save(&db).await?;
    Ok(())
}

async fn rule_14_a_broken_transaction_sends_no_signals(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        name: String,
    }

    static LOG: Log = Log::new();

    #[receiver([pre_save, pre_delete], sender = User)]
    fn note(instance: &User) {
        LOG.note(&instance.name);
    }

    let db = database.with_tables::<User>().await?;
    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ann.save(&db).await?;
    let tx = db.begin().await?;
    User { name: "ann".to_owned(), ..User::default() }.save(&tx).await.unwrap_err();
    LOG.is(&expect![[r#"
        ann
        ann
    "#]]);
    let mut bob = [User { name: "bob".to_owned(), ..User::default() }];
    for error in [
        bob[0].save(&tx).await.unwrap_err(),
        User::create_many(&tx, &mut bob).with_signals().await.unwrap_err(),
        ann.delete(&tx).await.unwrap_err(),
        User::delete_where(&tx, "true", &()).with_signals().await.unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Broken { .. }), "{error}");
    }
    LOG.is(&expect![[""]]);
    Ok(())
}

async fn rule_14_a_receiver_that_ignores_a_failure_does_not_save_half(database: &Database) -> TestResult {
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

    #[receiver(post_save, sender = User)]
    async fn swallows(tx: &mut Tx) {
        let _ = Profile::default().save(tx).await;
    }

    let db = database.with_tables::<(User, Profile)>().await?;
    let error = User::default().save(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Swallowed { first } if first.contains("`user` of `Profile`")), "{error}");
    assert!(User::all(&db).await?.is_empty());
    Ok(())
}

/// Rule 14. What comes after the failure is another failure, and not the reason.
async fn rule_14_a_receiver_that_ignores_a_failure_is_named_by_the_errors_after_it(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Post {
        #[key]
        id: Id<Post>,
        #[many_to_many]
        topics: ManyToMany<Topic>,
    }

    #[model]
    #[derive(Default)]
    struct Topic {
        #[key]
        id: Id<Topic>,
    }

    #[model]
    #[derive(Default)]
    struct Cover {
        #[key]
        id: Id<Cover>,
        #[foreign_key(on_delete = cascade)]
        post: Id<Post>,
    }

    #[receiver(post_save, sender = Topic)]
    async fn swallows(tx: &mut Tx) {
        let _ = Cover::default().save(tx).await;
    }

    let db = database.with_tables::<(Post, Topic, Cover)>().await?;
    let mut post = Post::default();
    post.save(&db).await?;
    let error = post.topics().create(&db, &mut Topic::default()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Swallowed { first } if first.contains("`post` of `Cover`")), "{error}");
    assert!(Topic::all(&db).await?.is_empty());

    // In a transaction of the caller's, it is broken.
    let tx = db.begin().await?;
    let error = post.topics().create(&tx, &mut Topic::default()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Broken { first } if first.contains("`post` of `Cover`")), "{error}");
    tx.rollback().await?;
    Ok(())
}

async fn the_error_at_the_bottom_of_a_chain_can_be_matched(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Name {
        #[key]
        name: String,
    }

    #[receiver(post_save, sender = Name)]
    async fn again(tx: &mut Tx) -> Result<()> {
        Name { name: "ann".to_owned() }.create(tx).await
    }

    #[receiver(post_save, sender = User)]
    async fn name(tx: &mut Tx) -> Result<()> {
        Name { name: "ann".to_owned() }.create(tx).await
    }

    let db = database.with_tables::<(User, Name)>().await?;
    let error = User::default().save(&db).await.unwrap_err();
    assert!(matches!(error.root().kind(), ErrorKind::Unique { model, .. } if model == "Name"), "{error}");
    assert_eq!(format!("{error:?}"), error.to_string());
    Ok(())
}

async fn rule_14_a_save_whose_future_is_dropped_breaks_the_transaction_of_the_caller(
    database: &Database,
) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver(post_save, sender = User)]
    async fn wait() {
        std::future::pending::<()>().await;
    }

    let db = database.with_tables::<User>().await?;
    let tx = db.begin().await?;
    let mut user = User::default();
    {
        let mut save = std::pin::pin!(user.save(&tx));
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(save.as_mut().poll(cx))).await.is_pending());
    }
    assert!(user.id.is_unset());
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    assert!(User::all(&db).await?.is_empty());
    Ok(())
}

async fn rule_17_a_failed_save_puts_back_what_the_framework_set(database: &Database) -> TestResult {
    #[model]
    #[derive(Default, Clone, Debug, PartialEq)]
    struct Post {
        #[key]
        id: Id<Post>,
        title: String,
        #[default(7)]
        rank: i64,
        #[update(9)]
        changed: i64,
    }

    #[receiver(pre_save, sender = Post)]
    fn title(instance: &mut Post) {
        instance.title = "from the receiver".to_owned();
    }

    #[receiver(post_save, sender = Post)]
    fn refuse(instance: &Post) -> Result<(), &'static str> {
        assert!(!instance.id.is_unset());
        Err("no")
    }

    let db = database.with_tables::<Post>().await?;
    let mut post = Post::default();
    post.save(&db).await.unwrap_err();
    // What the receiver changed stays.
    let kept = Post { title: "from the receiver".to_owned(), ..Post::default() };
    assert_eq!(post, kept);

    let tx = db.begin().await?;
    post.save(&tx).await.unwrap_err();
    assert_eq!(post, kept);
    Ok(())
}

async fn an_unset_id_is_an_error_before_any_signal(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

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
        #[foreign_key(on_delete = cascade)]
        user: Id<User>,
        #[foreign_key(on_delete = set_null, related_name = "given")]
        giver: Option<Id<User>>,
    }

    #[receiver(pre_save, sender = Order)]
    fn sent() {
        LOG.note("sent");
    }

    let db = database.with_tables::<(User, Order)>().await?;
    let error = Order::default().save(&db).await.unwrap_err();
    expect!["`user` of `Order` is an id that is not set: save the row that it points to first"]
        .assert_eq(&error.to_string());
    assert_eq!(LOG.take(), "");

    // It is not none.
    let mut user = User::default();
    user.save(&db).await?;
    let mut order = Order { user: user.id, giver: Some(User::default().id), ..Order::default() };
    let error = order.save(&db).await.unwrap_err();
    expect!["`giver` of `Order` is an id that is not set: save the row that it points to first"]
        .assert_eq(&error.to_string());
    let error = order.create(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnsetId { .. }), "{error}");
    let error = Order::create_many(&db, std::slice::from_mut(&mut order)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnsetId { .. }), "{error}");
    assert_eq!(LOG.take(), "");
    order.giver = None;
    order.save(&db).await?;
    assert_eq!(LOG.take(), "sent\n");

    let error = Order { user: Id::new(12), ..Order::default() }.save(&db).await.unwrap_err();
    assert_eq!(LOG.take(), "sent\n");
    expect![[r"a foreign key of `Order` points to a row that does not exist: save that row first, and delete rows that point to others before the rows that they point to"]]
    .assert_eq(&error.to_string());
    Ok(())
}

async fn a_value_that_the_column_cannot_store_is_named_by_its_field(database: &Database) -> TestResult {
    #[model]
    #[derive(Clone, Default)]
    struct Parcel {
        #[key]
        id: Id<Parcel>,
        name: String,
        #[column(name = "kg")]
        #[unique]
        weight: f64,
    }

    let db = database.connect().await?;
    let (table, weight) = if is_sqlite(&db) {
        ("CREATE TABLE parcels (id INTEGER PRIMARY KEY, name TEXT, kg REAL UNIQUE)", f64::NAN)
    } else {
        // A migration may have made it another type than that of the field.
        ("CREATE TABLE parcels (id BIGSERIAL PRIMARY KEY, name TEXT, kg TEXT UNIQUE)", 1.5)
    };
    db.execute(table, &()).await?;
    let mut parcel = Parcel { weight, ..Parcel::default() };
    let fields = Parcel::fields().weight;
    let failures = [
        parcel.save(&db).await,
        Parcel { id: Id::new(1), ..parcel.clone() }.save(&db).await,
        Parcel { id: Id::new(1), ..parcel.clone() }.save_fields(&db, fields).await,
        Parcel::create_many(&db, &mut vec![parcel.clone(); 3]).await,
        Parcel::update_where(&db, fields, &parcel, "name <> ?", &("x",)).await.map(drop),
        parcel.clone().upsert(&db, fields, FieldSet::empty()).await,
        parcel.clone().get_or_create(&db, fields).await.map(drop),
    ];
    let why = if is_sqlite(&db) {
        "NaN cannot be stored in SQLite, which would make it NULL: use an `Option`"
    } else {
        "PostgreSQL wants the type `text` there, and a floating-point number was given: change the type of the field, \
         or that of the column"
    };
    for failure in failures {
        let error = failure.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotStorable { field: "weight", .. }), "{error}");
        assert_eq!(error.to_string(), format!("`weight` of `Parcel` cannot be stored: {why}"));
    }
    // It is what the transaction remembers.
    let tx = db.begin().await?;
    parcel.save(&tx).await.unwrap_err();
    let broken = parcel.save(&tx).await.unwrap_err().to_string();
    drop(tx);
    assert!(broken.contains("`weight` of `Parcel` cannot be stored"), "{broken}");

    let error = Parcel::update_where(&db, Parcel::fields().name, &parcel, "kg = ?", &(weight,)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Parameter { number: 1, .. }), "that of the caller's condition: {error}");
    Ok(())
}
