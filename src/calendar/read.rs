//! Dates and times from text: in the form of this library, in that of Django, and in those of SQLite's functions.

use super::{MICROS_PER_DAY, MICROS_PER_SECOND, civil, days};

/// A date and time in microseconds of local time, and the offset of that from UTC in microseconds, if there is one. A `T` may
/// replace the space, and `Z` or `+02:00` may follow.
pub(crate) fn parse_date_time(text: &str) -> Option<(i64, Option<i64>)> {
    let (date, rest) = text.split_once([' ', 'T', 't'])?;
    let (time, offset) = match rest.find(['Z', 'z', '+', '-']) {
        None => (rest, None),
        Some(end) => (&rest[..end], Some(parse_offset(&rest[end..])?)),
    };
    let midnight = i64::from(parse_date(date)?).checked_mul(MICROS_PER_DAY)?;
    Some((midnight.checked_add(parse_time(time)?)?, offset))
}

fn parse_offset(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return (text.len() == 1).then_some(0),
    };
    let (hours, minutes) = digits.split_once(':')?;
    Some(sign * (number(hours, 2, 23)? * 3600 + number(minutes, 2, 59)? * 60) * MICROS_PER_SECOND)
}

/// `2026-11-25`, as days. A year before 0 or after 9999 has a sign: `-0044-03-15`.
pub(crate) fn parse_date(text: &str) -> Option<i32> {
    let (sign, unsigned) = match text.as_bytes().first()? {
        b'-' => (Some(-1), &text[1..]),
        b'+' => (Some(1), &text[1..]),
        _ => (None, text),
    };
    let mut parts = unsigned.splitn(3, '-');
    let year = parts.next()?;
    let digits = if sign.is_some() { year.len().clamp(4, 7) } else { 4 };
    let year = sign.unwrap_or(1) * number(year, digits, 9_999_999)?;
    let (month, day) = (number(parts.next()?, 2, 12)?, number(parts.next()?, 2, 31)?);
    let days = days(year, month, day);
    // The 30th of February is a day of March.
    (civil(days) == (year, month, day)).then(|| i32::try_from(days).ok())?
}

/// `12:00:00.123456` or `12:00`, as microseconds. Digits after the sixth must be 0: they could not be stored.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    let (hours, rest) = text.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "00"));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let (micros, lost) = fraction.split_at_checked(6).unwrap_or((fraction, ""));
    let lost = lost.bytes().any(|digit| digit != b'0');
    let micros = number(micros, micros.len(), 999_999)? * 10_i64.pow(6 - u32::try_from(micros.len()).ok()?);
    let seconds = number(hours, 2, 23)? * 3600 + number(minutes, 2, 59)? * 60 + number(seconds, 2, 59)?;
    (!lost).then_some(seconds * MICROS_PER_SECOND + micros)
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize, most: i64) -> Option<i64> {
    let is_number = text.len() == digits && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|&number| is_number && number <= most)
}
