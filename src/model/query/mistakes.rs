//! What developers write in queries out of habit, and is no operator or method of ours. The conditions are never met: the compiler prints
//! their messages, whatever the arguments are.

use std::cmp::Ordering;
use std::future::Ready;
use std::ops::{Add, BitAnd, BitOr, Deref, Mul, Sub};

use super::column::{ColumnOf, Required};
use super::condition::{Condition, ConditionClosure};
use super::expression::Expression;
use super::query::Query;
use super::relation::ManyOf;
use crate::db::Executor;
use crate::error::Result;
use crate::model::columns::HasColumns;
use crate::model::many_to_many::{Direction, Through};
use crate::model::{Id, Model, Ref};

macro_rules! conditions {
    ($($(#[$attribute:meta])* $name:ident;)*) => {$(
        /// See what has this condition.
        #[doc(hidden)]
        $(#[$attribute])*
        pub trait $name {}
    )*};
}

conditions! {
    #[diagnostic::on_unimplemented(
        message = "fields are compared by methods, and not by operators",
        label = "not an operator of fields",
        note = "write `user.age.eq(18)` for `user.age == 18`, and `ne`, `lt`, `le`, `gt` and `ge` for `!=`, `<`, `<=`, `>` and `>=`",
        note = "conditions are joined by `&` and `|`, and not by `&&` and `||`: `user.age.ge(18) & user.active.eq(true)`"
    )]
    ComparedByOperators;

    #[diagnostic::on_unimplemented(
        message = "fields are computed with by methods, and not by operators",
        label = "not an operator of fields",
        note = "write `user.visits.add(1)` for `user.visits + 1`, and `sub` and `mul` for `-` and `*`"
    )]
    ComputedByOperators;

    #[diagnostic::on_unimplemented(
        message = "a field is not a condition",
        label = "expected conditions on both sides",
        note = "a `bool` is compared as well: `user.active.eq(true)`"
    )]
    JoinedToAField;

    #[diagnostic::on_unimplemented(
        message = "a field has no method of this name",
        label = "not a method of a field",
        note = "values are compared by `eq`, `ne`, `lt`, `le`, `gt`, `ge`, `between` and `is_in`; text is searched by `contains`, `starts_with` \
                and `ends_with`, and by `icontains`, `istarts_with`, `iends_with` and `ieq` in any case",
        note = "the rows with `None` are found by `is_null` and the others by `is_not_null`, `set(None)` makes a value `None`, and `!` negates a \
                condition, as in `!user.name.contains(\"ann\")`"
    )]
    NamedOtherwise;

    #[diagnostic::on_unimplemented(
        message = "this field is never NULL, because its type is not an `Option`",
        label = "every row has a value here",
        note = "leave the condition out, or compare the value: `user.name.eq(\"\")`"
    )]
    MayBeNull;

    #[diagnostic::on_unimplemented(
        message = "this field points to one row, and not to many",
        label = "not a method of this field",
        note = "a condition on the row that it points to is in `is`: `post.author.is(|user| user.name.eq(\"ann\"))`"
    )]
    PointsToMany;

    #[diagnostic::on_unimplemented(
        message = "this field relates a row to many rows, and not to one",
        label = "not a method of this field",
        note = "a condition on one of them is in `any`, as in `post.tags.any(|tag| tag.name.eq(\"rust\"))`; `is_empty()` finds the rows that are \
                related to none"
    )]
    RelatesToOne;

    #[diagnostic::on_unimplemented(
        message = "a query is not the rows that it finds",
        label = "not a method of a query",
        note = "it is sent by its last method, as in `query.all(&db).await?` for all rows; others are `first`, `one`, `count`, `exists`, `ids`, \
                `page` and `stream`"
    )]
    IsSent;
}

macro_rules! operators {
    ($condition:ident => $output:ty: $($operator:ident $method:ident),*) => {$(
        #[doc(hidden)]
        impl<M, T, N, Right: $condition> $operator<Right> for ColumnOf<M, T, N> {
            type Output = $output;

            fn $method(self, _: Right) -> Self::Output {
                never()
            }
        }
    )*};
}

operators!(ComputedByOperators => Expression<'static, M, T>: Add add, Sub sub, Mul mul);
operators!(JoinedToAField => Condition<'static, M>: BitAnd bitand, BitOr bitor);

#[doc(hidden)]
impl<M, T, N, Right: ComparedByOperators> PartialEq<Right> for ColumnOf<M, T, N> {
    fn eq(&self, _: &Right) -> bool {
        false
    }
}

#[doc(hidden)]
impl<M, T, N, Right: ComparedByOperators> PartialOrd<Right> for ColumnOf<M, T, N> {
    fn partial_cmp(&self, _: &Right) -> Option<Ordering> {
        None
    }
}

macro_rules! only_of_others {
    (<$($parameter:ident),*> $of:ty: $condition:ident: $($method:ident)*) => {
        #[doc(hidden)]
        impl<$($parameter),*> $of
        where
            Self: $condition,
        {
            $(pub fn $method(self) {})*
        }
    };
}

only_of_others!(<M, T, N> ColumnOf<M, T, N>: NamedOtherwise:
    equals not_eq gte lte like ilike eq_any not_in is_not_in is_none is_some isnull startswith endswith iexact set_null);
only_of_others!(<M, T> ColumnOf<M, T, Required>: MayBeNull: is_null is_not_null);
only_of_others!(<T, D> ManyOf<T, D>: RelatesToOne: is eq is_in contains);
// Written out, so that the compiler shows no macro. Their results are such that what follows is not one more error.
#[doc(hidden)]
impl<M, L> Query<'_, M, L> {
    pub fn len(self) -> usize
    where
        Self: IsSent,
    {
        never()
    }

    pub fn is_empty(self) -> bool
    where
        Self: IsSent,
    {
        never()
    }

    pub fn iter<T>(self) -> std::vec::IntoIter<T>
    where
        Self: IsSent,
    {
        never()
    }

    pub fn collect<T>(self) -> T
    where
        Self: IsSent,
    {
        never()
    }

    pub fn get<T>(self, _executor: &dyn Executor) -> Ready<Result<T>>
    where
        Self: IsSent,
    {
        never()
    }

    pub fn get_or_none<T>(self, _executor: &dyn Executor) -> Ready<Result<T>>
    where
        Self: IsSent,
    {
        never()
    }

    pub fn fetch_all<T>(self, _executor: &dyn Executor) -> Ready<Result<T>>
    where
        Self: IsSent,
    {
        never()
    }

    pub fn fetch_one<T>(self, _executor: &dyn Executor) -> Ready<Result<T>>
    where
        Self: IsSent,
    {
        never()
    }

    pub fn fetch_optional<T>(self, _executor: &dyn Executor) -> Ready<Result<T>>
    where
        Self: IsSent,
    {
        never()
    }

    pub fn load<T>(self, _executor: &dyn Executor) -> Ready<Result<T>>
    where
        Self: IsSent,
    {
        never()
    }

    pub fn execute<T>(self, _executor: &dyn Executor) -> Ready<Result<T>>
    where
        Self: IsSent,
    {
        never()
    }
}

fn never() -> ! {
    unreachable!("the condition of the caller is never met")
}

// Its argument is what the user means, so that the closure is no further mistake.
#[doc(hidden)]
impl<M, Target: Model, N> ColumnOf<M, Id<Target>, N> {
    pub fn any<'a, C>(self, _condition: impl ConditionClosure<'a, Target, C>) -> Condition<'a, M>
    where
        Self: PointsToMany,
    {
        never()
    }
}

// The fields of the row that a field points to. A condition on them is one on another model, and the message of `IntoCondition` says
// how it is written.

#[doc(hidden)]
impl<M, Target: HasColumns, N> Deref for ColumnOf<M, Id<Target>, N> {
    type Target = Target::Columns;

    fn deref(&self) -> &Self::Target {
        Target::BORROWED
    }
}

#[doc(hidden)]
impl<M, Target: HasColumns, K, N> Deref for ColumnOf<M, Ref<Target, K>, N> {
    type Target = Target::Columns;

    fn deref(&self) -> &Self::Target {
        Target::BORROWED
    }
}

#[doc(hidden)]
impl<T: Through, D: Direction<T>> Deref for ManyOf<T, D>
where
    D::Far: HasColumns,
{
    type Target = <D::Far as HasColumns>::Columns;

    fn deref(&self) -> &Self::Target {
        <D::Far as HasColumns>::BORROWED
    }
}
