//! The column types of Rust's standard library.

use super::{Column, ColumnFunctions, ColumnType};
use crate::value::{ColumnError, ValueRef, real_from_integer};

macro_rules! integer_column {
    ($($integer:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Column for $integer {
            const TYPE: ColumnType = ColumnType::Integer;
            const FUNCTIONS: &'static ColumnFunctions<Self> =
                &ColumnFunctions { is_never_null: true, settles: false, ..ColumnFunctions::new() };

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
    const FUNCTIONS: &'static ColumnFunctions<Self> = &ColumnFunctions { settles: false, ..ColumnFunctions::new() };

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

/// SQLite has no NaN, so writing one there is an error, and it stores `-0.0` as `0.0`. PostgreSQL stores both unchanged.
#[diagnostic::do_not_recommend]
impl Column for f64 {
    const TYPE: ColumnType = ColumnType::Real;
    const FUNCTIONS: &'static ColumnFunctions<Self> = &ColumnFunctions { settles: false, ..ColumnFunctions::new() };

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

/// See `f64`. A stored number that has more digits than an `f32` is an error.
#[diagnostic::do_not_recommend]
impl Column for f32 {
    const TYPE: ColumnType = ColumnType::Real;
    const FUNCTIONS: &'static ColumnFunctions<Self> = &ColumnFunctions { settles: false, ..ColumnFunctions::new() };

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

#[diagnostic::do_not_recommend]
impl Column for String {
    const TYPE: ColumnType = ColumnType::Text;
    const FUNCTIONS: &'static ColumnFunctions<Self> = &ColumnFunctions { settles: false, ..ColumnFunctions::new() };

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
    const FUNCTIONS: &'static ColumnFunctions<Self> = &ColumnFunctions { settles: false, ..ColumnFunctions::new() };

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
    const NULLABLE: bool = true;
    const IS_SECRET: bool = T::IS_SECRET;
    // `Some(None)` would be read back as `None`.
    const FUNCTIONS: &'static ColumnFunctions<Self> =
        &ColumnFunctions { is_nested: T::NULLABLE, settles: T::FUNCTIONS.settles, ..ColumnFunctions::new() };

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
