//! docs/behaviour.md, "commit and rollback".

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use expect_test::expect;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_45_hooks_and_post_commit_run_after_the_commit_in_the_order_of_their_queue,
    rule_46_all_run_whatever_fails,
    rule_47_post_commit_runs_once_per_row_with_the_last_values,
    rule_47_a_row_that_is_deleted_with_another_in_its_own_transaction_has_no_post_commit,
    rule_6_a_receiver_that_saves_what_it_receives_is_an_error_and_no_stack_overflow
);

async fn rule_45_hooks_and_post_commit_run_after_the_commit_in_the_order_of_their_queue(
    database: &Database,
) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
        text: String,
    }

    #[receiver(post_commit, sender = Note)]
    async fn committed(instance: &Note, db: &Db) -> Result<()> {
        // It may open transactions of its own.
        let rows = db.transaction(async |tx| Note::all(tx).await).await?.len();
        LOG.note(format!("post_commit {} with {rows} rows", instance.text));
        Ok(())
    }

    let hook = |text: &'static str| {
        async move |_: Db| {
            LOG.note(text);
            Ok(())
        }
    };
    let db = database.with_tables::<Note>().await?;
    let tx = db.begin().await?;
    tx.on_commit(hook("first hook"));
    Note { text: "a".to_owned(), ..Note::default() }.save(&tx).await?;
    Note { text: "b".to_owned(), ..Note::default() }.save(&tx).await?;
    tx.on_commit(hook("last hook"));
    LOG.note("commit");
    tx.commit().await?;
    expect![[r"
        commit
        first hook
        post_commit a with 2 rows
        post_commit b with 2 rows
        last hook
    "]]
    .assert_eq(&LOG.take());

    let tx = db.begin().await?;
    tx.on_commit(hook("never"));
    Note { text: "never".to_owned(), ..Note::default() }.save(&tx).await?;
    tx.rollback().await?;
    assert_eq!(LOG.take(), "");
    Ok(())
}

async fn rule_46_all_run_whatever_fails(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    #[receiver(post_commit, sender = Note)]
    fn fails() -> Result<(), &'static str> {
        Err("no")
    }

    #[receiver(post_commit, sender = Note)]
    fn panics() {
        panic!("never");
    }

    #[receiver(post_commit, sender = Note)]
    fn runs(instance: &Note) {
        LOG.note(format!("runs for {}", instance.id));
    }

    let reported = Arc::new(Mutex::new(Vec::new()));

    let db = database
        .connect_with::<Note>(|options| {
            let reports = Arc::clone(&reported);
            options.on_error(move |error| reports.lock().unwrap().push(crate::log::without_lines(&error.to_string())))
        })
        .await?;
    Note::default().save(&db).await?;
    assert_eq!(Note::all(&db).await?.len(), 1, "the save stays good");
    assert_eq!(LOG.take(), "runs for 1\n");
    expect![[r"
        receiver `it::commit::fails` (tests/it/commit.rs) failed on `post_commit` of `Note`: no
        receiver `it::commit::panics` (tests/it/commit.rs) panicked on `post_commit` of `Note`: never"]]
    .assert_eq(&std::mem::take(&mut *reported.lock()?).join("\n"));
    Ok(())
}

async fn rule_47_post_commit_runs_once_per_row_with_the_last_values(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Note {
        #[key]
        id: Id<Note>,
        text: String,
    }

    #[receiver(post_commit, sender = Note)]
    fn committed(instance: &Note, created: bool) {
        LOG.note(format!("{} {} created {created}", instance.id, instance.text));
    }

    let db = database.with_tables::<Note>().await?;
    let tx = db.begin().await?;
    let (mut kept, mut gone) = (Note::default(), Note::default());
    for text in ["a", "b", "c"] {
        kept.text = text.to_owned();
        kept.save(&tx).await?;
    }
    gone.save(&tx).await?;
    gone.delete(&tx).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "1 c created true\n");

    let tx = db.begin().await?;
    kept.text = "d".to_owned();
    kept.save(&tx).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "1 d created false\n");

    // What was there before the transaction, and is inserted again under its key after a delete, is new.
    let tx = db.begin().await?;
    let mut again = kept.clone();
    kept.delete(&tx).await?;
    again.create(&tx).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "1 d created true\n");
    Ok(())
}

async fn rule_47_a_row_that_is_deleted_with_another_in_its_own_transaction_has_no_post_commit(
    database: &Database,
) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Shelf {
        #[key]
        id: Id<Shelf>,
    }

    #[model]
    #[derive(Default)]
    struct Book {
        #[key]
        id: Id<Book>,
        #[foreign_key(on_delete = cascade)]
        shelf: Id<Shelf>,
    }

    #[receiver(post_commit, sender = Book)]
    fn committed(instance: &Book) {
        LOG.note(format!("book {}", instance.id));
    }

    let db = database.with_tables::<(Shelf, Book)>().await?;
    let tx = db.begin().await?;
    let mut shelf = Shelf::default();
    shelf.save(&tx).await?;
    Book { shelf: shelf.id, ..Book::default() }.save(&tx).await?;
    shelf.delete(&tx).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "");
    Ok(())
}

mod dropped {
    use super::*;

    #[model]
    #[derive(Default, Clone)]
    struct User {
        #[key]
        id: Id<User>,
        #[update(5)]
        changed: i64,
    }

    #[model]
    #[derive(Default)]
    struct Profile {
        #[key]
        id: Id<Profile>,
        #[one_to_one(on_delete = cascade)]
        user: Id<User>,
    }

    #[receiver([pre_save, pre_delete, post_delete], sender = User)]
    async fn around() {
        tokio::task::yield_now().await;
    }

    #[receiver(post_save, sender = User, created = true)]
    async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
        tokio::task::yield_now().await;
        Profile { user: instance.id, ..Profile::default() }.save(tx).await?;
        tokio::task::yield_now().await;
        Ok(())
    }

    #[receiver(post_commit, sender = User)]
    fn never() {
        panic!("a save that was dropped was committed");
    }

    /// Drops the future of a save after each number of polls.
    #[tokio::test]
    async fn rule_50_a_dropped_save_or_delete_leaves_nothing() -> TestResult {
        let db = Db::connect("sqlite::memory:").await?;
        db.create_tables_of::<(User, Profile)>().await?;
        let mut polls = 0;
        loop {
            polls += 1;
            let mut user = User::default();
            let done = {
                let mut save = pin!(async {
                    let tx = db.begin().await?;
                    user.save(&tx).await?;
                    tx.rollback().await
                });
                polled(polls, save.as_mut()).await
            };
            assert!(user.id.is_unset() || done, "after {polls} polls");
            assert!(User::all(&db).await?.is_empty(), "after {polls} polls");
            assert!(Profile::all(&db).await?.is_empty(), "after {polls} polls");
            if done {
                break;
            }
            let done = {
                let mut save = pin!(user.save(&db));
                polled(polls, save.as_mut()).await
            };
            assert!(!done && user.id.is_unset() && user.changed == 0, "after {polls} polls");
            assert!(User::all(&db).await?.is_empty(), "after {polls} polls");
        }
        assert!(polls > 3, "the receivers wait three times");

        db.execute("INSERT INTO users (changed) VALUES (1)", &()).await?;
        let user = User::all(&db).await?.remove(0);
        for polls in 1.. {
            let mut going = user.clone();
            let done = {
                let mut delete = pin!(going.delete(&db));
                polled(polls, delete.as_mut()).await
            };
            assert_eq!(User::all(&db).await?.is_empty(), done, "after {polls} polls");
            assert_eq!(going.id.is_unset(), done, "after {polls} polls");
            if done {
                assert!(polls > 2, "the receivers wait twice");
                break;
            }
        }
        Ok(())
    }
}

/// Polls a future so many times, and says whether it came to its end.
async fn polled<T: std::fmt::Debug>(
    times: usize,
    mut future: std::pin::Pin<&mut impl Future<Output = Result<T>>>,
) -> bool {
    for _ in 0..times {
        let done = poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => Poll::Ready(None),
        });
        if let Some(result) = done.await {
            result.unwrap();
            return true;
        }
    }
    false
}

async fn rule_6_a_receiver_that_saves_what_it_receives_is_an_error_and_no_stack_overflow(
    database: &Database,
) -> TestResult {
    #[model]
    #[derive(Default, Clone)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver(post_save, sender = User)]
    async fn again(instance: &User, tx: &mut Tx) -> Result<()> {
        instance.clone().save(tx).await
    }

    let db = database.with_tables::<User>().await?;
    let error = User::default().save(&db).await.unwrap_err().to_string();
    assert_eq!(error.matches("::commit::again`").count(), 1, "{error}");
    assert!(error.contains("and so on, 32 times"), "{error}");
    assert!(error.contains("`post_save` of `User` was sent from inside 32 receivers of one another"), "{error}");
    assert!(User::all(&db).await?.is_empty());
    Ok(())
}
