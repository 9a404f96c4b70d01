//! Without the feature `metrics`, attempts are not counted.

use crate::durable::claim::Claimed;

/// Counts nothing.
pub(super) struct Meter;

#[expect(clippy::unused_self, reason = "there is nothing to count")]
impl Meter {
    pub(super) fn new(_: &Claimed) -> Self {
        Self
    }

    pub(super) fn end(&mut self, _: &'static str) {}
}
