//! `jiff::Timestamp` and the types of `jiff::civil`

use expect_test::expect;
use jiff::civil::{Date, DateTime, Time, date, datetime, time};
use jiff::{Timestamp, Unit};
use signals::prelude::*;

use super::every_way;
use crate::databases::{Database, TestResult, is_sqlite, on_each_database};

on_each_database!(
    timestamps,
    date_times,
    dates,
    times,
    what_is_finer_than_a_microsecond_is_cut_off_from_the_value_in_hand_as_well,
    a_default_and_an_update_of_now,
    times_sort_as_time_goes_and_the_functions_of_the_database_know_them,
    what_the_database_cannot_hold_is_refused_before_it_is_sent,
    what_does_not_fit_is_not_read
);

fn timestamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

every_way!(timestamps: Timestamp = [
    Timestamp::UNIX_EPOCH,
    timestamp("2026-11-25T12:00:00.123456Z"),
    timestamp("2026-11-25T12:00:00.1Z"),
    timestamp("1969-12-31T23:59:59.999999Z"),
    timestamp("0001-01-01T00:00:00Z"),
    timestamp("9999-12-30T22:00:00.999999Z"),
    Timestamp::now().round(Unit::Microsecond).unwrap(),
]);
every_way!(date_times: DateTime = [
    datetime(2026, 11, 25, 12, 0, 0, 123_456_000),
    datetime(1, 1, 1, 0, 0, 0, 0),
    datetime(9999, 12, 31, 23, 59, 59, 999_999_000),
    datetime(1969, 12, 31, 23, 59, 59, 1_000),
]);
every_way!(dates: Date = [date(1970, 1, 1), date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31), date(1900, 3, 1)]);
every_way!(times: Time = [Time::midnight(), time(23, 59, 59, 999_999_000), time(12, 0, 0, 0), time(0, 0, 0, 1_000)]);

#[model(table = "jiff_event")]
#[derive(Debug, Clone, Default, PartialEq)]
struct Event {
    #[key]
    id: Id<Event>,
    at: Timestamp,
    on: Option<DateTime>,
    hour: Option<Time>,
}

async fn what_is_finer_than_a_microsecond_is_cut_off_from_the_value_in_hand_as_well(database: &Database) -> TestResult {
    let db = database.with_tables::<Event>().await?;
    for (at, kept) in [
        ("2026-11-25T12:00:00.123456789Z", "2026-11-25T12:00:00.123456Z"),
        ("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999Z"),
        ("1969-12-31T23:59:59.000000001Z", "1969-12-31T23:59:59Z"),
    ] {
        let mut event = Event {
            at: timestamp(at),
            on: Some(datetime(2026, 1, 2, 3, 4, 5, 999_999_999)),
            hour: Some(time(3, 4, 5, 999_999_999)),
            ..Event::default()
        };
        event.save(&db).await?;
        assert_eq!(event.at, timestamp(kept));
        assert_eq!(event.on, Some(datetime(2026, 1, 2, 3, 4, 5, 999_999_000)));
        assert_eq!(event.hour, Some(time(3, 4, 5, 999_999_000)));
        assert_eq!(Event::get(&db, event.id).await?, Some(event));
    }
    Ok(())
}

async fn a_default_and_an_update_of_now(database: &Database) -> TestResult {
    #[model(table = "jiff_note")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Note {
        #[key]
        id: Id<Note>,
        #[default(Timestamp::now())]
        created: Timestamp,
        #[update(Timestamp::now())]
        updated: Timestamp,
    }

    let db = database.with_tables::<Note>().await?;
    let before =
        Timestamp::now().round(jiff::TimestampRound::new().smallest(Unit::Microsecond).mode(jiff::RoundMode::Floor));
    let mut note = Note::default();
    note.save(&db).await?;
    let stored = Note::get(&db, note.id).await?.unwrap();
    assert_eq!(stored, note);
    assert!(stored.created >= before? && stored.updated >= stored.created);
    note.save(&db).await?;
    assert_eq!(note.created, stored.created);
    assert!(note.updated >= stored.updated);
    Ok(())
}

async fn times_sort_as_time_goes_and_the_functions_of_the_database_know_them(database: &Database) -> TestResult {
    let db = database.with_tables::<Event>().await?;
    let texts =
        ["2026-11-25T12:00:00Z", "2026-11-25T12:00:00.000001Z", "2026-11-25T12:00:00.5Z", "2026-11-25T12:00:01Z"];
    for text in texts.iter().rev() {
        Event { at: timestamp(text), ..Event::default() }.save(&db).await?;
    }
    let mut found = Vec::new();
    let select = "SELECT at FROM jiff_event ORDER BY at";
    db.for_each_row(select, &(), &mut |row| {
        found.push(row.get::<Timestamp>(0)?);
        Ok(())
    })
    .await?;
    assert_eq!(found, texts.map(timestamp));
    let later = "SELECT count(*) FROM jiff_event WHERE at > ?";
    assert_eq!(db.query_one::<i64>(later, &(timestamp(texts[1]),)).await?, 2);
    let year = if is_sqlite(&db) { "strftime('%Y', min(at))" } else { "extract(year FROM min(at))::int::text" };
    assert_eq!(db.query_one::<String>(&format!("SELECT {year} FROM jiff_event"), &()).await?, "2026");
    if is_sqlite(&db) {
        assert_eq!(db.query_one::<String>("SELECT max(at) FROM jiff_event", &()).await?, "2026-11-25 12:00:01");
        assert!(db.query_one::<Timestamp>("SELECT CURRENT_TIMESTAMP", &()).await? > timestamp(texts[0]));
        let offset = db.query_one::<Timestamp>("SELECT '2026-11-25T14:00:00+02:00'", &()).await?;
        assert_eq!(offset, timestamp(texts[0]));
    }
    Ok(())
}

async fn what_the_database_cannot_hold_is_refused_before_it_is_sent(database: &Database) -> TestResult {
    let db = database.with_tables::<Event>().await?;
    let error = Event { at: Timestamp::MIN, ..Event::default() }.save(&db).await.unwrap_err();
    let expected = if is_sqlite(&db) {
        expect![
            "`at` of `Event` cannot be stored: '-9999-01-02 01:59:59+00:00' is not among the dates and times of SQLite, which has the years 0 to 9999"
        ]
    } else {
        expect![
            "`at` of `Event` cannot be stored: '-9999-01-02 01:59:59+00:00' is not among the dates and times of PostgreSQL: they begin with the year 4714 BC"
        ]
    };
    expected.assert_eq(&error.to_string());
    assert_eq!(Event::all(&db).await?, []);
    // 44 BC is known to one of them.
    let caesar = Event { at: timestamp("-000043-03-15T12:00:00Z"), ..Event::default() }.save(&db).await;
    assert_eq!(caesar.is_err(), is_sqlite(&db));
    Ok(())
}

async fn what_does_not_fit_is_not_read(database: &Database) -> TestResult {
    let db = database.with_tables::<Event>().await?;
    let values: &[(&str, &str)] = if is_sqlite(&db) {
        &[
            ("'2026-11-25 12:00:00.1234567'", "expected a timestamp of the years -9999 to 9999, found text"),
            ("'yesterday'", "expected a timestamp of the years -9999 to 9999, found text"),
            ("1764072000", "expected a timestamp of the years -9999 to 9999, found the integer 1764072000"),
        ]
    } else {
        &[
            ("'infinity'::timestamptz", "expected a timestamp of the years -9999 to 9999, found infinity"),
            ("'-infinity'::timestamptz", "expected a timestamp of the years -9999 to 9999, found infinity"),
            ("'20000-01-01'::timestamptz", "expected a timestamp of the years -9999 to 9999, found a timestamp"),
            ("'2026-01-01'::timestamp", "expected a timestamp of the years -9999 to 9999, found a date and time"),
        ]
    };
    for (value, expected) in values {
        let error = db.query_one::<Timestamp>(&format!("SELECT {value}"), &()).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{value}: {error}");
    }
    let (value, read) = if is_sqlite(&db) { ("'24:00:00'", "text") } else { ("'24:00'::time", "a time") };
    let error = db.query_one::<Time>(&format!("SELECT {value}"), &()).await.unwrap_err().to_string();
    assert!(error.contains(&format!("expected a time from 00:00 to before 24:00, found {read}")), "{error}");
    Ok(())
}
