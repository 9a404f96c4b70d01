//! The types of fields with `#[version]`.

use crate::column::{Column, ColumnType};
use crate::value::{ColumnError, ValueRef};

/// The type of a field with `#[version]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the version of a row",
    label = "expected an integer",
    note = "a version counts the saves of a row: make it an `i64`"
)]
pub trait VersionNumber: Sized {
    /// The version as a counter.
    fn counter(&mut self) -> &mut dyn Counter;

    // The parts of `Column` that `#[model]` uses, in this trait: a type that is not an integer is then one error.

    /// [`Column::TYPE`]
    const TYPE: ColumnType;
    /// [`Column::NULLABLE`]
    const NULLABLE: bool;
    /// [`Column::to_value`]
    fn to_value(&self) -> ValueRef<'_>;
    /// `Column::duplicate`
    #[must_use]
    fn duplicate(&self) -> Self;
    /// [`Column::from_value`]
    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError>;
}

/// A [`VersionNumber`] of any integer type.
pub trait Counter {
    /// Whether the row was never saved.
    fn is_unset(&self) -> bool;
    /// Sets the version of a new row, 1.
    fn start(&mut self);
    /// Whether it can be incremented.
    fn has_next(&self) -> bool;
    /// Increments it.
    fn advance(&mut self);
}

macro_rules! versions {
    ($($integer:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl VersionNumber for $integer {
            fn counter(&mut self) -> &mut dyn Counter {
                self
            }

            const TYPE: ColumnType = <Self as Column>::TYPE;
            const NULLABLE: bool = <Self as Column>::NULLABLE;

            fn to_value(&self) -> ValueRef<'_> {
                Column::to_value(self)
            }

            fn duplicate(&self) -> Self {
                *self
            }

            fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
                Column::from_value(value)
            }
        }

        impl Counter for $integer {
            fn is_unset(&self) -> bool {
                *self == 0
            }

            fn start(&mut self) {
                *self = 1;
            }

            fn has_next(&self) -> bool {
                *self < Self::MAX
            }

            fn advance(&mut self) {
                *self += 1;
            }
        }
    )*};
}

versions!(i8 i16 i32 i64 u8 u16 u32);
