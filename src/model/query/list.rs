//! A long list of values as one parameter: the text of the statement is then the same for any number, which has no limit.

#[cfg(feature = "sqlite")]
use self::json::json;
use super::select::Operand;
use crate::column::ColumnType;
use crate::db::Dialect;
use crate::model::sql::array;
use crate::value::ValueRef;

/// The values in the form in which the database takes a list. `None` if they are not all plain values that this form can hold; then each
/// is a parameter, which says what is wrong with it.
pub(super) fn as_text(values: &[Operand<'_>], dialect: Dialect) -> Option<String> {
    let is_refused = |value: ValueRef<'_>| {
        let is_unlistable = matches!(value, ValueRef::Text(text) | ValueRef::Secret(text) if text.contains('\0'))
            || matches!(value, ValueRef::Real(real) if !real.is_finite());
        is_unlistable || matches!(value, ValueRef::Null | ValueRef::Json(_) | ValueRef::Refused(_))
    };
    if values.iter().any(|value| value.value().is_none_or(is_refused)) {
        return None;
    }
    let values = values.iter().filter_map(Operand::value);
    match dialect {
        Dialect::Postgres => Some(array(values)),
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => json(values),
        #[cfg(not(feature = "sqlite"))]
        Dialect::Sqlite => None,
    }
}

/// The element of a list in SQLite. JSON has no bytes.
pub(super) fn element(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Blob | ColumnType::Uuid => "unhex(value)",
        _ => "value",
    }
}

#[cfg(feature = "sqlite")]
mod json {
    use std::fmt::Write;

    use crate::calendar::{DateOrTime, sortable};
    use crate::value::ValueRef;

    /// The values as they are stored in SQLite, as a list of JSON.
    pub(super) fn json<'a>(values: impl Iterator<Item = ValueRef<'a>>) -> Option<String> {
        let mut list = String::from("[");
        for value in values {
            if list.len() > 1 {
                list.push(',');
            }
            // Writing to a string does not fail.
            let _ = match value.exposed() {
                ValueRef::Boolean(boolean) => write!(list, "{}", i64::from(boolean)),
                ValueRef::Integer(integer) => write!(list, "{integer}"),
                ValueRef::Real(real) => write!(list, "{real:?}"),
                ValueRef::Text(text) => string(&mut list, text),
                ValueRef::Blob(bytes) => hex(&mut list, bytes),
                ValueRef::Uuid(bytes) => hex(&mut list, &bytes),
                ValueRef::Timestamp(micros) | ValueRef::DateTime(micros) => {
                    date(&mut list, DateOrTime::DateTime(micros))?
                }
                ValueRef::Date(days) => date(&mut list, DateOrTime::Date(days))?,
                ValueRef::Time(micros) => date(&mut list, DateOrTime::Time(micros))?,
                _ => return None,
            };
        }
        list.push(']');
        Some(list)
    }

    fn string(list: &mut String, text: &str) -> std::fmt::Result {
        list.push('"');
        for character in text.chars() {
            match character {
                '"' | '\\' => write!(list, "\\{character}")?,
                '\0'..='\u{1f}' => write!(list, "\\u{:04x}", u32::from(character))?,
                _ => list.push(character),
            }
        }
        list.push('"');
        Ok(())
    }

    fn hex(list: &mut String, bytes: &[u8]) -> std::fmt::Result {
        list.push('"');
        bytes.iter().try_for_each(|byte| write!(list, "{byte:02x}"))?;
        list.push('"');
        Ok(())
    }

    fn date(list: &mut String, value: DateOrTime) -> Option<std::fmt::Result> {
        let text = sortable(value)?;
        Some(write!(list, "\"{}\"", String::from_utf8_lossy(text.as_bytes())))
    }
}
