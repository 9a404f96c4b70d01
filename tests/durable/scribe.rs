//! A subscriber of `tracing` for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id as SpanId, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Metadata, Subscriber};

/// Writes down the spans of attempts and those in them.
#[derive(Clone, Default)]
pub(crate) struct Scribe(Arc<Notes>);

#[derive(Default)]
struct Notes {
    ids: AtomicU64,
    spans: Mutex<Spans>,
}

#[derive(Default)]
struct Spans {
    log: String,
    names: BTreeMap<u64, &'static str>,
    entered: BTreeSet<u64>,
    stack: Vec<u64>,
}

impl Scribe {
    /// Writes down what this thread does, until the guard is dropped.
    pub(crate) fn listen(&self) -> DefaultGuard {
        // While a program has only one subscriber, `tracing` asks that of the thread that comes to a span first, which may be another test.
        static OTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Scribe::default()));
        LazyLock::force(&OTHER);
        tracing::subscriber::set_default(self.clone())
    }

    fn spans(&self) -> MutexGuard<'_, Spans> {
        self.0.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, line: &str) {
        writeln!(self.spans().log, "{line}").expect("a string");
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.spans().log.contains(text)
    }

    /// What was written down since the last call.
    pub(crate) fn log(&self) -> String {
        std::mem::take(&mut self.spans().log)
    }
}

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "location" => Ok(()),
            "age_ms" => write!(self.0, " age_ms=.."),
            name => write!(self.0, " {name}={value:?}"),
        }
        .expect("a string");
    }
}

impl Subscriber for Scribe {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && ["signals_core", "signals::durable"].iter().any(|it| metadata.target().starts_with(it))
    }

    fn new_span(&self, span: &Attributes<'_>) -> SpanId {
        let id = self.0.ids.fetch_add(1, Ordering::Relaxed) + 1;
        let name = span.metadata().name();
        let mut spans = self.spans();
        let parent = spans.stack.last().filter(|_| span.is_contextual()).map(|parent| spans.names[parent]);
        let mut line = parent.map_or_else(|| name.to_owned(), |parent| format!("{parent} > {name}"));
        span.record(&mut Fields(&mut line));
        spans.names.insert(id, name);
        drop(spans);
        self.note(&line);
        SpanId::from_u64(id)
    }

    fn record(&self, id: &SpanId, values: &Record<'_>) {
        let mut line = format!("{} has", self.spans().names[&id.into_u64()]);
        values.record(&mut Fields(&mut line));
        self.note(&line);
    }

    fn enter(&self, id: &SpanId) {
        let id = id.into_u64();
        let mut spans = self.spans();
        spans.stack.push(id);
        let name = spans.names[&id];
        if spans.entered.insert(id) {
            writeln!(spans.log, "{name} begins").expect("a string");
        }
    }

    fn exit(&self, _: &SpanId) {
        self.spans().stack.pop();
    }

    fn event(&self, _: &tracing::Event<'_>) {}

    fn record_follows_from(&self, _: &SpanId, _: &SpanId) {}
}
