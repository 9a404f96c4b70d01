//! One side of a many-to-many relation, of one row.

use super::{Direction, Through};
use core::fmt;
use core::marker::PhantomData;

/// The rows that one row is related to by a many-to-many field: `ann.groups()`, and `staff.user_set()` on the other side.
///
/// Each change sends [`m2m_changed`](super::m2m_changed) before and after, from the through model `T`, and is one transaction
/// as a whole. On a `&mut Tx`, one that fails breaks the transaction. Without receivers it is one statement, as far as it can
/// be. The rows of the through model send no save signals. Those of one that you wrote send their delete signals.
///
/// Ids are given as a slice, `&[staff.id]`; one that is given twice counts once. An id that is unset is
/// [`ErrorKind::UnsetId`](crate::ErrorKind::UnsetId), before any signal; one that no row has is
/// [`ErrorKind::ForeignKey`](crate::ErrorKind::ForeignKey), and nothing is changed.
pub struct Related<'a, T: Through, D: Direction<T>> {
    pub(super) row: &'a D::Near,
    pub(super) defaults: Option<&'a (dyn Fn(&mut T) + Sync)>,
    /// Whether a fixture says so.
    pub(super) raw: bool,
    pub(super) through: PhantomData<fn(&T)>,
}

impl<'a, T: Through, D: Direction<T>> Related<'a, T, D> {
    #[doc(hidden)]
    pub const fn new(row: &'a D::Near) -> Self {
        Self { row, defaults: None, raw: false, through: PhantomData }
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
