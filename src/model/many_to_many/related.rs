//! The rows that one row is related to.

use core::fmt;
use core::marker::PhantomData;

use super::relation::{MakeRow, Pairs, Relation, Subject};
use super::{AnyIds, Direction, Forward, Through};
use crate::model::{AnyModel, Id, ModelInternals};

/// The rows that one row is related to by a many-to-many field: `ann.groups()`, and `staff.user_set()` on the other side.
///
/// Each change is one transaction, and sends [`m2m_changed`](super::m2m_changed) before and after, and
/// [`m2m_commit`](super::m2m_commit) after the commit, from the through model `T`.
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

impl Relation {
    fn of<T: Through + ModelInternals, D: Direction<T>>() -> Self
    where
        D::Far: ModelInternals,
    {
        let (both, through) = (&T::LINK.both, T::MODEL);
        let (source, target) = (both.source.of(through), both.target.of(through));
        let (near, far) = if D::REVERSE { (target, source) } else { (source, target) };
        let typed = |ids: &[i64]| -> Box<dyn AnyIds> {
            let ids: Vec<Id<D::Far>> = ids.iter().copied().map(Id::new).collect();
            Box::new(ids)
        };
        Self { both, through, far_model: D::Far::MODEL, near, far, is_reverse: D::REVERSE, typed }
    }
}

/// The through model of a relation, from one of its sides, for queries.
pub(in crate::model) fn pairs<T: Through + ModelInternals, D: Direction<T>>() -> Pairs
where
    D::Far: ModelInternals,
{
    let Relation { through, near, far, far_model, .. } = Relation::of::<T, D>();
    Pairs { through, near, far, far_model }
}

impl<'a, T, D> Related<'a, T, D>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    /// The same without the types.
    pub(super) fn subject(self) -> Subject<'a> {
        let defaults = self.defaults;
        let make_row = move || -> Box<dyn AnyModel> {
            let mut row = T::blank();
            if let Some(defaults) = defaults {
                defaults(&mut row);
            }
            Box::new(row)
        };
        let make_row = (!T::IS_GENERATED).then(|| -> MakeRow<'a> { Box::new(make_row) });
        Subject { relation: Relation::of::<T, D>(), row: self.row, make_row, raw: false }
    }
}

/// The row with the `#[many_to_many]` field, for a fixture.
pub(super) fn loaded<T: Through + ModelInternals>(row: &dyn AnyModel) -> Subject<'_>
where
    T::Target: ModelInternals,
{
    let relation = Relation::of::<T, Forward>();
    Subject { relation, row, make_row: None, raw: true }
}
