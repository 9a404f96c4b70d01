//! With the feature `tracing`, each receiver that runs is in a span of its own, and a failure is logged once.
#![allow(missing_docs, reason = "a test")]

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use expect_test::expect;
use signals::ConnectOptions;
use signals::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id as SpanId, Record};
use tracing::{Event, Metadata, Subscriber};

#[allow(dead_code, reason = "it is there for other tests as well")]
#[path = "it/log.rs"]
mod log;

use log::without_lines;

static LOG: Mutex<String> = Mutex::new(String::new());

/// What is written down while `work` runs. One test at a time.
fn logged<T>(work: impl Future<Output = T>) -> String {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    LOG.lock().unwrap().clear();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(Scribe(AtomicU64::new(0)), || runtime.block_on(work));
    std::mem::take(&mut *LOG.lock().unwrap())
}

/// Writes down spans and events.
struct Scribe(AtomicU64);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() != "location" {
            write!(self.0, " {field}={value:?}").unwrap();
        }
    }
}

fn note(what: &str, fields: impl FnOnce(&mut Fields<'_>)) {
    let mut line = what.to_owned();
    fields(&mut Fields(&mut line));
    line.push('\n');
    LOG.lock().unwrap().push_str(&line);
}

impl Subscriber for Scribe {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("signals_core")
    }

    fn new_span(&self, span: &Attributes<'_>) -> SpanId {
        note(span.metadata().name(), |fields| span.record(fields));
        SpanId::from_u64(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn event(&self, event: &Event<'_>) {
        note("event", |fields| event.record(fields));
    }

    fn enter(&self, span: &SpanId) {
        note(&format!("enter {}", span.into_u64()), |_| {});
    }

    fn exit(&self, span: &SpanId) {
        note(&format!("exit {}", span.into_u64()), |_| {});
    }

    fn record(&self, _: &SpanId, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &SpanId, _: &SpanId) {}
}

#[signal]
struct Paid {}

#[signal(async)]
struct Shipped {}

#[receiver(Paid)]
fn book() {
    note("book runs", |_| {});
}

#[receiver(Shipped)]
async fn label() -> Result<(), &'static str> {
    note("label runs", |_| {});
    tokio::task::yield_now().await;
    Err("no paper")
}

#[test]
fn a_span_per_receiver() {
    let log = logged(async {
        Paid {}.send().unwrap();
        Shipped {}.send_robust().await.unwrap();
    });
    expect![[r#"
        receiver receiver=tracing::book signal="Paid"
        enter 1
        book runs
        exit 1
        receiver receiver=tracing::label signal="Shipped"
        enter 2
        label runs
        exit 2
        enter 2
        exit 2
        event message=receiver `tracing::label` (tests/tracing.rs) failed on `Shipped`: no paper receiver=tracing::label
    "#]]
    .assert_eq(&without_lines(&log));
}

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    name: String,
}

#[signal]
struct Weighed {
    grams: u32,
}

#[receiver(Weighed, when = |event| event.grams > 1000)]
fn heavy() {
    note("heavy runs", |_| {});
}

#[receiver(Weighed, when = |event| u32::MAX / event.grams > 0)]
fn weightless() {
    note("weightless runs", |_| {});
}

#[receiver(post_save, sender = User, created = false)]
async fn updated() {
    note("updated runs", |_| {});
}

#[receiver(post_save, sender = User, changed(name))]
fn renamed() {
    note("renamed runs", |_| {});
}

#[receiver([post_save, post_commit], when = |event| event.created && event.instance.model().name == "Order")]
async fn orders_of_any_sender() {
    note("orders_of_any_sender runs", |_| {});
}

#[test]
fn a_receiver_whose_filter_says_no_has_no_span() {
    let log = logged(async {
        Weighed { grams: 1 }.send().unwrap();
        let db = Db::connect("sqlite::memory:").await.unwrap();
        db.create_tables().await.unwrap();
        let mut ann = User { name: "ann".to_owned(), ..User::default() };
        ann.save(&db).await.unwrap();
        note("saved again", |_| {});
        ann.save(&db).await.unwrap();
    });
    expect![[r#"
        receiver receiver=tracing::weightless signal="Weighed"
        enter 1
        weightless runs
        exit 1
        receiver receiver=tracing::renamed signal="post_save" sender="User"
        enter 2
        renamed runs
        exit 2
        saved again
        receiver receiver=tracing::updated signal="post_save" sender="User"
        enter 3
        updated runs
        exit 3
    "#]]
    .assert_eq(&log);
}

#[test]
fn a_filter_that_panics_is_a_panic_of_its_receiver() {
    let log = logged(async {
        let answers = Weighed { grams: 0 }.send_robust().unwrap();
        assert_eq!(answers.len(), 1, "the other one is not called");
    });
    expect![[r#"
        event message=receiver `tracing::weightless` (tests/tracing.rs) panicked on `Weighed`: attempt to divide by zero receiver=tracing::weightless
    "#]].assert_eq(&without_lines(&log));
}

#[model]
#[derive(Default)]
struct Order {
    #[key]
    id: Id<Order>,
}

#[receiver([post_commit, post_rollback], sender = Order)]
fn mail() -> Result<(), &'static str> {
    Err("no mail server")
}

/// Without a handler, the log has it, and stderr does not.
#[test]
fn a_failure_after_the_transaction_that_has_no_handler_is_logged_once() {
    let log = logged(async {
        let db = Db::connect("sqlite::memory:").await.unwrap();
        db.create_tables().await.unwrap();
        Order::default().save(&db).await.unwrap();
    });
    let events: Vec<&str> = log.lines().filter(|line| line.contains("no mail server")).collect();
    expect![[r#"
        event message=receiver `tracing::mail` (tests/tracing.rs) failed on `post_commit` of `Order`: no mail server
    "#]]
    .assert_eq(&without_lines(&(events.join("\n") + "\n")));
}

/// What the handler of the database is given is not an event as well: a handler that writes to the log would write it twice.
#[test]
fn a_failure_after_the_transaction_goes_to_the_handler_alone() {
    let log = logged(async {
        let options = ConnectOptions::new("sqlite::memory:");
        let options = options.on_error(|error| note("handler", |fields| write!(fields.0, " {error}").unwrap()));
        let db = options.connect().await.unwrap();
        db.create_tables().await.unwrap();
        Order::default().save(&db).await.unwrap();
        let tx = db.begin().await.unwrap();
        Order::default().save(&tx).await.unwrap();
        tx.rollback().await.unwrap();
    });
    expect![[r#"
        receiver receiver=tracing::orders_of_any_sender signal="post_save" sender="Order"
        enter 1
        orders_of_any_sender runs
        exit 1
        receiver receiver=tracing::orders_of_any_sender signal="post_commit" sender="Order"
        enter 2
        orders_of_any_sender runs
        exit 2
        receiver receiver=tracing::mail signal="post_commit" sender="Order"
        enter 3
        exit 3
        handler receiver `tracing::mail` (tests/tracing.rs) failed on `post_commit` of `Order`: no mail server
        receiver receiver=tracing::orders_of_any_sender signal="post_save" sender="Order"
        enter 4
        orders_of_any_sender runs
        exit 4
        receiver receiver=tracing::mail signal="post_rollback" sender="Order"
        enter 5
        exit 5
        handler receiver `tracing::mail` (tests/tracing.rs) failed on `post_rollback` of `Order`: no mail server
    "#]]
    .assert_eq(&without_lines(&log));
}

#[signal]
struct Sealed {}

/// An error that cannot be written.
#[derive(Debug)]
struct Unspeakable;

impl std::fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("unspeakable")
    }
}

impl std::error::Error for Unspeakable {}

#[receiver(Sealed)]
fn fails_unspeakably() -> Result<(), Unspeakable> {
    Err(Unspeakable)
}

#[receiver(Sealed, after = [fails_unspeakably])]
fn seal() {}

#[test]
fn a_failure_that_cannot_be_logged_keeps_no_other_receiver_from_being_called() {
    logged(async {
        let answers = Sealed {}.send_robust().unwrap();
        assert_eq!(answers.iter().map(|(_, answer)| answer.is_ok()).collect::<Vec<_>>(), [false, true]);
    });
}
