//! The auto-generated key of a model.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::str::FromStr;

use crate::column::{AnyColumn, Column, ColumnFunctions, ColumnType};
use crate::error::{ConvertsToError, Error};
use crate::value::{ColumnError, ValueRef};

/// `Some` of an unset id points to a row that is not saved, while `None` points to no row.
pub(super) const UNSET_ID: ValueRef<'static> =
    ValueRef::Refused("it is an id that is not set: save the row that it points to first");

/// The auto-generated key of a row of `M`. The database assigns it when the row is inserted; until then it is unset.
///
/// A foreign key of type `Id<User>` does not accept the id of an order, and using an unset id is an error before any SQL.
///
/// It is read from a string by [`FromStr`], and with the feature `serde` it is a number in JSON, `null` if it is unset: see
/// [models as JSON](super#models-as-json).
///
/// ```
/// # use signals::prelude::*;
/// # #[model] struct User { #[key] id: Id<User> }
/// let id = Id::<User>::default();
/// assert!(id.is_unset());
/// assert_eq!(Id::<User>::new(7).get(), Some(7));
/// ```
pub struct Id<M: ?Sized = NoModel> {
    value: Option<i64>,
    // A function that returns a model: an id is `Send` and `Copy` for every model.
    model: PhantomData<fn() -> M>,
}

/// The model of an `Id` that is written without one. It is unsized, so that such an `Id` is neither a key nor a column nor a relation, and
/// the messages of these can say what is missing.
#[doc(hidden)]
#[derive(Debug)]
pub struct NoModel {
    _unsized: [()],
}

impl<M: ?Sized> Id<M> {
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

// The number, which has one type for all models.
impl<M: 'static> Id<M> {
    fn any(&self) -> &dyn AnyColumn {
        &self.value
    }

    fn any_mut(&mut self) -> &mut dyn AnyColumn {
        &mut self.value
    }
}

/// The id of the row with this number, as [`Id::new`] gives it.
impl<M> From<i64> for Id<M> {
    fn from(value: i64) -> Self {
        Self::new(value)
    }
}

/// The number, as in the path of a request.
///
/// ```
/// # use signals::prelude::*;
/// # #[model] struct User { #[key] id: Id<User> }
/// # fn main() -> Result<()> {
/// let id: Id<User> = "7".parse()?;
/// assert_eq!(id, Id::new(7));
///
/// let error = "ann".parse::<Id<User>>().unwrap_err();
/// assert_eq!(error.to_string(), "\"ann\" is not an id: write its number, such as 42");
/// # Ok(())
/// # }
/// ```
impl<M> FromStr for Id<M> {
    type Err = ParseIdError;

    fn from_str(number: &str) -> Result<Self, ParseIdError> {
        number
            .parse()
            .map(Self::new)
            .map_err(|_| ParseIdError { found: number.chars().take(ParseIdError::SHOWN).collect() })
    }
}

/// The error of a string that is not the number of an [`Id`]: it is no whole number, or none of 64 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseIdError {
    found: String,
}

impl ParseIdError {
    /// The string may come from a request, and be of any length. This is longer than any number.
    const SHOWN: usize = 40;
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not an id: write its number, such as 42", self.found)
    }
}

impl std::error::Error for ParseIdError {}

#[diagnostic::do_not_recommend]
impl ConvertsToError for ParseIdError {
    fn convert(self) -> Error {
        Error::other(self)
    }
}

impl<M: ?Sized> Clone for Id<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: ?Sized> Copy for Id<M> {}

impl<M: ?Sized> Default for Id<M> {
    fn default() -> Self {
        Self::UNSET
    }
}

impl<M: ?Sized> PartialEq for Id<M> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<M: ?Sized> Eq for Id<M> {}

// What developers call on an id that is no method of it. The conditions are never met: the compiler prints their messages, whatever
// the arguments are.

/// See the methods that have this condition.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "an `Id` is set or unset, and is not an `Option`",
    label = "not a method of `Id`",
    note = "write `id.is_unset()`, or `id.get()` for its number, an `Option<i64>`; a foreign key that may be absent has the type \
            `Option<Id<Model>>`"
)]
pub trait IsAnOption {}

/// See the methods that have this condition.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "an `Id` points to a row, and is not the row",
    label = "not a method of `Id`",
    note = "read the row first: `let mut user = profile.user(&db).await?;` for the field `user` of `profile`"
)]
pub trait IsARow {}

macro_rules! only_of_others {
    ($condition:ident: $($method:ident)*) => {
        #[doc(hidden)]
        impl<M> Id<M>
        where
            Self: $condition,
        {
            $(pub fn $method(self) {})*
        }
    };
}

only_of_others!(IsAnOption: is_none is_some is_some_and is_null unwrap expect unwrap_or unwrap_or_default ok_or ok_or_else take);
only_of_others!(IsARow: save save_fields delete refresh load fetch follow);

impl<M: ?Sized> PartialOrd for Id<M> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<M: ?Sized> Ord for Id<M> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<M: ?Sized> Hash for Id<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

/// `Id(7)` or `Id(unset)`: the type names the model.
impl<M: ?Sized> fmt::Debug for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

/// The number, or `unset`.
impl<M: ?Sized> fmt::Display for Id<M> {
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
    const FUNCTIONS: &'static ColumnFunctions<Self> =
        &ColumnFunctions { any: Self::any, any_mut: Self::any_mut, settles: false, ..ColumnFunctions::new() };

    fn to_value(&self) -> ValueRef<'_> {
        self.value.map_or(ValueRef::Null, ValueRef::Integer)
    }

    fn to_value_of_some(&self) -> ValueRef<'_> {
        self.value.map_or(UNSET_ID, ValueRef::Integer)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        match i64::from_value(value) {
            Ok(value) => Ok(Self { value: Some(value), model: PhantomData }),
            Err(error) => Err(error),
        }
    }
}
