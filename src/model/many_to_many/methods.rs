//! The public methods of a relation.

use std::panic::Location;

use signals_core::BoxFuture;

use super::write::{RelationChange, change, create};
use super::{Direction, Related, RelatedIds, Through, read};
use crate::db::Executor;
use crate::error::Result;
use crate::model::{Id, ModelInternals};

impl<'a, T, D> Related<'a, T, D>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    /// Sets the other fields of the rows of the through model, when they are added: Django's `through_defaults`.
    ///
    /// It is called for each of them: `ann.groups().through_defaults(&|member| member.role = 7).add(&db, [staff.id])`.
    #[must_use]
    pub fn through_defaults(self, defaults: &'a (dyn Fn(&mut T) + Sync)) -> Self {
        Self { defaults: Some(defaults), ..self }
    }

    /// Relates the row to these rows. Ids that are already related are left unchanged, and receivers do not get them; if none
    /// are left, nothing is sent.
    #[track_caller]
    pub fn add(self, executor: &'a dyn Executor, ids: impl RelatedIds<D::Far> + 'a) -> BoxFuture<'a, Result<()>> {
        let exec = executor.exec(Location::caller());
        Box::pin(change(self.subject(), exec, RelationChange::Add, ids.into_numbers()))
    }

    /// Removes the relation to these rows. Receivers get all of the ids, related or not; if there are none, nothing is sent.
    #[track_caller]
    pub fn remove(self, executor: &'a dyn Executor, ids: impl RelatedIds<D::Far> + 'a) -> BoxFuture<'a, Result<()>> {
        let exec = executor.exec(Location::caller());
        Box::pin(change(self.subject(), exec, RelationChange::Remove, ids.into_numbers()))
    }

    /// Removes the relation to all rows. Receivers get no ids, and are also called if there are no related rows.
    #[track_caller]
    pub fn clear(self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + use<'a, T, D> {
        change(self.subject(), executor.exec(Location::caller()), RelationChange::Clear, Vec::new())
    }

    /// Relates the row to exactly these rows: removes the others, then adds the missing ones, and skips either if there is
    /// nothing to do.
    #[track_caller]
    pub fn set(self, executor: &'a dyn Executor, ids: impl RelatedIds<D::Far> + 'a) -> BoxFuture<'a, Result<()>> {
        let exec = executor.exec(Location::caller());
        Box::pin(change(self.subject(), exec, RelationChange::Set, ids.into_numbers()))
    }

    /// Relates the row to exactly these rows: removes the relation to all, then adds them. This is Django's `set(..,
    /// clear=True)`.
    #[track_caller]
    pub fn clear_and_add(
        self,
        executor: &'a dyn Executor,
        ids: impl RelatedIds<D::Far> + 'a,
    ) -> BoxFuture<'a, Result<()>> {
        let exec = executor.exec(Location::caller());
        Box::pin(change(self.subject(), exec, RelationChange::ClearAndAdd, ids.into_numbers()))
    }

    /// Inserts a row of the other side, as [`Model::create`](crate::model::Model::create) does, and relates the two, in one
    /// transaction: if one fails, both are undone.
    #[track_caller]
    pub fn create(
        self,
        executor: &'a dyn Executor,
        row: &'a mut D::Far,
    ) -> impl Future<Output = Result<()>> + Send + use<'a, T, D> {
        create(self.subject(), executor.exec(Location::caller()), row)
    }

    /// The related rows, ordered by the key.
    #[track_caller]
    pub fn all(self, executor: &'a dyn Executor) -> impl Future<Output = Result<Vec<D::Far>>> + Send + use<'a, T, D> {
        read::all(self, executor.exec(Location::caller()))
    }

    /// Their ids, in ascending order.
    #[track_caller]
    pub fn ids(
        self,
        executor: &'a dyn Executor,
    ) -> impl Future<Output = Result<Vec<Id<D::Far>>>> + Send + use<'a, T, D> {
        read::typed_ids(self.subject(), executor.exec(Location::caller()))
    }

    /// How many there are.
    #[track_caller]
    pub fn count(self, executor: &'a dyn Executor) -> impl Future<Output = Result<u64>> + Send + use<'a, T, D> {
        read::count(self.subject(), executor.exec(Location::caller()))
    }

    /// Whether the row with this id is one of them.
    #[track_caller]
    pub fn contains(
        self,
        executor: &'a dyn Executor,
        id: Id<D::Far>,
    ) -> impl Future<Output = Result<bool>> + Send + use<'a, T, D> {
        read::contains(self.subject(), executor.exec(Location::caller()), id.get())
    }
}
