//! What a column of a table can hold, and how a Rust value becomes one.

use std::borrow::Cow;
use std::fmt;

use crate::calendar::Written;

/// A Rust type that is stored in one column.
///
/// Implemented for integers up to 64 bit (not `u64` and `usize`, whose upper half no database can hold), `f32`, `f64`,
/// `bool`, `String`, `Vec<u8>`, types of the crates `uuid`, `jiff`, `chrono` and `serde_json` behind the features of these
/// names, and an [`Option`] of each.
///
/// [`#[derive(Column)]`](macro@crate::Column) makes a column of an enum without data, stored as the name of its variant, and of a
/// struct round one value. Any other type becomes a column by saying how it is written and how it is read:
///
/// ```
/// use signals::Column;
/// use signals::db::ValueRef;
/// use signals::model::{ColumnError, ColumnType};
///
/// #[derive(Debug, Clone, PartialEq)]
/// struct Celsius(f64);
///
/// impl Column for Celsius {
///     const TYPE: ColumnType = f64::TYPE;
///
///     fn to_value(&self) -> ValueRef<'_> {
///         self.0.to_value()
///     }
///
///     fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
///         f64::from_value(value).map(Celsius)
///     }
/// }
///
/// assert_eq!(Celsius::from_value(ValueRef::Real(36.6)), Ok(Celsius(36.6)));
/// assert_eq!(
///     Celsius::from_value(ValueRef::Text("hot")).unwrap_err().to_string(),
///     "expected a number, found text",
/// );
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a column",
    label = "not a column type",
    note = "column types are integers up to 64 bit, `f32`, `f64`, `bool`, `String`, `Vec<u8>`, `Id<Model>`, an `Option` \
            of these, an enum with `#[derive(Column)]`, and any type that implements `Column`; a type of `uuid`, `jiff`, \
            `chrono` or `serde_json` with the feature of that name"
)]
pub trait Column: Sized + Clone + Send + Sync + 'static {
    /// The type that the column gets when the table is created.
    const TYPE: ColumnType;

    /// Whether the column takes NULL.
    const NULLABLE: bool = false;

    /// The value as it is bound to a statement. It borrows, so that nothing is copied on the way.
    fn to_value(&self) -> ValueRef<'_>;

    /// Reads the value back. Whatever cannot be represented without loss is an error, never a near miss.
    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError>;

    /// Cuts off what the column does not store, so that the value in hand is the one that is read back. A save calls it before
    /// it writes. For most types there is nothing to do.
    fn settle(&mut self) {}

    /// The value as that of an `Option`, where NULL is what `None` is.
    #[doc(hidden)]
    fn to_value_of_some(&self) -> ValueRef<'_> {
        self.to_value()
    }

    // What `#[model]` asks of a field, in words of this trait alone: a type that is no column is then one error.

    #[doc(hidden)]
    #[must_use]
    fn duplicate(&self) -> Self {
        self.clone()
    }

    #[doc(hidden)]
    fn read(row: &crate::db::Row<'_>, index: usize) -> crate::error::Result<Self> {
        row.get(index)
    }
}

/// The type of a column in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// True or false.
    Boolean,
    /// A signed integer of 64 bit.
    Integer,
    /// A floating-point number of 64 bit.
    Real,
    /// Text in UTF-8.
    Text,
    /// Bytes.
    Blob,
    /// A moment, in microseconds.
    Timestamp,
    /// A date and a time of no certain place, in microseconds.
    DateTime,
    /// A day.
    Date,
    /// A time of a day, in microseconds.
    Time,
    /// A UUID.
    Uuid,
    /// JSON.
    Json,
}

impl ColumnType {
    /// The name of the type in PostgreSQL.
    pub const fn postgres(self) -> &'static str {
        match self {
            Self::Boolean => "BOOLEAN",
            Self::Integer => "BIGINT",
            Self::Real => "DOUBLE PRECISION",
            Self::Text => "TEXT",
            Self::Blob => "BYTEA",
            Self::Timestamp => "TIMESTAMP WITH TIME ZONE",
            Self::DateTime => "TIMESTAMP",
            Self::Date => "DATE",
            Self::Time => "TIME",
            Self::Uuid => "UUID",
            Self::Json => "JSONB",
        }
    }

    /// The name of the type in SQLite. It has no booleans, and stores 0 and 1; no dates and times, and stores
    /// `2026-11-25 12:00:00.123456`, in UTC, which its own functions and Django read; no UUIDs, and stores their 16 bytes.
    pub const fn sqlite(self) -> &'static str {
        match self {
            Self::Boolean | Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text | Self::Timestamp | Self::DateTime | Self::Date | Self::Time | Self::Json => "TEXT",
            Self::Blob | Self::Uuid => "BLOB",
        }
    }
}

/// A value on its way to or from the database, borrowed from whoever owns it.
///
/// Two of them are equal if the database would store the same: NaN is NaN, and JSON is the same whatever the order of its
/// keys.
///
/// From SQLite, which has neither, dates and times come as [`Text`](Self::Text) and UUIDs as [`Blob`](Self::Blob); JSON comes
/// as text from everywhere.
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
    /// Text that is never printed, such as the hash of a password: `Debug` and `Display` write `Secret(..)`. It is stored as
    /// [`Text`](Self::Text), comes back as such, and is equal to the same text.
    Secret(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
    /// A moment: microseconds since the beginning of 1970 in UTC. The least and the greatest number are the two infinities of
    /// PostgreSQL.
    Timestamp(i64),
    /// A date and a time of no certain place: microseconds since the beginning of 1970 there. The least and the greatest number
    /// are the two infinities of PostgreSQL.
    DateTime(i64),
    /// A day: days since the first of 1970. The least and the greatest number are the two infinities of PostgreSQL.
    Date(i32),
    /// A time of a day: microseconds since midnight.
    Time(i64),
    /// A UUID.
    Uuid([u8; 16]),
    /// What is stored as JSON.
    Json(&'a dyn ToJson),
    /// A value that its type cannot store, and why: every statement refuses it as
    /// [`Error::Parameter`](crate::Error::Parameter).
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

/// What can be written as JSON, for [`ValueRef::Json`].
pub trait ToJson: Sync {
    /// The text, or why there is none.
    fn to_json(&self) -> Result<String, String>;

    /// Whether this is the same JSON as that text, which may have been written by somebody else.
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
    /// A secret as the text that is stored, any other value unchanged.
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

/// As derived, but for a secret.
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

/// What is printed in place of a secret.
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
            Self::Timestamp(micros) => write!(f, "'{}+00:00'", Written::DateTime(*micros)),
            Self::DateTime(micros) => write!(f, "'{}'", Written::DateTime(*micros)),
            Self::Date(days) => write!(f, "'{}'", Written::Date(*days)),
            Self::Time(micros) => write!(f, "'{}'", Written::Time(*micros)),
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
    /// Of what was found, the message shows numbers and never text or bytes: these may be somebody's secret.
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

    /// Expected was one of these texts.
    pub fn one_of(texts: &[&str], found: ValueRef<'_>) -> Self {
        let quoted: Vec<_> = texts.iter().map(|text| format!("`{text}`")).collect();
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

macro_rules! integer_column {
    ($($integer:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Column for $integer {
            const TYPE: ColumnType = ColumnType::Integer;

            fn to_value(&self) -> ValueRef<'_> {
                ValueRef::Integer(i64::from(*self))
            }

            fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
                if let ValueRef::Integer(integer) = value
                    && let Ok(integer) = Self::try_from(integer)
                {
                    return Ok(integer);
                }
                Err(ColumnError::new(format!("an integer from {} to {}", Self::MIN, Self::MAX), value))
            }
        }
    )*};
}

integer_column! { i8 i16 i32 i64 u8 u16 u32 }

#[diagnostic::do_not_recommend]
impl Column for bool {
    const TYPE: ColumnType = ColumnType::Boolean;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Boolean(*self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        match value {
            ValueRef::Boolean(boolean) => Ok(boolean),
            ValueRef::Integer(0) => Ok(false),
            ValueRef::Integer(1) => Ok(true),
            _ => Err(ColumnError::new("a boolean", value)),
        }
    }
}

/// SQLite does not know NaN: writing one there is an error. It writes `-0.0` as `0.0`. PostgreSQL stores both as they are.
#[diagnostic::do_not_recommend]
impl Column for f64 {
    const TYPE: ColumnType = ColumnType::Real;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Real(*self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        match value {
            ValueRef::Real(real) => Ok(real),
            ValueRef::Integer(integer) => real_from_integer(integer)
                .ok_or_else(|| ColumnError::new("a number that `f64` holds without loss", value)),
            _ => Err(ColumnError::new("a number", value)),
        }
    }
}

/// See `f64`. A number that the database holds with more digits than `f32` has is an error.
#[diagnostic::do_not_recommend]
impl Column for f32 {
    const TYPE: ColumnType = ColumnType::Real;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Real(f64::from(*self))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        let real = f64::from_value(value)?;
        #[expect(clippy::cast_possible_truncation, reason = "the next line looks whether anything was lost")]
        let short = real as f32;
        if f64::from(short).to_bits() == real.to_bits() {
            Ok(short)
        } else {
            Err(ColumnError::new("a number that `f32` holds without loss", value))
        }
    }
}

/// A whole number in a column of reals comes back as an integer when the column was not declared as REAL.
pub(crate) fn real_from_integer(integer: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "the next lines look whether anything was lost")]
    let real = integer as f64;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 64 bit fits")]
    let back = real as i128;
    (back == i128::from(integer)).then_some(real)
}

#[diagnostic::do_not_recommend]
impl Column for String {
    const TYPE: ColumnType = ColumnType::Text;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Text(self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        match value {
            ValueRef::Text(text) | ValueRef::Secret(text) => Ok(text.to_owned()),
            _ => Err(ColumnError::new("text", value)),
        }
    }
}

#[diagnostic::do_not_recommend]
impl Column for Vec<u8> {
    const TYPE: ColumnType = ColumnType::Blob;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Blob(self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        match value {
            ValueRef::Blob(bytes) => Ok(bytes.to_vec()),
            _ => Err(ColumnError::new("bytes", value)),
        }
    }
}

/// NULL is `None`.
#[diagnostic::do_not_recommend]
impl<T: Column> Column for Option<T> {
    const TYPE: ColumnType = T::TYPE;
    const NULLABLE: bool = {
        // `Some(None)` would be read back as `None`.
        assert!(!T::NULLABLE, "an `Option` of an `Option` cannot be the type of a column");
        true
    };

    fn to_value(&self) -> ValueRef<'_> {
        self.as_ref().map_or(ValueRef::Null, T::to_value_of_some)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        match value {
            ValueRef::Null => Ok(None),
            _ => T::from_value(value).map(Some),
        }
    }

    fn settle(&mut self) {
        if let Some(value) = self {
            value.settle();
        }
    }
}
