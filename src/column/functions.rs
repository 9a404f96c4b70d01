//! A type of columns as data, for `#[model]`.

use super::{Column, ColumnType};
use crate::value::{ColumnError, ValueRef};

/// The functions of [`Column`] for one type.
///
/// `#[model]` asks each field for them once, and uses them everywhere else. They need no trait, so that a type that is not a column type
/// is one error and not one for each function.
#[doc(hidden)]
#[derive(Debug)]
pub struct ColumnFunctions<T: 'static> {
    /// [`Column::TYPE`]
    pub ty: ColumnType,
    /// [`Column::NULLABLE`]
    pub nullable: bool,
    /// Whether it is an `Option` of a type that is nullable as well.
    pub is_nested: bool,
    /// [`Column::to_value`]
    pub to_value: fn(&T) -> ValueRef<'_>,
    /// [`Column::from_value`]
    pub from_value: fn(ValueRef<'_>) -> Result<T, ColumnError>,
    /// [`Column::settle`]
    pub settle: fn(&mut T),
    /// `Clone::clone`
    pub duplicate: fn(&T) -> T,
    /// Of a field with `#[version]`.
    pub counter: Option<fn(&mut T) -> &mut dyn Counter>,
    /// Of a key with `#[default]`.
    pub is_unset: Option<fn(&T) -> bool>,
}

impl<T: Column> ColumnFunctions<T> {
    pub(crate) const fn new() -> Self {
        Self {
            ty: T::TYPE,
            nullable: T::NULLABLE,
            is_nested: false,
            to_value: T::to_value,
            from_value: T::from_value,
            settle: T::settle,
            duplicate: T::clone,
            counter: None,
            is_unset: None,
        }
    }
}

/// The value of a field with `#[version]`, of any integer type.
#[doc(hidden)]
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
