//! With the feature `tracing`, each receiver runs in a span of its own, and `send_robust` logs failures.
#![allow(missing_docs, reason = "a test")]
#![cfg(feature = "tracing")]

use std::fmt::{Debug, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use expect_test::expect;
use signals::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static LOG: Mutex<String> = Mutex::new(String::new());

/// Writes down what it is told.
struct Scribe(AtomicU64);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() != "place" {
            write!(self.0, " {field}={value:?}").unwrap();
        }
    }
}

fn note(what: &str, fields: impl FnOnce(&mut Fields<'_>)) {
    let mut log = LOG.lock().unwrap();
    log.push_str(what);
    fields(&mut Fields(&mut log));
    log.push('\n');
}

impl Subscriber for Scribe {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("signals_core")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        note(span.metadata().name(), |fields| span.record(fields));
        Id::from_u64(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn event(&self, event: &Event<'_>) {
        note("event", |fields| event.record(fields));
    }

    fn enter(&self, span: &Id) {
        note(&format!("enter {}", span.into_u64()), |_| {});
    }

    fn exit(&self, span: &Id) {
        note(&format!("exit {}", span.into_u64()), |_| {});
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}
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
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tracing::subscriber::with_default(Scribe(AtomicU64::new(0)), || {
        Paid {}.send().unwrap();
        runtime.block_on(Shipped {}.send_robust()).unwrap();
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
        event message=receiver `tracing::label` (tests/tracing.rs:75:1) failed on `Shipped`: no paper receiver=tracing::label
    "#]].assert_eq(&LOG.lock().unwrap());
}
