//! docs/behaviour.md, "commit and rollback" and rule 14: savepoints.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use expect_test::expect;
use signals::prelude::*;
use tokio::sync::Notify;

use crate::databases::{databases, empty_databases, is_sqlite};
use crate::log::{Log, without_lines};

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

/// Catches a panic, as whoever runs tasks does.
async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| {
        let poll = std::panic::AssertUnwindSafe(|| future.as_mut().poll(context));
        std::panic::catch_unwind(poll).map_or(Poll::Ready(None), |poll| poll.map(Some))
    })
    .await
}

#[tokio::test]
async fn what_is_done_in_a_savepoint_stays_or_is_undone_alone() {
    for db in databases::<Note>().await {
        let mut tx = db.begin().await.unwrap();
        Note::new("before").save(&tx).await.unwrap();
        let kept = tx.savepoint(async |tx| Note::new("kept").save(tx).await.map(|()| 7)).await;
        assert_eq!(kept.unwrap(), 7);
        let undone = tx
            .savepoint(async |tx| {
                Note::new("undone").save(tx).await?;
                assert_eq!(texts(tx).await, "before kept undone");
                Err::<(), _>(Error::other("mine"))
            })
            .await;
        assert_eq!(undone.unwrap_err().to_string(), "mine");
        assert_eq!(texts(&tx).await, "before kept");
        Note::new("after").save(&tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(texts(&db).await, "before kept after");
    }
}

#[tokio::test]
async fn savepoints_stand_in_one_another() {
    for db in databases::<Note>().await {
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
            db.execute("DELETE FROM notes", &()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn rule_14_a_failure_breaks_the_innermost_savepoint_alone() {
    for db in databases::<Note>().await {
        let mut tx = db.begin().await.unwrap();
        Note::new("ann").save(&tx).await.unwrap();
        let outer = tx.savepoint(async |tx| {
            Note::new("bob").save(tx).await?;
            let inner = tx.savepoint(async |tx| {
                Note::new("cid").save(tx).await?;
                let first = Note::new("ann").save(tx).await.unwrap_err();
                let error = Note::all(tx).await.unwrap_err();
                assert!(matches!(&error, Error::Broken { first: text } if *text == first.to_string()), "{error}");
                Err::<(), _>(first)
            });
            assert!(matches!(inner.await, Err(Error::Unique { .. })));
            assert_eq!(texts(tx).await, "ann bob");
            Note::new("dan").save(tx).await
        });
        outer.await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(texts(&db).await, "ann bob dan");
    }
}

#[tokio::test]
async fn rule_14_a_body_that_goes_on_after_a_failure_is_undone() {
    for db in databases::<Note>().await {
        let mut tx = db.begin().await.unwrap();
        Note::new("ann").save(&tx).await.unwrap();
        let swallows = tx.savepoint(async |tx| {
            Note::new("bob").save(tx).await?;
            Note::new("ann").save(tx).await.unwrap_err();
            Ok(())
        });
        let error = swallows.await.unwrap_err();
        assert!(matches!(error, Error::Swallowed { .. }));
        expect!["everything was rolled back, because the code went on after this failure: another row of `Note` has the same `text`: use another value, or change the row that is there; return the failure, or do what may fail in `tx.savepoint(..)`"]
        .assert_eq(&error.to_string());
        assert_eq!(texts(&tx).await, "ann");
        tx.commit().await.unwrap();
        assert_eq!(texts(&db).await, "ann");
    }
}

#[tokio::test]
async fn rule_14_a_transaction_that_is_broken_opens_no_savepoint() {
    for db in databases::<Note>().await {
        let mut tx = db.begin().await.unwrap();
        Note::new("ann").save(&tx).await.unwrap();
        Note::new("ann").save(&tx).await.unwrap_err();
        let refused = tx.savepoint(async |_| -> Result<()> { panic!("the body does not run") }).await;
        assert!(matches!(refused, Err(Error::Broken { .. })));
        tx.rollback().await.unwrap();
        assert_eq!(texts(&db).await, "");
    }
}

#[tokio::test]
async fn rule_14_a_receiver_tries_in_a_savepoint_what_may_fail() {
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

    for db in databases::<(User, Badge)>().await {
        User::default().save(&db).await.unwrap();
        expect![[r"
            1 given
            2 given
            1 taken
        "]]
        .assert_eq(&LOG.take());
        db.transaction(async |tx| User::default().save(tx).await).await.unwrap();
        expect![[r"
            1 taken
            2 taken
            1 taken
        "]]
        .assert_eq(&LOG.take());
        assert_eq!((User::all(&db).await.unwrap().len(), Badge::all(&db).await.unwrap().len()), (2, 2));
    }
}

#[tokio::test]
async fn a_panic_undoes_the_savepoint() {
    for db in databases::<Note>().await {
        let mut tx = db.begin().await.unwrap();
        Note::new("before").save(&tx).await.unwrap();
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
        Note::new("after").save(&tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(texts(&db).await, "before after");
    }
}

/// At every await, also in the middle of a statement, and in a savepoint of a savepoint.
#[tokio::test]
async fn rule_50_a_dropped_savepoint_is_undone_and_the_transaction_goes_on() {
    for db in databases::<Note>().await {
        for go_on in ["commit", "save", "savepoint", "rollback"] {
            for polls in 0.. {
                let mut tx = db.begin().await.unwrap();
                Note::new("before").save(&tx).await.unwrap();
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
                    "save" => Note::new("after").save(&tx).await.unwrap(),
                    "savepoint" => tx.savepoint(async |tx| Note::new("after").save(tx).await).await.unwrap(),
                    _ => {}
                }
                let mut left = vec!["before"];
                left.extend(done.then_some("1 2 3 4"));
                left.extend(["save", "savepoint"].contains(&go_on).then_some("after"));
                if go_on == "rollback" {
                    tx.rollback().await.unwrap();
                    left.clear();
                } else {
                    tx.commit().await.unwrap();
                }
                assert_eq!(texts(&db).await, left.join(" "), "{go_on} after {polls} polls");
                db.execute("DELETE FROM notes", &()).await.unwrap();
                if done {
                    assert!(polls > 3);
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn rule_45_hooks_of_a_savepoint_that_is_rolled_back_are_dropped() {
    static LOG: Log = Log::new();

    fn say(tx: &Tx, text: &'static str) {
        tx.on_commit(async move |_| {
            LOG.note(text);
            Ok(())
        });
    }

    for db in databases::<Note>().await {
        let mut tx = db.begin().await.unwrap();
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
        .await
        .unwrap();
        drop_after(
            1,
            tx.savepoint(async |tx| {
                say(tx, "never, because nobody waited");
                std::future::pending::<Result<()>>().await
            }),
        )
        .await;
        say(&tx, "four");
        tx.commit().await.unwrap();
        assert_eq!(LOG.take(), "one\ntwo\nthree\nfour\n");
    }
}

#[tokio::test]
async fn rule_47_post_commit_knows_nothing_of_a_savepoint_that_is_rolled_back() {
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

    for db in databases::<Page>().await {
        // Saved before, in the savepoint and not after; created in the savepoint; deleted in it.
        let mut tx = db.begin().await.unwrap();
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
        tx.commit().await.unwrap();
        expect![[r#"
            1 a created true, before None, {"id", "text"}
            2 stays created true, before None, {"id", "text"}
        "#]]
        .assert_eq(&LOG.take());

        // The same kept: `created` and `previous` are those of the whole transaction.
        let mut tx = db.begin().await.unwrap();
        page = Page::get(&tx, Id::new(1)).await.unwrap().unwrap();
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
        .await
        .unwrap();
        tx.commit().await.unwrap();
        expect![[r#"
            1 d created false, before Some("a"), {"text"}
            2 stays created true, before None, {"id", "text"}
        "#]]
        .assert_eq(&LOG.take());

        // Deleted in a savepoint that is kept.
        let mut tx = db.begin().await.unwrap();
        set(&mut page, "e", &tx).await;
        tx.savepoint(async |tx| page.delete(tx).await.map(drop)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(LOG.take(), "");
    }
}

/// `insert or rollback`, a full disk: SQLite ends the transaction, and a savepoint cannot go on in nothing.
#[tokio::test]
async fn a_savepoint_notices_that_the_transaction_is_gone() {
    for db in empty_databases().await {
        if !is_sqlite(&db) {
            continue;
        }
        db.execute("CREATE TABLE t (n INTEGER UNIQUE ON CONFLICT ROLLBACK)", &()).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.execute("INSERT INTO t VALUES (1)", &()).await.unwrap();
        let gone = tx.savepoint(async |tx| {
            tx.execute("INSERT INTO t VALUES (2)", &()).await?;
            tx.execute("INSERT INTO t VALUES (1)", &()).await.unwrap_err();
            // It would be committed at once.
            assert!(matches!(tx.execute("INSERT INTO t VALUES (3)", &()).await, Err(Error::Broken { .. })));
            Ok(())
        });
        assert!(matches!(gone.await, Err(Error::Swallowed { .. })));
        assert!(matches!(tx.execute("INSERT INTO t VALUES (4)", &()).await, Err(Error::Broken { .. })));
        let refused = tx.savepoint(async |_| Ok(())).await;
        assert!(matches!(refused, Err(Error::Broken { first }) if first.contains("another row")));
        assert!(matches!(tx.commit().await, Err(Error::Broken { .. })));
        let mut rows = 0;
        db.for_each_row("SELECT n FROM t", &(), &mut |_| {
            rows += 1;
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(rows, 0);
    }
}

/// Nothing is committed half, whatever somebody does with futures.
#[tokio::test]
async fn a_savepoint_that_was_forgotten_is_an_error_and_rolled_back() {
    for db in databases::<Note>().await {
        let mut tx = db.begin().await.unwrap();
        Note::new("before").save(&tx).await.unwrap();
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
        Note::new("the connection is in order").save(&db).await.unwrap();
    }
}

/// Two saves at a time, one of whose receivers is in a savepoint: the other one would be undone with it.
#[tokio::test]
async fn what_goes_on_beside_a_savepoint_is_refused() {
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

    for db in databases::<User>().await {
        let tx = db.begin().await.unwrap();
        let (mut slow, mut quick) = (User { slow: true, ..User::default() }, User::default());
        let (_, refused) = tokio::join!(slow.save(&tx), async {
            OPEN.notified().await;
            let refused = quick.save(&tx).await;
            GO_ON.notify_one();
            refused
        });
        assert!(matches!(refused, Err(Error::SavepointOpen { .. })), "{refused:?}");
        assert!(tx.commit().await.is_err());
        assert!(User::all(&db).await.unwrap().is_empty());
    }
}

/// The futures can be tasks of a runtime with many threads.
#[tokio::test]
async fn savepoints_are_send() {
    for db in databases::<Note>().await {
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
        task.await.unwrap().unwrap();
        assert_eq!(texts(&db).await, "borrowed owned third");
    }
}
