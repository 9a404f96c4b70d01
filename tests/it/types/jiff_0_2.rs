//! The same columns with jiff 0.2. `jiff.rs` has the tests of what they do; the code is one for both versions.

use jiff_0_2::Timestamp;
use jiff_0_2::civil::{Date, DateTime, Time, date, datetime, time};
use signals::prelude::*;

use super::every_way;
use crate::databases::on_each_database;

on_each_database!(timestamps, date_times, dates, times);

fn timestamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

every_way!(timestamps: Timestamp = [
    Timestamp::UNIX_EPOCH,
    timestamp("2026-11-25T12:00:00.123456Z"),
    timestamp("1969-12-31T23:59:59.999999Z"),
]);
every_way!(date_times: DateTime = [
    datetime(2026, 11, 25, 12, 0, 0, 123_456_000),
    datetime(9999, 12, 31, 23, 59, 59, 999_999_000),
]);
every_way!(dates: Date = [date(1970, 1, 1), date(2024, 2, 29), date(1, 1, 1)]);
every_way!(times: Time = [Time::midnight(), time(23, 59, 59, 999_999_000)]);
