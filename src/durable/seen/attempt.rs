//! An attempt to call a receiver, with its span and its metrics.

use super::meter::Meter;
use super::trace::EventSpan;
use crate::db::Db;
use crate::durable::call::Outcome;
use crate::durable::claim::Claimed;
use crate::error::Result;

/// An attempt that is seen. It has ended when this is dropped.
pub(in crate::durable) struct Seen {
    span: EventSpan,
    meter: Meter,
}

impl Seen {
    /// The next attempt of a call.
    pub(in crate::durable) fn delivery(db: &Db, claimed: &Claimed) -> Self {
        Self { span: EventSpan::delivery(db, claimed), meter: Meter::new(claimed) }
    }

    /// The attempt, in its span. If it is dropped, its outcome is not known: as if the process had ended.
    pub(in crate::durable) async fn around(
        mut self,
        attempt: impl Future<Output = Result<Outcome>>,
    ) -> Result<Outcome> {
        let ended = self.span.around(attempt).await;
        if let Ok(outcome) = ended {
            let outcome = outcome.name();
            self.span.end(outcome);
            self.meter.end(outcome);
        }
        ended
    }
}
