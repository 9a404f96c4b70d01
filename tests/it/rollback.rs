//! docs/behaviour.md, rules 47 and 48: what runs after a rollback.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::{Log, without_lines};

on_each_database!(
    rule_48_a_dropped_transaction_sends_it_as_a_task,
    rule_48_rows_of_a_savepoint_are_sent_at_the_end_of_the_transaction,
    rule_46_failures_after_a_rollback_are_isolated_and_reported,
    rule_6_a_receiver_that_saves_again_and_fails_again_is_an_error_and_no_stack_overflow,
    rule_48_a_commit_that_is_refused_is_a_rollback
);

mod every_save {
    use super::*;

    on_each_database!(rule_48_post_rollback_is_sent_for_every_save_that_was_undone);

    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Photo {
        #[key]
        id: Id<Photo>,
        file: String,
    }

    impl Photo {
        fn new(file: &str) -> Self {
            Self { file: file.to_owned(), ..Self::default() }
        }
    }

    #[receiver(post_save, sender = Photo)]
    fn refuse(instance: &Photo) -> Result<(), &'static str> {
        if instance.file.starts_with("bad") { Err("no picture") } else { Ok(()) }
    }

    #[receiver(post_rollback, sender = Photo)]
    async fn clear(instance: &Photo, created: bool, db: &Db) -> Result<()> {
        // The connection is free, and the row is as it was.
        let now = Photo::get(db, instance.id).await?.map(|photo| photo.file);
        LOG.note(format!("undone: {} {} created {created}, now {now:?}", instance.id, instance.file));
        Ok(())
    }

    #[receiver(post_commit, sender = Photo)]
    fn committed(instance: &Photo) {
        LOG.note(format!("committed: {}", instance.file));
    }

    /// A file that belongs to a row is the reason for this signal.
    async fn rule_48_post_rollback_is_sent_for_every_save_that_was_undone(database: &Database) -> TestResult {
        let db = database.with_tables::<Photo>().await?;
        let mut photo = Photo::new("a.png");
        photo.save(&db).await?;
        assert_eq!(LOG.take(), "committed: a.png\n");

        LOG.note("a receiver fails, on the database");
        Photo::new("bad b").save(&db).await.unwrap_err();
        photo.file = "bad a".to_owned();
        photo.save(&db).await.unwrap_err();

        LOG.note("a receiver fails, in a transaction");
        let failed = db.transaction(async |tx| {
            Photo::new("c.png").save(tx).await?;
            Photo::new("bad d").save(tx).await
        });
        failed.await.unwrap_err();

        LOG.note("the body fails");
        let failed = db.transaction(async |tx| {
            photo.file = "e.png".to_owned();
            photo.save(tx).await?;
            photo.file = "f.png".to_owned();
            photo.save(tx).await?;
            Err::<(), _>(Error::other("no"))
        });
        failed.await.unwrap_err();

        LOG.note("rollback");
        let tx = db.begin().await?;
        Photo::new("g.png").save(&tx).await?;
        tx.rollback().await?;

        LOG.note("a commit of what is broken");
        let tx = db.begin().await?;
        Photo::new("h.png").save(&tx).await?;
        Photo::new("bad i").save(&tx).await.unwrap_err();
        tx.commit().await.unwrap_err();

        LOG.note("inserted and deleted");
        let tx = db.begin().await?;
        let mut gone = Photo::new("j.png");
        gone.save(&tx).await?;
        gone.delete(&tx).await?;
        tx.rollback().await?;

        LOG.note("nothing was written");
        Photo { id: photo.id, ..Photo::new("k.png") }.create(&db).await.unwrap_err();
        // PostgreSQL gives no key twice.
        let lines: String = LOG.take().chars().map(|c| if c.is_ascii_digit() && c != '1' { 'N' } else { c }).collect();
        expect![[r#"
            a receiver fails, on the database
            undone: N bad b created true, now None
            undone: 1 bad a created false, now Some("a.png")
            a receiver fails, in a transaction
            undone: N c.png created true, now None
            undone: N bad d created true, now None
            the body fails
            undone: 1 f.png created false, now Some("a.png")
            rollback
            undone: N g.png created true, now None
            a commit of what is broken
            undone: N h.png created true, now None
            undone: N bad i created true, now None
            inserted and deleted
            nothing was written
        "#]]
        .assert_eq(&lines);
        Ok(())
    }
}

async fn rule_48_a_dropped_transaction_sends_it_as_a_task(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Photo {
        #[key]
        id: Id<Photo>,
    }

    #[receiver(post_rollback, sender = Photo)]
    async fn clear(instance: &Photo, db: &Db) -> Result<()> {
        assert!(Photo::get(db, instance.id).await?.is_none());
        LOG.note("cleared");
        Ok(())
    }

    let db = database.with_tables::<Photo>().await?;
    let tx = db.begin().await?;
    Photo::default().save(&tx).await?;
    tx.on_rollback(async |_| {
        LOG.note("on_rollback");
        Ok(())
    });
    tx.on_commit(async |_| panic!("no commit, no hook"));
    drop(tx);
    while LOG.lines().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(LOG.take(), "cleared\non_rollback\n");
    Ok(())
}

async fn rule_48_rows_of_a_savepoint_are_sent_at_the_end_of_the_transaction(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Page {
        #[key]
        id: Id<Page>,
        text: String,
    }

    #[receiver(post_commit, sender = Page)]
    fn committed(instance: &Page) {
        LOG.note(format!("committed {}", instance.text));
    }

    #[receiver(post_rollback, sender = Page)]
    fn undone(instance: &Page, previous: Option<&Page>, changes: FieldSet<Page>) {
        LOG.note(format!("undone {}, before {:?}, {changes:?}", instance.text, previous.map(|page| &page.text)));
    }

    let db = database.with_tables::<Page>().await?;
    for end in ["commit", "rollback"] {
        let mut tx = db.begin().await?;
        let mut page = Page { text: "first".to_owned(), ..Page::default() };
        page.save(&tx).await?;
        let undone = tx.savepoint(async |tx| {
            page.text = "in the savepoint".to_owned();
            page.save(tx).await?;
            page.text = "again".to_owned();
            page.save(tx).await?;
            tx.on_rollback(async |_| {
                LOG.note("on_rollback of the savepoint");
                Ok(())
            });
            Err::<(), _>(Error::other("no"))
        });
        undone.await.unwrap_err();
        tx.savepoint(async |tx| Page { text: "kept".to_owned(), ..Page::default() }.save(tx).await).await?;
        tx.on_rollback(async |_| {
            LOG.note("on_rollback of the transaction");
            Ok(())
        });
        LOG.note(end);
        match end {
            "commit" => tx.commit().await?,
            _ => tx.rollback().await?,
        }
    }
    expect![[r#"
        commit
        committed first
        undone again, before Some("first"), {"text"}
        on_rollback of the savepoint
        committed kept
        rollback
        undone first, before None, {"id", "text"}
        undone again, before Some("first"), {"text"}
        on_rollback of the savepoint
        undone kept, before None, {"id", "text"}
        on_rollback of the transaction
    "#]]
    .assert_eq(&LOG.take());
    Ok(())
}

async fn rule_46_failures_after_a_rollback_are_isolated_and_reported(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Photo {
        #[key]
        id: Id<Photo>,
    }

    #[receiver(post_rollback, sender = Photo)]
    fn fails() -> Result<(), &'static str> {
        Err("no")
    }

    #[receiver(post_rollback, sender = Photo)]
    fn panics() {
        panic!("never");
    }

    #[receiver(post_rollback, sender = Photo)]
    fn runs() {
        LOG.note("runs");
    }

    let reported = Arc::new(Mutex::new(Vec::new()));

    let db = database
        .connect_with::<Photo>(|options| {
            let reports = Arc::clone(&reported);
            options.on_error(move |error| reports.lock().unwrap().push(without_lines(&error.to_string())))
        })
        .await?;
    let tx = db.begin().await?;
    tx.on_rollback(async |_| Err(Error::other("the disk is gone")));
    Photo::default().save(&tx).await?;
    tx.rollback().await?;
    assert_eq!(LOG.take(), "runs\n");
    expect![[r#"
        the on_rollback hook that was queued at tests/it/rollback.rs failed, the rollback stays: the disk is gone
        receiver `it::rollback::fails` (tests/it/rollback.rs) failed on `post_rollback` of `Photo`: no
        receiver `it::rollback::panics` (tests/it/rollback.rs) panicked on `post_rollback` of `Photo`: never"#]]
    .assert_eq(&std::mem::take(&mut *reported.lock()?).join("\n"));
    Ok(())
}

/// Each of them undoes a save and is called for it: the chain has an end.
async fn rule_6_a_receiver_that_saves_again_and_fails_again_is_an_error_and_no_stack_overflow(
    database: &Database,
) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Photo {
        #[key]
        id: Id<Photo>,
    }

    #[receiver(post_save, sender = Photo)]
    fn refuse() -> Result<(), &'static str> {
        Err("no")
    }

    #[receiver(post_rollback, sender = Photo)]
    async fn again(db: &Db) -> Result<()> {
        LOG.note("again");
        Photo::default().save(db).await
    }

    let reported = Arc::new(Mutex::new(Vec::new()));

    let db = database
        .connect_with::<Photo>(|options| {
            let reports = Arc::clone(&reported);
            options.on_error(move |error| reports.lock().unwrap().push(without_lines(&error.to_string())))
        })
        .await?;
    let error = Photo::default().save(&db).await.unwrap_err();
    assert!(error.to_string().ends_with("failed on `post_save` of `Photo`: no"), "{error}");
    assert_eq!(LOG.take().lines().count(), 32);
    assert!(Photo::all(&db).await?.is_empty());
    let reported = std::mem::take(&mut *reported.lock()?);
    assert!(reported[0].contains("was sent from inside 32 receivers of one another"), "{}", reported[0]);
    assert_eq!(reported.len(), 33);
    Ok(())
}

/// Deferred constraints are looked at by COMMIT.
async fn rule_48_a_commit_that_is_refused_is_a_rollback(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Photo {
        #[key]
        id: Id<Photo>,
    }

    #[receiver(post_commit, sender = Photo)]
    fn committed() {
        LOG.note("committed");
    }

    #[receiver(post_rollback, sender = Photo)]
    fn rolled_back() {
        LOG.note("rolled back");
    }

    let db = database.with_tables::<Photo>().await?;
    db.batch(
        "CREATE TABLE parents (id BIGINT PRIMARY KEY);
         CREATE TABLE children (parent BIGINT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED);",
    )
    .await?;
    let tx = db.begin().await?;
    tx.on_commit(async |_| panic!("no commit, no hook"));
    tx.on_rollback(async |db: Db| {
        // It may begin transactions, and these may have hooks.
        db.transaction(async |tx| {
            tx.on_commit(async |_| {
                LOG.note("a hook of a hook");
                Ok(())
            });
            Photo::all(tx).await.map(drop)
        })
        .await
    });
    Photo::default().save(&tx).await?;
    tx.execute("INSERT INTO children VALUES (1)", &()).await?;
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::ForeignKey { .. }));
    assert_eq!(LOG.take(), "a hook of a hook\nrolled back\n");
    assert!(Photo::all(&db).await?.is_empty());
    Ok(())
}
