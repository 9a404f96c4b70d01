//! What an update of a query sets.

use std::fmt;
use std::marker::PhantomData;

use super::closure::ColumnsClosure;
use super::column::ColumnOf;
use super::operand::IntoAssigned;
use super::select::Operand;
use crate::model::columns::HasColumns;

/// A column of `M` and what it is set to: `user.visits.set(user.visits.add(1))`.
#[must_use = "an assignment does nothing unless it is part of an update"]
pub struct Assignment<'a, M> {
    set: Set<'a>,
    model: PhantomData<fn() -> M>,
}

/// A column that is set.
#[derive(Clone)]
#[doc(hidden)]
pub struct Set<'a> {
    pub(crate) column: usize,
    pub(crate) to: Operand<'a>,
}

impl<'a, M> Assignment<'a, M> {
    pub(super) fn new(column: usize, to: Operand<'a>) -> Self {
        Self { set: Set { column, to }, model: PhantomData }
    }
}

impl<M> fmt::Debug for Assignment<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Assignment").field(&self.set.column).finish()
    }
}

impl fmt::Debug for Set<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Set").field(&self.column).finish()
    }
}

impl<M, T, N> ColumnOf<M, T, N> {
    /// An assignment, for [`Query::update`](super::Query::update): `user.visits.set(0)`.
    pub fn set<'a>(self, value: impl IntoAssigned<'a, M, T, N>) -> Assignment<'a, M> {
        Assignment::new(self.index, value.into_operand().0)
    }
}

/// One [`Assignment`] or several, in an array, a `Vec` or a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an assignment to columns of `{M}`",
    label = "expected an assignment, such as `user.visits.set(0)`",
    note = "a column is set by `set`, also to what is computed from it, as in `user.visits.set(user.visits.add(1))`; several assignments are a \
            tuple or an array, and the closure ends without `;`"
)]
pub trait IntoAssignments<'a, M> {
    #[doc(hidden)]
    fn add_to(self, sets: &mut Vec<Set<'a>>);
}

#[diagnostic::do_not_recommend]
impl<'a, M> IntoAssignments<'a, M> for Assignment<'a, M> {
    fn add_to(self, sets: &mut Vec<Set<'a>>) {
        sets.push(self.set);
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, A: IntoAssignments<'a, M>, const N: usize> IntoAssignments<'a, M> for [A; N] {
    fn add_to(self, sets: &mut Vec<Set<'a>>) {
        for assignment in self {
            assignment.add_to(sets);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, T: IntoAssignments<'a, M>> IntoAssignments<'a, M> for Vec<T> {
    fn add_to(self, sets: &mut Vec<Set<'a>>) {
        for assignment in self {
            assignment.add_to(sets);
        }
    }
}

macro_rules! tuples {
    ($($assignment:ident $index:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<'a, M, $($assignment: IntoAssignments<'a, M>),*> IntoAssignments<'a, M> for ($($assignment,)*) {
            fn add_to(self, sets: &mut Vec<Set<'a>>) {
                $(self.$index.add_to(sets);)*
            }
        }
    };
}

tuples! { A 0 }
tuples! { A 0, B 1 }
tuples! { A 0, B 1, C 2 }
tuples! { A 0, B 1, C 2, D 3 }
tuples! { A 0, B 1, C 2, D 3, E 4 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5 }

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
