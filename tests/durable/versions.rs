//! Events that were stored by an older program, or by a newer one.

use expect_test::expect;
use signals::durable::{self, Event, Fields, Todo, Worker};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database! {
    older_events_are_upcast_step_by_step,
    a_newer_event_is_left_to_a_newer_program,
    a_call_for_a_newer_program_keeps_its_attempts,
    an_upcast_that_panics_is_a_failed_attempt,
    a_model_may_have_gained_and_lost_fields,
    a_missing_field_says_what_to_do,
    calls_of_unknown_receivers_wait_and_are_named,
}

static LOG: Log = Log::new();

/// The tests have their receivers, and so their log, in common.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[signal(durable, version = 3, upcast = upcast)]
struct OrderPaid {
    order: u32,
    cents: u64,
    currency: String,
    note: Option<String>,
}

/// Version 1 had `euros`, version 2 `cents` without a currency.
fn upcast(version: u32, fields: &mut Fields) {
    LOG.note(format!("from {version}"));
    assert!(!fields.contains_key("wrong"), "such events were never stored");
    if version == 1 {
        let euros = fields.remove("euros").and_then(|euros| euros.as_u64()).unwrap_or_default();
        fields.insert("cents".to_owned(), (euros * 100).into());
    } else {
        fields.insert("currency".to_owned(), "EUR".into());
    }
}

#[allow(clippy::ref_option, reason = "a receiver takes the field as it is")]
#[receiver(OrderPaid, durable, id = "versions::book", backoff = "1h")]
async fn book(order: u32, cents: u64, currency: &str, note: &Option<String>) {
    LOG.note(format!("{order}: {cents} {currency} {note:?}"));
}

async fn store(db: &Db, version: i64, payload: &str) -> Result<()> {
    let event: Option<i64> = db.query_one("SELECT MAX(id) FROM signals_event", &()).await?;
    let event = event.unwrap_or_default() + 1;
    let insert = "INSERT INTO signals_event (id, signal, sender, key, version, payload, at) VALUES (?, 'OrderPaid', '', '', ?, ?, 0)";
    db.execute(insert, &(event, version, payload)).await?;
    let insert = "INSERT INTO signals_todo (event, receiver, key, due, attempts, dead) VALUES (?, 'versions::book', '', 0, 0, FALSE)";
    db.execute(insert, &(event,)).await.map(drop)
}

/// Rule 99.
async fn older_events_are_upcast_step_by_step(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db = database.with_tables::<(Event, Todo)>().await?;
    store(&db, 1, r#"{"order": 1, "euros": 5}"#).await?;
    store(&db, 2, r#"{"order": 2, "cents": 70}"#).await?;
    store(&db, 3, r#"{"order": 3, "cents": 9, "currency": "USD", "note": "fast", "gone": true}"#).await?;
    assert_eq!(Worker::new(&db).concurrency(1).run_due().await?.succeeded, 3);
    LOG.is(&expect![[r#"
        from 1
        from 2
        1: 500 EUR None
        from 2
        2: 70 EUR None
        3: 9 USD Some("fast")
    "#]]);
    Ok(())
}

/// Rule 99.
async fn a_newer_event_is_left_to_a_newer_program(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db = database.connect_with::<(Event, Todo)>(|options| options.on_error(|error| LOG.note(error))).await?;
    store(&db, 4, "{}").await?;
    let ran = Worker::new(&db).run_due().await?;
    assert_eq!((ran.succeeded, ran.failed), (0, 1));
    let log = LOG.take();
    assert!(log.contains("the event has version 4 of `OrderPaid`, and this program knows version 3"), "{log}");
    assert!(durable::dead_calls(&db, 0).await?.is_empty());
    Ok(())
}

#[receiver(OrderPaid, durable, id = "versions::once", retries = 0)]
fn once(order: u32) {
    LOG.note(format!("once {order}"));
}

#[receiver(OrderPaid, durable, id = "versions::once_with_tx", retries = 0)]
async fn once_with_tx(order: u32, _tx: &mut Tx) {
    LOG.note(format!("once {order} with tx"));
}

/// Rule 99.
async fn a_call_for_a_newer_program_keeps_its_attempts(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db = database.connect_with::<(Event, Todo)>(|options| options.on_error(|_| {})).await?;
    let due = "UPDATE signals_todo SET due = 0";
    for receiver in ["versions::once", "versions::once_with_tx"] {
        store(&db, 4, r#"{"order": 5, "cents": 1, "currency": "EUR"}"#).await?;
        let rename = "UPDATE signals_todo SET receiver = ? WHERE receiver = 'versions::book'";
        db.execute(rename, &(receiver,)).await?;
    }
    for _ in 0..3 {
        db.execute(due, &()).await?;
        assert_eq!(Worker::new(&db).run_due().await?.failed, 2);
    }
    assert!(durable::dead_calls(&db, 0).await?.is_empty());
    // The newer program calls it.
    db.execute("UPDATE signals_event SET version = 3", &()).await?;
    db.execute(due, &()).await?;
    assert_eq!(Worker::new(&db).concurrency(1).run_due().await?.succeeded, 2);
    LOG.is(&expect![[r#"
        once 5
        once 5 with tx
    "#]]);
    Ok(())
}

/// Rule 99.
async fn an_upcast_that_panics_is_a_failed_attempt(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db = database.connect_with::<(Event, Todo)>(|options| options.on_error(|_| {})).await?;
    store(&db, 1, r#"{"wrong": true}"#).await?;
    store(&db, 2, r#"{"order": 2, "cents": 70}"#).await?;
    let ran = Worker::new(&db).concurrency(1).run_due().await?;
    assert_eq!((ran.succeeded, ran.failed), (1, 1));
    LOG.is(&expect![[r#"
        from 1
        from 2
        2: 70 EUR None
    "#]]);
    Ok(())
}

#[model]
#[derive(Debug, Default)]
struct Member {
    #[key]
    id: Id<Member>,
    name: String,
    #[default(7)]
    level: i32,
    nick: Option<String>,
}

#[receiver(post_commit, sender = Member, durable, id = "versions::greet")]
fn greet(instance: &Member) {
    LOG.note(format!("{instance:?}"));
}

/// Rule 99.
async fn a_model_may_have_gained_and_lost_fields(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db = database.with_tables::<(Member, Event, Todo)>().await?;
    Member { name: "ann".to_owned(), ..Member::default() }.save(&db).await?;
    let old = r#"{"instance": {"id": 1, "name": "ann", "gone": 5}, "created": true, "raw": false}"#;
    db.execute("UPDATE signals_event SET payload = ?", &(old,)).await?;
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 1);
    LOG.is(&expect![[r#"
        Member { id: Id(1), name: "ann", level: 7, nick: None }
    "#]]);
    Ok(())
}

/// Rule 99.
async fn a_missing_field_says_what_to_do(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db =
        database.connect_with::<(Member, Event, Todo)>(|options| options.on_error(|error| LOG.note(error))).await?;
    Member::default().save(&db).await?;
    db.execute("UPDATE signals_event SET payload = ?", &(r#"{"instance": {"id": 1, "nom": "ann"}}"#,)).await?;
    store(&db, 3, r#"{"order": 3, "cents": 9}"#).await?;
    assert_eq!(Worker::new(&db).concurrency(1).run_due().await?.failed, 2);
    let log = LOG.take();
    for reason in [
        "the stored event of a `Member` cannot be read: the field `name` is missing: for events of an older program, give it a `#[default]`",
        "the event of `OrderPaid` cannot be read: the field `currency`: it is missing: for events of an older program, raise the `version` of the \
         signal and add it in `upcast`",
    ] {
        assert!(log.contains(reason), "{log}");
    }
    Ok(())
}

/// Rule 95.
async fn calls_of_unknown_receivers_wait_and_are_named(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db = database.connect_with::<(Event, Todo)>(|options| options.on_error(|error| LOG.note(error))).await?;
    store(&db, 3, r#"{"order": 3, "cents": 9, "currency": "USD"}"#).await?;
    db.execute("UPDATE signals_todo SET receiver = 'shop::retired'", &()).await?;
    Worker::new(&db).run_due().await?;
    LOG.is(&expect![[r#"
        there are stored calls of `shop::retired`, and no durable receiver of that name is linked into this program: link its crate, give the receiver its old name with `id = ".."`, or discard the calls with `signals::durable::discard_all`
    "#]]);
    let status = durable::status(&db).await?;
    let retired: Vec<_> = status.iter().filter(|status| !status.linked).collect();
    assert_eq!((retired.len(), retired[0].waiting), (1, 1));
    assert!(durable::discard_all(&db, "versions::book").await.is_err(), "it is linked");
    assert_eq!(durable::discard_all(&db, "shop::retired").await?, 1);
    Ok(())
}
