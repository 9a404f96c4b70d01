//! The spans of attempts, with the feature `tracing`.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use expect_test::expect;
use signals::durable::{Carried, Delivery, Event, Todo, Worker};
use signals::prelude::*;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::databases::{Database, TestResult, on_each_database};
use crate::scribe::Scribe;

on_each_database! {
    each_attempt_has_a_span,
    the_span_of_an_attempt_is_linked_before_it_begins,
    an_attempt_whose_end_is_not_noted_has_an_outcome,
}

/// The trace of a request.
struct TraceParent(String);

impl Carried for TraceParent {
    const NAME: &'static str = "traceparent";

    fn to_text(&self) -> String {
        self.0.clone()
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }

    fn link_span(&self, span: &tracing::Span, attempt: u32) {
        assert!(self.0 != "broken", "no trace");
        let trace = self.0.split('-').nth(1).unwrap_or_default();
        span.record("trace_id", format!("{trace}, attempt {attempt}"));
    }
}

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[model]
#[derive(Debug, Default)]
struct Parcel {
    #[key]
    id: Id<Parcel>,
    kind: String,
}

fn parcel(kind: &str) -> Parcel {
    Parcel { kind: kind.to_owned(), ..Parcel::default() }
}

type Tables = (Parcel, Event, Todo);

/// Rule 107.
async fn each_attempt_has_a_span(database: &Database) -> TestResult {
    #[receiver(post_commit, sender = Parcel, durable, id = "traces::send", when = |event| event.instance.kind == "sent")]
    async fn send(delivery: &Delivery) -> Result<()> {
        match delivery.attempt() {
            1 => Err(delivery.retry_after(Duration::ZERO).into()),
            _ => Ok(()),
        }
    }

    #[receiver(post_commit, sender = Parcel, durable, id = "traces::count", retries = 0, when = |event| event.instance.kind == "counted")]
    async fn count(tx: &mut Tx) -> Result<(), &'static str> {
        let _ = tx;
        Err("no numbers")
    }

    #[signal(durable)]
    struct ParcelLost {}

    #[receiver(ParcelLost, durable, id = "traces::search")]
    async fn search() {}

    let scribe = Scribe::default();
    let db = database.connect_with::<Tables>(|options| options.on_error(|_| {})).await?;
    let _guard = scribe.listen();
    parcel("sent").save(&db).await?;
    Worker::new(&db).run_due().await?;
    expect![[r#"
        delivery otel.kind="consumer" event=1 receiver="traces::send" signal="post_commit" sender="parcels" key="parcels:1" attempt=1 age_ms=..
        delivery begins
        delivery > receiver receiver=traces::send signal="post_commit" sender="Parcel"
        receiver begins
        delivery has outcome="failed"
        delivery has otel.status_code="ERROR"
        delivery otel.kind="consumer" event=1 receiver="traces::send" signal="post_commit" sender="parcels" key="parcels:1" attempt=2 age_ms=..
        delivery begins
        delivery > receiver receiver=traces::send signal="post_commit" sender="Parcel"
        receiver begins
        delivery has outcome="succeeded"
    "#]]
    .assert_eq(&scribe.log());
    parcel("counted").save(&db).await?;
    Worker::new(&db).run_due().await?;
    expect![[r#"
        delivery otel.kind="consumer" event=2 receiver="traces::count" signal="post_commit" sender="parcels" key="parcels:2" attempt=1 age_ms=..
        delivery begins
        delivery > receiver receiver=traces::count signal="post_commit" sender="Parcel"
        receiver begins
        delivery has outcome="dead"
        delivery has otel.status_code="ERROR"
    "#]]
    .assert_eq(&scribe.log());
    db.transaction(async |tx| ParcelLost {}.send(tx).await).await?;
    Worker::new(&db).run_due().await?;
    expect![[r#"
        delivery otel.kind="consumer" event=3 receiver="traces::search" signal="ParcelLost" attempt=1 age_ms=..
        delivery begins
        delivery > receiver receiver=traces::search signal="ParcelLost"
        receiver begins
        delivery has outcome="succeeded"
    "#]]
    .assert_eq(&scribe.log());
    Ok(())
}

#[receiver(post_commit, sender = Parcel, durable, id = "traces::link", retries = 0, when = |event| event.instance.kind == "linked")]
async fn link() {}

/// Rule 108.
async fn the_span_of_an_attempt_is_linked_before_it_begins(database: &Database) -> TestResult {
    let scribe = Scribe::default();
    let reported = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&reported);
    let db = database
        .connect_with::<Tables>(|options| {
            options.carry::<TraceParent>().on_error(move |error| {
                writeln!(seen.lock().unwrap_or_else(PoisonError::into_inner), "{error}").expect("a string");
            })
        })
        .await?;
    let _guard = scribe.listen();
    for trace in [TRACE, "broken"] {
        parcel("linked").save(&db.with(TraceParent(trace.to_owned()))).await?;
        // What the worker has itself is not the cause of an event.
        let worker = Worker::new(&db.with(TraceParent("00-worker-1-01".to_owned())));
        assert_eq!(worker.run_due().await?.succeeded, 1);
    }
    expect![[r#"
        delivery otel.kind="consumer" event=1 receiver="traces::link" signal="post_commit" sender="parcels" key="parcels:1" attempt=1 age_ms=.. context="{\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"}"
        delivery has trace_id="4bf92f3577b34da6a3ce929d0e0e4736, attempt 1"
        delivery begins
        delivery > receiver receiver=traces::link signal="post_commit" sender="Parcel"
        receiver begins
        delivery has outcome="succeeded"
        delivery otel.kind="consumer" event=2 receiver="traces::link" signal="post_commit" sender="parcels" key="parcels:2" attempt=1 age_ms=.. context="{\"traceparent\":\"broken\"}"
        delivery begins
        delivery > receiver receiver=traces::link signal="post_commit" sender="Parcel"
        receiver begins
        delivery has outcome="succeeded"
    "#]]
    .assert_eq(&scribe.log());
    expect![[r#"
        `link_span` of the carried value `traceparent` panicked: no trace
    "#]]
    .assert_eq(&reported.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(())
}

/// Rule 107.
async fn an_attempt_whose_end_is_not_noted_has_an_outcome(database: &Database) -> TestResult {
    static BEGAN: Notify = Notify::const_new();
    static GO_ON: Notify = Notify::const_new();

    #[receiver(post_commit, sender = Parcel, durable, id = "traces::wait", when = |event| event.instance.kind == "waits")]
    async fn wait() {
        BEGAN.notify_one();
        GO_ON.notified().await;
    }

    let scribe = Scribe::default();
    let db = database.connect_with::<Tables>(|options| options.on_error(|_| {})).await?;
    let _guard = scribe.listen();
    parcel("waits").save(&db).await?;
    let worker = db.work();
    BEGAN.notified().await;
    // As if another worker had taken the call.
    db.execute("UPDATE signals_todo SET attempts = 2", &()).await?;
    GO_ON.notify_one();
    worker.stop().await?;
    let log = scribe.log();
    assert!(log.ends_with("delivery has outcome=\"lost\"\n"), "{log}");

    let worker = tokio::spawn(Worker::new(&db).run(std::future::pending()));
    BEGAN.notified().await;
    worker.abort();
    assert!(worker.await.is_err_and(|error| error.is_cancelled()));
    timeout(Duration::from_secs(5), async {
        while !scribe.has("delivery has outcome=\"unknown\"\n") {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await?;
    Ok(())
}
