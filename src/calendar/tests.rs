use super::*;

#[test]
fn days_have_dates() {
    for (day, text) in [
        (0, "1970-01-01"),
        (-1, "1969-12-31"),
        (11_016, "2000-02-29"),
        (11_017, "2000-03-01"),
        (20_782, "2026-11-25"),
        (-719_528, "0000-01-01"),
        (-719_529, "-0001-12-31"),
        (2_932_896, "9999-12-31"),
        (2_932_897, "+10000-01-01"),
    ] {
        assert_eq!(DateOrTime::Date(day).to_string(), text);
        if (-719_528..=2_932_896).contains(&day) {
            assert_eq!(parse_date(text), Some(day), "{text}");
        }
    }
}

#[test]
fn every_day_of_the_years_with_four_digits_is_read_as_it_was_written() {
    let mut before = String::new();
    for day in -719_528..=2_932_896 {
        let text = DateOrTime::Date(day).to_string();
        assert_eq!(parse_date(&text), Some(day));
        assert!(before < text);
        before = text;
    }
}

#[test]
fn the_ends_of_what_can_be_counted_have_a_text() {
    for micros in [i64::MIN, i64::MAX] {
        assert!(DateOrTime::DateTime(micros).to_string().contains("29"), "{}", DateOrTime::DateTime(micros));
    }
    assert_eq!(DateOrTime::DateTime(-1).to_string(), "1969-12-31 23:59:59.999999");
}

#[test]
fn times_are_read_exactly_or_not_at_all() {
    for (text, micros) in [
        ("00:00:00", Some(0)),
        ("00:00", Some(0)),
        ("23:59:59.999999", Some(MICROS_PER_DAY - 1)),
        ("12:00:00.5", Some(43_200_500_000)),
        ("12:00:00.5000000", Some(43_200_500_000)),
        ("12:00:00.0000001", None),
        ("12:00:00.", None),
        ("12:00:00.x", None),
        ("24:00:00", None),
        ("12:60:00", None),
        ("12:00:60", None),
        ("1:00:00", None),
        ("12", None),
        ("+1:00:00", None),
        ("", None),
    ] {
        assert_eq!(parse_time(text), micros, "{text}");
    }
}

#[test]
fn dates_and_times_are_read_in_the_forms_of_others() {
    let noon = 20_782 * MICROS_PER_DAY + MICROS_PER_DAY / 2;
    let hour = 3600 * MICROS_PER_SECOND;
    for (text, read) in [
        ("2026-11-25 12:00:00", Some((noon, None))),
        ("2026-11-25T12:00", Some((noon, None))),
        ("2026-11-25T12:00:00.000001Z", Some((noon + 1, Some(0)))),
        ("2026-11-25 12:00:00+02:00", Some((noon, Some(2 * hour)))),
        ("2026-11-25 12:00:00-01:30", Some((noon, Some(-hour * 3 / 2)))),
        ("2026-11-25", None),
        ("2026-11-25 ", None),
        ("2026-02-30 12:00:00", None),
        ("2026-11-25 12:00:00 CET", None),
        ("2026-11-25 12:00:00Zz", None),
        ("2026-11-25 12:00:00+2", None),
        ("12026-11-25 12:00:00", None),
        ("+2026-11-25 12:00:00", Some((noon, None))),
        ("-0044-03-15 00:00:00", Some((-735_525 * MICROS_PER_DAY, None))),
        ("+294246-12-31 00:00:00", Some((106_751_981 * MICROS_PER_DAY, None))),
        ("+294248-12-31 00:00:00", None),
        ("-44-03-15 00:00:00", None),
        ("--0044-03-15 00:00:00", None),
        ("ünïcode ünïcode", None),
    ] {
        assert_eq!(parse_date_time(text), read, "{text}");
    }
}
