//! Values for a statement that is not prepared.
//!
//! Parameters are sent together with the SQL, so the types that the server wants are unknown. Most values are sent as text without a
//! type, like a literal in quotes: the server gives such a parameter the type that it wants, as it does when it prepares a
//! statement. Values whose text would be ambiguous have a type.

use std::error::Error as StdError;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{Format, IsNull, ToSql, Type};

use super::params::{self, Bound, Refused};
use crate::db::Params;
use crate::value::ValueRef;

/// The parameters, each with its type for the server.
pub(super) fn literals(params: &dyn Params) -> impl ExactSizeIterator<Item = (Literal<'_>, Type)> {
    params::bound(params).map(|bound| {
        let ty = match bound.value() {
            ValueRef::Boolean(_) => Type::BOOL,
            ValueRef::Timestamp(_) => Type::TIMESTAMPTZ,
            ValueRef::DateTime(_) => Type::TIMESTAMP,
            ValueRef::Date(_) => Type::DATE,
            ValueRef::Time(_) => Type::TIME,
            ValueRef::Uuid(_) => Type::UUID,
            // PostgreSQL's name for "no type yet".
            _ => Type::UNKNOWN,
        };
        (Literal(bound), ty)
    })
}

/// One parameter.
#[derive(Debug)]
pub(super) struct Literal<'a>(Bound<'a>);

impl ToSql for Literal<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        let refused = |reason| Refused { number: self.0.number(), reason, cast: None };
        match self.0.value() {
            ValueRef::Integer(integer) => params::digits(out, format_args!("{integer}")).map_err(refused)?,
            ValueRef::Real(real) if real.is_infinite() => {
                out.put_slice(if real > 0.0 { b"Infinity" } else { b"-Infinity" });
            }
            ValueRef::Real(real) => params::digits(out, format_args!("{real:?}")).map_err(refused)?,
            ValueRef::Text(text) => params::text(text, out).map_err(refused)?,
            ValueRef::Blob(bytes) => out.put_slice(bytes),
            // A column of the type JSON could store a NUL, JSONB cannot: refuse it for both, as for prepared statements.
            ValueRef::Json(json) => {
                json.to_json().and_then(|json| params::jsonb(&json, out)).map_err(refused)?;
            }
            _ => return self.0.to_sql(ty, out),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.to_sql(ty, out)
    }

    fn encode_format(&self, _: &Type) -> Format {
        match self.0.value() {
            ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Json(_) => Format::Text,
            _ => Format::Binary,
        }
    }
}
