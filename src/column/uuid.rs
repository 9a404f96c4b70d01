//! UUIDs of the crate `uuid`.

use uuid::Uuid;

use super::{Column, ColumnType};
use crate::value::{ColumnError, ValueRef};

/// `UUID` in PostgreSQL; 16 bytes in SQLite, which has no such type: half the size of its text, and sorted alike. A UUID that another
/// program stored as text is read too.
#[diagnostic::do_not_recommend]
impl Column for Uuid {
    const TYPE: ColumnType = ColumnType::Uuid;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Uuid(self.into_bytes())
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        let read = match value {
            ValueRef::Uuid(bytes) => Some(Self::from_bytes(bytes)),
            ValueRef::Blob(bytes) => Self::from_slice(bytes).ok(),
            ValueRef::Text(text) => Self::try_parse(text).ok(),
            _ => None,
        };
        read.ok_or_else(|| ColumnError::new("a UUID", value))
    }
}
