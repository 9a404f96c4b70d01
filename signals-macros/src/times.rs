//! The time that the user meant: `5`, `"5 seconds"`, `"1 day"`, `Duration::from_millis(500)`.

use proc_macro2::TokenStream;

/// The units of a time, largest first, and how many milliseconds each has.
pub(crate) const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Words for units, and how many milliseconds each has.
const WORDS: &[(&[&str], u64)] = &[
    (&["ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds"], 1),
    (&["s", "sec", "secs", "second", "seconds"], 1000),
    (&["m", "min", "mins", "minute", "minutes"], 60_000),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000),
    (&["d", "day", "days"], 24 * 3_600_000),
    (&["w", "week", "weeks"], 7 * 24 * 3_600_000),
];

/// Words that say no unit.
const OTHERS: &[&str] = &[
    "std",
    "core",
    "time",
    "chrono",
    "jiff",
    "tokio",
    "duration",
    "timedelta",
    "timespan",
    "from",
    "of",
    "new",
    "pt",
    "p",
];

/// The time as an argument takes it, if there is one number with one known unit, which is a second if there is none.
pub(crate) fn meant(tokens: &TokenStream) -> Option<String> {
    let text = tokens.to_string().to_lowercase();
    let (mut number, mut words) = (None, Vec::new());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let is_word = first.is_alphabetic();
        let is_number = first.is_ascii_digit();
        let belongs = |c: char| if is_word { c.is_alphabetic() } else { c.is_ascii_digit() || c == '.' };
        let end = if is_word || is_number { rest.find(|c: char| !belongs(c)) } else { Some(first.len_utf8()) };
        let (token, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        match token.trim_end_matches('.') {
            "-" => return None,
            // The suffix of a number, and the name of a function: `5u64`, `from_secs_f64`.
            "u" | "i" | "f" => rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()),
            word if is_word => words.push(word),
            digits if is_number && number.replace(digits).is_some() => return None,
            _ => {}
        }
    }
    let mut unit = None;
    for word in words.into_iter().filter(|word| !OTHERS.contains(word)) {
        let (_, milliseconds) = WORDS.iter().find(|(words, _)| words.contains(&word))?;
        if unit.replace(*milliseconds).is_some() {
            return None;
        }
    }
    written(number?, unit.unwrap_or(1000))
}

/// The number of these units, in the same unit or in the largest one of which it is a whole number.
fn written(number: &str, unit: u64) -> Option<String> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let thousandths = format!("{part:0<3}");
    if thousandths.len() > 3 {
        return None;
    }
    let thousandths = whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(thousandths.parse().ok()?)?;
    let time = thousandths.checked_mul(unit)?.checked_div(1000)?;
    let same = UNITS.iter().find(|(_, milliseconds)| *milliseconds == unit && time % unit == 0);
    let (name, milliseconds) = same.or_else(|| UNITS.iter().find(|(_, milliseconds)| time % milliseconds == 0))?;
    (time > 0).then(|| format!("\"{}{name}\"", time / milliseconds))
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_time_in_another_form() {
        let cases = [
            ("5", "5s"),
            ("5u64", "5s"),
            ("\"10\"", "10s"),
            ("\"10 seconds\"", "10s"),
            ("\"90sec\"", "90s"),
            ("\"1.5s\"", "1500ms"),
            ("1.5", "1500ms"),
            ("\"1.5h\"", "90m"),
            ("\"2min\"", "2m"),
            ("\"1d\"", "24h"),
            ("\"1 day\"", "24h"),
            ("\"2 weeks\"", "336h"),
            ("\"PT10S\"", "10s"),
            ("Duration::from_secs(10)", "10s"),
            ("Duration::from_secs_f64(1.5)", "1500ms"),
            ("std::time::Duration::from_millis(500)", "500ms"),
            ("chrono::Duration::hours(2)", "2h"),
            ("timedelta(minutes = 5)", "5m"),
            ("5.minutes()", "5m"),
        ];
        for (written, time) in cases {
            let expected = Some(format!("\"{time}\""));
            assert_eq!(meant(&written.parse().unwrap()), expected, "{written}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for written in [
            "exponential",
            "\"exponential\"",
            "[1, 5, 10]",
            "\"1h 30m\"",
            "-5",
            "Duration::from_micros(5)",
            "0",
            "true",
        ] {
            assert_eq!(meant(&written.parse().unwrap()), None, "{written}");
        }
    }
}
