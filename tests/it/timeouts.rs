//! The time that a receiver has: rules 89 and 90.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use signals::ErrorKind;
use signals::dispatch::{ReceiverError, TimedOut};
use signals::model::post_bulk_create;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database, on_postgres};
use crate::log::Log;

on_each_database!(
    rule_89_a_receiver_that_takes_too_long_is_stopped_and_the_save_is_undone,
    rule_89_the_limit_of_the_database_applies_to_every_receiver_without_its_own,
    rule_89_deletes_bulk_and_relations_are_limited_as_well,
    rule_89_a_nested_save_is_part_of_the_time_of_its_receiver,
    rule_90_after_the_commit_it_is_reported_and_the_next_receiver_is_called,
    rule_89_a_signal_of_your_own_is_limited_by_the_attribute,
);
on_postgres!(rule_89_a_statement_of_a_stopped_receiver_does_not_delay_the_rollback);

/// What no test waits for.
const LONG: Duration = Duration::from_secs(20);

/// The receiver that was stopped, and the time that it had.
#[track_caller]
fn stopped(error: &Error) -> (&ReceiverError, Duration) {
    let ErrorKind::Receiver(failed) = error.kind() else { panic!("{error}") };
    let timed_out = failed.inner().and_then(|error| error.downcast_ref::<TimedOut>());
    (failed, timed_out.unwrap_or_else(|| panic!("{error}")).limit)
}

async fn rule_89_a_receiver_that_takes_too_long_is_stopped_and_the_save_is_undone(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    static LOG: Log = Log::new();

    struct NoteDrop;

    impl Drop for NoteDrop {
        fn drop(&mut self) {
            LOG.note("dropped");
        }
    }

    #[receiver(post_save, sender = User, timeout = "40ms")]
    async fn never_ends(tx: &mut Tx) -> Result<()> {
        let _note = NoteDrop;
        tx.on_rollback(async |_| {
            LOG.note("rolled back");
            Ok(())
        });
        pending().await
    }

    #[receiver(post_save, sender = User, after = [never_ends])]
    fn later() {
        LOG.note("it is called nevertheless");
    }

    let db = database.with_tables::<User>().await?;
    let (mut user, began) = (User::default(), Instant::now());
    let error = user.save(&db).await.unwrap_err();
    assert!(began.elapsed() < LONG);
    let (failed, limit) = stopped(&error);
    assert!(failed.receiver.name.ends_with("timeouts::never_ends"), "{failed}");
    assert_eq!(limit, Duration::from_millis(40));
    assert!(error.to_string().ends_with("failed on `post_save` of `User`: it did not return within 40ms"), "{error}");
    assert_eq!(LOG.take(), "dropped\nrolled back\n");
    assert!(user.id.is_unset());
    assert_eq!(User::all(&db).await?.len(), 0);

    let tx = db.begin().await?;
    stopped(&user.save(&tx).await.unwrap_err());
    assert!(matches!(User::all(&tx).await.map(|_| ()).unwrap_err().kind(), ErrorKind::Broken { .. }));
    tx.rollback().await?;
    Ok(())
}

async fn rule_89_the_limit_of_the_database_applies_to_every_receiver_without_its_own(
    database: &Database,
) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        wait: i64,
    }

    #[receiver(post_save, sender = User, timeout = "1h")]
    async fn has_an_hour(instance: &User) {
        tokio::time::sleep(Duration::from_millis(u64::try_from(instance.wait).unwrap())).await;
    }

    #[receiver(pre_save, sender = User, when = |event| event.instance.wait < 0)]
    async fn has_the_time_of_the_database() {
        pending::<()>().await;
    }

    let db = database.connect_with::<User>(|options| options.receiver_timeout(Duration::from_millis(30))).await?;
    User { wait: 90, ..User::default() }.save(&db).await?;
    let error = User { wait: -1, ..User::default() }.save(&db).await.unwrap_err();
    assert_eq!(stopped(&error).1, Duration::from_millis(30));

    let _guard = User::POST_SAVE.connect_async(|_| Box::pin(pending::<()>())).into_guard();
    let error = User::default().save(&db).await.unwrap_err();
    assert_eq!(stopped(&error).0.receiver.name, "closure");
    assert_eq!(User::all(&db).await?.len(), 1);
    Ok(())
}

async fn rule_89_deletes_bulk_and_relations_are_limited_as_well(database: &Database) -> TestResult {
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
        #[many_to_many]
        tags: ManyToMany<Tag>,
    }

    #[receiver([pre_delete, post_delete, post_bulk_create], sender = Post, timeout = "20ms")]
    async fn of_posts() {
        pending::<()>().await;
    }

    #[receiver(m2m_changed, sender = PostTags, timeout = "20ms")]
    async fn of_relations() {
        pending::<()>().await;
    }

    let db = database.with_tables::<(Tag, Post)>().await?;
    let (mut tag, mut post) = (Tag::default(), Post::default());
    tag.save(&db).await?;
    post.save(&db).await?;
    stopped(&post.tags().add(&db, tag.id).await.unwrap_err());
    stopped(&Post::create_many(&db, &mut [Post::default()]).await.unwrap_err());
    stopped(&Post::query().delete(&db).with_signals().await.map(drop).unwrap_err());
    stopped(&post.delete(&db).await.map(drop).unwrap_err());
    assert_eq!(Post::all(&db).await?.len(), 1);
    assert_eq!(post.tags().all(&db).await?.len(), 0);
    Ok(())
}

async fn rule_89_a_nested_save_is_part_of_the_time_of_its_receiver(database: &Database) -> TestResult {
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

    #[receiver(post_save, sender = User, timeout = "40ms")]
    async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
        Profile { user: instance.id, ..Profile::default() }.save(tx).await
    }

    #[receiver(post_save, sender = Profile)]
    async fn never_ends() {
        pending::<()>().await;
    }

    let db = database.with_tables::<(User, Profile)>().await?;
    let error = User::default().save(&db).await.unwrap_err();
    assert!(stopped(&error).0.receiver.name.ends_with("create_profile"), "{error}");
    assert_eq!(User::all(&db).await?.len() + Profile::all(&db).await?.len(), 0);
    // The connection is usable.
    db.transaction(async |tx| Profile::all(tx).await.map(drop)).await?;
    Ok(())
}

async fn rule_90_after_the_commit_it_is_reported_and_the_next_receiver_is_called(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    static LOG: Log = Log::new();

    #[receiver(post_commit, sender = User, timeout = "20ms")]
    async fn mail() {
        pending::<()>().await;
    }

    #[receiver(post_commit, sender = User, after = [mail])]
    async fn index() {
        LOG.note("indexed");
    }

    let reported = Arc::new(Mutex::new(Vec::new()));
    let reports = Arc::clone(&reported);
    let report = move |error: &Error| reports.lock().unwrap().push(error.to_string());
    let db = database.connect_with::<User>(|options| options.on_error(report)).await?;
    User::default().save(&db).await?;
    assert_eq!(LOG.take(), "indexed\n");
    assert_eq!(User::all(&db).await?.len(), 1);
    let reported = reported.lock().unwrap();
    assert!(reported.len() == 1 && reported[0].ends_with("`post_commit` of `User`: it did not return within 20ms"));
    Ok(())
}

async fn rule_89_a_signal_of_your_own_is_limited_by_the_attribute(_: &Database) -> TestResult {
    #[signal(async)]
    struct Paid {
        amount: u64,
    }

    #[receiver(Paid, timeout = "20ms")]
    async fn book(amount: u64) {
        if amount > 100 {
            pending::<()>().await;
        }
    }

    Paid { amount: 7 }.send().await?;
    stopped(&Paid { amount: 700 }.send().await.unwrap_err().into());
    Ok(())
}

async fn rule_89_a_statement_of_a_stopped_receiver_does_not_delay_the_rollback(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver(post_save, sender = User, timeout = "50ms")]
    async fn slow(tx: &mut Tx) -> Result<()> {
        tx.query_as::<String>("SELECT pg_sleep(60)::text", &()).await.map(drop)
    }

    let (db, began) = (database.with_tables::<User>().await?, Instant::now());
    stopped(&User::default().save(&db).await.unwrap_err());
    assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
    assert_eq!(User::all(&db).await?.len(), 0);
    Ok(())
}
