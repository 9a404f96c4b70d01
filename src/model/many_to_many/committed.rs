//! `m2m_commit`: what a transaction did to a relation, after its commit.

use std::marker::PhantomData;

use signals_core::Context;

use super::changed::Sender;
use super::{AnyIds, Through};
use crate::db::Db;
use crate::model::signals::model_signal;
use crate::model::{AnyModel, Id, Meta, ModelInternals};

model_signal! {
    /// After the transaction of changes of a relation was committed. See [`M2mCommit`].
    m2m_commit,
    /// The payload of [`m2m_commit`]. Its sender is the through model `T`. Use it for actions that cannot be undone.
    ///
    /// It is sent once for each row whose relation was changed, with the difference that the transaction made: an id that was
    /// added and removed again is not in it, and without a difference nothing is sent. Changes from both sides are put together: what was
    /// added from one side and removed from the other is no difference. An id belongs to the side that changed it last. The changes are
    /// those of [`Related`](super::Related), such as `ann.groups().add(..)`. Rows that are deleted with either end are not sent, and what
    /// was related to a row that is deleted later in the transaction was not added. A savepoint that is rolled back takes its changes back.
    ///
    /// It is called at most once, and an error cannot undo anything: see [`PostCommit`](crate::model::PostCommit).
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # use signals::many_to_many::AnyIds;
    /// # #[model] #[derive(Default)] struct Group { #[key] id: Id<Group> }
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }
    /// #[receiver(m2m_commit, sender = UserGroups)]
    /// async fn synchronize(instance: &dyn AnyModel, added: &dyn AnyIds, removed: &dyn AnyIds) {
    ///     println!("{} {}: {} added, {} removed", instance.model().name, instance.key(), added.len(), removed.len());
    /// }
    /// ```
    M2mCommit<T: Sender> {
        /// Whether the changes were made from the side without the field: then `instance` is of the model that the field names, and
        /// the ids are those of rows with the field.
        pub reverse: bool,
        /// The row whose relation was changed, as the last change was called with it. Fields with `#[skip]` have their `Default`.
        pub instance: &'a dyn AnyModel,
        /// The ids to which the row is related since the transaction, in ascending order.
        pub added: &'a dyn AnyIds,
        /// The ids to which the row was related before the transaction, in ascending order.
        pub removed: &'a dyn AnyIds,
        /// The database, for reads and writes in other transactions.
        pub db: &'a Db,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
        /// The model of the ids: that of the other side.
        pub model: &'static Meta,
        /// The through model, whose rows relate the two sides.
        pub through: &'static Meta,
        /// Whether every change was a raw write of [`load_fixture`](crate::Db::load_fixture). Only receivers with `raw = true` are called
        /// for those.
        pub raw: bool,
        pub(super) sender: PhantomData<fn(&T)>,
    },
    sender: Sender,
    instance: any,
    raw: raw,
    scope: db,
    is: [OutsideTransaction, HasRawWrites],
    debug: |event| {
        reverse: event.reverse,
        instance: event.instance,
        model: event.model.name,
        through: event.through.name,
        added: event.added,
        removed: event.removed,
    },
    |event| {
        reverse: event.reverse,
        instance: event.instance,
        added: event.added,
        removed: event.removed,
        db: event.db,
        context: event.context,
        model: event.model,
        through: event.through,
        raw: event.raw,
        sender: PhantomData,
    }
}

/// The instance and the ids of [`M2mCommit`], with their types.
#[derive(Debug)]
pub enum CommittedSide<'a, Source, Target> {
    /// From the row with the `#[many_to_many]` field, which is related to rows of the model that the field names.
    Forward {
        /// The row.
        instance: &'a Source,
        /// The ids that were added.
        added: &'a [Id<Target>],
        /// The ids that were removed.
        removed: &'a [Id<Target>],
    },
    /// From a row of the model that the field names.
    Reverse {
        /// The row.
        instance: &'a Target,
        /// The ids that were added.
        added: &'a [Id<Source>],
        /// The ids that were removed.
        removed: &'a [Id<Source>],
    },
}

impl<'a, T: Through> M2mCommit<'a, T>
where
    T::Source: ModelInternals,
    T::Target: ModelInternals,
{
    /// The instance and the ids with their types, for each of the two sides that changes can be made from:
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # use signals::many_to_many::CommittedSide;
    /// # #[model] #[derive(Default)] struct Group { #[key] id: Id<Group> }
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }
    /// #[receiver(m2m_commit, sender = UserGroups)]
    /// fn watch(event: &M2mCommit<'_, UserGroups>) {
    ///     match event.side() {
    ///         CommittedSide::Forward { instance, added, .. } => println!("user {} joined {}", instance.id, added.len()),
    ///         CommittedSide::Reverse { instance, added, .. } => println!("group {} got {}", instance.id, added.len()),
    ///     }
    /// }
    /// ```
    pub fn side(&self) -> CommittedSide<'a, T::Source, T::Target> {
        let (instance, added, removed) = (self.instance, self.added, self.removed);
        if self.reverse {
            let (Some(instance), Some(added), Some(removed)) = (instance.downcast_ref(), added.of(), removed.of())
            else {
                unreachable!("the ids are those of the source")
            };
            CommittedSide::Reverse { instance, added, removed }
        } else {
            let (Some(instance), Some(added), Some(removed)) = (instance.downcast_ref(), added.of(), removed.of())
            else {
                unreachable!("the ids are those of the target")
            };
            CommittedSide::Forward { instance, added, removed }
        }
    }
}
