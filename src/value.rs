//! The values of the databases. Uses `calendar` alone.

use std::borrow::Cow;
use std::fmt;

use crate::calendar::DateOrTime;

/// A value to or from the database, borrowed.
///
/// Two values are equal if the database would store the same: NaN equals NaN, and the order of the keys of JSON makes no
/// difference.
///
/// SQLite has no types for them, so dates and times are read as [`Text`](Self::Text) and UUIDs as [`Blob`](Self::Blob). JSON is
/// read as text from every database.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum ValueRef<'a> {
    /// SQL's NULL.
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Text that is never printed, such as the hash of a password: `Debug` and `Display` write `Secret(..)`. It is stored and read
    /// as [`Text`](Self::Text), and equals the same text.
    Secret(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
    /// A timestamp: microseconds since the beginning of 1970 in UTC. The smallest and the largest number are the two infinities of
    /// PostgreSQL.
    Timestamp(i64),
    /// A date and time without a time zone: microseconds since the beginning of 1970. The smallest and the largest number are the
    /// two infinities of PostgreSQL.
    DateTime(i64),
    /// A date: days since 1 January 1970. The smallest and the largest number are the two infinities of PostgreSQL.
    Date(i32),
    /// A time of day: microseconds since midnight.
    Time(i64),
    /// A UUID.
    Uuid([u8; 16]),
    /// A value that is stored as JSON.
    Json(&'a dyn ToJson),
    /// A value that cannot be stored, and the reason: every statement refuses it with
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter).
    Refused(&'a str),
}

/// A [`ValueRef`] that owns its text and bytes.
#[derive(Clone)]
#[non_exhaustive]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text. JSON is text here.
    Text(String),
    /// See [`ValueRef::Secret`].
    Secret(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// See [`ValueRef::Timestamp`].
    Timestamp(i64),
    /// See [`ValueRef::DateTime`].
    DateTime(i64),
    /// See [`ValueRef::Date`].
    Date(i32),
    /// See [`ValueRef::Time`].
    Time(i64),
    /// A UUID.
    Uuid([u8; 16]),
    /// See [`ValueRef::Refused`].
    Refused(String),
}

/// A value that can be written as JSON, for [`ValueRef::Json`].
pub trait ToJson: Sync {
    /// The JSON, or the reason why there is none.
    fn to_json(&self) -> Result<String, String>;

    /// Whether this is the same JSON as `json`, which another program may have written.
    fn is_same(&self, json: &str) -> bool {
        self.to_json().is_ok_and(|text| text == json)
    }
}

impl fmt::Debug for dyn ToJson + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Ok(text) | Err(text)) = self.to_json();
        f.write_str(&text)
    }
}

impl ValueRef<'_> {
    /// A secret as the text that is stored; any other value unchanged.
    pub(crate) fn exposed(self) -> Self {
        match self {
            Self::Secret(text) => Self::Text(text),
            value => value,
        }
    }
}

impl PartialEq for ValueRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.exposed(), other.exposed()) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Integer(a), Self::Integer(b))
            | (Self::Timestamp(a), Self::Timestamp(b))
            | (Self::DateTime(a), Self::DateTime(b))
            | (Self::Time(a), Self::Time(b)) => a == b,
            (Self::Date(a), Self::Date(b)) => a == b,
            (Self::Real(a), Self::Real(b)) => a == b || a.is_nan() && b.is_nan(),
            (Self::Text(a), Self::Text(b)) | (Self::Refused(a), Self::Refused(b)) => a == b,
            (Self::Blob(a), Self::Blob(b)) => a == b,
            (Self::Uuid(a), Self::Uuid(b)) => a == b,
            (Self::Json(a), Self::Json(b)) => b.to_json().is_ok_and(|b| a.is_same(&b)),
            _ => false,
        }
    }
}

impl Eq for ValueRef<'_> {}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        ValueRef::from(self) == ValueRef::from(other)
    }
}

impl Eq for Value {}

impl<'a> From<&'a Value> for ValueRef<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(boolean) => Self::Boolean(*boolean),
            Value::Integer(integer) => Self::Integer(*integer),
            Value::Real(real) => Self::Real(*real),
            Value::Text(text) => Self::Text(text),
            Value::Secret(text) => Self::Secret(text),
            Value::Blob(bytes) => Self::Blob(bytes),
            Value::Timestamp(micros) => Self::Timestamp(*micros),
            Value::DateTime(micros) => Self::DateTime(*micros),
            Value::Date(days) => Self::Date(*days),
            Value::Time(micros) => Self::Time(*micros),
            Value::Uuid(bytes) => Self::Uuid(*bytes),
            Value::Refused(reason) => Self::Refused(reason),
        }
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Boolean(boolean) => Self::Boolean(boolean),
            ValueRef::Integer(integer) => Self::Integer(integer),
            ValueRef::Real(real) => Self::Real(real),
            ValueRef::Text(text) => Self::Text(text.to_owned()),
            ValueRef::Secret(text) => Self::Secret(text.to_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
            ValueRef::Timestamp(micros) => Self::Timestamp(micros),
            ValueRef::DateTime(micros) => Self::DateTime(micros),
            ValueRef::Date(days) => Self::Date(days),
            ValueRef::Time(micros) => Self::Time(micros),
            ValueRef::Uuid(bytes) => Self::Uuid(bytes),
            ValueRef::Json(json) => json.to_json().map_or_else(Self::Refused, Self::Text),
            ValueRef::Refused(reason) => Self::Refused(reason.to_owned()),
        }
    }
}

macro_rules! value_from {
    ($($from:ty => $reference:ident, $owned:ident;)*) => {$(
        impl<'a> From<&'a $from> for ValueRef<'a> {
            fn from(value: &'a $from) -> Self {
                Self::$reference(value)
            }
        }

        impl From<&$from> for Value {
            fn from(value: &$from) -> Self {
                Self::$owned(value.to_owned())
            }
        }
    )*};
    (copy $($from:ty => $variant:ident;)*) => {$(
        impl From<$from> for ValueRef<'_> {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }

        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

value_from! { str => Text, Text; [u8] => Blob, Blob; }
value_from! { copy bool => Boolean; i32 => Integer; i64 => Integer; u32 => Integer; f64 => Real; }

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

/// As derived, except for a secret.
impl fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value): (_, &dyn fmt::Debug) = match self {
            Self::Null => return f.write_str("Null"),
            Self::Boolean(boolean) => ("Boolean", boolean),
            Self::Integer(integer) => ("Integer", integer),
            Self::Real(real) => ("Real", real),
            Self::Text(text) => ("Text", text),
            Self::Secret(_) => return f.write_str(HIDDEN),
            Self::Blob(bytes) => ("Blob", bytes),
            Self::Timestamp(micros) => ("Timestamp", micros),
            Self::DateTime(micros) => ("DateTime", micros),
            Self::Date(days) => ("Date", days),
            Self::Time(micros) => ("Time", micros),
            Self::Uuid(bytes) => ("Uuid", bytes),
            Self::Json(json) => ("Json", json),
            Self::Refused(reason) => ("Refused", reason),
        };
        f.debug_tuple(name).field(value).finish()
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&ValueRef::from(self), f)
    }
}

/// Printed in place of a secret.
const HIDDEN: &str = "Secret(..)";

/// As an SQL literal, for messages: `NULL`, `true`, `42`, `'text'`, `X'00ff'`, `'2026-11-25 12:00:00+00:00'`.
impl fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Boolean(boolean) => boolean.fmt(f),
            Self::Integer(integer) => integer.fmt(f),
            Self::Real(real) => write!(f, "{real:?}"),
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Secret(_) => f.write_str(HIDDEN),
            Self::Blob(bytes) => {
                f.write_str("X'")?;
                for byte in *bytes {
                    write!(f, "{byte:02x}")?;
                }
                f.write_str("'")
            }
            Self::Timestamp(i64::MAX) | Self::DateTime(i64::MAX) | Self::Date(i32::MAX) => f.write_str("'infinity'"),
            Self::Timestamp(i64::MIN) | Self::DateTime(i64::MIN) | Self::Date(i32::MIN) => f.write_str("'-infinity'"),
            Self::Timestamp(micros) => write!(f, "'{}+00:00'", DateOrTime::DateTime(*micros)),
            Self::DateTime(micros) => write!(f, "'{}'", DateOrTime::DateTime(*micros)),
            Self::Date(days) => write!(f, "'{}'", DateOrTime::Date(*days)),
            Self::Time(micros) => write!(f, "'{}'", DateOrTime::Time(*micros)),
            Self::Uuid(bytes) => {
                f.write_str("'")?;
                for (index, byte) in bytes.iter().enumerate() {
                    let dash = if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
                    write!(f, "{dash}{byte:02x}")?;
                }
                f.write_str("'")
            }
            Self::Json(json) => match json.to_json() {
                Ok(text) => ValueRef::Text(&text).fmt(f),
                Err(reason) => ValueRef::Refused(&reason).fmt(f),
            },
            Self::Refused(reason) => write!(f, "({reason})"),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ValueRef::from(self).fmt(f)
    }
}

/// A value of the database that does not fit the Rust type that it is read into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnError {
    expected: Cow<'static, str>,
    found: Cow<'static, str>,
}

impl ColumnError {
    /// `expected` completes "expected ..", as in `"a colour"`.
    ///
    /// The message shows the number that was found, but never text or bytes, which may be secret.
    pub fn new(expected: impl Into<Cow<'static, str>>, found: ValueRef<'_>) -> Self {
        let found = match found {
            ValueRef::Null => "NULL".into(),
            ValueRef::Boolean(boolean) => format!("`{boolean}`").into(),
            ValueRef::Integer(integer) => format!("the integer {integer}").into(),
            ValueRef::Real(real) => format!("the number {real:?}").into(),
            ValueRef::Text(_) | ValueRef::Secret(_) => "text".into(),
            ValueRef::Blob(_) => "bytes".into(),
            ValueRef::Timestamp(i64::MIN | i64::MAX)
            | ValueRef::DateTime(i64::MIN | i64::MAX)
            | ValueRef::Date(i32::MIN | i32::MAX) => "infinity".into(),
            ValueRef::Timestamp(_) => "a timestamp".into(),
            ValueRef::DateTime(_) => "a date and time".into(),
            ValueRef::Date(_) => "a date".into(),
            ValueRef::Time(_) => "a time".into(),
            ValueRef::Uuid(_) => "a UUID".into(),
            ValueRef::Json(_) => "JSON".into(),
            ValueRef::Refused(_) => "a value that is refused".into(),
        };
        Self { expected: expected.into(), found }
    }

    /// One of these strings was expected.
    pub fn one_of(strings: &[&str], found: ValueRef<'_>) -> Self {
        let quoted: Vec<_> = strings.iter().map(|string| format!("`{string}`")).collect();
        let listed = match quoted.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => "nothing".to_owned(),
        };
        Self::new(listed, found)
    }
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for ColumnError {}

/// A whole number in a column of reals comes back as an integer when the column was not declared as REAL.
pub(crate) fn real_from_integer(integer: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "the next lines look whether anything was lost")]
    let real = integer as f64;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 64 bit fits")]
    let back = real as i128;
    (back == i128::from(integer)).then_some(real)
}
