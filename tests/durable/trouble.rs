//! Workers whose database fails, lets them wait, or is slow.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use signals::durable::{Delivery, Event, Todo, Worker};
use signals::prelude::*;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::databases::{Database, TestResult, on_each_database, on_postgres};

on_each_database! {
    failures_are_reported_less_and_less_often,
    a_stop_does_not_wait_for_a_start,
    calls_of_run_due_keep_their_leases,
    two_workers_share_one_connection,
    an_attempt_that_cannot_begin_does_not_count,
    a_worker_survives_a_panic_after_the_receiver,
}

on_postgres! {
    a_commit_while_the_worker_waits_wakes_it,
    leases_are_renewed_while_a_lost_call_is_locked,
    a_commit_that_is_refused_late_changes_no_attempt_of_another_worker,
}

#[model]
#[derive(Debug, Default)]
struct Task {
    #[key]
    id: Id<Task>,
    kind: String,
}

fn task(kind: &str) -> Task {
    Task { kind: kind.to_owned(), ..Task::default() }
}

/// Rule 95. When the worker has counted the attempt, another task has the only transaction for longer than the worker waits for one.
async fn an_attempt_that_cannot_begin_does_not_count(database: &Database) -> TestResult {
    static CALLED: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    static WARM: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Task, durable, id = "trouble::crowded_out", when = |event| event.instance.kind == "crowded out")]
    async fn crowded_out(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
        tx.execute("SELECT 1", &()).await?;
        CALLED.lock().unwrap_or_else(PoisonError::into_inner).push(delivery.attempt());
        Ok(())
    }

    #[receiver(post_commit, sender = Task, durable, id = "trouble::warm_up", when = |event| event.instance.kind == "warm up")]
    fn warm_up() {
        WARM.notify_one();
    }

    CALLED.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let waits = Duration::from_millis(200);
    let db = database
        .connect_with::<(Task, Event, Todo)>(|options| {
            options.pool_size(1).pool_timeout(waits).writer_timeout(waits).on_error(|_| {})
        })
        .await?;
    task("crowded out").save(&db).await?;
    db.execute("UPDATE signals_todo SET due = due + 3600000000", &()).await?;
    let working = Worker::new(&db).poll_every(Duration::from_millis(20)).spawn();
    task("warm up").save(&db).await?;
    timeout(Duration::from_secs(10), WARM.notified()).await?;
    db.execute("UPDATE signals_todo SET due = due - 7200000000", &()).await?;
    let has_counted = async {
        loop {
            // It waits for the transaction of the worker, and is before the next one.
            let tx = db.begin().await?;
            let counted: i64 = tx.query_one("SELECT COUNT(*) FROM signals_todo WHERE attempts = 1", &()).await?;
            if counted == 1 {
                sleep(waits * 2).await;
                return tx.commit().await;
            }
            tx.commit().await?;
        }
    };
    timeout(Duration::from_secs(10), has_counted).await??;
    timeout(Duration::from_secs(20), async {
        while CALLED.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await?;
    working.stop().await?;
    assert_eq!(*CALLED.lock().unwrap_or_else(PoisonError::into_inner), [1]);
    Ok(())
}

/// Rule 96.
async fn failures_are_reported_less_and_less_often(database: &Database) -> TestResult {
    static CALLED: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Task, durable, id = "trouble::call", when = |event| event.instance.kind == "call")]
    fn call() {
        CALLED.notify_one();
    }

    let reports = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&reports);
    let db = database
        .connect_with::<(Task, Event, Todo)>(|options| {
            options.on_error(move |_| _ = seen.fetch_add(1, Ordering::Relaxed))
        })
        .await?;
    // Without failures, a round takes 50 ms.
    let working = Worker::new(&db).lease(Duration::from_millis(150)).spawn();
    task("call").save(&db).await?;
    timeout(Duration::from_secs(5), CALLED.notified()).await?;
    while crate::count::<Todo>(&db).await? > 0 {
        sleep(Duration::from_millis(1)).await;
    }
    db.batch("DROP TABLE signals_todo").await?;
    sleep(Duration::from_millis(1500)).await;
    let count = reports.load(Ordering::Relaxed);
    assert!((3..=16).contains(&count), "{count} reports of 60 rounds");
    db.create_tables_of::<(Todo,)>().await?;
    // The commit says that the database is there again.
    task("call").save(&db).await?;
    timeout(Duration::from_secs(5), CALLED.notified()).await?;
    Ok(working.stop().await?)
}

/// Rule 97.
async fn a_stop_does_not_wait_for_a_start(database: &Database) -> TestResult {
    let db = database.connect_with::<(Task, Event, Todo)>(|options| options.pool_size(1).on_error(|_| {})).await?;
    let tx = db.begin().await?;
    task("none").save(&tx).await?;
    let working = Worker::new(&db).grace(Duration::from_millis(50)).spawn();
    let began = Instant::now();
    working.stop().await?;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    Ok(tx.rollback().await?)
}

/// Rule 96.
async fn calls_of_run_due_keep_their_leases(database: &Database) -> TestResult {
    static CALLS: AtomicU32 = AtomicU32::new(0);

    #[receiver(post_commit, sender = Task, durable, id = "trouble::long", when = |event| event.instance.kind == "long")]
    async fn long() {
        CALLS.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_secs(1)).await;
    }

    CALLS.store(0, Ordering::Relaxed);
    let db = database.with_tables::<(Task, Event, Todo)>().await?;
    task("long").save(&db).await?;
    let worker = Worker::new(&db).lease(Duration::from_millis(300)).poll_every(Duration::from_millis(20));
    let (first, second) = tokio::join!(worker.clone().run_due(), async {
        while CALLS.load(Ordering::Relaxed) == 0 {
            sleep(Duration::from_millis(5)).await;
        }
        let working = worker.clone().spawn();
        while crate::count::<Todo>(&db).await? > 0 {
            sleep(Duration::from_millis(20)).await;
        }
        working.stop().await
    });
    second?;
    assert_eq!((first?.succeeded, CALLS.load(Ordering::Relaxed)), (1, 1));
    Ok(())
}

/// Rule 96.
async fn two_workers_share_one_connection(database: &Database) -> TestResult {
    static CALLS: AtomicU32 = AtomicU32::new(0);

    #[receiver(post_commit, sender = Task, durable, id = "trouble::in_tx", when = |event| event.instance.kind == "shared")]
    async fn in_tx(tx: &mut Tx) -> Result<()> {
        tx.execute("UPDATE tasks SET kind = 'done' WHERE kind = 'none'", &()).await?;
        CALLS.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    #[receiver(post_commit, sender = Task, durable, id = "trouble::in_db", when = |event| event.instance.kind == "shared")]
    async fn in_db(db: &Db) -> Result<()> {
        crate::count::<Task>(db).await?;
        CALLS.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    CALLS.store(0, Ordering::Relaxed);
    let reports = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&reports);
    let db = database
        .connect_with::<(Task, Event, Todo)>(|options| {
            options.pool_size(1).on_error(move |_| _ = seen.fetch_add(1, Ordering::Relaxed))
        })
        .await?;
    let workers = [db.work(), db.work()];
    for _ in 0..30 {
        task("shared").save(&db).await?;
    }
    let is_done = async {
        while crate::count::<Todo>(&db).await? > 0 {
            sleep(Duration::from_millis(5)).await;
        }
        Ok::<_, Error>(())
    };
    timeout(Duration::from_secs(20), is_done).await??;
    for worker in workers {
        worker.stop().await?;
    }
    assert_eq!((CALLS.load(Ordering::Relaxed), reports.load(Ordering::Relaxed)), (60, 0));
    Ok(())
}

/// Rules 95 and 96. What the receiver got panics when it is dropped, which is outside of the receiver.
async fn a_worker_survives_a_panic_after_the_receiver(database: &Database) -> TestResult {
    static CALLED: Notify = Notify::const_new();
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);

    #[derive(Debug, Serialize, Deserialize)]
    struct Fuse(u32);

    impl Drop for Fuse {
        fn drop(&mut self) {
            assert!(self.0 < 10, "the fuse has blown");
        }
    }

    #[signal(durable)]
    struct Lit {
        number: u32,
        fuse: Option<Fuse>,
    }

    #[receiver(Lit, durable, id = "trouble::burn", retries = 1, backoff = "10ms")]
    fn burn(number: u32) {
        if number == 1 {
            ATTEMPTS.fetch_add(1, Ordering::Relaxed);
        } else {
            CALLED.notify_one();
        }
    }

    ATTEMPTS.store(0, Ordering::Relaxed);
    let db = database.connect_with::<(Event, Todo)>(|options| options.on_error(|_| {})).await?;
    db.transaction(async |tx| Lit { number: 1, fuse: Some(Fuse(1)) }.send(tx).await).await?;
    db.execute("UPDATE signals_event SET payload = REPLACE(payload, '\"fuse\":1', '\"fuse\":10')", &()).await?;
    let working = Worker::new(&db).lease(Duration::from_millis(300)).spawn();
    let is_dead = async {
        while signals::durable::dead_calls(&db, 0).await?.is_empty() {
            sleep(Duration::from_millis(10)).await;
        }
        Ok::<_, Error>(())
    };
    timeout(Duration::from_secs(10), is_dead).await??;
    assert_eq!(ATTEMPTS.load(Ordering::Relaxed), 2);
    db.transaction(async |tx| Lit { number: 2, fuse: None }.send(tx).await).await?;
    timeout(Duration::from_secs(5), CALLED.notified()).await?;
    Ok(working.stop().await?)
}

/// Rule 96. The worker has asked what is due, and looks for calls of workers that are gone when the commit comes.
async fn a_commit_while_the_worker_waits_wakes_it(database: &Database) -> TestResult {
    static CALLED: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Task, durable, id = "trouble::missed", when = |event| event.instance.kind == "missed")]
    fn missed() {
        CALLED.notify_one();
    }

    let db = database.with_tables::<(Task, Event, Todo)>().await?;
    let working = Worker::new(&db).poll_every(Duration::from_hours(1)).spawn();
    task("missed").save(&db).await?;
    timeout(Duration::from_secs(5), CALLED.notified()).await?;
    // Until it is idle.
    sleep(Duration::from_millis(200)).await;
    let tx = db.begin().await?;
    tx.batch("LOCK TABLE signals_todo IN ACCESS EXCLUSIVE MODE").await?;
    let waits = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = to_regclass('signals_todo')";
    while db.query_one::<i64>(waits, &()).await? == 0 {
        sleep(Duration::from_millis(5)).await;
    }
    task("missed").save(&tx).await?;
    tx.commit().await?;
    timeout(Duration::from_secs(5), CALLED.notified()).await?;
    Ok(working.stop().await?)
}

/// Rule 96. The worker has leased a call that it does not hold, and a transaction has locked that call for long.
async fn leases_are_renewed_while_a_lost_call_is_locked(database: &Database) -> TestResult {
    static BEGAN: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Task, durable, id = "trouble::keeps", when = |event| event.instance.kind == "keep")]
    async fn keeps() {
        BEGAN.notify_one();
        std::future::pending::<()>().await;
    }

    #[receiver(post_commit, sender = Task, durable, id = "trouble::loses", when = |event| event.instance.kind == "lose")]
    async fn loses() {}

    let db = database.with_tables::<(Task, Event, Todo)>().await?;
    Task { kind: "lose".to_owned(), ..Task::default() }.save(&db).await?;
    db.execute("UPDATE signals_todo SET due = due + 3600000000", &()).await?;
    let working = Worker::new(&db).lease(Duration::from_secs(3)).grace(Duration::ZERO).spawn();
    Task { kind: "keep".to_owned(), ..Task::default() }.save(&db).await?;
    timeout(Duration::from_secs(10), BEGAN.notified()).await?;
    let lose = "UPDATE signals_todo SET attempts = 1, (worker, due) = (SELECT h.worker, h.due - 1000000 FROM signals_todo h \
                WHERE h.receiver = 'trouble::keeps') WHERE receiver = 'trouble::loses'";
    let lock = "SELECT worker FROM signals_todo WHERE receiver = 'trouble::loses' FOR UPDATE";
    // The worker may release the call before it is locked.
    let tx = loop {
        db.execute(lose, &()).await?;
        let tx = db.begin().await?;
        if tx.query_one::<Option<i64>>(lock, &()).await?.is_some() {
            break tx;
        }
        tx.rollback().await?;
    };
    let due = "SELECT due FROM signals_todo WHERE receiver = 'trouble::keeps'";
    let mut last: i64 = db.query_one(due, &()).await?;
    // The first renewal may have begun before the call was locked.
    for _ in 0..2 {
        let renewed = timeout(Duration::from_secs(5), async {
            loop {
                let due: i64 = db.query_one(due, &()).await?;
                if due > last {
                    break Ok::<_, signals::Error>(due);
                }
                sleep(Duration::from_millis(50)).await;
            }
        });
        last = renewed.await??;
    }
    tx.rollback().await?;
    Ok(working.stop().await?)
}

/// Rule 96. The commit of a call with `tx` is refused, and before the worker notes it, the call is leased.
async fn a_commit_that_is_refused_late_changes_no_attempt_of_another_worker(database: &Database) -> TestResult {
    static RAN: Notify = Notify::const_new();
    static MAY_RETURN: Notify = Notify::const_new();
    static BEGAN: Notify = Notify::const_new();
    static REPORTED: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Task, durable, id = "trouble::refused", when = |event| event.instance.kind == "refused")]
    async fn refused(tx: &mut Tx) -> Result<()> {
        tx.execute("INSERT INTO children VALUES (1)", &()).await?;
        RAN.notify_one();
        MAY_RETURN.notified().await;
        Ok(())
    }

    #[receiver(post_commit, sender = Task, durable, id = "trouble::leased", when = |event| event.instance.kind == "leased")]
    async fn leased() {
        BEGAN.notify_one();
        std::future::pending::<()>().await;
    }

    let options = |options: signals::ConnectOptions| {
        options.on_error(|error| {
            if matches!(error.kind(), signals::ErrorKind::Delivery { .. }) {
                REPORTED.notify_one();
            }
        })
    };
    let db = database.connect_with::<(Task, Event, Todo)>(options).await?;
    db.batch("CREATE TABLE parents (id BIGINT PRIMARY KEY)").await?;
    db.batch("CREATE TABLE children (id BIGINT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)").await?;
    task("leased").save(&db).await?;
    let working = Worker::new(&db).grace(Duration::ZERO).spawn();
    timeout(Duration::from_secs(10), BEGAN.notified()).await?;
    task("refused").save(&db).await?;
    timeout(Duration::from_secs(10), RAN.notified()).await?;
    let lease = "UPDATE signals_todo SET due = due + 3600000000, worker = (SELECT h.worker FROM signals_todo h \
                 WHERE h.receiver = 'trouble::leased') WHERE receiver = 'trouble::refused'";
    // It waits for the lock of the call, and gets it before the worker does.
    let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE signals_todo SET due = due + 36%'";
    let (leased, waited) = tokio::join!(
        db.execute(lease, &()),
        timeout(Duration::from_secs(10), async {
            while db.query_one::<i64>(waits, &()).await? == 0 {
                sleep(Duration::from_millis(5)).await;
            }
            MAY_RETURN.notify_one();
            Ok::<_, signals::Error>(())
        })
    );
    waited??;
    assert_eq!(leased?, 1);
    timeout(Duration::from_secs(10), REPORTED.notified()).await?;
    let attempts = "SELECT attempts FROM signals_todo WHERE worker IS NOT NULL AND receiver = 'trouble::refused'";
    assert_eq!(db.query_optional::<i64>(attempts, &()).await?, Some(0));
    Ok(working.stop().await?)
}
