//! Values on their way to SQLite, which has few types: dates and times become text, UUIDs bytes.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef as SqliteValue};

use crate::calendar::{self, Text, Written};
use crate::value::ValueRef;

/// A parameter. SQLite copies it, we do not.
pub(super) enum Bound<'a> {
    Plain(SqliteValue<'a>),
    Uuid([u8; 16]),
    Date(Text),
    Json(String),
}

impl<'a> Bound<'a> {
    /// The value, or why SQLite cannot store it.
    pub(super) fn new(value: ValueRef<'a>) -> Result<Self, String> {
        Ok(Self::Plain(match value {
            ValueRef::Null => SqliteValue::Null,
            ValueRef::Boolean(boolean) => SqliteValue::Integer(boolean.into()),
            ValueRef::Integer(integer) => SqliteValue::Integer(integer),
            ValueRef::Real(real) if real.is_nan() => {
                return Err("NaN cannot be stored in SQLite, which would make it NULL: use an `Option`".to_owned());
            }
            ValueRef::Real(real) => SqliteValue::Real(real),
            ValueRef::Text(text) => SqliteValue::Text(text.as_bytes()),
            ValueRef::Blob(bytes) => SqliteValue::Blob(bytes),
            ValueRef::Uuid(bytes) => return Ok(Self::Uuid(bytes)),
            ValueRef::Timestamp(micros) | ValueRef::DateTime(micros) => return date(Written::DateTime(micros), value),
            ValueRef::Date(days) => return date(Written::Date(days), value),
            ValueRef::Time(micros) => return date(Written::Time(micros), value),
            ValueRef::Json(json) => return json.to_json().map(Self::Json),
            ValueRef::Refused(reason) => return Err(reason.to_owned()),
        }))
    }
}

fn date(written: Written, value: ValueRef<'_>) -> Result<Bound<'static>, String> {
    calendar::text(written)
        .map(Bound::Date)
        .ok_or_else(|| format!("{value} is not among the dates and times of SQLite, which has the years 0 to 9999"))
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Plain(value) => *value,
            Self::Uuid(bytes) => SqliteValue::Blob(bytes),
            Self::Date(text) => SqliteValue::Text(text.as_bytes()),
            Self::Json(text) => SqliteValue::Text(text.as_bytes()),
        }))
    }
}
