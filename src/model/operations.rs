//! The functions of a model of any type. The cascade of a delete calls those of many models.

use std::fmt;

use signals_core::BoxFuture;

use super::any::AnyModel;
use crate::db::Tx;
use crate::error::{FieldErrors, Result};
use crate::value::{Value, ValueRef};

pub(super) type Loaded = Vec<Box<dyn AnyModel>>;
/// Relates a row to exactly the rows with these ids, for a fixture.
pub(super) type LoadRelated = for<'a> fn(&'a Tx, &'a dyn AnyModel, &'a [i64]) -> BoxFuture<'a, Result<()>>;

/// `Validate::validate` for a row of any model.
pub(super) type Validation = fn(&dyn AnyModel) -> Result<(), FieldErrors>;

/// A row that is deleted.
pub(super) enum DeletedRow<'a> {
    /// A row that the delete started from.
    Origin(&'a dyn AnyModel),
    /// A row of the cascade, and the row that the delete started from.
    Loaded(Box<dyn AnyModel>, &'a dyn AnyModel),
}

impl<'a> DeletedRow<'a> {
    pub(super) fn get(&self) -> &dyn AnyModel {
        match self {
            Self::Origin(row) => *row,
            Self::Loaded(row, _) => &**row,
        }
    }

    pub(super) fn origin(&self) -> &'a dyn AnyModel {
        match *self {
            Self::Origin(origin) | Self::Loaded(_, origin) => origin,
        }
    }

    pub(super) fn key(&self) -> ValueRef<'_> {
        self.get().key()
    }
}

/// The functions of one model.
pub(super) struct Operations {
    /// The key in the first column of a row. A driver may store it in another form than the model, such as a UUID as bytes.
    pub(super) key_of: fn(&crate::db::Row<'_>) -> Result<Value>,
    /// The `#[default]` of a column.
    pub(super) default_of: fn(usize) -> Option<Value>,
    /// How a row is validated, if it is.
    pub(super) validation: Option<Validation>,
    /// Reads a row, for the library itself.
    pub(super) from_row: fn(&crate::db::Row<'_>) -> Result<Box<dyn AnyModel>>,
}

impl fmt::Debug for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operations")
    }
}
