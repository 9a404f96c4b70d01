//! The rows that one row is related to.

use super::{Direction, Through};
use core::fmt;
use core::marker::PhantomData;

/// The rows that one row is related to by a many-to-many field: `ann.groups()`, and `staff.user_set()` on the other side.
///
/// Each change is one transaction, and sends [`m2m_changed`](super::m2m_changed) before and after, from the through model `T`.
/// On a `&mut Tx`, a change that fails breaks the transaction. Without receivers it is one statement where possible. The rows of
/// the through model send no save signals. If you wrote the through model, its rows send their delete signals.
///
/// Ids are passed as one id, `staff.id`, or as a list, `[staff.id]`; duplicates count once. An unset id is
/// [`ErrorKind::UnsetId`](crate::ErrorKind::UnsetId), before any signal; an id of a row that does not exist is
/// [`ErrorKind::ForeignKey`](crate::ErrorKind::ForeignKey), and nothing is changed.
pub struct Related<'a, T: Through, D: Direction<T>> {
    pub(super) row: &'a D::Near,
    pub(super) defaults: Option<&'a (dyn Fn(&mut T) + Sync)>,
    pub(super) through: PhantomData<fn(&T)>,
}

impl<'a, T: Through, D: Direction<T>> Related<'a, T, D> {
    #[doc(hidden)]
    pub const fn new(row: &'a D::Near) -> Self {
        Self { row, defaults: None, through: PhantomData }
    }
}

impl<T: Through, D: Direction<T>> Clone for Related<'_, T, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Through, D: Direction<T>> Copy for Related<'_, T, D> {}

impl<T: Through, D: Direction<T>> fmt::Debug for Related<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Related by {}", T::NAME)
    }
}
