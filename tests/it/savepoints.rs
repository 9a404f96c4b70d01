//! docs/behaviour.md, "commit and rollback" and rule 14: savepoints.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;
use tokio::sync::Notify;

use crate::databases::{Database, TestResult, on_each_database, on_sqlite};
use crate::log::{Log, without_lines};

on_sqlite!(a_savepoint_notices_that_the_transaction_is_gone);

on_each_database!(
    what_is_done_in_a_savepoint_stays_or_is_undone_alone,
    savepoints_stand_in_one_another,
    rule_14_a_failure_breaks_the_innermost_savepoint_alone,
    rule_14_a_body_that_goes_on_after_a_failure_is_undone,
    rule_14_a_transaction_that_is_broken_opens_no_savepoint,
    rule_14_a_receiver_tries_in_a_savepoint_what_may_fail,
    a_panic_undoes_the_savepoint,
    rule_50_a_dropped_savepoint_is_undone_and_the_transaction_goes_on,
    rule_45_hooks_of_a_savepoint_that_is_rolled_back_are_dropped,
    rule_47_post_commit_knows_nothing_of_a_savepoint_that_is_rolled_back,
    a_savepoint_that_was_forgotten_is_an_error_and_rolled_back,
    what_runs_concurrently_with_a_savepoint_is_refused,
    savepoints_are_send
);

#[model]
#[derive(Debug, Default, Clone)]
struct Note {
    #[key]
    id: Id<Note>,
    #[unique]
    text: String,
}

impl Note {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

async fn texts(executor: &dyn Executor) -> String {
    let notes = Note::all(executor).await.unwrap();
    notes.into_iter().map(|note| note.text).collect::<Vec<_>>().join(" ")
}

/// Drops a future after so many polls; whether it came to its end.
async fn drop_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..polls {
        if let Poll::Ready(done) = polled(future.as_mut()).await {
            return Some(done);
        }
        tokio::task::yield_now().await;
    }
    None
}

async fn polled<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}

/// Catches a panic, as a runtime does.
async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| {
        let poll = std::panic::AssertUnwindSafe(|| future.as_mut().poll(context));
        std::panic::catch_unwind(poll).map_or(Poll::Ready(None), |poll| poll.map(Some))
    })
    .await
}

async fn what_is_done_in_a_savepoint_stays_or_is_undone_alone(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let mut tx = db.begin().await?;
    Note::new("before").save(&tx).await?;
    let kept = tx.savepoint(async |tx| Note::new("kept").save(tx).await.map(|()| 7)).await;
    assert_eq!(kept?, 7);
    let undone = tx
        .savepoint(async |tx| {
            Note::new("undone").save(tx).await?;
            assert_eq!(texts(tx).await, "before kept undone");
            Err::<(), _>(Error::other("mine"))
        })
        .await;
    assert_eq!(undone.unwrap_err().to_string(), "mine");
    assert_eq!(texts(&tx).await, "before kept");
    Note::new("after").save(&tx).await?;
    tx.commit().await?;
    assert_eq!(texts(&db).await, "before kept after");
    Ok(())
}

async fn savepoints_stand_in_one_another(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    // Which of three levels fail, and what is left.
    for (fails, left) in [
        ([false, false, false], "1 2 3 4 5"),
        ([false, false, true], "1 2 4 5"),
        ([false, true, false], "1 5"),
        ([false, true, true], "1 5"),
        ([true, false, false], ""),
        ([true, true, true], ""),
    ] {
        let end = |fails: bool| if fails { Err(Error::other("no")) } else { Ok(()) };
        let done = db
            .transaction(async |tx| {
                Note::new("1").save(tx).await?;
                let inner = tx.savepoint(async |tx| {
                    Note::new("2").save(tx).await?;
                    let innermost = tx.savepoint(async |tx| {
                        Note::new("3").save(tx).await?;
                        end(fails[2])
                    });
                    assert_eq!(innermost.await.is_err(), fails[2]);
                    Note::new("4").save(tx).await?;
                    end(fails[1])
                });
                assert_eq!(inner.await.is_err(), fails[1]);
                Note::new("5").save(tx).await?;
                end(fails[0])
            })
            .await;
        assert_eq!(done.is_err(), fails[0]);
        assert_eq!(texts(&db).await, left, "{fails:?}");
        db.execute("DELETE FROM notes", &()).await?;
    }
    Ok(())
}

async fn rule_14_a_failure_breaks_the_innermost_savepoint_alone(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let mut tx = db.begin().await?;
    Note::new("ann").save(&tx).await?;
    let outer = tx.savepoint(async |tx| {
        Note::new("bob").save(tx).await?;
        let inner = tx.savepoint(async |tx| {
            Note::new("cid").save(tx).await?;
            let first = Note::new("ann").save(tx).await.unwrap_err();
            let error = Note::all(tx).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Broken { first: text } if *text == first.to_string()), "{error}");
            Err::<(), _>(first)
        });
        assert!(matches!(inner.await.unwrap_err().kind(), ErrorKind::Unique { .. }));
        assert_eq!(texts(tx).await, "ann bob");
        Note::new("dan").save(tx).await
    });
    outer.await?;
    tx.commit().await?;
    assert_eq!(texts(&db).await, "ann bob dan");
    Ok(())
}

async fn rule_14_a_body_that_goes_on_after_a_failure_is_undone(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let mut tx = db.begin().await?;
    Note::new("ann").save(&tx).await?;
    let swallows = tx.savepoint(async |tx| {
        Note::new("bob").save(tx).await?;
        Note::new("ann").save(tx).await.unwrap_err();
        Ok(())
    });
    let error = swallows.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Swallowed { .. }));
    expect!["everything was rolled back, because the code went on after this failure: another row of `Note` has the same `text`: use another value, or change the row that is there; return the failure, or do what may fail in `tx.savepoint(..)`"]
    .assert_eq(&error.to_string());
    assert_eq!(texts(&tx).await, "ann");
    tx.commit().await?;
    assert_eq!(texts(&db).await, "ann");
    Ok(())
}

async fn rule_14_a_transaction_that_is_broken_opens_no_savepoint(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let mut tx = db.begin().await?;
    Note::new("ann").save(&tx).await?;
    Note::new("ann").save(&tx).await.unwrap_err();
    let refused = tx.savepoint(async |_| -> Result<()> { panic!("the body does not run") }).await;
    assert!(matches!(refused.as_ref().unwrap_err().kind(), ErrorKind::Broken { .. }));
    tx.rollback().await?;
    assert_eq!(texts(&db).await, "");
    Ok(())
}

async fn rule_14_a_receiver_tries_in_a_savepoint_what_may_fail(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Badge {
        #[key]
        id: Id<Badge>,
        #[unique]
        number: i64,
    }

    #[receiver(post_save, sender = User)]
    async fn give_badges(tx: &mut Tx) -> Result<()> {
        for number in [1, 2, 1] {
            let given = tx.savepoint(async |tx| Badge { number, ..Badge::default() }.save(tx).await).await;
            LOG.note(format!("{number} {}", if given.is_ok() { "given" } else { "taken" }));
        }
        Ok(())
    }

    let db = database.with_tables::<(User, Badge)>().await?;
    User::default().save(&db).await?;
    expect![[r"
        1 given
        2 given
        1 taken
    "]]
    .assert_eq(&LOG.take());
    db.transaction(async |tx| User::default().save(tx).await).await?;
    expect![[r"
        1 taken
        2 taken
        1 taken
    "]]
    .assert_eq(&LOG.take());
    assert_eq!((User::all(&db).await?.len(), Badge::all(&db).await?.len()), (2, 2));
    Ok(())
}

async fn a_panic_undoes_the_savepoint(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let mut tx = db.begin().await?;
    Note::new("before").save(&tx).await?;
    for deep in [false, true] {
        let body = tx.savepoint(async |tx| {
            Note::new("undone").save(tx).await?;
            if deep {
                tx.savepoint(async |tx| {
                    Note::new("undone too").save(tx).await?;
                    panic!("in the innermost")
                })
                .await
            } else {
                panic!("in the body")
            }
        });
        assert!(caught::<Result<()>>(body).await.is_none());
    }
    assert_eq!(texts(&tx).await, "before");
    Note::new("after").save(&tx).await?;
    tx.commit().await?;
    assert_eq!(texts(&db).await, "before after");
    Ok(())
}

/// At every await, also in the middle of a statement, and in a savepoint of a savepoint.
async fn rule_50_a_dropped_savepoint_is_undone_and_the_transaction_goes_on(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    for go_on in ["commit", "save", "savepoint", "rollback"] {
        for polls in 0.. {
            let mut tx = db.begin().await?;
            Note::new("before").save(&tx).await?;
            let done = drop_after(
                polls,
                tx.savepoint(async |tx| {
                    tokio::task::yield_now().await;
                    Note::new("1").save(tx).await?;
                    tx.savepoint(async |tx| {
                        Note::new("2").save(tx).await?;
                        tokio::task::yield_now().await;
                        Note::new("3").save(tx).await
                    })
                    .await?;
                    tokio::task::yield_now().await;
                    Note::new("4").save(tx).await
                }),
            )
            .await;
            let done = done.map(Result::unwrap).is_some();
            match go_on {
                "save" => Note::new("after").save(&tx).await?,
                "savepoint" => tx.savepoint(async |tx| Note::new("after").save(tx).await).await?,
                _ => {}
            }
            let mut left = vec!["before"];
            left.extend(done.then_some("1 2 3 4"));
            left.extend(["save", "savepoint"].contains(&go_on).then_some("after"));
            if go_on == "rollback" {
                tx.rollback().await?;
                left.clear();
            } else {
                tx.commit().await?;
            }
            assert_eq!(texts(&db).await, left.join(" "), "{go_on} after {polls} polls");
            db.execute("DELETE FROM notes", &()).await?;
            if done {
                assert!(polls > 3);
                break;
            }
        }
    }
    Ok(())
}

async fn rule_45_hooks_of_a_savepoint_that_is_rolled_back_are_dropped(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    fn say(tx: &Tx, text: &'static str) {
        tx.on_commit(async move |_| {
            LOG.note(text);
            Ok(())
        });
    }

    let db = database.with_tables::<Note>().await?;
    let mut tx = db.begin().await?;
    say(&tx, "one");
    tx.savepoint(async |tx| {
        say(tx, "two");
        let undone = tx.savepoint(async |tx| {
            say(tx, "never");
            tx.savepoint(async |tx| {
                say(tx, "never, though it was released");
                Ok(())
            })
            .await?;
            Err::<(), _>(Error::other("no"))
        });
        undone.await.unwrap_err();
        say(tx, "three");
        Ok(())
    })
    .await?;
    drop_after(
        1,
        tx.savepoint(async |tx| {
            say(tx, "never, because its future was dropped");
            std::future::pending::<Result<()>>().await
        }),
    )
    .await;
    say(&tx, "four");
    tx.commit().await?;
    assert_eq!(LOG.take(), "one\ntwo\nthree\nfour\n");
    Ok(())
}

async fn rule_47_post_commit_knows_nothing_of_a_savepoint_that_is_rolled_back(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Page {
        #[key]
        id: Id<Page>,
        text: String,
    }

    #[receiver(post_commit, sender = Page)]
    fn committed(instance: &Page, created: bool, previous: Option<&Page>, changes: FieldSet<Page>) {
        let previous = previous.map(|page| &page.text);
        LOG.note(format!("{} {} created {created}, before {previous:?}, {changes:?}", instance.id, instance.text));
    }

    async fn set(page: &mut Page, text: &str, tx: &Tx) {
        text.clone_into(&mut page.text);
        page.save(tx).await.unwrap();
    }

    let db = database.with_tables::<Page>().await?;
    // Saved before, in the savepoint and not after; created in the savepoint; deleted in it.
    let mut tx = db.begin().await?;
    let (mut page, mut created, mut deleted) = (Page::default(), Page::default(), Page::default());
    set(&mut page, "a", &tx).await;
    set(&mut deleted, "stays", &tx).await;
    let undone = tx.savepoint(async |tx| {
        set(&mut page, "b", tx).await;
        set(&mut created, "never", tx).await;
        deleted.delete(tx).await?;
        Err::<(), _>(Error::other("no"))
    });
    undone.await.unwrap_err();
    tx.commit().await?;
    expect![[r#"
        1 a created true, before None, {"id", "text"}
        2 stays created true, before None, {"id", "text"}
    "#]]
    .assert_eq(&LOG.take());

    // The same kept: `created` and `previous` are those of the whole transaction.
    let mut tx = db.begin().await?;
    page = Page::get(&tx, Id::new(1)).await?.unwrap();
    set(&mut page, "b", &tx).await;
    tx.savepoint(async |tx| {
        set(&mut page, "c", tx).await;
        deleted.delete(tx).await?;
        tx.savepoint(async |tx| {
            set(&mut page, "d", tx).await;
            deleted.create(tx).await
        })
        .await
    })
    .await?;
    tx.commit().await?;
    expect![[r#"
        1 d created false, before Some("a"), {"text"}
        2 stays created true, before None, {"id", "text"}
    "#]]
    .assert_eq(&LOG.take());

    // Deleted in a savepoint that is kept.
    let mut tx = db.begin().await?;
    set(&mut page, "e", &tx).await;
    tx.savepoint(async |tx| page.delete(tx).await.map(drop)).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "");
    Ok(())
}

/// `insert or rollback`, a full disk: SQLite ends the transaction, and a savepoint cannot go on in nothing.
async fn a_savepoint_notices_that_the_transaction_is_gone(database: &Database) -> TestResult {
    let db = database.connect().await?;
    db.execute("CREATE TABLE t (n INTEGER UNIQUE ON CONFLICT ROLLBACK)", &()).await?;
    let mut tx = db.begin().await?;
    tx.execute("INSERT INTO t VALUES (1)", &()).await?;
    let gone = tx.savepoint(async |tx| {
        tx.execute("INSERT INTO t VALUES (2)", &()).await?;
        tx.execute("INSERT INTO t VALUES (1)", &()).await.unwrap_err();
        // It would be committed at once.
        assert!(matches!(
            tx.execute("INSERT INTO t VALUES (3)", &()).await.unwrap_err().kind(),
            ErrorKind::Broken { .. }
        ));
        Ok(())
    });
    assert!(matches!(gone.await.unwrap_err().kind(), ErrorKind::Swallowed { .. }));
    assert!(matches!(tx.execute("INSERT INTO t VALUES (4)", &()).await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    let refused = tx.savepoint(async |_| Ok(())).await;
    assert!(
        matches!(refused.as_ref().unwrap_err().kind(), ErrorKind::Broken { first } if first.contains("another row"))
    );
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    let mut rows = 0;
    db.for_each_row("SELECT n FROM t", &(), &mut |_| {
        rows += 1;
        Ok(())
    })
    .await?;
    assert_eq!(rows, 0);
    Ok(())
}

/// Nothing is committed half, even if futures are forgotten.
async fn a_savepoint_that_was_forgotten_is_an_error_and_rolled_back(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let mut tx = db.begin().await?;
    Note::new("before").save(&tx).await?;
    let saved = AtomicBool::new(false);
    let mut forgotten = Box::pin(tx.savepoint(async |tx| {
        Note::new("half").save(tx).await?;
        saved.store(true, Ordering::Relaxed);
        std::future::pending::<Result<()>>().await
    }));
    while !saved.load(Ordering::Relaxed) {
        assert!(polled(forgotten.as_mut()).await.is_pending());
        tokio::task::yield_now().await;
    }
    std::mem::forget(forgotten);
    let error = Note::new("after").save(&tx).await.unwrap_err();
    expect!["the savepoint that began at tests/it/savepoints.rs is still open, so the transaction can be used in it alone: await it first"]
    .assert_eq(&without_lines(&error.to_string()));
    tx.commit().await.unwrap_err();
    assert_eq!(texts(&db).await, "");
    Note::new("the connection is in order").save(&db).await?;
    Ok(())
}

/// Two saves at a time, one of whose receivers is in a savepoint: the other one would be undone with it.
async fn what_runs_concurrently_with_a_savepoint_is_refused(database: &Database) -> TestResult {
    static OPEN: Notify = Notify::const_new();
    static GO_ON: Notify = Notify::const_new();

    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        slow: bool,
    }

    #[receiver(post_save, sender = User)]
    async fn slowly(instance: &User, tx: &mut Tx) -> Result<()> {
        if !instance.slow {
            return Ok(());
        }
        let undone = tx.savepoint(async |_| {
            OPEN.notify_one();
            GO_ON.notified().await;
            Err::<(), _>(Error::other("no"))
        });
        undone.await.unwrap_err();
        Ok(())
    }

    let db = database.with_tables::<User>().await?;
    let tx = db.begin().await?;
    let (mut slow, mut quick) = (User { slow: true, ..User::default() }, User::default());
    let (_, refused) = tokio::join!(slow.save(&tx), async {
        OPEN.notified().await;
        let refused = quick.save(&tx).await;
        GO_ON.notify_one();
        refused
    });
    assert!(matches!(refused.as_ref().unwrap_err().kind(), ErrorKind::SavepointOpen { .. }), "{refused:?}");
    assert!(tx.commit().await.is_err());
    assert!(User::all(&db).await?.is_empty());
    Ok(())
}

/// The futures can be tasks of a runtime with many threads.
async fn savepoints_are_send(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let task = tokio::spawn({
        let db = db.clone();
        async move {
            let text = String::from("borrowed");
            let text = text.as_str();
            db.transaction(async |tx| {
                tx.savepoint(async |tx| {
                    Note::new(text).save(tx).await?;
                    tx.savepoint(async |tx| Note::new("owned").save(tx).await).await
                })
                .await
            })
            .await?;
            let mut tx = db.begin().await?;
            tx.savepoint(async |tx| Note::new("third").save(tx).await).await?;
            tx.commit().await
        }
    });
    task.await??;
    assert_eq!(texts(&db).await, "borrowed owned third");
    Ok(())
}
