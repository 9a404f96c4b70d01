//! Conditions on related rows.

use std::fmt;
use std::marker::PhantomData;

use super::column::ColumnOf;
use super::condition::{Condition, ConditionClosure};
use super::select::Path;
use crate::model::many_to_many::{Direction, Through, pairs};
use crate::model::{Id, Model, ModelInternals, Ref};

impl<M, Target: Model, N> ColumnOf<M, Id<Target>, N> {
    /// The rows that point to a row with this condition: `Profile::filter(|profile| profile.user.is(|user| user.active.eq(true)))`.
    pub fn is<'a, C>(self, condition: impl ConditionClosure<'a, Target, C>) -> Condition<'a, M> {
        pointing(self.index, condition.condition())
    }
}

impl<M, Target: Model<Key = K>, K, N> ColumnOf<M, Ref<Target, K>, N> {
    /// The rows that point to a row with this condition: `City::filter(|city| city.country.is(|country| country.name.eq("Belgium")))`.
    pub fn is<'a, C>(self, condition: impl ConditionClosure<'a, Target, C>) -> Condition<'a, M> {
        pointing(self.index, condition.condition())
    }
}

fn pointing<M, Target: ModelInternals>(column: usize, condition: Condition<'_, Target>) -> Condition<'_, M> {
    let path = Path::Forward { column, target: Target::MODEL };
    Condition::from_nodes(condition.nodes.related(path))
}

macro_rules! rows_that_point {
    ($(#[$attribute:meta])* $name:ident, $(#[$of_method:meta])* $method:ident) => {
        $(#[$attribute])*
        pub struct $name<M, Child> {
            pub(super) column: usize,
            models: PhantomData<fn() -> (M, Child)>,
        }

        impl<M, Child> $name<M, Child> {
            /// With the column of `Child` at this index.
            #[doc(hidden)]
            pub const fn at(column: usize) -> Self {
                Self { column, models: PhantomData }
            }
        }

        impl<M, Child: ModelInternals> $name<M, Child> {
            $(#[$of_method])*
            pub fn $method<'a, C>(self, condition: impl ConditionClosure<'a, Child, C>) -> Condition<'a, M> {
                let path = Path::Reverse { child: Child::MODEL, column: self.column };
                Condition::from_nodes(condition.condition().nodes.related(path))
            }

            /// The rows for which there is none.
            pub fn is_empty<'a>(self) -> Condition<'a, M> {
                !self.$method(|_| true)
            }
        }

        impl<M, Child> Clone for $name<M, Child> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<M, Child> Copy for $name<M, Child> {}

        impl<M, Child> fmt::Debug for $name<M, Child> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

rows_that_point! {
    /// The rows of `Child` that point to a row of `M` by a foreign key: `user.post_set()` in the closure of a query.
    RowsThatPoint,
    /// The rows for which at least one row of `Child` has this condition.
    any
}

rows_that_point! {
    /// The row of `Child` that points to a row of `M` one to one: `user.profile()` in the closure of a query.
    RowThatPoints,
    /// The rows for which there is a row of `Child`, and it has this condition.
    is
}

/// The rows that a many-to-many field relates a row to: `post.tags` in the closure of a query, and `tag.post_set()` on the other side.
pub struct ManyOf<T, D> {
    relation: PhantomData<fn() -> (T, D)>,
}

impl<T, D> ManyOf<T, D> {
    #[doc(hidden)]
    pub const OF: Self = Self { relation: PhantomData };
}

impl<T, D> ManyOf<T, D>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Far: ModelInternals,
{
    /// The rows that are related to at least one row with this condition: `Post::filter(|post| post.tags.any(|tag| tag.name.eq("rust")))`.
    pub fn any<'a, C>(self, condition: impl ConditionClosure<'a, D::Far, C>) -> Condition<'a, D::Near> {
        let path = Path::Many(pairs::<T, D>());
        Condition::from_nodes(condition.condition().nodes.related(path))
    }

    /// The rows that are related to none.
    pub fn is_empty<'a>(self) -> Condition<'a, D::Near> {
        !self.any(|_| true)
    }
}

impl<T, D> Clone for ManyOf<T, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, D> Copy for ManyOf<T, D> {}

impl<T, D> fmt::Debug for ManyOf<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ManyOf")
    }
}
