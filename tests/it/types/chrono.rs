//! `chrono::DateTime<Utc>` and the naive types

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use signals::ErrorKind;
use signals::prelude::*;

use super::every_way;
use crate::databases::{Database, TestResult, is_sqlite, on_each_database};

on_each_database!(
    timestamps,
    date_times,
    dates,
    times,
    what_is_finer_than_a_microsecond_is_cut_off_from_the_value_in_hand_as_well,
    a_leap_second_is_refused,
    what_the_database_cannot_hold_is_refused_before_it_is_sent
);

fn timestamp(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn time(hour: u32, minute: u32, second: u32, micro: u32) -> NaiveTime {
    NaiveTime::from_hms_micro_opt(hour, minute, second, micro).unwrap()
}

every_way!(timestamps: DateTime<Utc> = [
    DateTime::UNIX_EPOCH,
    timestamp("2026-11-25T12:00:00.123456Z"),
    timestamp("1969-12-31T23:59:59.999999Z"),
    timestamp("0001-01-01T00:00:00Z"),
    timestamp("9999-12-31T23:59:59.999999Z"),
]);
every_way!(date_times: NaiveDateTime = [
    date(2026, 11, 25).and_time(time(12, 0, 0, 123_456)),
    date(1, 1, 1).and_time(NaiveTime::MIN),
    date(9999, 12, 31).and_time(time(23, 59, 59, 999_999)),
    date(1969, 12, 31).and_time(time(23, 59, 59, 1)),
]);
every_way!(dates: NaiveDate = [date(1970, 1, 1), date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31)]);
every_way!(times: NaiveTime = [NaiveTime::MIN, time(23, 59, 59, 999_999), time(12, 0, 0, 0), time(0, 0, 0, 1)]);

#[model(table = "chrono_event")]
#[derive(Debug, Clone, Default, PartialEq)]
struct Event {
    #[key]
    id: Id<Event>,
    at: DateTime<Utc>,
    on: Option<NaiveDateTime>,
    day: Option<NaiveDate>,
    hour: Option<NaiveTime>,
}

async fn what_is_finer_than_a_microsecond_is_cut_off_from_the_value_in_hand_as_well(database: &Database) -> TestResult {
    let db = database.with_tables::<Event>().await?;
    let fine = timestamp("1969-12-31T23:59:59.999999999Z");
    let hour = time(3, 4, 5, 6).with_nanosecond(6_789).unwrap();
    let on = Some(date(2026, 1, 2).and_time(hour));
    let mut event = Event { at: fine, on, hour: Some(hour), ..Event::default() };
    event.save(&db).await?;
    assert_eq!(event.at, timestamp("1969-12-31T23:59:59.999999Z"));
    assert_eq!(event.hour, Some(time(3, 4, 5, 6)));
    assert_eq!(Event::get(&db, event.id).await?, Some(event));
    Ok(())
}

async fn a_leap_second_is_refused(database: &Database) -> TestResult {
    let db = database.with_tables::<Event>().await?;
    let leap = NaiveTime::from_hms_micro_opt(23, 59, 59, 1_000_000).unwrap();
    let on = date(2016, 12, 31).and_time(leap);
    for mut event in [
        Event { at: on.and_utc(), ..Event::default() },
        Event { on: Some(on), ..Event::default() },
        Event { hour: Some(leap), ..Event::default() },
    ] {
        let error = event.save(&db).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotStorable { .. }), "{error}");
        assert!(error.to_string().contains("a database has no leap seconds"), "{error}");
    }
    assert_eq!(Event::all(&db).await?, []);
    Ok(())
}

async fn what_the_database_cannot_hold_is_refused_before_it_is_sent(database: &Database) -> TestResult {
    let db = database.with_tables::<Event>().await?;
    for day in [NaiveDate::MIN, NaiveDate::MAX, date(-1, 1, 1)] {
        let result = Event { day: Some(day), ..Event::default() }.save(&db).await;
        let fits = !is_sqlite(&db) && day != NaiveDate::MIN;
        assert_eq!(result.is_ok(), fits, "{day}: {result:?}");
    }
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let result = Event { at, ..Event::default() }.save(&db).await;
        assert_eq!(result.is_ok(), !is_sqlite(&db) && at == DateTime::<Utc>::MAX_UTC, "{at}: {result:?}");
    }
    Ok(())
}
