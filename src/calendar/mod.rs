//! Dates and times as text, for SQLite and for messages.
//!
//! Days and microseconds count from the beginning of 1970. This needs no crate for dates.

use std::fmt::{self, Write};

#[cfg(any(feature = "jiff", feature = "jiff-0_2", feature = "chrono", test))]
pub(crate) use self::read::{parse_date, parse_date_time, parse_time};

#[cfg(any(feature = "jiff", feature = "jiff-0_2", feature = "chrono", test))]
mod read;
#[cfg(test)]
mod tests;

pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(crate) const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// A date, a date and time, or a time as SQLite's functions and Django write it: `2026-11-25 12:00:00.123456`. The fraction is
/// left out if it is 0. Text must sort in the order of time, so there is none for years that do not have four digits.
#[cfg(feature = "sqlite")]
pub(crate) fn sortable(value: DateOrTime) -> Option<DateString> {
    let days = match value {
        DateOrTime::DateTime(micros) => micros.div_euclid(MICROS_PER_DAY),
        DateOrTime::Date(days) => days.into(),
        DateOrTime::Time(micros) => return (0..MICROS_PER_DAY).contains(&micros).then(|| DateString::of(value)),
    };
    (0..=9999).contains(&civil(days).0).then(|| DateString::of(value))
}

/// A date and time, a date, or a time, to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DateOrTime {
    DateTime(i64),
    Date(i32),
    Time(i64),
}

impl fmt::Display for DateOrTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::DateTime(micros) => {
                let (days, time) = (micros.div_euclid(MICROS_PER_DAY), micros.rem_euclid(MICROS_PER_DAY));
                write_date(f, days)?;
                f.write_char(' ')?;
                Self::Time(time).fmt(f)
            }
            Self::Date(days) => write_date(f, days.into()),
            Self::Time(micros) => {
                let (seconds, fraction) = (micros.div_euclid(MICROS_PER_SECOND), micros.rem_euclid(MICROS_PER_SECOND));
                write!(f, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
                if fraction == 0 { Ok(()) } else { write!(f, ".{fraction:06}") }
            }
        }
    }
}

fn write_date(f: &mut fmt::Formatter<'_>, days: i64) -> fmt::Result {
    let (year, month, day) = civil(days);
    let sign = match year {
        ..0 => "-",
        0..=9999 => "",
        _ => "+",
    };
    write!(f, "{sign}{:04}-{month:02}-{day:02}", year.abs())
}

/// A short string without an allocation.
#[cfg(feature = "sqlite")]
#[derive(Clone, Copy)]
pub(crate) struct DateString {
    bytes: [u8; Self::LONGEST],
    len: usize,
}

#[cfg(feature = "sqlite")]
impl DateString {
    /// `2026-11-25 12:00:00.123456`
    const LONGEST: usize = 26;

    fn of(value: DateOrTime) -> Self {
        let mut text = Self { bytes: [0; Self::LONGEST], len: 0 };
        let fits = write!(text, "{value}");
        debug_assert!(fits.is_ok(), "a year of four digits fits");
        text
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

#[cfg(feature = "sqlite")]
impl Write for DateString {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// The year, month and day of a day. The calendar repeats every 400 years, and years are counted from March, so that the leap day
/// is the last of a year.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let (era, day) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day_of_month)
}

/// The day of a year, month and day.
#[cfg(any(feature = "jiff", feature = "jiff-0_2", feature = "chrono", test))]
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let month = if month > 2 { month - 3 } else { month + 9 };
    let day = (153 * month + 2) / 5 + day - 1;
    era * DAYS_PER_ERA + year * 365 + year / 4 - year / 100 + day - DAYS_TO_1970
}

const DAYS_PER_ERA: i64 = 146_097;
/// From the 1st of March of the year 0.
const DAYS_TO_1970: i64 = 719_468;
