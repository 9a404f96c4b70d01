//! The types of fields that point to a row.

use super::{Answered, Id, Key, Meta, ModelInternals, Ref};
use crate::column::{Column, ColumnFunctions};
use crate::value::ValueRef;

/// The type of a field with `#[one_to_one]` or `#[foreign_key]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which model the relation points to",
    label = "expected `Id<Model>` or `Option<Id<Model>>`",
    note = "write `Id<..>` with the name of the model, as in `Id<User>`; a model whose key is not an `Id` is pointed to with a `Ref`, as \
            in `Ref<Country, String>`"
)]
pub trait PointsTo: Sized + 'static {
    /// The model that it points to.
    type Target;
    /// The type of the row that it is followed to.
    type Loaded;

    /// The key of the row that it points to: `None` if it points to no row, NULL if it is unset.
    fn pointer(&self) -> Option<ValueRef<'_>>;
    /// Converts the row that it was followed to.
    fn loaded(row: Option<Self::Target>) -> Option<Self::Loaded>;

    /// The functions of [`Column`]. They are here too, so that a type that points to no model is one error.
    const FUNCTIONS: &'static ColumnFunctions<Self>;
}

/// The type `T` of a relation of a model whose columns are right.
pub trait PointerIf<T> {
    /// [`PointsTo::Target`]
    type Target;
    /// [`PointsTo::Loaded`]
    type Loaded;

    /// [`PointsTo::pointer`]
    fn pointer(pointer: &T) -> Option<ValueRef<'_>>;
    /// [`PointsTo::loaded`]
    fn loaded(row: Option<Self::Target>) -> Option<Self::Loaded>;
}

#[diagnostic::do_not_recommend]
impl<T: PointsTo> PointerIf<T> for Answered<true> {
    type Target = T::Target;
    type Loaded = T::Loaded;

    fn pointer(pointer: &T) -> Option<ValueRef<'_>> {
        pointer.pointer()
    }

    fn loaded(row: Option<T::Target>) -> Option<T::Loaded> {
        T::loaded(row)
    }
}

macro_rules! points_to {
    ($ty:ty, <$($key:ident)?> => $loaded:ty, |$this:ident| $pointer:expr, |$row:ident| $followed:expr) => {
        #[diagnostic::do_not_recommend]
        impl<M: 'static $(, $key: Column)?> PointsTo for $ty {
            type Target = M;
            type Loaded = $loaded;

            const FUNCTIONS: &'static ColumnFunctions<Self> = <Self as Column>::FUNCTIONS;

            fn pointer(&self) -> Option<ValueRef<'_>> {
                let $this = self;
                $pointer
            }

            fn loaded($row: Option<M>) -> Option<$loaded> {
                $followed
            }
        }
    };
}

points_to!(Id<M>, <> => M, |id| Some(Column::to_value(id)), |row| row);
points_to!(Option<Id<M>>, <> => Option<M>, |id| id.as_ref().map(Column::to_value), |row| Some(row));
points_to!(Ref<M, K>, <K> => M, |key| Some(Column::to_value(key)), |row| row);
points_to!(Option<Ref<M, K>>, <K> => Option<M>, |key| key.as_ref().map(Column::to_value), |row| Some(row));

/// The key of `M`, if a field of type `Pointer` can point to it.
#[diagnostic::on_unimplemented(
    message = "`{Pointer}` cannot point to `{M}`, whose key is a `{Self}`",
    label = "not the key of `{M}`",
    note = "what points to a key that the database assigns is an `Id<{M}>`, and what points to another key a \
            `Ref<{M}, {Self}>`"
)]
pub trait KeyFor<Pointer, M> {
    /// The model as data.
    const META: fn() -> &'static Meta;
}

macro_rules! key_for {
    ($($key:ty, <$($parameter:ident)?>: $pointer:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<M: ModelInternals $(, $parameter: Key)?> KeyFor<$pointer, M> for $key {
            const META: fn() -> &'static Meta = || M::MODEL;
        }
    )*};
}

key_for! {
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
    /// The model as data.
    const META: fn() -> &'static Meta;
}

#[diagnostic::do_not_recommend]
impl<M: ModelInternals> RelatedById<M> for Id<M> {
    const META: fn() -> &'static Meta = || M::MODEL;
}
