//! Timestamps, dates and times of chrono.
//!
//! A column keeps microseconds. A finer time is rounded down, towards the past, so that the order of two timestamps never changes. No database stores a leap second.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

use super::{Column, ColumnType, time};
use crate::calendar::MICROS_PER_SECOND;
use crate::value::{ColumnError, ValueRef};

const LEAP_SECOND: ValueRef<'_> =
    ValueRef::Refused("a database has no leap seconds: use the second before or the one after it");

/// A timestamp: `TIMESTAMP WITH TIME ZONE` in PostgreSQL, text in UTC in SQLite.
#[diagnostic::do_not_recommend]
impl Column for DateTime<Utc> {
    const TYPE: ColumnType = ColumnType::Timestamp;

    fn to_value(&self) -> ValueRef<'_> {
        if is_leap_second(self) { LEAP_SECOND } else { ValueRef::Timestamp(self.timestamp_micros()) }
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        let read = time::timestamp(value).and_then(Self::from_timestamp_micros);
        read.ok_or_else(|| ColumnError::new("a timestamp of the years -262143 to 262142", value))
    }

    fn settle(&mut self) {
        cut(self);
    }
}

/// A date and time without a time zone: `TIMESTAMP` in PostgreSQL, text in SQLite.
#[diagnostic::do_not_recommend]
impl Column for NaiveDateTime {
    const TYPE: ColumnType = ColumnType::DateTime;

    fn to_value(&self) -> ValueRef<'_> {
        if is_leap_second(self) { LEAP_SECOND } else { ValueRef::DateTime(self.and_utc().timestamp_micros()) }
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        let read = time::date_time(value).and_then(DateTime::from_timestamp_micros);
        read.map(|read| read.naive_utc())
            .ok_or_else(|| ColumnError::new("a date and time of the years -262143 to 262142", value))
    }

    fn settle(&mut self) {
        cut(self);
    }
}

/// A date: `DATE` in PostgreSQL, text in SQLite.
#[diagnostic::do_not_recommend]
impl Column for NaiveDate {
    const TYPE: ColumnType = ColumnType::Date;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Date(self.num_days_from_ce() - DAYS_TO_1970)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        let days = time::date(value).and_then(|days| days.checked_add(DAYS_TO_1970));
        let read = days.and_then(Self::from_num_days_from_ce_opt);
        read.ok_or_else(|| ColumnError::new("a date of the years -262143 to 262142", value))
    }
}

/// A time of day: `TIME` in PostgreSQL, text in SQLite.
#[diagnostic::do_not_recommend]
impl Column for NaiveTime {
    const TYPE: ColumnType = ColumnType::Time;

    fn to_value(&self) -> ValueRef<'_> {
        if is_leap_second(self) {
            return LEAP_SECOND;
        }
        let seconds = i64::from(self.num_seconds_from_midnight());
        ValueRef::Time(seconds * MICROS_PER_SECOND + i64::from(self.nanosecond() / 1000))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        let read = time::time(value).and_then(|micros| {
            let (seconds, micros) = (micros.div_euclid(MICROS_PER_SECOND), micros.rem_euclid(MICROS_PER_SECOND));
            let nanos = u32::try_from(micros * 1000).ok()?;
            Self::from_num_seconds_from_midnight_opt(seconds.try_into().ok()?, nanos)
        });
        read.ok_or_else(|| ColumnError::new("a time from 00:00 to before 24:00", value))
    }

    fn settle(&mut self) {
        cut(self);
    }
}

/// From the first day of the year 1.
const DAYS_TO_1970: i32 = 719_163;

/// It is kept as a second that lasts longer.
fn is_leap_second(time: &impl Timelike) -> bool {
    time.nanosecond() >= 1_000_000_000
}

fn cut(time: &mut impl Timelike) {
    let nanos = time.nanosecond();
    if let Some(settled) = time.with_nanosecond(nanos - nanos % 1000) {
        *time = settled;
    }
}
