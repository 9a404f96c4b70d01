//! The Rust types that are stored in one column. Uses `value` and `calendar`, and nothing above them.

pub(crate) mod questions;
mod standard;

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(any(feature = "jiff", feature = "jiff-0_2"))]
mod jiff;
#[cfg(feature = "serde_json")]
mod json;
#[cfg(any(feature = "jiff", feature = "jiff-0_2", feature = "chrono"))]
mod time;
#[cfg(feature = "uuid")]
mod uuid;

#[cfg(feature = "serde_json")]
pub use self::json::Json;
#[cfg(feature = "fixtures")]
pub(crate) use self::json::read_around;
#[cfg(feature = "durable")]
pub(crate) use self::json::{DEEPEST, depth};

use core::any::Any;
use core::mem;

use crate::value::{ColumnError, ValueRef};

/// A Rust type that is stored in one column.
///
/// It is implemented for integers up to 64 bits (except `u64` and `usize`, whose upper half no database can store), `f32`,
/// `f64`, `bool`, `String`, `Vec<u8>`, an [`Option`] of each, and types of the crates `uuid`, `jiff`, `chrono` and `serde_json`
/// with the feature of the same name.
///
/// [`#[derive(Column)]`](macro@crate::Column) makes a column type of an enum without data, stored as the name of its variant,
/// and of a struct that wraps one value. Any other type becomes a column type when it implements how it is written and how it is
/// read:
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
    /// The type of the column in the table that is created.
    const TYPE: ColumnType;

    /// Whether the column takes NULL.
    const NULLABLE: bool = false;

    /// Whether its values are secret, such as the hash of a password. [`Field::is_secret`](crate::model::Field::is_secret) tells code
    /// that shows the fields of any model. If it is true, [`to_value`](Self::to_value) returns a [`ValueRef::Secret`], which is never
    /// printed.
    const IS_SECRET: bool = false;

    /// The value as it is bound to a statement. It is borrowed, so that nothing is copied.
    fn to_value(&self) -> ValueRef<'_>;

    /// Reads the value back. A value that cannot be represented without loss is an error and is never rounded.
    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError>;

    /// Cuts off what the column does not store, so that the value in memory equals the value that is read back. A save calls it
    /// before it writes. Most types have nothing to do here.
    fn settle(&mut self) {}

    /// The value of an `Option` of this type, in which `None` is NULL.
    #[doc(hidden)]
    fn to_value_of_some(&self) -> ValueRef<'_> {
        self.to_value()
    }

    /// These functions as data, for `#[model]`.
    #[doc(hidden)]
    const FUNCTIONS: &'static ColumnFunctions<Self> = &ColumnFunctions::new();
}

/// The type of a column in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// True or false.
    Boolean,
    /// A signed integer of 64 bits.
    Integer,
    /// A floating-point number of 64 bits.
    Real,
    /// Text in UTF-8.
    Text,
    /// Bytes.
    Blob,
    /// A timestamp, in microseconds.
    Timestamp,
    /// A date and time without a time zone, in microseconds.
    DateTime,
    /// A date.
    Date,
    /// A time of day, in microseconds.
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

    /// The name of the type in SQLite. SQLite has no type for booleans, which are stored as 0 and 1; none for dates and times,
    /// which are stored as `2026-11-25 12:00:00.123456`, in UTC, as its own functions and Django read them; and none for UUIDs,
    /// which are stored as 16 bytes.
    pub const fn sqlite(self) -> &'static str {
        match self {
            Self::Boolean | Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text | Self::Timestamp | Self::DateTime | Self::Date | Self::Time | Self::Json => "TEXT",
            Self::Blob | Self::Uuid => "BLOB",
        }
    }
}

/// The functions of [`Column`] for one type.
///
/// `#[model]` asks each field for them once, and uses them everywhere else. They need no trait, so that a type that is not a column type
/// is one error and not one for each function.
#[doc(hidden)]
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them go together")]
pub struct ColumnFunctions<T: 'static> {
    /// [`Column::TYPE`]
    pub ty: ColumnType,
    /// [`Column::NULLABLE`]
    pub nullable: bool,
    /// [`Column::IS_SECRET`]
    pub is_secret: bool,
    /// Whether no value of it is NULL. It is only known for some types: an unset id is NULL, also in a type that wraps it.
    pub is_never_null: bool,
    /// Whether [`Column::settle`] may change a value.
    pub settles: bool,
    /// Whether it is an `Option` of a type that is nullable as well.
    pub is_nested: bool,
    /// The value without its type, for all that is compiled once for each type of column.
    pub any: fn(&T) -> &dyn AnyColumn,
    /// The same, to be changed.
    pub any_mut: fn(&mut T) -> &mut dyn AnyColumn,
    /// [`Column::from_value`]
    pub from_value: fn(ValueRef<'_>) -> Result<T, ColumnError>,
    /// `Clone::clone`
    pub duplicate: fn(&T) -> T,
    /// Of a field with `#[version]`.
    pub counter: Option<fn(&mut T) -> &mut dyn Counter>,
    /// Of a key with `#[default]`.
    pub is_unset: Option<fn(&T) -> bool>,
}

impl<T: Column> ColumnFunctions<T> {
    pub(crate) const fn new() -> Self {
        Self {
            ty: T::TYPE,
            nullable: T::NULLABLE,
            is_secret: T::IS_SECRET,
            is_never_null: false,
            settles: true,
            is_nested: false,
            any: |value| value,
            any_mut: |value| value,
            from_value: T::from_value,
            duplicate: T::clone,
            counter: None,
            is_unset: None,
        }
    }
}

/// The value of a field of any column type. What the library does with the fields of a row is compiled once for each type of column,
/// and not for each model.
#[doc(hidden)]
pub trait AnyColumn: Any + Send + Sync {
    /// [`Column::to_value`]
    fn any_value(&self) -> ValueRef<'_>;
    /// [`Column::settle`]
    fn settle_any(&mut self);
    /// Becomes a copy of a value of the same type.
    fn copy_any(&mut self, from: &dyn AnyColumn);
    /// Takes a value of the same type.
    fn take_any(&mut self, from: &mut dyn AnyColumn);
}

impl<T: Column> AnyColumn for T {
    fn any_value(&self) -> ValueRef<'_> {
        self.to_value()
    }

    fn settle_any(&mut self) {
        self.settle();
    }

    fn copy_any(&mut self, from: &dyn AnyColumn) {
        let from: &dyn Any = from;
        if let Some(from) = from.downcast_ref() {
            self.clone_from(from);
        }
    }

    fn take_any(&mut self, from: &mut dyn AnyColumn) {
        let from: &mut dyn Any = from;
        if let Some(from) = from.downcast_mut() {
            mem::swap(self, from);
        }
    }
}

/// The value of a field with `#[version]`, of any integer type.
#[doc(hidden)]
pub trait Counter {
    /// Whether the row was never saved.
    fn is_unset(&self) -> bool;
    /// Sets the version of a new row, 1.
    fn start(&mut self);
    /// Whether it can be incremented.
    fn has_next(&self) -> bool;
    /// Increments it.
    fn advance(&mut self);
}
