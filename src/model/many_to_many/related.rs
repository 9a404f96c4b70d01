//! One side of a many-to-many relation, of one row.

use core::fmt;
use core::marker::PhantomData;
use std::panic::Location;

use super::write::{What, change, create};
use super::{Direction, Through, read};
use crate::db::Executor;
use crate::error::Result;
use crate::model::{Id, Model};

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
    through: PhantomData<fn(&T)>,
}

impl<'a, T: Through, D: Direction<T>> Related<'a, T, D> {
    #[doc(hidden)]
    pub const fn new(row: &'a D::Near) -> Self {
        Self { row, defaults: None, raw: false, through: PhantomData }
    }
}

impl<'a, T, D> Related<'a, T, D>
where
    T: Through + Model,
    D: Direction<T>,
    D::Near: Model,
    D::Far: Model,
{
    /// What the rows of the through model have besides the two ids, when they are added: Django's `through_defaults`.
    ///
    /// It is called for each of them: `ann.groups().through_defaults(&|member| member.role = 7).add(&db, &[staff.id])`.
    #[must_use]
    pub fn through_defaults(self, defaults: &'a (dyn Fn(&mut T) + Sync)) -> Self {
        Self { defaults: Some(defaults), ..self }
    }

    /// Relates the row to these. Those that it is related to already are left as they are, and their ids are not among
    /// those that receivers get; without any id nothing is sent.
    #[track_caller]
    pub fn add(
        self,
        executor: &'a dyn Executor,
        ids: &'a [Id<D::Far>],
    ) -> impl Future<Output = Result<()>> + Send + use<'a, T, D> {
        change(self, executor.exec(), What::Add(ids), Location::caller())
    }

    /// Ends the relation to these. Receivers get all of the ids, related or not; without any id nothing is sent.
    #[track_caller]
    pub fn remove(
        self,
        executor: &'a dyn Executor,
        ids: &'a [Id<D::Far>],
    ) -> impl Future<Output = Result<()>> + Send + use<'a, T, D> {
        change(self, executor.exec(), What::Remove(ids), Location::caller())
    }

    /// Ends the relation to all. Receivers get no ids, and are called also if there is nothing to end.
    #[track_caller]
    pub fn clear(self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + use<'a, T, D> {
        change(self, executor.exec(), What::Clear, Location::caller())
    }

    /// Relates the row to exactly these: removes what is too many, then adds what is missing, and does nothing of which
    /// there is nothing to do.
    #[track_caller]
    pub fn set(
        self,
        executor: &'a dyn Executor,
        ids: &'a [Id<D::Far>],
    ) -> impl Future<Output = Result<()>> + Send + use<'a, T, D> {
        change(self, executor.exec(), What::Set(ids), Location::caller())
    }

    /// Relates the row to exactly these: ends the relation to all, then adds them. This is Django's `set(.., clear=True)`.
    #[track_caller]
    pub fn clear_and_add(
        self,
        executor: &'a dyn Executor,
        ids: &'a [Id<D::Far>],
    ) -> impl Future<Output = Result<()>> + Send + use<'a, T, D> {
        change(self, executor.exec(), What::ClearAndAdd(ids), Location::caller())
    }

    /// Inserts a row of the other side, as [`Model::create`] does, and relates the two: in one transaction, so that a
    /// failure of either undoes both.
    #[track_caller]
    pub fn create(
        self,
        executor: &'a dyn Executor,
        row: &'a mut D::Far,
    ) -> impl Future<Output = Result<()>> + Send + use<'a, T, D> {
        create(self, executor.exec(), row, Location::caller())
    }

    /// The rows that this one is related to, by the key.
    #[track_caller]
    pub fn all(self, executor: &'a dyn Executor) -> impl Future<Output = Result<Vec<D::Far>>> + Send + use<'a, T, D> {
        read::all(self, executor.exec(), Location::caller())
    }

    /// Their ids, in ascending order.
    #[track_caller]
    pub fn ids(
        self,
        executor: &'a dyn Executor,
    ) -> impl Future<Output = Result<Vec<Id<D::Far>>>> + Send + use<'a, T, D> {
        read::ids(self, executor.exec(), Location::caller())
    }

    /// How many they are.
    #[track_caller]
    pub fn count(self, executor: &'a dyn Executor) -> impl Future<Output = Result<u64>> + Send + use<'a, T, D> {
        read::count(self, executor.exec(), Location::caller())
    }

    /// Whether the row with this id is one of them.
    #[track_caller]
    pub fn contains(
        self,
        executor: &'a dyn Executor,
        id: Id<D::Far>,
    ) -> impl Future<Output = Result<bool>> + Send + use<'a, T, D> {
        read::contains(self, executor.exec(), id, Location::caller())
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
