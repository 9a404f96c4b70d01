//! Ages as text.

use std::time::Duration;

/// The unit and its seconds, the longest first.
const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];

/// A time in its two largest units: `3 d 4 h`, `12 min 5 s`, `0 s`.
pub(in crate::durable) fn short(age: Duration) -> String {
    let seconds = age.as_secs();
    let Some(first) = UNITS.iter().position(|(_, unit)| seconds >= *unit) else { return "0 s".to_owned() };
    let (name, unit) = UNITS[first];
    let whole = format!("{} {name}", seconds / unit);
    match UNITS.get(first + 1).map(|(name, next)| (seconds % unit / next, name)) {
        Some((rest, name)) if rest > 0 => format!("{whole} {rest} {name}"),
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_two_units() {
        let ages = [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (725, "12 min 5 s"),
            (3_600, "1 h"),
            (3_659, "1 h"),
            (86_399, "23 h 59 min"),
            (273_600, "3 d 4 h"),
            (86_400 * 400, "400 d"),
        ];
        for (seconds, text) in ages {
            assert_eq!(short(Duration::from_secs(seconds)), text);
        }
        assert_eq!(short(Duration::from_millis(999)), "0 s");
    }
}
