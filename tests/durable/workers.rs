//! Workers that run at the same time, are paused, killed or stopped.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use signals::durable::{self, Delivery, Event, Todo, Worker};
use signals::prelude::*;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::databases::{Database, TestResult, on_each_database};
use crate::order::durable_is_done;

on_each_database! {
    a_worker_is_woken_by_a_commit,
    a_worker_that_cannot_begin_says_so,
    times_may_be_as_long_as_they_can_be,
    a_worker_waits_for_receivers_that_run,
    a_worker_does_not_wait_for_the_connection_of_a_receiver,
    what_a_dropped_worker_ran_is_taken_over,
    a_paused_worker_changes_nothing_that_another_has_taken,
    a_receiver_runs_as_often_at_once_as_it_says,
    a_call_whose_processes_all_ended_is_dead,
    a_call_with_tx_whose_processes_all_ended_is_dead,
    late_calls_that_are_made_for_the_first_time_are_not_counted_before,
    a_stop_is_no_failed_attempt,
    a_call_whose_claim_was_not_answered_becomes_due_again,
}

#[model]
#[derive(Debug, Default)]
struct Job {
    #[key]
    id: Id<Job>,
    kind: String,
}

fn job(kind: &str) -> Job {
    Job { kind: kind.to_owned(), ..Job::default() }
}

/// Rule 96.
async fn a_worker_is_woken_by_a_commit(database: &Database) -> TestResult {
    static CALLED: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Job, durable, id = "workers::woken", when = |event| event.instance.kind == "wake")]
    async fn woken() {
        CALLED.notify_one();
    }

    let db = database.with_tables::<(Job, Event, Todo)>().await?;
    // It polls so rarely that only the commit can wake it.
    let working = Worker::new(&db).poll_every(Duration::from_hours(1)).spawn();
    sleep(Duration::from_millis(50)).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..5 {
        let began = Instant::now();
        job("wake").save(&db).await?;
        timeout(Duration::from_secs(5), CALLED.notified()).await?;
        slowest = slowest.max(began.elapsed());
    }
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    Ok(working.stop().await?)
}

/// Rules 95 and 97.
async fn times_may_be_as_long_as_they_can_be(database: &Database) -> TestResult {
    static CALLED: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Job, durable, id = "workers::endless", when = |event| event.instance.kind.starts_with("endless"))]
    fn endless(instance: &Job, delivery: &Delivery) {
        match &*instance.kind {
            "endless" => drop(delivery.retry_after(Duration::MAX)),
            // As a number of microseconds, it fits without the time of the clock.
            _ => drop(delivery.retry_after(Duration::from_micros(u64::MAX / 2))),
        }
        CALLED.notify_one();
    }

    let db = database.connect_with::<(Job, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    let all = Worker::new(&db).poll_every(Duration::MAX).lease(Duration::MAX).grace(Duration::MAX);
    let shortest = Worker::new(&db).poll_every(Duration::ZERO).lease(Duration::ZERO).grace(Duration::ZERO);
    for (worker, kind) in [(all.keep_events(Duration::MAX), "endless"), (shortest, "endless by a little")] {
        let working = worker.spawn();
        job(kind).save(&db).await?;
        timeout(Duration::from_secs(5), CALLED.notified()).await?;
        let late = async || {
            let status = durable::status(&db).await?;
            Ok::<_, Error>(status.iter().any(|status| status.receiver == "workers::endless" && status.late > 0))
        };
        timeout(Duration::from_secs(5), async {
            while !late().await? {
                sleep(Duration::from_millis(1)).await;
            }
            Ok::<_, Error>(())
        })
        .await??;
        working.stop().await?;
        db.execute("DELETE FROM signals_todo", &()).await?;
    }
    Ok(())
}

/// Rule 96.
async fn a_worker_that_cannot_begin_says_so(database: &Database) -> TestResult {
    let reported = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&reported);
    let db = database
        .connect_with::<(Job,)>(|options| {
            options.on_error(move |error| seen.lock().unwrap_or_else(PoisonError::into_inner).push(error.to_string()))
        })
        .await?;
    let error = db.work().stop().await.expect_err("there are no tables");
    let reported = reported.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(*reported, [format!("the worker of durable receivers cannot begin: {error}")]);
    assert!(error.to_string().starts_with("there is no table `signals_todo`"), "{error}");
    Ok(())
}

/// Rule 97.
async fn a_worker_waits_for_receivers_that_run(database: &Database) -> TestResult {
    static BEGAN: Notify = Notify::const_new();
    static ENDED: AtomicU32 = AtomicU32::new(0);

    #[receiver(post_commit, sender = Job, durable, id = "workers::slow", when = |event| event.instance.kind == "slow")]
    async fn slow() {
        BEGAN.notify_one();
        sleep(Duration::from_millis(200)).await;
        ENDED.fetch_add(1, Ordering::Relaxed);
    }

    ENDED.store(0, Ordering::Relaxed);
    let db = database.with_tables::<(Job, Event, Todo)>().await?;
    let working = Worker::new(&db).concurrency(1).spawn();
    job("slow").save(&db).await?;
    job("slow").save(&db).await?;
    BEGAN.notified().await;
    working.stop().await?;
    assert_eq!(ENDED.load(Ordering::Relaxed), 1, "the one that ran has ended, and the other has not begun");
    assert_eq!(crate::count::<Todo>(&db).await?, 1);
    Ok(())
}

/// Rule 97.
async fn a_worker_does_not_wait_for_the_connection_of_a_receiver(database: &Database) -> TestResult {
    static BEGAN: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Job, durable, id = "workers::stuck", when = |event| event.instance.kind == "stuck")]
    async fn stuck(tx: &mut Tx) -> Result<()> {
        tx.execute("UPDATE signals_event SET at = at", &()).await?;
        BEGAN.notify_one();
        std::future::pending().await
    }

    let db = database.connect_with::<(Job, Event, Todo)>(|options| options.pool_size(1).on_error(|_| {})).await?;
    for pause in [0, 600] {
        let working = Worker::new(&db).grace(Duration::from_millis(50)).spawn();
        let job = &mut job("stuck");
        job.save(&db).await?;
        timeout(Duration::from_secs(5), BEGAN.notified()).await?;
        // After a while, the worker asks the database, whose only connection is that of the receiver.
        sleep(Duration::from_millis(pause)).await;
        timeout(Duration::from_secs(2), working.stop()).await??;
        let calls: Vec<(i64, bool)> = db.query_as("SELECT attempts, dead FROM signals_todo", &()).await?;
        assert_eq!(calls, [(0, false)], "the attempt was undone");
        db.execute("DELETE FROM signals_todo", &()).await?;
    }
    Ok(())
}

/// Rule 96.
async fn what_a_dropped_worker_ran_is_taken_over(database: &Database) -> TestResult {
    static BEGAN: Notify = Notify::const_new();
    static CALLS: AtomicU32 = AtomicU32::new(0);

    #[receiver(post_commit, sender = Job, durable, id = "workers::hangs", when = |event| event.instance.kind == "hang")]
    async fn hangs(delivery: &Delivery) {
        CALLS.fetch_add(1, Ordering::Relaxed);
        if delivery.attempt() == 1 {
            BEGAN.notify_one();
            std::future::pending::<()>().await;
        }
    }

    CALLS.store(0, Ordering::Relaxed);
    let db = database.with_tables::<(Job, Event, Todo)>().await?;
    // Its future is dropped, as if its process had ended: nothing ends the lease.
    let first = tokio::spawn(Worker::new(&db).run(std::future::pending()));
    job("hang").save(&db).await?;
    BEGAN.notified().await;
    first.abort();
    assert!(first.await.is_err_and(|error| error.is_cancelled()));
    let began = Instant::now();
    let working = db.work();
    timeout(Duration::from_secs(5), durable_is_done(&db)).await??;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}: the lease is 30 s", began.elapsed());
    assert_eq!(CALLS.load(Ordering::Relaxed), 2);
    Ok(working.stop().await?)
}

/// Rule 96.
async fn a_paused_worker_changes_nothing_that_another_has_taken(database: &Database) -> TestResult {
    static BEGAN: Notify = Notify::const_new();
    static GO_ON: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Job, durable, id = "workers::paused", when = |event| event.instance.kind == "pause")]
    async fn paused(delivery: &Delivery) -> Result<()> {
        if delivery.attempt() == 1 {
            BEGAN.notify_one();
            GO_ON.notified().await;
            return Ok(());
        }
        Err(delivery.give_up("kept, to look at it").into())
    }

    let db = database.connect_with::<(Job, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    let first = Worker::new(&db).spawn();
    job("pause").save(&db).await?;
    BEGAN.notified().await;
    // As if the lease of the first had ended while it was paused, and the next attempt had begun.
    db.execute("UPDATE signals_todo SET attempts = 2, worker = NULL", &()).await?;
    GO_ON.notify_one();
    first.stop().await?;
    let left: Vec<i64> = db.query_as("SELECT attempts FROM signals_todo", &()).await?;
    assert_eq!(left, [2], "the first worker has not finished the call of the other");
    Ok(())
}

/// Rule 96.
async fn a_receiver_runs_as_often_at_once_as_it_says(database: &Database) -> TestResult {
    static RUNNING: AtomicU32 = AtomicU32::new(0);
    static MOST: AtomicU32 = AtomicU32::new(0);

    #[receiver(post_commit, sender = Job, durable, concurrency = 2, id = "workers::two", when = |event| event.instance.kind == "two")]
    async fn two() {
        let running = RUNNING.fetch_add(1, Ordering::Relaxed) + 1;
        MOST.fetch_max(running, Ordering::Relaxed);
        sleep(Duration::from_millis(20)).await;
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }

    MOST.store(0, Ordering::Relaxed);
    let db = database.with_tables::<(Job, Event, Todo)>().await?;
    for _ in 0..8 {
        job("two").save(&db).await?;
    }
    let ran = Worker::new(&db).concurrency(6).run_due().await?;
    assert_eq!((ran.succeeded, MOST.load(Ordering::Relaxed)), (8, 2));
    Ok(())
}

/// Rule 95.
async fn a_call_whose_processes_all_ended_is_dead(database: &Database) -> TestResult {
    static CALLS: AtomicU32 = AtomicU32::new(0);

    #[receiver(post_commit, sender = Job, durable, retries = 2, id = "workers::kills", when = |event| event.instance.kind == "kill")]
    async fn kills() {
        CALLS.fetch_add(1, Ordering::Relaxed);
    }

    CALLS.store(0, Ordering::Relaxed);
    let errors = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&errors);
    let db = database
        .connect_with::<(Job, Event, Todo)>(|options| {
            options.on_error(move |_| _ = seen.fetch_add(1, Ordering::Relaxed))
        })
        .await?;
    job("kill").save(&db).await?;
    // Three attempts have begun, and ended with the process of the worker.
    db.execute("UPDATE signals_todo SET attempts = 3", &()).await?;
    Worker::new(&db).run_due().await?;
    assert_eq!((CALLS.load(Ordering::Relaxed), errors.load(Ordering::Relaxed)), (0, 1));
    assert_eq!(durable::dead_calls(&db, 0).await?.len(), 1);
    Ok(())
}

/// Rule 95. Each worker is dropped while the receiver runs, as if its process had ended: its transaction is rolled back.
async fn a_call_with_tx_whose_processes_all_ended_is_dead(database: &Database) -> TestResult {
    static BEGAN: Notify = Notify::const_new();
    static ATTEMPTS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

    #[receiver(post_commit, sender = Job, durable, retries = 2, id = "workers::kills_in_tx", when = |event| event.instance.kind == "kill in tx")]
    async fn kills_in_tx(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
        tx.execute("SELECT 1", &()).await?;
        ATTEMPTS.lock().unwrap_or_else(PoisonError::into_inner).push(delivery.attempt());
        BEGAN.notify_one();
        std::future::pending().await
    }

    ATTEMPTS.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let db = database.connect_with::<(Job, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    job("kill in tx").save(&db).await?;
    // It is due for longer than other calls wait.
    db.execute("UPDATE signals_todo SET due = due - 2000000", &()).await?;
    for _ in 0..3 {
        let worker = tokio::spawn(Worker::new(&db).run(std::future::pending()));
        timeout(Duration::from_secs(10), BEGAN.notified()).await?;
        worker.abort();
        assert!(worker.await.is_err_and(|error| error.is_cancelled()));
    }
    let working = db.work();
    let dead = timeout(Duration::from_secs(10), async {
        loop {
            match &durable::dead_calls(&db, 0).await?[..] {
                [] => sleep(Duration::from_millis(20)).await,
                dead => break Ok::<_, signals::Error>(dead.to_vec()),
            }
        }
    });
    let dead = dead.await??;
    working.stop().await?;
    assert_eq!(*ATTEMPTS.lock().unwrap_or_else(PoisonError::into_inner), [1, 2, 3]);
    assert_eq!(dead[0].error, "the process of the worker has ended during the last attempt");
    Ok(())
}

/// Rule 95. A call that is counted before its receiver runs belongs to a worker meanwhile.
async fn late_calls_that_are_made_for_the_first_time_are_not_counted_before(database: &Database) -> TestResult {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    static COUNTED: AtomicU32 = AtomicU32::new(0);

    #[receiver(post_commit, sender = Job, durable, key = kind, id = "workers::late", when = |event| event.instance.kind.starts_with("late"))]
    async fn late(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
        let sql = "SELECT worker FROM signals_todo WHERE event = ? AND receiver = 'workers::late'";
        let worker: Option<i64> = tx.query_one(sql, &(delivery.event(),)).await?;
        CALLS.fetch_add(1, Ordering::Relaxed);
        COUNTED.fetch_add(worker.is_some().into(), Ordering::Relaxed);
        Ok(())
    }

    CALLS.store(0, Ordering::Relaxed);
    COUNTED.store(0, Ordering::Relaxed);
    let db = database.with_tables::<(Job, Event, Todo)>().await?;
    for n in 0..60 {
        // Half of them wait for another one.
        job(&format!("late {}", if n % 2 == 0 { n } else { 1 })).save(&db).await?;
    }
    db.execute("UPDATE signals_todo SET due = due - 5000000", &()).await?;
    Worker::new(&db).concurrency(4).run_due().await?;
    let counted = COUNTED.load(Ordering::Relaxed);
    assert_eq!(CALLS.load(Ordering::Relaxed), 60);
    assert!((1..=4).contains(&counted), "the first one of each task: {counted}");
    Ok(())
}

/// Rule 97. What a worker drops when it stops is the first attempt of the next one.
async fn a_stop_is_no_failed_attempt(database: &Database) -> TestResult {
    static BEGAN: Notify = Notify::const_new();
    static ATTEMPTS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

    #[receiver(post_commit, sender = Job, durable, id = "workers::stopped", when = |event| event.instance.kind == "stop")]
    async fn stopped(delivery: &Delivery) {
        ATTEMPTS.lock().unwrap_or_else(PoisonError::into_inner).push(delivery.attempt());
        BEGAN.notify_one();
        std::future::pending::<()>().await;
    }

    ATTEMPTS.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let db = database.with_tables::<(Job, Event, Todo)>().await?;
    job("stop").save(&db).await?;
    for _ in 0..2 {
        let working = Worker::new(&db).grace(Duration::from_millis(10)).spawn();
        timeout(Duration::from_secs(10), BEGAN.notified()).await?;
        working.stop().await?;
    }
    assert_eq!(*ATTEMPTS.lock().unwrap_or_else(PoisonError::into_inner), [1, 1]);
    Ok(())
}

/// Rule 96. The worker holds one call, and a second one by the database only, because the answer to its claim was lost.
async fn a_call_whose_claim_was_not_answered_becomes_due_again(database: &Database) -> TestResult {
    static BEGAN: Notify = Notify::const_new();
    static CALLED: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Job, durable, id = "workers::holds", when = |event| event.instance.kind == "hold")]
    async fn holds() {
        BEGAN.notify_one();
        std::future::pending::<()>().await;
    }

    #[receiver(post_commit, sender = Job, durable, id = "workers::unanswered", when = |event| event.instance.kind == "unanswered")]
    async fn unanswered() {
        CALLED.notify_one();
    }

    let db = database.with_tables::<(Job, Event, Todo)>().await?;
    job("unanswered").save(&db).await?;
    db.execute("UPDATE signals_todo SET due = due + 3600000000", &()).await?;
    let working = Worker::new(&db).lease(Duration::from_secs(9)).grace(Duration::ZERO).spawn();
    job("hold").save(&db).await?;
    timeout(Duration::from_secs(10), BEGAN.notified()).await?;
    let sql = "UPDATE signals_todo SET attempts = 1, (worker, due) = (SELECT h.worker, h.due - 2000000 FROM signals_todo h \
               WHERE h.receiver = 'workers::holds') WHERE receiver = 'workers::unanswered'";
    assert_eq!(db.execute(sql, &()).await?, 1);
    // The lease ends in 7 s, and leases are renewed every 3 s.
    timeout(Duration::from_secs(6), CALLED.notified()).await?;
    Ok(working.stop().await?)
}
