//! Rows of any model.

use std::any::Any;

#[cfg(doc)]
use super::post_bulk_create;
use crate::model::AnyModel;

/// Rows of any model. A receiver of [`post_bulk_create`] without `sender` takes `instances: &dyn AnyRows`.
pub trait AnyRows: Any + Sync {
    /// The number of rows.
    fn len(&self) -> usize;

    /// The row at `index`, from 0.
    fn get(&self, index: usize) -> Option<&dyn AnyModel>;

    /// Whether there are no rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<M: AnyModel> AnyRows for Vec<M> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn get(&self, index: usize) -> Option<&dyn AnyModel> {
        self.as_slice().get(index).map(|row| row as &dyn AnyModel)
    }
}

impl dyn AnyRows {
    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = &dyn AnyModel> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}
