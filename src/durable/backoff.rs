//! How long a call waits after a failed attempt.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use tokio::time::Instant;

/// The longest time between two attempts.
const LONGEST: Duration = Duration::from_hours(6);

/// The time after the attempt of this number, from 1: `first`, doubled with each attempt, up to six hours, and up to a tenth more, so
/// that calls that failed together do not fail together again.
pub(super) fn after(attempt: u32, first: Duration) -> Duration {
    jittered(doubled(first, attempt.saturating_sub(1), LONGEST))
}

/// A time, doubled so many times, up to the longest time.
pub(super) fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(times.min(31))).min(longest.max(first))
}

/// A time, and up to a tenth more.
pub(super) fn jittered(time: Duration) -> Duration {
    // Its keys are random, which is all that is needed here.
    let random = u32::try_from(RandomState::new().hash_one(0) % 1024).unwrap_or_default();
    time.saturating_add(time / 10_240 * random)
}

/// The longest time for which nothing is tried after failures of the database or the broker.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Failures that followed each other, of something that is tried again and again: the pauses double.
#[derive(Debug, Default)]
pub(super) struct Failures {
    count: u32,
    /// Until when it is not tried.
    until: Option<Instant>,
}

impl Failures {
    /// It has failed. Returns how long it is not tried: `first`, doubled with each failure, up to ten seconds. Those that fail together count
    /// as one.
    pub(super) fn failed(&mut self, first: Duration) -> Duration {
        self.failed_for(first, LONGEST_PAUSE)
    }

    /// The same, up to another time if it is shorter.
    pub(super) fn failed_for(&mut self, first: Duration, longest: Duration) -> Duration {
        if self.left().is_zero() {
            let pause = jittered(doubled(first, self.count, longest.min(LONGEST_PAUSE)));
            self.count = self.count.saturating_add(1);
            self.until = Instant::now().checked_add(pause);
        }
        self.left()
    }

    /// It has succeeded.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// It is tried at once, because something has happened.
    pub(super) fn end_pause(&mut self) {
        self.until = None;
    }

    /// How much longer it is not tried.
    pub(super) fn left(&self) -> Duration {
        self.until.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_doubles_up_to_a_limit() {
        let first = Duration::from_secs(1);
        for (attempt, seconds) in [(1, 1), (2, 2), (3, 4), (10, 512), (15, 16_384), (16, 21_600), (u32::MAX, 21_600)] {
            let (time, expected) = (after(attempt, first), Duration::from_secs(seconds));
            assert!(time >= expected && time <= expected.mul_f64(1.1), "{attempt}: {time:?}");
        }
        let day = Duration::from_hours(24);
        assert!(after(3, day) >= day && after(3, day) <= day.mul_f64(1.1));
        assert!(jittered(Duration::MAX) == Duration::MAX && jittered(Duration::ZERO).is_zero());
    }

    #[test]
    fn pauses_after_failures_double_until_a_success() {
        let (mut failures, first) = (Failures::default(), Duration::from_secs(1));
        assert!(failures.left().is_zero());
        for seconds in [1, 2, 4, 8, 10, 10, 1] {
            let (pause, expected) = (failures.failed(first), Duration::from_secs(seconds));
            assert!(pause > expected.mul_f64(0.9) && pause <= expected.mul_f64(1.1), "{seconds}: {pause:?}");
            assert!(failures.failed(first) <= pause, "those that fail together count as one");
            failures.end_pause();
            assert!(failures.left().is_zero());
            if failures.count == 6 {
                failures.succeeded();
            }
        }
    }
}
