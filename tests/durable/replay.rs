//! Calling receivers for events that are kept.

use std::time::{Duration, SystemTime};

use expect_test::expect;
use signals::durable::{self, Delivery, Event, Todo, Worker};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database! {
    kept_events_are_replayed_for_one_receiver,
    events_are_kept_for_a_time,
    the_event_of_a_discarded_call_is_kept,
}

static LOG: Log = Log::new();

/// The tests have their receivers, and so their log, in common.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[model]
#[derive(Debug, Default)]
struct Page {
    #[key]
    id: Id<Page>,
    title: String,
}

#[receiver(post_commit, sender = Page, durable, id = "replay::index")]
async fn index(instance: &Page) {
    LOG.note(format!("index {}", instance.title));
}

#[receiver(post_commit, sender = Page, created = true, durable, key = title, id = "replay::announce")]
async fn announce(instance: &Page) {
    LOG.note(format!("announce {}", instance.title));
}

#[receiver(post_save, sender = Page)]
fn ordinary() {}

/// Rule 100.
async fn kept_events_are_replayed_for_one_receiver(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db = database.with_tables::<(Page, Event, Todo)>().await?;
    let worker = Worker::new(&db).concurrency(1).keep_events(Duration::from_hours(1));
    let mut page = Page { title: "a".to_owned(), ..Page::default() };
    page.save(&db).await?;
    page.title = "b".to_owned();
    page.save(&db).await?;
    worker.clone().run_due().await?;
    drop(LOG.take());
    assert_eq!(durable::replay::<announce>(&db, SystemTime::UNIX_EPOCH).await?, 1, "its filters are asked");
    assert_eq!(durable::replay::<announce>(&db, SystemTime::UNIX_EPOCH).await?, 0, "it waits already");
    let keys: Vec<String> = db.query_as("SELECT key FROM signals_todo", &()).await?;
    assert_eq!(keys, ["a"]);
    assert_eq!(durable::replay::<index>(&db, SystemTime::now() + Duration::from_mins(1)).await?, 0);
    assert_eq!(durable::replay::<index>(&db, SystemTime::UNIX_EPOCH).await?, 2);
    worker.run_due().await?;
    LOG.is(&expect![[r#"
        announce a
        index a
        index b
    "#]]);
    let error = durable::replay::<ordinary>(&db, SystemTime::UNIX_EPOCH).await.unwrap_err();
    assert_eq!(error.to_string(), "a receiver whose attribute does not say `durable` has no stored events");
    Ok(())
}

/// Rule 100.
async fn events_are_kept_for_a_time(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db = database.with_tables::<(Page, Event, Todo)>().await?;
    let worker = Worker::new(&db).keep_events(Duration::from_hours(1));
    Page::default().save(&db).await?;
    worker.clone().run_due().await?;
    worker.clone().run_due().await?;
    assert_eq!(crate::count::<Event>(&db).await?, 1);
    let old = i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_micros())? - 3_700_000_000;
    db.execute("UPDATE signals_event SET at = ?", &(old,)).await?;
    worker.run_due().await?;
    assert_eq!(crate::count::<Event>(&db).await?, 0);
    Ok(())
}

/// Rule 100.
async fn the_event_of_a_discarded_call_is_kept(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct Draft {
        #[key]
        id: Id<Draft>,
    }

    #[receiver(post_commit, sender = Draft, durable, id = "replay::give_up")]
    fn give_up(delivery: &Delivery) -> Result<()> {
        LOG.note(format!("event {}", delivery.event()));
        Err(delivery.give_up("kept, to discard it").into())
    }

    let db = database.connect_with::<(Draft, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    let worker = Worker::new(&db).keep_events(Duration::from_hours(1));
    for _ in 0..3 {
        Draft::default().save(&db).await?;
    }
    worker.clone().run_due().await?;
    assert!(durable::discard(&db, 1).await?);
    durable::command(&db, ["discard", "2"].map(str::to_owned)).await?;
    durable::command(&db, ["discard", "all"].map(str::to_owned)).await?;
    worker.clone().run_due().await?;
    drop(LOG.take());
    assert_eq!(durable::replay::<give_up>(&db, SystemTime::UNIX_EPOCH).await?, 3);
    worker.concurrency(1).run_due().await?;
    LOG.is(&expect![[r#"
        event 1
        event 2
        event 3
    "#]]);
    for call in durable::dead_calls(&db, 0).await? {
        assert!(durable::discard(&db, call.id).await?);
    }
    Worker::new(&db).run_due().await?;
    assert_eq!(crate::count::<Event>(&db).await?, 0, "a worker that keeps none deletes them");
    Ok(())
}
