//! docs/behaviour.md, rules 46 and 48: nothing that runs after the end of a transaction changes how it ended.

use std::fmt;
use std::io::Read;
use std::panic::panic_any;
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::task::{Context, Poll};

use expect_test::expect;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(rule_48_whatever_fails_after_a_rollback_the_failure_of_the_save_is_the_one_that_is_returned);

/// Panics when it is dropped, as a payload of a panic as well, and again and again.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        // Two panics at once end the program, whatever the library does.
        if !std::thread::panicking() {
            panic_any(Self);
        }
    }
}

/// An error of which nothing works.
struct Broken(Bomb);

impl fmt::Debug for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic_any(Bomb)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic_any(Bomb)
    }
}

impl std::error::Error for Broken {}

/// A future that is done at once, and panics when it is dropped.
struct Fragile(Bomb);

impl Future for Fragile {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}

mod failures_after_a_commit {
    use super::*;

    on_each_database!(rule_46_whatever_fails_after_the_commit_the_save_is_good_and_the_others_run);

    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Tag {
        #[key]
        id: Id<Tag>,
    }

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Note {
        #[key]
        id: Id<Note>,
        text: String,
        #[many_to_many]
        tags: ManyToMany<Tag>,
    }

    #[receiver(post_commit, sender = Note)]
    fn a_error() -> Result<(), Broken> {
        Err(Broken(Bomb))
    }

    #[receiver(post_commit, sender = Note, after = [a_error])]
    fn b_panic() {
        panic_any(Bomb);
    }

    #[receiver(post_commit, sender = Note, after = [b_panic])]
    async fn c_async_panic() {
        tokio::task::yield_now().await;
        panic_any(Bomb);
    }

    #[receiver(post_commit, sender = Note, after = [c_async_panic], when = |_| panic_any(Bomb))]
    fn d_filter() {}

    #[receiver(post_commit, sender = Note, after = [d_filter])]
    fn e_runs(instance: &Note, created: bool) {
        LOG.note(format_args!("{} {} created {created}", instance.id, instance.text));
    }

    #[receiver(post_delete, sender = Note)]
    #[receiver(m2m_changed, sender = NoteTags)]
    fn bombs(tx: &mut Tx) {
        plant(tx);
    }

    /// Every hook that can go wrong.
    fn plant(tx: &Tx) {
        fn at_once(_: Db) -> std::future::Ready<Result<()>> {
            panic_any(Bomb)
        }
        tx.on_commit(async |_| Err(Error::other(Broken(Bomb))));
        tx.on_commit(async |_| panic_any(Bomb));
        tx.on_commit(at_once);
        tx.on_commit(|_| Fragile(Bomb));
        for _ in 0..2 {
            let bomb = Bomb;
            tx.on_rollback(async move |_| {
                let _bomb = bomb;
                Ok(())
            });
        }
        tx.on_commit(async |_| {
            LOG.note("the last hook");
            Ok(())
        });
    }

    async fn rule_46_whatever_fails_after_the_commit_the_save_is_good_and_the_others_run(
        database: &Database,
    ) -> TestResult {
        let db =
            database.connect_with::<(Tag, NoteTags, Note)>(|options| options.on_error(|_| panic_any(Bomb))).await?;
        let mut note = Note { text: "a".to_owned(), ..Note::default() };
        note.save(&db).await?;
        assert!(!note.id.is_unset(), "it keeps its id, so that it is not saved twice");
        note.text = "b".to_owned();
        note.save_fields(&db, Note::fields().text).await?;
        let mut more = [Note::default(), Note::default()];
        Note::create_many(&db, &mut more).with_signals().await?;
        assert!(more.iter().all(|note| !note.id.is_unset()));
        expect![[r"
            1 a created true
            1 b created false
            2  created true
            3  created true
        "]]
        .assert_eq(&LOG.take());

        let tx = db.begin().await?;
        Note::default().save(&tx).await?;
        plant(&tx);
        tx.commit().await?;
        db.transaction(async |tx| {
            plant(tx);
            Ok(())
        })
        .await?;
        expect![[r"
            4  created true
            the last hook
            the last hook
        "]]
        .assert_eq(&LOG.take());

        let mut tag = Tag::default();
        tag.save(&db).await?;
        note.tags().add(&db, [tag.id]).await?;
        assert_eq!(LOG.take(), "the last hook\nthe last hook\n");

        let deleted = note.delete(&db).await?;
        assert_eq!((deleted.of::<Note>(), note.id.is_unset()), (1, true));
        assert_eq!(LOG.take(), "the last hook\n");
        assert_eq!(Note::all(&db).await?.len(), 3, "each row is there once");
        Ok(())
    }
}

async fn rule_48_whatever_fails_after_a_rollback_the_failure_of_the_save_is_the_one_that_is_returned(
    database: &Database,
) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    #[receiver(post_save, sender = Note)]
    fn refuse(tx: &mut Tx) -> Result<(), &'static str> {
        for _ in 0..2 {
            let bomb = Bomb;
            tx.on_commit(async move |_| {
                let _bomb = bomb;
                Ok(())
            });
        }
        tx.on_rollback(async |_| panic_any(Bomb));
        Err("refused")
    }

    #[receiver(post_rollback, sender = Note)]
    fn a_panic() {
        panic_any(Bomb);
    }

    #[receiver(post_rollback, sender = Note, after = [a_panic])]
    fn b_error() -> Result<(), Broken> {
        Err(Broken(Bomb))
    }

    #[receiver(post_rollback, sender = Note, after = [b_error])]
    fn c_runs(instance: &Note) {
        LOG.note(format_args!("undone {}", instance.id));
    }

    let db = database.connect_with::<Note>(|options| options.on_error(|_| panic_any(Bomb))).await?;
    let mut note = Note::default();
    let error = note.save(&db).await.unwrap_err();
    assert!(error.to_string().ends_with("refused"), "{error}");
    assert!(note.id.is_unset());
    assert_eq!(LOG.take(), "undone 1\n");

    // A savepoint is left as if nothing had panicked, and its transaction goes on.
    let mut tx = db.begin().await?;
    let error = tx.savepoint(async |tx| Note::default().save(tx).await).await.unwrap_err();
    assert!(error.to_string().ends_with("refused"), "{error}");
    assert_eq!(Note::all(&tx).await?.len(), 0);
    tx.commit().await?;
    assert!(LOG.take().starts_with("undone "));

    // Nor does a transaction that is dropped panic.
    let tx = db.begin().await?;
    Note::default().save(&tx).await.unwrap_err();
    drop(tx);
    while LOG.lines().is_empty() {
        tokio::task::yield_now().await;
    }
    LOG.take();
    Ok(())
}

const STARTED: &str = "SIGNALS_TEST_CLOSED_STDERR";

#[model]
#[derive(Default)]
struct Letter {
    #[key]
    id: Id<Letter>,
}

#[receiver(post_commit, sender = Letter)]
fn post() -> Result<(), &'static str> {
    Err("no stamps")
}

/// Saves a row when stderr is closed. Does nothing unless the test below starts it.
#[tokio::test]
async fn without_stderr() -> TestResult {
    if std::env::var_os(STARTED).is_none() {
        return Ok(());
    }
    std::io::stdin().read_to_end(&mut Vec::new())?;
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<Letter>().await?;
    let mut letter = Letter::default();
    letter.save(&db).await?;
    assert!(!letter.id.is_unset());
    println!("saved");
    Ok(())
}

#[test]
fn rule_46_a_save_is_good_if_its_failure_cannot_be_written_to_stderr() -> TestResult {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--exact", "after_commit::without_stderr", "--nocapture"])
        .env(STARTED, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    drop(child.stderr.take());
    // It begins when its stdin ends.
    drop(child.stdin.take());
    let output = child.wait_with_output()?;
    let written = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && written.contains("saved"), "{written}");
    Ok(())
}
