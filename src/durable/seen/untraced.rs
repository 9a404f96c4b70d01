//! Without the feature `tracing`, attempts have no spans.

#[cfg(feature = "nats")]
use super::received::Received;
use crate::db::Db;
use crate::durable::claim::Claimed;

/// No span.
pub(in crate::durable) struct EventSpan;

#[expect(clippy::unused_self, reason = "there is no span to use")]
impl EventSpan {
    #[cfg(feature = "metrics")]
    pub(super) fn delivery(_: &Db, _: &Claimed) -> Self {
        Self
    }

    #[cfg(feature = "nats")]
    pub(in crate::durable) fn publish(_: &Db, _: &Claimed) -> Self {
        Self
    }

    #[cfg(feature = "nats")]
    pub(in crate::durable) fn receive(_: &Db, _: &Received<'_>) -> Self {
        Self
    }

    pub(in crate::durable) fn around<F: Future>(&self, work: F) -> F {
        work
    }

    pub(in crate::durable) fn end(&mut self, _: &'static str) {}
}
