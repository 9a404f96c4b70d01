//! Without the features `tracing` and `metrics`, an attempt is not seen.

use crate::db::Db;
use crate::durable::claim::Claimed;

/// Sees nothing.
pub(in crate::durable) struct Seen;

impl Seen {
    pub(in crate::durable) fn delivery(_: &Db, _: &Claimed) -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "it sees nothing")]
    pub(in crate::durable) fn around<F: Future>(self, attempt: F) -> F {
        attempt
    }
}
