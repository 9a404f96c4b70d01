//! The metrics of durable receivers are described once in a process, so this is a binary of its own: rule 109 of `docs/behaviour.md`.
#![allow(missing_docs, reason = "a test")]

use std::sync::{Mutex, PoisonError};

use expect_test::expect;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use signals::durable::{self, Worker};
use signals::prelude::*;

static DESCRIBED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Notes what is described, and records nothing.
struct Notes;

fn note(kind: &str, name: &KeyName, unit: Option<Unit>, text: &str) {
    let unit = unit.map_or("", |unit| unit.as_canonical_label());
    let line = format!("{kind} {} {unit}: {text}\n", name.as_str());
    DESCRIBED.lock().unwrap_or_else(PoisonError::into_inner).push(line);
}

impl Recorder for Notes {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        note("counter", &name, unit, &text);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        note("gauge", &name, unit, &text);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        note("histogram", &name, unit, &text);
    }

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[model]
#[derive(Debug, Default)]
struct Reading {
    #[key]
    id: Id<Reading>,
}

#[receiver(post_commit, sender = Reading, durable)]
fn store() {}

/// Rule 109.
#[tokio::test]
async fn metrics_are_described_once() -> Result<()> {
    metrics::set_global_recorder(Notes).map_err(|_| Error::other("there is a recorder"))?;
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    for _ in 0..2 {
        Reading::default().save(&db).await?;
        Worker::new(&db).run_due().await?;
        durable::record_status(&db).await?;
    }
    let described = DESCRIBED.lock().unwrap_or_else(PoisonError::into_inner);
    expect![[r#"
        counter signals_durable_attempts_total : Attempts to call durable receivers that have ended, by outcome
        histogram signals_durable_attempt_duration_seconds s: How long attempts to call durable receivers took
        histogram signals_durable_first_attempt_delay_seconds s: Time from the storing of an event to the first attempt of a call
        gauge signals_durable_waiting_calls : Calls of durable receivers that wait, also those in a transaction
        gauge signals_durable_running_calls : Calls of durable receivers that run outside of a transaction
        gauge signals_durable_late_calls : Calls of durable receivers that wait and have failed at least once
        gauge signals_durable_dead_calls : Calls of durable receivers that are not repeated any more
        gauge signals_durable_oldest_call_age_seconds s: Age of the oldest event of which a call waits or runs, 0 without one
    "#]].assert_eq(&described.concat());
    Ok(())
}
