//! INSERT of several rows.
//!
//! With an array per column, the statement is the same for any number of rows, and the server plans and executes few
//! expressions: VALUES takes 1.6 times as long for 1,000 rows.

use std::error::Error as StdError;
use std::fmt::{self, Write};

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, Kind, ToSql, Type};

use super::params::Bound;
use crate::db::Params;
use crate::db::statement::RowsToInsert;
use crate::value::ValueRef;

/// One column of all rows.
pub(super) struct Array<'a> {
    params: &'a dyn Params,
    column: usize,
    columns: usize,
    /// The type of the column.
    of: Type,
    form: Form,
}

/// How the values of a column are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In the binary format of the type.
    Binary,
    /// As text, which the server casts to the type.
    Text,
}

/// The columns of rows of these types, or `None` if they cannot be arrays.
pub(super) fn arrays<'a>(params: &'a dyn Params, columns: usize, types: &[Type]) -> Option<Vec<Array<'a>>> {
    // A trigger or a rule cannot change how many there are: the statement is written with one placeholder for each.
    if types.len() != columns {
        return None;
    }
    let array = |(column, of): (usize, &Type)| {
        let mut array = Array { params, column, columns, of: of.clone(), form: Form::Binary };
        array.form = array.form()?;
        Some(array)
    };
    types.iter().enumerate().map(array).collect()
}

/// The INSERT with a placeholder for each array. The rows are inserted in the order of the arrays, and what they return is in the
/// same order: the function numbers its rows as it returns them, so ordering them costs no sort.
pub(super) fn sql_of_arrays(sql: &str, rows: &RowsToInsert, arrays: &[Array<'_>]) -> String {
    let (mut selected, mut given, mut names) = (String::new(), String::new(), String::new());
    for array in arrays {
        let number = array.column + 1;
        let ty = format!("{}.{}", quoted(array.of.schema()), quoted(array.of.name()));
        let separator = if number == 1 { "" } else { ", " };
        let (of, column) = match array.form {
            Form::Binary => (ty.as_str(), format!("c{number}")),
            Form::Text => ("text", format!("CAST(c{number} AS {ty})")),
        };
        // Writing to a string cannot fail.
        let _ = write!(selected, "{separator}{column}");
        let _ = write!(given, "{separator}${number}::{of}[]");
        let _ = write!(names, "c{number}, ");
    }
    let (before, after) = (&sql[..rows.values.start], &sql[rows.values.end..]);
    format!(
        "{before}SELECT {selected} FROM unnest({given}) WITH ORDINALITY AS rows ({names}number) ORDER BY number{after}"
    )
}

/// The INSERTs with a placeholder for each value, and the parameters of each.
pub(super) fn values<'a>(
    sql: &'a str,
    rows: &'a RowsToInsert,
    params: &'a dyn Params,
) -> impl Iterator<Item = (String, Part<'a>)> {
    /// The protocol has 16 bits for the number of parameters.
    const PARAMETERS: usize = 65_535;
    const ROWS: usize = 1024;
    let columns = rows.columns;
    let largest = ROWS.min(PARAMETERS / columns).max(1);
    let mut first = 0;
    std::iter::from_fn(move || {
        let left = (params.len() - first) / columns;
        // Powers of two: any number of rows is inserted by a few statements that are each prepared once.
        let count = largest.min(1 << left.checked_ilog2()?);
        let part = Part { params, first, len: count * columns };
        first += part.len;
        Some((sql_of_values(sql, rows, count), part))
    })
}

fn sql_of_values(sql: &str, rows: &RowsToInsert, count: usize) -> String {
    let (before, after) = (&sql[..rows.values.start], &sql[rows.values.end..]);
    let mut out = format!("{before}VALUES ");
    for number in 1..=count * rows.columns {
        let start = match (number % rows.columns, number) {
            (_, 1) => "(",
            (1, _) => "), (",
            _ if rows.columns == 1 => "), (",
            _ => ", ",
        };
        let _ = write!(out, "{start}${number}");
    }
    out + ")" + after
}

/// Some of the parameters.
pub(super) struct Part<'a> {
    params: &'a dyn Params,
    first: usize,
    len: usize,
}

impl Params for Part<'_> {
    fn len(&self) -> usize {
        self.len
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        self.params.get(self.first + index)
    }
}

impl<'a> Array<'a> {
    fn values(&self) -> impl Iterator<Item = Bound<'a>> + use<'a> {
        let params = self.params;
        (self.column..params.len()).step_by(self.columns).map(move |index| Bound::new(params, index))
    }

    fn form(&self) -> Option<Form> {
        // There are no arrays of arrays.
        let is_array = matches!(self.of.kind(), Kind::Array(_));
        if !is_array && Bound::is_always_binary(&self.of) {
            return Some(Form::Binary);
        }
        let (mut binary, mut text) = (false, false);
        for value in self.values().filter(|value| !matches!(value.value(), ValueRef::Null)) {
            if value.is_only_text(&self.of) {
                text = true;
            } else {
                binary = true;
            }
        }
        match (binary, text) {
            (_, false) if !is_array => Some(Form::Binary),
            (false, _) => Some(Form::Text),
            (true, _) => None,
        }
    }
}

impl ToSql for Array<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        let Kind::Array(of) = ty.kind() else { return Err("the placeholder is no array".into()) };
        let count = self.params.len() / self.columns;
        // One dimension.
        out.put_i32(1);
        let has_null = out.len();
        out.put_i32(0);
        out.put_u32(of.oid());
        out.put_i32(i32::try_from(count)?);
        // The number of the first element.
        out.put_i32(1);
        for value in self.values() {
            let start = out.len();
            out.put_i32(-1);
            match value.element(&self.of, out)? {
                IsNull::Yes => out[has_null..has_null + 4].copy_from_slice(&1_i32.to_be_bytes()),
                IsNull::No => {
                    let size = i32::try_from(out.len() - start - 4)?;
                    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
                }
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.to_sql(ty, out)
    }
}

/// Not the values: tokio-postgres logs parameters, and they may be secret.
impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", self.column + 1)
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
