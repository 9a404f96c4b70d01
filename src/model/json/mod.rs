//! Rows as JSON: fixtures are written in it, and the events of durable receivers are stored in it.

pub(super) mod values;

#[cfg(feature = "durable")]
use serde_json::Map;
#[cfg(feature = "durable")]
use serde_json::Value as Json;

use super::{AnyModel, Meta};
use crate::db::{Columns, Row};
use crate::error::Result;
use crate::value::{Value, ValueRef};

/// A row with exactly these values, one for each column.
pub(super) fn row_of(meta: &Meta, values: &[Value]) -> Result<Box<dyn AnyModel>> {
    let values: Vec<ValueRef<'_>> = values.iter().map(ValueRef::from).collect();
    let names: Vec<&str> = meta.fields.iter().map(|field| field.column).collect();
    (meta.operations.from_row)(&Row::new(&GivenRow { names: &names, values: &values }))
}

/// The value of a field that the JSON does not have.
pub(super) fn missing(meta: &Meta, index: usize) -> Option<Value> {
    let field = &meta.fields[index];
    let default = (meta.operations.default_of)(index);
    default
        .or_else(|| field.nullable.then_some(Value::Null))
        // It is not written, but read back.
        .or_else(|| meta.is_read_only(index).then(|| values::blank(field.ty)))
}

/// All columns of a row by the names of their fields, or why one of them cannot be converted.
#[cfg(feature = "durable")]
pub(super) fn write_row(row: &dyn AnyModel) -> Result<Map<String, Json>, String> {
    let field = |(index, field): (usize, &super::Field)| match values::write(row.column_value(index)) {
        Ok(json) => Ok((field.name.to_owned(), json)),
        Err(reason) => Err(format!("the field `{}`: {reason}", field.name)),
    };
    row.model().fields.iter().enumerate().map(field).collect()
}

/// The row that [`write_row`] has written. A field that was added to the model since then has its default, and NULL without one. One that was removed is ignored.
#[cfg(feature = "durable")]
pub(super) fn read_row(meta: &Meta, fields: &Map<String, Json>) -> Result<Box<dyn AnyModel>, String> {
    let value = |(index, field): (usize, &super::Field)| match fields.get(field.name) {
        Some(json) => values::read(json, field.ty, field.nullable)
            .map_err(|reason| format!("the field `{}`: {reason}", field.name)),
        None => missing(meta, index).ok_or_else(|| {
            format!("the field `{}` is missing: for events of an older program, give it a `#[default]`", field.name)
        }),
    };
    let values: Vec<Value> = meta.fields.iter().enumerate().map(value).collect::<Result<_, String>>()?;
    row_of(meta, &values).map_err(|error| error.to_string())
}

/// The columns of a row that is in no database.
struct GivenRow<'a> {
    names: &'a [&'a str],
    values: &'a [ValueRef<'a>],
}

impl Columns for GivenRow<'_> {
    fn count(&self) -> usize {
        self.values.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.names.get(index).copied()
    }

    fn value(&self, index: usize) -> Option<ValueRef<'_>> {
        self.values.get(index).copied()
    }
}
