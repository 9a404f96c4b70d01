//! The auto-generated key of a model.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;

use crate::column::{Column, ColumnType};
use crate::value::{ColumnError, ValueRef};

/// `Some` of an unset id points to a row that is not saved, while `None` points to no row.
pub(super) const UNSET_ID: ValueRef<'static> =
    ValueRef::Refused("it is an id that is not set: save the row that it points to first");

/// The auto-generated key of a row of `M`. The database assigns it when the row is inserted; until then it is unset.
///
/// A foreign key of type `Id<User>` does not accept the id of an order, and using an unset id is an error before any SQL.
///
/// ```
/// # use signals::prelude::*;
/// # #[model] struct User { #[key] id: Id<User> }
/// let id = Id::<User>::default();
/// assert!(id.is_unset());
/// assert_eq!(Id::<User>::new(7).get(), Some(7));
/// ```
pub struct Id<M> {
    value: Option<i64>,
    // A function that returns a model: an id is `Send` and `Copy` for every model.
    model: PhantomData<fn() -> M>,
}

impl<M> Id<M> {
    /// The unset id.
    pub const UNSET: Self = Self { value: None, model: PhantomData };

    /// The id of the row with this number.
    pub const fn new(value: i64) -> Self {
        Self { value: Some(value), model: PhantomData }
    }

    /// The number, if the id is set.
    pub const fn get(self) -> Option<i64> {
        self.value
    }

    /// Whether the id is unset: no row has it yet.
    pub const fn is_unset(self) -> bool {
        self.value.is_none()
    }
}

impl<M> Clone for Id<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Id<M> {}

impl<M> Default for Id<M> {
    fn default() -> Self {
        Self::UNSET
    }
}

impl<M> PartialEq for Id<M> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<M> Eq for Id<M> {}

impl<M> PartialOrd for Id<M> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<M> Ord for Id<M> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<M> Hash for Id<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

/// `Id(7)` or `Id(unset)`: the type names the model.
impl<M> fmt::Debug for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

/// The number, or `unset`.
impl<M> fmt::Display for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Some(value) => value.fmt(f),
            None => f.write_str("unset"),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<M: 'static> Column for Id<M> {
    const TYPE: ColumnType = ColumnType::Integer;

    fn to_value(&self) -> ValueRef<'_> {
        self.value.map_or(ValueRef::Null, ValueRef::Integer)
    }

    fn to_value_of_some(&self) -> ValueRef<'_> {
        self.value.map_or(UNSET_ID, ValueRef::Integer)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        i64::from_value(value).map(Self::new)
    }
}
