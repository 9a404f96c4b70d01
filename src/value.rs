//! What a column of a table can hold, and how a Rust value becomes one.

use std::borrow::Cow;
use std::fmt;

/// A Rust type that is stored in one column.
///
/// Implemented for integers up to 64 bit (not `u64` and `usize`, whose upper half no database can hold), `f32`, `f64`,
/// `bool`, `String`, `Vec<u8>` and an [`Option`] of each. A type of your own becomes a column by saying how it is written
/// and how it is read:
///
/// ```
/// use signals::{Column, ColumnError, ColumnType, ValueRef};
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
            of these, and any type that implements `Column`"
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
        }
    }

    /// The name of the type in SQLite. SQLite has no booleans: it stores 0 and 1.
    pub const fn sqlite(self) -> &'static str {
        match self {
            Self::Boolean | Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
        }
    }
}

/// A value on its way to or from the database, borrowed from whoever owns it.
#[derive(Debug, Clone, Copy, PartialEq)]
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
    /// Bytes.
    Blob(&'a [u8]),
}

/// A [`ValueRef`] that owns its text and bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl<'a> From<&'a Value> for ValueRef<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(boolean) => Self::Boolean(*boolean),
            Value::Integer(integer) => Self::Integer(*integer),
            Value::Real(real) => Self::Real(*real),
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Blob(bytes),
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
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
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

/// As an SQL literal, for messages: `NULL`, `true`, `42`, `'text'`, `X'00ff'`.
impl fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Boolean(boolean) => boolean.fmt(f),
            Self::Integer(integer) => integer.fmt(f),
            Self::Real(real) => write!(f, "{real:?}"),
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Blob(bytes) => {
                f.write_str("X'")?;
                for byte in *bytes {
                    write!(f, "{byte:02x}")?;
                }
                f.write_str("'")
            }
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
            ValueRef::Text(_) => "text".into(),
            ValueRef::Blob(_) => "bytes".into(),
        };
        Self { expected: expected.into(), found }
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
            ValueRef::Text(text) => Ok(text.to_owned()),
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
        self.as_ref().map_or(ValueRef::Null, T::to_value)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        match value {
            ValueRef::Null => Ok(None),
            _ => T::from_value(value).map(Some),
        }
    }
}
