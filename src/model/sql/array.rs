//! Values as an array literal of PostgreSQL.

use std::fmt::Write;

use crate::value::ValueRef;

/// The values as the text of an array. Its type is that of what it is compared with.
pub(in crate::model) fn array<'a>(values: impl Iterator<Item = ValueRef<'a>>) -> String {
    let mut array = String::from("{");
    for value in values {
        let element = match value.exposed() {
            ValueRef::Text(text) => text.to_owned(),
            ValueRef::Blob(bytes) => bytes.iter().fold(String::from("\\x"), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            }),
            date @ (ValueRef::Timestamp(_) | ValueRef::DateTime(_) | ValueRef::Date(_)) => date_of_any_year(date),
            other => other.to_string().trim_matches('\'').to_owned(),
        };
        let separator = if array.len() == 1 { "" } else { "," };
        let _ = write!(array, "{separator}\"{}\"", element.replace('\\', "\\\\").replace('"', "\\\""));
    }
    array + "}"
}

/// PostgreSQL writes the year 0 as `0001-01-01 BC`, and no sign.
fn date_of_any_year(date: ValueRef<'_>) -> String {
    let text = date.to_string();
    let text = text.trim_matches('\'').trim_start_matches('+');
    let (is_negative, unsigned) = text.strip_prefix('-').map_or((false, text), |unsigned| (true, unsigned));
    match unsigned.split_once('-').map(|(year, rest)| (year.parse::<i64>(), rest)) {
        Some((Ok(year), rest)) if is_negative || year == 0 => format!("{:04}-{rest} BC", year + 1),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn keys_as_an_array() {
        let keys = [
            Value::Integer(-1),
            Value::Text("a \"b\", \\c'".to_owned()),
            Value::Blob(vec![0, 255]),
            Value::Uuid([1; 16]),
            Value::Timestamp(0),
        ];
        assert_eq!(
            array(keys.iter().map(ValueRef::from)),
            r#"{"-1","a \"b\", \\c'","\\x00ff","01010101-0101-0101-0101-010101010101","1970-01-01 00:00:00+00:00"}"#
        );
        assert_eq!(array([].into_iter()), "{}");
        // The days -719528 and 2932897 begin the years 0 and 10000.
        let dates =
            [ValueRef::Date(-719_528), ValueRef::Date(-719_529), ValueRef::Date(2_932_897), ValueRef::Date(i32::MIN)];
        assert_eq!(array(dates.into_iter()), r#"{"0001-01-01 BC","0002-12-31 BC","10000-01-01","-infinity"}"#);
    }
}
