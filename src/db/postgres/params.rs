//! The encoding of values for PostgreSQL.
//!
//! PostgreSQL names the type of each placeholder, and accepts no other. A value that does not fit is refused here, before it is
//! sent: an error of the server would break the transaction.

use std::error::Error as StdError;
use std::fmt::{self, Write};

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{Format, IsNull, ToSql, Type};

use super::epoch;
use super::rows::Encoding;
use crate::db::Params;
use crate::value::ValueRef;

/// The parameters, borrowed.
pub(super) fn bound(params: &dyn Params) -> impl ExactSizeIterator<Item = Bound<'_>> {
    (0..params.len()).map(|index| Bound::new(params, index))
}

/// One parameter. It is borrowed: tokio-postgres makes the only copy.
pub(super) struct Bound<'a> {
    number: usize,
    value: ValueRef<'a>,
}

/// A value that the server would refuse.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) number: usize,
    pub(super) reason: String,
    /// The type that the placeholder can be cast to, if the value is of another type.
    pub(super) cast: Option<&'static str>,
}

impl<'a> Bound<'a> {
    pub(super) fn new(params: &'a dyn Params, index: usize) -> Self {
        Self { number: index + 1, value: params.get(index).exposed() }
    }

    pub(super) fn number(&self) -> usize {
        self.number
    }

    pub(super) fn value(&self) -> ValueRef<'a> {
        self.value
    }

    /// Whether any value of this type can be in its binary format.
    pub(super) fn is_always_binary(ty: &Type) -> bool {
        let encoding = Encoding::of(ty);
        *ty != Type::NAME && (!encoding.is_read_from_text() || has_binary_text(encoding))
    }

    /// Whether it has no binary format of this type, so that the server must parse it.
    pub(super) fn is_only_text(&self, ty: &Type) -> bool {
        !Self::is_always_binary(ty) && matches!(self.encode_format(ty), Format::Text)
    }

    /// As an element of an array, whose elements are in the binary format unless they are only text.
    pub(super) fn element(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        if Encoding::of(ty) == Encoding::Jsonb && !matches!(self.value, ValueRef::Null) {
            // The version of the format.
            out.put_u8(1);
        }
        self.to_sql(ty, out)
    }

    /// The error is the reason, and the type that the placeholder can be cast to.
    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, (String, Option<&'static str>)> {
        self.fitting(ty, out).map_err(|reason| (reason, None))?.ok_or_else(|| {
            let (reason, cast) = mismatch(ty, self.value);
            (reason, Some(cast))
        })
    }

    /// `None` for a value of another type.
    fn fitting(&self, ty: &Type, out: &mut BytesMut) -> Result<Option<IsNull>, String> {
        match (Encoding::of(ty), self.value) {
            (_, ValueRef::Null) => return Ok(Some(IsNull::Yes)),
            (_, ValueRef::Refused(reason)) => return Err(reason.to_owned()),
            (Encoding::Bool, ValueRef::Boolean(boolean)) => out.put_u8(boolean.into()),
            (Encoding::Int2, ValueRef::Integer(integer)) => out.put_i16(narrow(integer, ty)?),
            (Encoding::Int4, ValueRef::Integer(integer)) => out.put_i32(narrow(integer, ty)?),
            (Encoding::Int8, ValueRef::Integer(integer)) => out.put_i64(integer),
            (Encoding::Oid, ValueRef::Integer(integer)) => out.put_u32(narrow(integer, ty)?),
            (Encoding::Float4, ValueRef::Real(real)) => out.put_f32(single(real)?),
            (Encoding::Float8, ValueRef::Real(real)) => out.put_f64(real),
            (Encoding::Float4, ValueRef::Integer(integer)) => out.put_f32(single(whole(integer)?)?),
            (Encoding::Float8, ValueRef::Integer(integer)) => out.put_f64(whole(integer)?),
            // Of another type it is taken as what the type is on the wire: the 16 bytes of a UUID.
            (Encoding::Bytes | Encoding::Uuid | Encoding::Other, ValueRef::Blob(bytes)) => out.put_slice(bytes),
            (Encoding::Uuid, ValueRef::Uuid(bytes)) => out.put_slice(&bytes),
            (Encoding::Timestamptz, ValueRef::Timestamp(micros))
            | (Encoding::Timestamp, ValueRef::DateTime(micros)) => {
                out.put_i64(in_range(epoch::micros_to(micros), self.value)?);
            }
            (Encoding::Date, ValueRef::Date(days)) => out.put_i32(in_range(epoch::days_to(days), self.value)?),
            (Encoding::Time, ValueRef::Time(micros)) => out.put_i64(in_range(epoch::time_to(micros), self.value)?),
            (Encoding::Text | Encoding::Json, ValueRef::Json(json)) => text(&json.to_json()?, out)?,
            (Encoding::Jsonb, ValueRef::Json(json)) => jsonb(&json.to_json()?, out)?,
            (Encoding::Jsonb, ValueRef::Text(json)) => jsonb(json, out)?,
            (shape, ValueRef::Text(given)) if shape.is_read_from_text() => text(given, out)?,
            (Encoding::Other, ValueRef::Integer(integer)) => digits(out, format_args!("{integer}"))?,
            (Encoding::Other, ValueRef::Real(real)) => digits(out, format_args!("{real}"))?,
            _ => return Ok(None),
        }
        Ok(Some(IsNull::No))
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.encode(ty, out).map_err(|(reason, cast)| Refused { number: self.number, reason, cast }.into())
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.to_sql(ty, out)
    }

    /// Text is sent as text for most types, and the server parses it: a date, a number of any length.
    fn encode_format(&self, ty: &Type) -> Format {
        match (Encoding::of(ty), self.value) {
            (Encoding::Json | Encoding::Jsonb, _) | (Encoding::Other, ValueRef::Integer(_) | ValueRef::Real(_)) => {
                Format::Text
            }
            (encoding, ValueRef::Text(_)) if encoding.is_read_from_text() => Format::Text,
            _ => Format::Binary,
        }
    }
}

/// Whether text is the same in the binary format, but for the version of JSONB.
fn has_binary_text(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::Text | Encoding::Json | Encoding::Jsonb)
}

/// Not the value: tokio-postgres logs parameters, and they may be secret.
impl fmt::Debug for Bound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", self.number)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl StdError for Refused {}

pub(super) fn text(text: &str, out: &mut BytesMut) -> Result<(), String> {
    if text.as_bytes().contains(&0) {
        return Err("PostgreSQL stores no NUL in text: take it out, or use a `Vec<u8>`".to_owned());
    }
    out.put_slice(text.as_bytes());
    Ok(())
}

/// JSONB stores its strings unescaped, so they cannot contain a NUL either.
pub(super) fn jsonb(json: &str, out: &mut BytesMut) -> Result<(), String> {
    let mut escaped = false;
    let has_nul = json.bytes().enumerate().any(|(index, byte)| {
        let is_nul = escaped && json.as_bytes()[index..].starts_with(b"u0000");
        escaped = byte == b'\\' && !escaped;
        is_nul
    });
    if has_nul {
        return Err("PostgreSQL stores no NUL in the strings of JSON: take it out".to_owned());
    }
    text(json, out)
}

/// The date or time, unless PostgreSQL does not have it.
fn in_range<T>(encoded: Option<T>, value: ValueRef<'_>) -> Result<T, String> {
    encoded.ok_or_else(|| {
        format!("{value} is not among the dates and times of PostgreSQL: they begin with the year 4714 BC")
    })
}

pub(super) fn digits(out: &mut BytesMut, number: fmt::Arguments<'_>) -> Result<(), String> {
    out.write_fmt(number).map_err(|error| error.to_string())
}

fn narrow<T: TryFrom<i64>>(integer: i64, ty: &Type) -> Result<T, String> {
    T::try_from(integer).map_err(|_| format!("{integer} is not in the range of the type `{ty}`"))
}

/// Rounds a number as PostgreSQL would. A finite number never becomes infinity.
fn single(real: f64) -> Result<f32, String> {
    #[expect(clippy::cast_possible_truncation, reason = "the column has no more digits, and the range is looked at")]
    let short = real as f32;
    if short.is_infinite() && real.is_finite() {
        return Err(format!("{real:?} is not in the range of the type `float4`"));
    }
    Ok(short)
}

fn whole(integer: i64) -> Result<f64, String> {
    crate::value::real_from_integer(integer)
        .ok_or_else(|| format!("the integer {integer} would lose digits as a floating-point number"))
}

fn mismatch(ty: &Type, value: ValueRef<'_>) -> (String, &'static str) {
    let (given, cast) = match value {
        ValueRef::Null | ValueRef::Refused(_) => ("NULL", "text"),
        ValueRef::Boolean(_) => ("a boolean", "boolean"),
        ValueRef::Integer(_) => ("an integer", "bigint"),
        ValueRef::Real(_) => ("a floating-point number", "float8"),
        ValueRef::Text(_) | ValueRef::Secret(_) => ("text", "text"),
        ValueRef::Blob(_) => ("bytes", "bytea"),
        ValueRef::Timestamp(_) => ("a timestamp", "timestamptz"),
        ValueRef::DateTime(_) => ("a date and time", "timestamp"),
        ValueRef::Date(_) => ("a date", "date"),
        ValueRef::Time(_) => ("a time", "time"),
        ValueRef::Uuid(_) => ("a UUID", "uuid"),
        ValueRef::Json(_) => ("JSON", "jsonb"),
    };
    (format!("PostgreSQL wants the type `{ty}` there, and {given} was given"), cast)
}
