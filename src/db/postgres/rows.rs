//! Rows of PostgreSQL, and the values in them.

use std::error::Error as StdError;

use tokio_postgres::types::{FromSql, Kind, Type};
use tokio_postgres::{Column, Row};

use super::epoch;
use crate::db::row::Columns;
use crate::value::ValueRef;

/// The binary format of the values of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Text,
    Bytes,
    Json,
    /// JSON after a version number.
    Jsonb,
    Timestamptz,
    Timestamp,
    Date,
    Time,
    Uuid,
    /// [`ValueRef`] has no variant for it.
    Other,
}

impl Encoding {
    pub(super) fn of(ty: &Type) -> Self {
        match *ty {
            Type::BOOL => Self::Bool,
            Type::INT2 => Self::Int2,
            Type::INT4 => Self::Int4,
            Type::INT8 => Self::Int8,
            Type::OID => Self::Oid,
            Type::FLOAT4 => Self::Float4,
            Type::FLOAT8 => Self::Float8,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => Self::Text,
            Type::BYTEA => Self::Bytes,
            Type::JSON => Self::Json,
            Type::JSONB => Self::Jsonb,
            Type::TIMESTAMPTZ => Self::Timestamptz,
            Type::TIMESTAMP => Self::Timestamp,
            Type::DATE => Self::Date,
            Type::TIME => Self::Time,
            Type::UUID => Self::Uuid,
            _ => match ty.kind() {
                Kind::Enum(_) => Self::Text,
                Kind::Domain(of) => Self::of(of),
                // An extension's type has a number of its own in each database.
                _ if ty.name() == "citext" => Self::Text,
                _ => Self::Other,
            },
        }
    }

    /// Whether text is sent unchanged for the server to parse it, such as a date or a number of any length.
    pub(super) fn is_read_from_text(self) -> bool {
        match self {
            Self::Text
            | Self::Json
            | Self::Jsonb
            | Self::Other
            | Self::Timestamptz
            | Self::Timestamp
            | Self::Date
            | Self::Time
            | Self::Uuid => true,
            Self::Bool
            | Self::Int2
            | Self::Int4
            | Self::Int8
            | Self::Oid
            | Self::Float4
            | Self::Float8
            | Self::Bytes => false,
        }
    }
}

impl Columns for Row {
    fn count(&self) -> usize {
        self.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.columns().get(index).map(Column::name)
    }

    /// A value that [`ValueRef`] has no variant for is returned as the bytes of its binary format.
    fn value(&self, index: usize) -> Option<ValueRef<'_>> {
        if index >= self.len() {
            return None;
        }
        self.try_get::<_, Cell<'_>>(index).ok().map(|cell| cell.0)
    }

    fn unsupported_type(&self, index: usize) -> Option<&str> {
        let ty = self.columns().get(index)?.type_();
        (Encoding::of(ty) == Encoding::Other).then(|| ty.name())
    }
}

struct Cell<'a>(ValueRef<'a>);

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(match Encoding::of(ty) {
            Encoding::Bool => ValueRef::Boolean(bool::from_sql(ty, raw)?),
            Encoding::Int2 => ValueRef::Integer(i16::from_sql(ty, raw)?.into()),
            Encoding::Int4 => ValueRef::Integer(i32::from_sql(ty, raw)?.into()),
            Encoding::Int8 => ValueRef::Integer(i64::from_sql(ty, raw)?),
            Encoding::Oid => ValueRef::Integer(u32::from_sql(ty, raw)?.into()),
            Encoding::Float4 => ValueRef::Real(f32::from_sql(ty, raw)?.into()),
            Encoding::Float8 => ValueRef::Real(f64::from_sql(ty, raw)?),
            Encoding::Text | Encoding::Json => text(raw),
            // A byte for the version of the format, which has always been 1.
            Encoding::Jsonb => match raw {
                [1, json @ ..] => text(json),
                _ => return Err("a `jsonb` in a format that is not known".into()),
            },
            Encoding::Timestamptz => ValueRef::Timestamp(epoch::micros_from(i64::from_sql(&Type::INT8, raw)?)),
            Encoding::Timestamp => ValueRef::DateTime(epoch::micros_from(i64::from_sql(&Type::INT8, raw)?)),
            Encoding::Date => ValueRef::Date(epoch::days_from(i32::from_sql(&Type::INT4, raw)?)),
            Encoding::Time => ValueRef::Time(i64::from_sql(&Type::INT8, raw)?),
            Encoding::Uuid => ValueRef::Uuid(raw.try_into()?),
            Encoding::Bytes | Encoding::Other => ValueRef::Blob(raw),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(ValueRef::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A database whose encoding is `SQL_ASCII` holds any bytes as text.
fn text(raw: &[u8]) -> ValueRef<'_> {
    std::str::from_utf8(raw).map_or(ValueRef::Blob(raw), ValueRef::Text)
}
