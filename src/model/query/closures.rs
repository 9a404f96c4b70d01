//! The closures that the methods of queries take. They are traits of their own for their messages.

use super::condition::{Condition, IntoCondition};
use super::load::Relates;
use super::order::IntoOrder;
use super::select::Orders;
use super::update::{IntoAssignments, Set};
use super::values::Selection;
use crate::model::columns::HasColumns;

/// A closure that gets the columns of `M` and returns a `T`: `|user| user.age`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "a field is named in a closure, as in `|user| user.age`"
)]
pub trait ColumnsClosure<M: HasColumns, T>: FnOnce(M::Columns) -> T {}

#[diagnostic::do_not_recommend]
impl<M: HasColumns, T, F: FnOnce(M::Columns) -> T> ColumnsClosure<M, T> for F {}

/// A closure that returns a condition on `M`: `|user| user.age.ge(18)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "conditions are written in a closure, as in `|user| user.age.ge(18)`, and in SQL as `|_| Condition::sql(\"age > ?\", &(18,))`; the \
            database is passed to the method that sends the query, such as `.all(&db)`"
)]
pub trait ConditionClosure<'a, M: HasColumns, C>: ColumnsClosure<M, C> {
    #[doc(hidden)]
    fn condition(self) -> Condition<'a, M>;
}

impl<'a, M: HasColumns, C: IntoCondition<'a, M>, F: ColumnsClosure<M, C>> ConditionClosure<'a, M, C> for F {
    fn condition(self) -> Condition<'a, M> {
        self(M::COLUMNS).into_condition()
    }
}

/// A closure that returns an order of the rows of `M`: `|user| user.age.desc()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "fields are named in a closure, as in `|user| user.age` and `|user| user.age.desc()`"
)]
pub trait OrderClosure<M: HasColumns, O>: ColumnsClosure<M, O> {
    #[doc(hidden)]
    fn add_to(self, orders: &mut Orders);
}

impl<M: HasColumns, O: IntoOrder<M>, F: ColumnsClosure<M, O>> OrderClosure<M, O> for F {
    fn add_to(self, orders: &mut Orders) {
        self(M::COLUMNS).add_to(orders);
    }
}

/// A closure that returns assignments to columns of `M`: `|user| user.visits.set(0)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "columns are set in a closure, as in `|user| user.visits.set(0)`"
)]
pub trait AssignmentClosure<'a, M: HasColumns, A>: ColumnsClosure<M, A> {
    #[doc(hidden)]
    fn add_to(self, sets: &mut Vec<Set<'a>>);
}

impl<'a, M: HasColumns, A: IntoAssignments<'a, M>, F: ColumnsClosure<M, A>> AssignmentClosure<'a, M, A> for F {
    fn add_to(self, sets: &mut Vec<Set<'a>>) {
        self(M::COLUMNS).add_to(sets);
    }
}

/// A closure that returns columns of `M`, whose values are an `R` in each row: `|user| (user.id, user.username)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "fields are named in a closure, as in `|user| user.name` and `|user| (user.id, user.name)`"
)]
pub trait SelectionClosure<M: HasColumns, S, R>: ColumnsClosure<M, S> {
    #[doc(hidden)]
    type Selected: Selection<M, Row = R>;

    #[doc(hidden)]
    fn selection(self) -> Self::Selected;
}

impl<M: HasColumns, R, S: Selection<M, Row = R>, F: ColumnsClosure<M, S>> SelectionClosure<M, S, R> for F {
    type Selected = S;

    fn selection(self) -> S {
        self(M::COLUMNS)
    }
}

/// A closure that returns a relation of `M`: `|post| post.author`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "a relation is named in a closure, as in `|post| post.author`"
)]
pub trait RelationClosure<M: HasColumns, R>: ColumnsClosure<M, R> {
    #[doc(hidden)]
    type Relation: Relates<M>;

    #[doc(hidden)]
    fn relation(self) -> Self::Relation;
}

impl<M: HasColumns, R: Relates<M>, F: ColumnsClosure<M, R>> RelationClosure<M, R> for F {
    type Relation = R::Relation;

    fn relation(self) -> R::Relation {
        self(M::COLUMNS).relation()
    }
}
