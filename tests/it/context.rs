//! The context of a handle, and the values of it that receivers take: rules 83 to 86.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use signals::many_to_many::M2mAction;
use signals::model::{PostBulkCreate, post_bulk_create, post_bulk_delete, post_bulk_update};
use signals::prelude::*;
use signals::{Context, ErrorKind};

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_83_receivers_take_the_values_of_the_handle_that_was_used,
    rule_83_every_signal_of_a_model_carries_the_context,
    rule_83_signals_of_relations_and_of_many_rows_carry_the_context,
    rule_84_nested_saves_hooks_and_savepoints_have_the_context_of_their_transaction,
    rule_84_a_handle_of_a_transaction_can_have_one_more_value,
    rule_84_what_runs_after_the_end_has_the_context_of_the_handle_that_wrote,
    rule_85_a_missing_value_fails_the_receiver_and_undoes_the_save,
    rule_85_after_the_commit_a_missing_value_is_reported,
    rule_86_values_of_the_application_are_in_every_handle,
);

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Actor(&'static str);

fn name(actor: Option<&Actor>) -> &'static str {
    actor.map_or("the system", |actor| actor.0)
}

async fn rule_83_receivers_take_the_values_of_the_handle_that_was_used(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    static LOG: Log = Log::new();

    #[receiver(post_save, sender = User)]
    fn audit(created: bool, #[context] actor: Option<&Actor>) {
        LOG.note(format_args!("created: {created}, by {}", name(actor)));
    }

    #[receiver(post_save, sender = User, after = [audit])]
    async fn beside_the_payload(event: &PostSave<'_, User>, #[context] who: Option<&Actor>) -> Result<()> {
        assert_eq!(event.context.get(), who);
        LOG.note(format_args!("{who:?}"));
        Ok(())
    }

    #[receiver(pre_save, sender = User, when = |event| event.context.get::<Actor>().is_some())]
    fn as_a_condition(event: &mut PreSave<'_, User>, #[context] actor: &Actor) {
        LOG.note(format_args!("{} adds {}", actor.0, event.adding));
    }

    let db = database.with_tables::<User>().await?;
    let mut user = User::default();
    user.save(&db.with(Actor("ann"))).await?;
    user.save(&db).await?;
    user.save(&db.with(Actor("bob")).with(Actor("eve"))).await?;
    LOG.is(&expect![[r#"
        ann adds true
        created: true, by ann
        Some(Actor("ann"))
        created: false, by the system
        None
        eve adds false
        created: false, by eve
        Some(Actor("eve"))
    "#]]);
    Ok(())
}

async fn rule_83_every_signal_of_a_model_carries_the_context(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Post {
        #[key]
        id: Id<Post>,
        title: String,
    }

    static LOG: Log = Log::new();

    #[receiver([pre_save, post_save, pre_delete, post_delete, post_commit, post_rollback, post_load], sender = Post)]
    #[receiver([post_delete_commit, post_delete_rollback], sender = Post)]
    fn of_rows(#[context] actor: &Actor, context: &Context) {
        assert_eq!(context.get(), Some(actor));
        LOG.note(format_args!("row: {}", actor.0));
    }

    let db = database.with_tables::<Post>().await?.with(Actor("ann"));
    let mut post = Post::default();
    post.save(&db).await?;
    LOG.is(&expect![[r#"
        row: ann
        row: ann
        row: ann
    "#]]);
    let tx = db.begin().await?;
    post.save(&tx).await?;
    tx.rollback().await?;
    LOG.is(&expect![[r#"
        row: ann
        row: ann
        row: ann
    "#]]);
    Post::get(&db, post.id).await?;
    Post::filter(|post| post.title.eq("")).first(&db).await?;
    Post::all(&db).await?;
    post.refresh(&db).await?;
    db.query_as::<Post>("SELECT * FROM posts", &()).await?;
    LOG.is(&expect![[r#"
        row: ann
        row: ann
        row: ann
        row: ann
        row: ann
    "#]]);
    let tx = db.begin().await?;
    post.delete(&tx).await?;
    tx.rollback().await?;
    LOG.is(&expect![[r#"
        row: ann
        row: ann
        row: ann
    "#]]);
    Post::query().one(&db).await?.delete(&db).await?;
    LOG.is(&expect![[r#"
        row: ann
        row: ann
        row: ann
        row: ann
    "#]]);
    Ok(())
}

async fn rule_83_signals_of_relations_and_of_many_rows_carry_the_context(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Tag {
        #[key]
        id: Id<Tag>,
    }

    #[model]
    #[derive(Default)]
    struct Post {
        #[key]
        id: Id<Post>,
        title: String,
        #[many_to_many]
        tags: ManyToMany<Tag>,
    }

    static LOG: Log = Log::new();

    #[receiver([post_bulk_create, post_bulk_update, post_bulk_delete], sender = Post)]
    async fn of_many(#[context] actor: &Actor) {
        LOG.note(format_args!("many: {}", actor.0));
    }

    #[receiver(post_bulk_create, sender = Post)]
    fn with_the_payload(event: &PostBulkCreate<'_, Post>, #[context] actor: &Actor) {
        LOG.note(format_args!("{} rows: {}", event.instances.len(), actor.0));
    }

    #[receiver(m2m_changed, sender = PostTags)]
    fn of_relations(action: M2mAction, #[context] actor: &Actor) {
        LOG.note(format_args!("{action:?}: {}", actor.0));
    }

    #[receiver(m2m_commit, sender = PostTags)]
    fn of_committed_relations(#[context] actor: &Actor) {
        LOG.note(format_args!("committed: {}", actor.0));
    }

    let db = database.with_tables::<(Tag, Post)>().await?.with(Actor("ann"));
    let (mut tag, mut post) = (Tag::default(), Post::default());
    tag.save(&db).await?;
    post.save(&db).await?;
    post.tags().add(&db, tag.id).await?;
    LOG.is(&expect![[r#"
        PreAdd: ann
        PostAdd: ann
        committed: ann
    "#]]);
    Post::create_many(&db, &mut [Post::default()]).await?;
    Post::filter(|post| post.title.eq("")).update(&db, |post| post.title.set("one")).await?;
    Post::filter(|found| found.id.ne(post.id)).delete(&db).await?;
    LOG.is(&expect![[r#"
        many: ann
        1 rows: ann
        many: ann
        many: ann
    "#]]);
    Ok(())
}

async fn rule_84_nested_saves_hooks_and_savepoints_have_the_context_of_their_transaction(
    database: &Database,
) -> TestResult {
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
        user: Id<User>,
    }

    static LOG: Log = Log::new();

    #[receiver(post_save, sender = User)]
    async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
        tx.on_commit(async |db| {
            LOG.note(format_args!("hook: {}", name(db.context().get())));
            db.transaction(async |tx| {
                LOG.note(format_args!("its transaction: {}", name(tx.context().get())));
                Ok(())
            })
            .await
        });
        tx.savepoint(async |tx| Profile { user: instance.id, ..Profile::default() }.save(tx).await).await
    }

    #[receiver([post_save, post_commit], sender = Profile)]
    fn audit(#[context] actor: Option<&Actor>) {
        LOG.note(format_args!("profile: {}", name(actor)));
    }

    let plain = database.with_tables::<(User, Profile)>().await?;
    let db = plain.with(Actor("ann"));
    User::default().save(&db).await?;
    LOG.is(&expect![[r#"
        profile: ann
        hook: ann
        its transaction: ann
        profile: ann
    "#]]);
    db.transaction(async |tx| User::default().save(tx).await).await?;
    LOG.is(&expect![[r#"
        profile: ann
        hook: ann
        its transaction: ann
        profile: ann
    "#]]);
    assert!(db.is(&plain), "it is the same database");
    Ok(())
}

async fn rule_84_a_handle_of_a_transaction_can_have_one_more_value(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    /// This library itself writes the row.
    #[derive(Debug)]
    struct Importing;

    static LOG: Log = Log::new();

    #[receiver([post_save, post_commit, post_rollback], sender = User)]
    fn audit(instance: &User, #[context] actor: &Actor, #[context] importing: Option<&Importing>) {
        LOG.note(format_args!("{}: {}, {importing:?}", instance.id, actor.0));
    }

    let db = database.with_tables::<User>().await?.with(Actor("ann"));
    let tx = db.begin().await?;
    User::default().save(&tx.with(Importing)).await?;
    User::default().save(&tx).await?;
    let importing = tx.with(Importing);
    importing.on_commit(async |db| {
        LOG.note(format_args!("hook: {:?}", db.context().get::<Importing>()));
        Ok(())
    });
    assert!(matches!(importing.commit().await.unwrap_err().kind(), ErrorKind::NotYours));
    tx.commit().await?;
    LOG.is(&expect![[r#"
        1: ann, Some(Importing)
        2: ann, None
        1: ann, Some(Importing)
        2: ann, None
        hook: Some(Importing)
    "#]]);
    let mut tx = db.begin().await?;
    tx.savepoint(async |tx| User::default().save(&tx.with(Importing)).await).await?;
    tx.rollback().await?;
    LOG.is(&expect![[r#"
        3: ann, Some(Importing)
        3: ann, Some(Importing)
    "#]]);
    Ok(())
}

async fn rule_84_what_runs_after_the_end_has_the_context_of_the_handle_that_wrote(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    static LOG: Log = Log::new();

    #[receiver(post_rollback, sender = User)]
    fn undone(#[context] actor: &Actor, db: &Db) {
        LOG.note(format_args!("undone: {}, {}", actor.0, name(db.context().get())));
    }

    let db = database.with_tables::<User>().await?;
    let ann = db.with(Actor("ann"));
    // Dropped: a task sends the signal.
    let tx = ann.begin().await?;
    User::default().save(&tx).await?;
    drop((tx, ann));
    while LOG.lines().is_empty() {
        tokio::task::yield_now().await;
    }
    LOG.is(&expect![[r#"
        undone: ann, ann
    "#]]);
    Ok(())
}

async fn rule_85_a_missing_value_fails_the_receiver_and_undoes_the_save(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver(post_save, sender = User)]
    fn welcome(instance: &User, #[context] actor: &Actor) {
        unreachable!("{} {}", instance.id, actor.0);
    }

    let db = database.with_tables::<User>().await?;
    let error = User::default().save(&db.with("another value")).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("receiver `it::context::welcome` (")
            || text.starts_with("receiver `scratch_it::context::welcome` ("),
        "{text}"
    );
    let (_, cause) = text.split_once(") ").unwrap_or_default();
    let cause = cause.replace("scratch_it::", "it::");
    expect![[r#"failed on `post_save` of `User`: the context has no `it::context::Actor`: pass one with `.with(..)` on the `Db`, `Tx` or `Context` that is used, or to all of the program with `ConnectOptions::with`; a receiver that works without it takes an `Option`"#]]
        .assert_eq(&cause);
    assert_eq!(User::all(&db).await?.len(), 0);
    Ok(())
}

async fn rule_85_after_the_commit_a_missing_value_is_reported(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver(post_commit, sender = User)]
    async fn welcome(#[context] actor: &Actor) {
        unreachable!("{}", actor.0);
    }

    let reported = Arc::new(Mutex::new(Vec::new()));
    let reports = Arc::clone(&reported);
    let report = move |error: &Error| reports.lock().unwrap().push(error.to_string());
    let db = database.connect_with::<User>(|options| options.on_error(report)).await?;
    User::default().save(&db).await?;
    assert_eq!(User::all(&db).await?.len(), 1);
    let reported = reported.lock().unwrap();
    assert!(reported[0].contains("::welcome`") && reported[0].contains("the context has no `"), "{reported:?}");
    Ok(())
}

async fn rule_86_values_of_the_application_are_in_every_handle(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    /// What was mailed.
    struct Mailer(Mutex<Vec<String>>);

    #[receiver(post_commit, sender = User)]
    async fn welcome(instance: &User, #[context] mailer: &Mailer, #[context] actor: Option<&Actor>) {
        mailer.0.lock().unwrap().push(format!("{} by {}", instance.id, name(actor)));
    }

    let mailer = Mailer(Mutex::new(Vec::new()));
    let db = database.connect_with::<User>(|options| options.with(mailer)).await?;
    User::default().save(&db).await?;
    db.with(Actor("ann")).transaction(async |tx| User::default().save(tx).await).await?;
    User::default().save(&db.with_context(&Context::new().with(Actor("bob")))).await?;
    let mailer: &Mailer = db.context().require()?;
    assert_eq!(*mailer.0.lock().unwrap(), ["1 by the system", "2 by ann", "3 by bob"]);
    Ok(())
}
