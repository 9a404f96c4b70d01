//! The options of a worker, and what it reports.

use std::time::Duration;

#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) concurrency: usize,
    pub(super) poll: Duration,
    pub(super) lease: Duration,
    pub(super) grace: Duration,
    pub(super) keep: Duration,
}

/// A time after which the database is asked again: at least a millisecond, and at most a day.
pub(super) fn pause(time: Duration) -> Duration {
    time.clamp(Duration::from_millis(1), Duration::from_hours(24))
}

/// How many calls a worker has made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ran {
    /// How many have succeeded.
    pub succeeded: u64,
    /// How many have failed: they are repeated later, or dead.
    pub failed: u64,
}
