//! Rows of SQLite.

use rusqlite::Row;
use rusqlite::types::ValueRef as SqliteValue;

use crate::db::row::Columns;
use crate::value::ValueRef;

impl Columns for Row<'_> {
    fn count(&self) -> usize {
        self.as_ref().column_count()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.as_ref().column_name(index).ok()
    }

    fn value(&self, index: usize) -> Option<ValueRef<'_>> {
        self.get_ref(index).ok().map(|value| match value {
            SqliteValue::Null => ValueRef::Null,
            SqliteValue::Integer(integer) => ValueRef::Integer(integer),
            SqliteValue::Real(real) => ValueRef::Real(real),
            SqliteValue::Text(text) => std::str::from_utf8(text).map_or(ValueRef::Blob(text), ValueRef::Text),
            SqliteValue::Blob(bytes) => ValueRef::Blob(bytes),
        })
    }
}
