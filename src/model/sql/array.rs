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
            other => other.to_string().trim_matches('\'').to_owned(),
        };
        let separator = if array.len() == 1 { "" } else { "," };
        let _ = write!(array, "{separator}\"{}\"", element.replace('\\', "\\\\").replace('"', "\\\""));
    }
    array + "}"
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
    }
}
