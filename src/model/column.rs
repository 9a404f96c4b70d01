//! What a field's type must be for what its attributes say.

use super::{Id, Meta, Model, Ref};
use crate::column::{Column, ColumnType};
use crate::value::{ColumnError, ValueRef};

/// The type of a field with `#[key]`. A type of your own is one when it says so:
///
/// ```
/// use signals::model::{Key, KeyOf};
/// use signals::prelude::*;
/// use signals::Column;
///
/// #[derive(Debug, Clone, PartialEq, Column)]
/// struct Isbn(String);
///
/// impl Key for Isbn {}
/// impl<M> KeyOf<M> for Isbn {
///     type Me = Self;
/// }
///
/// #[model]
/// struct Book {
///     #[key]
///     isbn: Isbn,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a model",
    label = "not a type of key",
    note = "a key is an `Id` of the model, which the database assigns, or an integer, a `String` or a `Uuid` that you set \
            yourself"
)]
pub trait Key: Column + PartialEq {
    /// Whether the database assigns it.
    #[doc(hidden)]
    const ASSIGNED: bool = false;

    /// Whether no row can have it.
    #[doc(hidden)]
    fn is_unset(&self) -> bool {
        false
    }

    /// The key that the database assigned.
    #[doc(hidden)]
    fn assigned(_: i64) -> Option<Self> {
        None
    }

    /// The key after its row is deleted.
    #[doc(hidden)]
    #[must_use]
    fn after_delete(&self) -> Self {
        self.clone()
    }
}

/// What may be the key of `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of `{M}`",
    label = "not a type of key",
    note = "a key is an `Id<{M}>`, which the database assigns, or an integer, a `String` or a `Uuid` that you set \
            yourself"
)]
pub trait KeyOf<M> {
    /// The key itself.
    type Me: Key;
}

#[diagnostic::do_not_recommend]
impl<M: 'static> KeyOf<M> for Id<M> {
    type Me = Self;
}

// Nobody's key. Where a trait has two implementations, the compiler lists neither as what was meant.
#[diagnostic::do_not_recommend]
impl<M: 'static> KeyOf<Option<M>> for Id<M> {
    type Me = Self;
}

#[diagnostic::do_not_recommend]
impl<M: 'static> Key for Id<M> {
    const ASSIGNED: bool = true;

    fn is_unset(&self) -> bool {
        Id::is_unset(*self)
    }

    fn assigned(value: i64) -> Option<Self> {
        Some(Self::new(value))
    }

    fn after_delete(&self) -> Self {
        Self::UNSET
    }
}

// Each with implementations of its own and none for all: the compiler then speaks of a wrong type once, in the words above.
macro_rules! keys_that_a_person_sets {
    ($($key:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<M> KeyOf<M> for $key {
            type Me = Self;
        }

        #[diagnostic::do_not_recommend]
        impl Key for $key {}

        #[diagnostic::do_not_recommend]
        impl DefaultKey for $key {
            fn is_unset(&self) -> bool {
                *self == <$key>::default()
            }
        }
    )*};
}

keys_that_a_person_sets!(i8 i16 i32 i64 u8 u16 u32 String Vec<u8>);
#[cfg(feature = "uuid")]
keys_that_a_person_sets!(uuid::Uuid);

/// The `#[default(..)]` of a field of a model, by its place.
#[doc(hidden)]
pub trait DefaultOf<Field, T> {
    /// The value that a new row has in the field.
    fn value() -> T;
}

/// The type of a field with `#[version]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the version of a row",
    label = "expected an integer",
    note = "a version counts the saves of a row: make it an `i64`"
)]
pub trait VersionNumber: Sized {
    /// The version as something that counts.
    fn counter(&mut self) -> &mut dyn Counter;

    // What `#[model]` asks of a column, in words of this trait alone: what is no integer is then one error.

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

/// A [`VersionNumber`] of whichever integer it is.
pub trait Counter {
    /// Whether the row was never saved.
    fn is_unset(&self) -> bool;
    /// What a new row has: 1.
    fn start(&mut self);
    /// Whether there is another number behind it.
    fn has_next(&self) -> bool;
    /// Goes on by one.
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

/// The type of a key with `#[default(..)]`: one of its values means that the key is not set.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key with `#[default]`",
    label = "the database assigns it, or no value of it means unset",
    note = "an `Id` needs no `#[default]`: the database assigns it; a `Uuid`, a `String`, an integer, and a type of yours \
            that implements `DefaultKey` can have one"
)]
pub trait DefaultKey {
    /// Whether the key is not set.
    fn is_unset(&self) -> bool;
}

/// The type of a field with `#[one_to_one]` or `#[foreign_key]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which model the relation points to",
    label = "expected `Id<Model>` or `Option<Id<Model>>`",
    note = "a model whose key is not an `Id` but a `Uuid`, say, is pointed to with a `Ref<Model, Uuid>`"
)]
pub trait PointsTo: Sized {
    /// The model that it points to.
    type Target;
    /// What following it gives.
    type Loaded;

    /// The key of the row that it points to: `None` if it points to none, NULL if it is not set.
    fn pointer(&self) -> Option<ValueRef<'_>>;
    /// What following it gives, of the row.
    fn loaded(row: Option<Self::Target>) -> Option<Self::Loaded>;

    // What `#[model]` asks of a column, in words of this trait alone: what points to no model is then one error.

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

macro_rules! points_to {
    ($ty:ty, <$($key:ident)?> => $loaded:ty, |$this:ident| $pointer:expr, |$row:ident| $followed:expr) => {
        #[diagnostic::do_not_recommend]
        impl<M: 'static $(, $key: Column)?> PointsTo for $ty {
            type Target = M;
            type Loaded = $loaded;

            const TYPE: ColumnType = <Self as Column>::TYPE;
            const NULLABLE: bool = <Self as Column>::NULLABLE;

            fn pointer(&self) -> Option<ValueRef<'_>> {
                let $this = self;
                $pointer
            }

            fn loaded($row: Option<M>) -> Option<$loaded> {
                $followed
            }

            fn to_value(&self) -> ValueRef<'_> {
                Column::to_value(self)
            }

            fn duplicate(&self) -> Self {
                Column::duplicate(self)
            }

            fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
                Column::from_value(value)
            }
        }
    };
}

points_to!(Id<M>, <> => M, |id| Some(Column::to_value(id)), |row| row);
points_to!(Option<Id<M>>, <> => Option<M>, |id| id.as_ref().map(Column::to_value), |row| Some(row));
points_to!(Ref<M, K>, <K> => M, |key| Some(Column::to_value(key)), |row| row);
points_to!(Option<Ref<M, K>>, <K> => Option<M>, |key| key.as_ref().map(Column::to_value), |row| Some(row));

/// The key of `M`, if a field of the type `Pointer` can point to it.
#[diagnostic::on_unimplemented(
    message = "`{Pointer}` cannot point to `{M}`, whose key is a `{Self}`",
    label = "not the key of `{M}`",
    note = "what points to a key that the database assigns is an `Id<{M}>`, and what points to another key a \
            `Ref<{M}, {Self}>`"
)]
pub trait KeyBehind<Pointer, M> {
    /// What the model is.
    const META: fn() -> &'static Meta;
}

macro_rules! key_behind {
    ($($key:ty, <$($parameter:ident)?>: $pointer:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<M: Model $(, $parameter: Key)?> KeyBehind<$pointer, M> for $key {
            const META: fn() -> &'static Meta = || M::META;
        }
    )*};
}

key_behind! {
    Id<M>, <>: Id<M>;
    Id<M>, <>: Option<Id<M>>;
    K, <K>: Ref<M, K>;
    K, <K>: Option<Ref<M, K>>;
}

/// The key of a model whose rows `#[many_to_many]` can relate.
#[diagnostic::on_unimplemented(
    message = "rows of `{M}` cannot be related by `#[many_to_many]`, because its key is a `{Self}`",
    label = "`{M}` has no `Id`",
    note = "give `{M}` the key `#[key] id: Id<{M}>`; or leave `#[many_to_many]` out, and write a model with a \
            `Ref<{M}, {Self}>` and a pointer to the other side"
)]
pub trait RelatedById<M> {
    /// What the model is.
    const META: fn() -> &'static Meta;
}

#[diagnostic::do_not_recommend]
impl<M: Model> RelatedById<M> for Id<M> {
    const META: fn() -> &'static Meta = || M::META;
}
