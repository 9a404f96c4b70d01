//! The id of a row: a row where an id is expected is then offered `.into()` by the compiler.

use super::{Id, ModelInternals};

/// The id of this row. It is unset if the row was never saved.
impl<M: ModelInternals<PrimaryKey = Self>> From<&M> for Id<M> {
    fn from(row: &M) -> Self {
        *row.primary_key()
    }
}

/// The id of this row. It is unset if the row was never saved.
impl<M: ModelInternals<PrimaryKey = Self>> From<&mut M> for Id<M> {
    fn from(row: &mut M) -> Self {
        *row.primary_key()
    }
}

/// The id of this row. It is unset if the row was never saved.
impl<M: ModelInternals<PrimaryKey = Self>> From<M> for Id<M> {
    fn from(row: M) -> Self {
        *row.primary_key()
    }
}
