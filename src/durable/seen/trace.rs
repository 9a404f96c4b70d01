//! Spans of events: one for each attempt to call a receiver, to send an event, and to receive one.

use std::time::SystemTime;

use tracing::field::Empty;
use tracing::instrument::{Instrument, Instrumented};
use tracing::{Span, info_span};

#[cfg(feature = "nats")]
use super::received::Received;
use crate::db::Db;
use crate::durable::claim::Claimed;
#[cfg(feature = "nats")]
use crate::durable::claim::time;

/// The span of an attempt. Its outcome is recorded when this is dropped. It is not known if the connection was lost, or the attempt itself was
/// dropped.
pub(in crate::durable) struct EventSpan {
    span: Span,
    outcome: &'static str,
}

/// The span of an attempt, with what an event is. It has no parent: what runs a worker has not caused the event.
macro_rules! event_span {
    ($name:literal, $kind:literal, $event:expr $(, $field:ident = $value:expr)* $(,)?) => {
        info_span!(
            target: "signals::durable",
            parent: None,
            $name,
            otel.kind = $kind,
            otel.status_code = Empty,
            trace_id = Empty,
            event = $event,
            $($field = $value,)*
            outcome = Empty,
        )
    };
}

/// The span of an attempt that a stored call says all about.
macro_rules! call_span {
    ($name:literal, $kind:literal, $db:expr, $claimed:expr) => {{
        let Claimed { event, receiver, key, attempts, signal, sender, context, at, .. } = $claimed;
        let attempt = attempts + 1;
        let span = event_span!(
            $name,
            $kind,
            *event,
            receiver = &**receiver,
            signal = &**signal,
            sender = given(sender),
            key = given(key),
            attempt = attempt,
            age_ms = age(*at),
            context = context.as_deref(),
        );
        Self { span, outcome: "unknown" }.linked($db, context.as_deref(), attempt)
    }};
}

impl EventSpan {
    /// That of the next attempt of a call.
    pub(super) fn delivery(db: &Db, claimed: &Claimed) -> Self {
        call_span!("delivery", "consumer", db, claimed)
    }

    /// That of an attempt to send an event to another program.
    #[cfg(feature = "nats")]
    pub(in crate::durable) fn publish(db: &Db, claimed: &Claimed) -> Self {
        call_span!("publish", "producer", db, claimed)
    }

    /// That of an event of another program that has arrived. `from` is the program, `event` is its number there.
    #[cfg(feature = "nats")]
    pub(in crate::durable) fn receive(db: &Db, received: &Received<'_>) -> Self {
        let Received { from, event, signal, attempt, at, context } = *received;
        let span = event_span!(
            "receive",
            "consumer",
            event,
            from = from,
            signal = signal,
            attempt = attempt,
            age_ms = age(time(at)),
            context = context,
        );
        Self { span, outcome: "unknown" }.linked(db, context, attempt)
    }

    /// Links the span to what the event carries. Nothing has entered it yet.
    fn linked(self, db: &Db, context: Option<&str>, attempt: u32) -> Self {
        if let Some(context) = context
            && !self.span.is_disabled()
        {
            db.link_span(context, &self.span, attempt);
        }
        self
    }

    /// A future, in this span.
    pub(in crate::durable) fn around<F: Future>(&self, work: F) -> Instrumented<F> {
        work.instrument(self.span.clone())
    }

    pub(in crate::durable) fn end(&mut self, outcome: &'static str) {
        self.outcome = outcome;
    }
}

impl Drop for EventSpan {
    fn drop(&mut self) {
        self.span.record("outcome", self.outcome);
        if matches!(self.outcome, "failed" | "dead") {
            self.span.record("otel.status_code", "ERROR");
        }
    }
}

/// The text, unless it is empty.
fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// How long ago an event was stored, in milliseconds, by the clock of this machine.
fn age(at: SystemTime) -> u64 {
    u64::try_from(at.elapsed().unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
