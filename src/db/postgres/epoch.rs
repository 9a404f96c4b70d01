//! Dates and times in the binary format: PostgreSQL counts from the beginning of 2000, this library from that of 1970.
//!
//! In both, the smallest and the largest number are the infinities.

use crate::calendar::MICROS_PER_DAY;

const DAYS: i32 = 10_957;
const MICROS: i64 = DAYS as i64 * MICROS_PER_DAY;

/// The first day of a DATE, and the day after its last.
const FIRST_DAY: i32 = -2_451_545;
const DAY_AFTER_LAST: i32 = 2_145_031_949;
const FIRST_MICRO: i64 = FIRST_DAY as i64 * MICROS_PER_DAY;

/// Of a TIMESTAMP. A timestamp that is too late for the number is infinity.
pub(super) fn micros_from(wire: i64) -> i64 {
    if wire == i64::MIN { wire } else { wire.saturating_add(MICROS) }
}

pub(super) fn micros_to(micros: i64) -> Option<i64> {
    match micros {
        i64::MIN | i64::MAX => Some(micros),
        _ => micros.checked_sub(MICROS).filter(|wire| *wire >= FIRST_MICRO),
    }
}

/// Of a DATE.
pub(super) fn days_from(wire: i32) -> i32 {
    if wire == i32::MIN { wire } else { wire.saturating_add(DAYS) }
}

pub(super) fn days_to(days: i32) -> Option<i32> {
    match days {
        i32::MIN | i32::MAX => Some(days),
        _ => days.checked_sub(DAYS).filter(|wire| (FIRST_DAY..DAY_AFTER_LAST).contains(wire)),
    }
}

/// Of a TIME, which is the same number. A day ends with 24:00.
pub(super) fn time_to(micros: i64) -> Option<i64> {
    (0..=MICROS_PER_DAY).contains(&micros).then_some(micros)
}
