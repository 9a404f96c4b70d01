//! Values on their way from PostgreSQL.

use std::error::Error as StdError;

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Kind, Type};

use super::epoch;
use crate::value::ValueRef;

/// How the values of a type look on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
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
    /// JSON behind a version.
    Jsonb,
    Timestamptz,
    Timestamp,
    Date,
    Time,
    Uuid,
    /// Something that no [`ValueRef`] is like.
    Other,
}

impl Shape {
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

    /// Whether a text is sent as it is, for the server to read it: a date, a number of any length.
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

/// The value in a column, if there is such a column. What no [`ValueRef`] is like comes as the bytes that it has on the
/// wire.
pub(in crate::db) fn look(row: &Row, index: usize) -> Option<ValueRef<'_>> {
    if index >= row.len() {
        return None;
    }
    row.try_get::<_, Cell<'_>>(index).ok().map(|cell| cell.0)
}

/// The name of the type of a column, if no value of it can be read.
pub(in crate::db) fn unread(row: &Row, index: usize) -> Option<&str> {
    let ty = row.columns().get(index)?.type_();
    (Shape::of(ty) == Shape::Other).then(|| ty.name())
}

struct Cell<'a>(ValueRef<'a>);

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(match Shape::of(ty) {
            Shape::Bool => ValueRef::Boolean(bool::from_sql(ty, raw)?),
            Shape::Int2 => ValueRef::Integer(i16::from_sql(ty, raw)?.into()),
            Shape::Int4 => ValueRef::Integer(i32::from_sql(ty, raw)?.into()),
            Shape::Int8 => ValueRef::Integer(i64::from_sql(ty, raw)?),
            Shape::Oid => ValueRef::Integer(u32::from_sql(ty, raw)?.into()),
            Shape::Float4 => ValueRef::Real(f32::from_sql(ty, raw)?.into()),
            Shape::Float8 => ValueRef::Real(f64::from_sql(ty, raw)?),
            Shape::Text | Shape::Json => text(raw),
            // A byte for the version of the format, which has always been 1.
            Shape::Jsonb => match raw {
                [1, json @ ..] => text(json),
                _ => return Err("a `jsonb` in a format that is not known".into()),
            },
            Shape::Timestamptz => ValueRef::Timestamp(epoch::micros_from(i64::from_sql(&Type::INT8, raw)?)),
            Shape::Timestamp => ValueRef::DateTime(epoch::micros_from(i64::from_sql(&Type::INT8, raw)?)),
            Shape::Date => ValueRef::Date(epoch::days_from(i32::from_sql(&Type::INT4, raw)?)),
            Shape::Time => ValueRef::Time(i64::from_sql(&Type::INT8, raw)?),
            Shape::Uuid => ValueRef::Uuid(raw.try_into()?),
            Shape::Bytes | Shape::Other => ValueRef::Blob(raw),
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
