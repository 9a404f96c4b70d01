//! The encoding of values for SQLite, which has few types: dates and times become text, UUIDs become bytes.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef as SqliteValue};

use crate::calendar::{self, DateOrTime, DateString};
use crate::value::ValueRef;

/// A value whose type SQLite has. It is borrowed: SQLite makes the only copy.
pub(super) fn plain(value: ValueRef<'_>) -> Option<ToSqlOutput<'_>> {
    Some(ToSqlOutput::Borrowed(match value {
        ValueRef::Null => SqliteValue::Null,
        ValueRef::Boolean(boolean) => SqliteValue::Integer(boolean.into()),
        ValueRef::Integer(integer) => SqliteValue::Integer(integer),
        ValueRef::Real(real) if !real.is_nan() => SqliteValue::Real(real),
        ValueRef::Text(text) | ValueRef::Secret(text) => SqliteValue::Text(text.as_bytes()),
        ValueRef::Blob(bytes) => SqliteValue::Blob(bytes),
        _ => return None,
    }))
}

/// A value of a type that SQLite does not have, in the form that is stored.
pub(super) enum Encoded {
    Uuid([u8; 16]),
    Date(DateString),
    Json(String),
}

impl Encoded {
    /// Encodes a value that is not [`plain`]. The error says why SQLite cannot store it.
    pub(super) fn new(value: ValueRef<'_>) -> Result<Self, String> {
        match value {
            ValueRef::Uuid(bytes) => Ok(Self::Uuid(bytes)),
            ValueRef::Timestamp(micros) | ValueRef::DateTime(micros) => date(DateOrTime::DateTime(micros), value),
            ValueRef::Date(days) => date(DateOrTime::Date(days), value),
            ValueRef::Time(micros) => date(DateOrTime::Time(micros), value),
            ValueRef::Json(json) => json.to_json().map(Self::Json),
            ValueRef::Refused(reason) => Err(reason.to_owned()),
            // Every other value is plain, except NaN.
            _ => Err("NaN cannot be stored in SQLite, which would make it NULL: use an `Option`".to_owned()),
        }
    }
}

fn date(date: DateOrTime, value: ValueRef<'_>) -> Result<Encoded, String> {
    calendar::sortable(date)
        .map(Encoded::Date)
        .ok_or_else(|| format!("{value} is not among the dates and times of SQLite, which has the years 0 to 9999"))
}

impl ToSql for Encoded {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Uuid(bytes) => SqliteValue::Blob(bytes),
            Self::Date(text) => SqliteValue::Text(text.as_bytes()),
            Self::Json(text) => SqliteValue::Text(text.as_bytes()),
        }))
    }
}
