//! How long a call waits after a failed attempt.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

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
}
