//! The value of a field, without its type.

use core::any::Any;
use core::mem;

use super::Column;
use crate::value::ValueRef;

/// The value of a field of any column type. What the library does with the fields of a row is compiled once for each type of column,
/// and not for each model.
#[doc(hidden)]
pub trait AnyColumn: Any + Send + Sync {
    /// [`Column::to_value`]
    fn any_value(&self) -> ValueRef<'_>;
    /// [`Column::settle`]
    fn settle_any(&mut self);
    /// Becomes a copy of a value of the same type.
    fn copy_any(&mut self, from: &dyn AnyColumn);
    /// Takes a value of the same type.
    fn take_any(&mut self, from: &mut dyn AnyColumn);
}

impl<T: Column> AnyColumn for T {
    fn any_value(&self) -> ValueRef<'_> {
        self.to_value()
    }

    fn settle_any(&mut self) {
        self.settle();
    }

    fn copy_any(&mut self, from: &dyn AnyColumn) {
        let from: &dyn Any = from;
        if let Some(from) = from.downcast_ref() {
            self.clone_from(from);
        }
    }

    fn take_any(&mut self, from: &mut dyn AnyColumn) {
        let from: &mut dyn Any = from;
        if let Some(from) = from.downcast_mut() {
            mem::swap(self, from);
        }
    }
}
