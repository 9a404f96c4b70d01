//! Dates and times as they are stored: numbers in PostgreSQL, text in SQLite.

use crate::calendar::{parse_date, parse_date_time, parse_time};
use crate::value::ValueRef;

/// Microseconds in UTC. Text without an offset is in UTC, as Django and SQLite write it.
pub(super) fn timestamp(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Timestamp(micros) => finite(micros),
        ValueRef::Text(text) => {
            parse_date_time(text).and_then(|(micros, offset)| micros.checked_sub(offset.unwrap_or(0)))
        }
        _ => None,
    }
}

/// Microseconds without a time zone. Text with an offset is not read, because the offset would be lost.
pub(super) fn date_time(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::DateTime(micros) => finite(micros),
        ValueRef::Text(text) => parse_date_time(text).filter(|(_, offset)| offset.is_none()).map(|(micros, _)| micros),
        _ => None,
    }
}

/// Days.
pub(super) fn date(value: ValueRef<'_>) -> Option<i32> {
    match value {
        ValueRef::Date(days) => (days != i32::MIN && days != i32::MAX).then_some(days),
        ValueRef::Text(text) => parse_date(text),
        _ => None,
    }
}

/// Microseconds since midnight.
pub(super) fn time(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Time(micros) => Some(micros),
        ValueRef::Text(text) => parse_time(text),
        _ => None,
    }
}

fn finite(micros: i64) -> Option<i64> {
    (micros != i64::MIN && micros != i64::MAX).then_some(micros)
}
