//! Models: structs whose values are rows, and that send signals when they are saved and deleted.
//!
//! What this folder may use: the database through `Exec` and `Tx`, the kernel through its signals. It names no driver.

use std::panic::Location;

use signals_core::__private::SendsSignals;
use signals_core::Signal;

use crate::db::{Executor, Row};
use crate::error::Result;
use crate::value::{Column, Value, ValueRef};

mod any;
mod cascade;
mod column;
mod commit;
mod delete;
mod draft;
mod fields;
mod id;
mod lifecycle;
pub(crate) mod load;
mod meta;
mod operations;
mod save;
mod schema;
mod sql;
mod tables;

pub use any::AnyModel;
pub use column::{Counter, IdOf, Key, KeyOf, OwnKey, PointsTo, Unset, Version};
pub use delete::Deleted;
pub use fields::FieldSet;
pub use id::Id;
pub use lifecycle::{
    Lifecycle, PostCommit, PostDelete, PostLoad, PostSave, PreDelete, PreSave, post_commit, post_delete, post_load,
    post_save, pre_delete, pre_save,
};
pub use meta::{Composite, CompositeKind, Field, KeyKind, Meta, OnDelete, Relation, RelationKind};
pub(crate) use schema::same_tables;
pub use schema::{Models, models};

/// A struct whose values are rows. `#[model]` implements it.
///
/// Each call takes a `&Db`, and then is a transaction of its own, or a `&mut Tx`, and then joins that transaction.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "annotate `{Self}` with `#[model]`"
)]
pub trait Model: SendsSignals<Me = Self> + Sized + Send + Sync + 'static {
    /// The type of its key.
    type Key: Key;

    /// What the model is, as data.
    const META: &'static Meta;

    #[doc(hidden)]
    const COLUMNS: usize;

    #[doc(hidden)]
    const LIFECYCLE: &'static Lifecycle<Self>;

    /// Sent before a row is saved.
    const PRE_SAVE: &'static Signal<PreSave<'static, Self>> = &Self::LIFECYCLE.pre_save;
    /// Sent after a row was saved, in its transaction.
    const POST_SAVE: &'static Signal<PostSave<'static, Self>> = &Self::LIFECYCLE.post_save;
    /// Sent before a row is deleted.
    const PRE_DELETE: &'static Signal<PreDelete<'static, Self>> = &Self::LIFECYCLE.pre_delete;
    /// Sent after a row was deleted, in its transaction.
    const POST_DELETE: &'static Signal<PostDelete<'static, Self>> = &Self::LIFECYCLE.post_delete;
    /// Sent after the transaction of a save was committed.
    const POST_COMMIT: &'static Signal<PostCommit<'static, Self>> = &Self::LIFECYCLE.post_commit;

    /// Sent after a row was read.
    const POST_LOAD: &'static Signal<PostLoad<'static, Self>> = &Self::LIFECYCLE.post_load;

    /// What a failed save puts back: the key and the fields with `#[default]`, `#[update]` and `#[version]`.
    #[doc(hidden)]
    type Automatic: Send;

    /// The `#[default]` of a field with `on_delete = set_default`.
    #[doc(hidden)]
    fn default_of(_: usize) -> Value {
        Value::Null
    }
    #[doc(hidden)]
    fn key(&self) -> &Self::Key;
    #[doc(hidden)]
    fn set_key(&mut self, key: Self::Key);
    #[doc(hidden)]
    fn version(&mut self) -> Option<&mut dyn Counter> {
        None
    }
    #[doc(hidden)]
    fn value(&self, index: usize) -> ValueRef<'_>;
    #[doc(hidden)]
    fn from_row(row: &Row<'_>) -> Result<Self>;
    #[doc(hidden)]
    fn assign(&mut self, row: Self);
    #[doc(hidden)]
    #[must_use]
    fn snapshot(&self) -> Self;
    #[doc(hidden)]
    fn automatic(&self) -> Self::Automatic;
    #[doc(hidden)]
    fn restore(&mut self, automatic: Self::Automatic);
    /// Sets `#[default]` and `#[update]` of the fields that are to be written.
    #[doc(hidden)]
    fn fill(&mut self, is_written: &dyn Fn(usize) -> bool);

    /// Cuts off what the columns do not store.
    #[doc(hidden)]
    fn settle(&mut self) {}

    /// Inserts the row if it is new, else updates all of its columns.
    ///
    /// A row is new if the database assigns its key and the key is unset. If you set the key yourself, the row is
    /// updated, and inserted when there was none, as in Django.
    ///
    /// If the model has a `#[version]`, the row is only updated if it is as it was when it was read: see
    /// [`Error::Stale`](crate::Error::Stale). A new row gets the version 1, every save after it the next.
    ///
    /// In order: `#[default]` and `#[update]`, `pre_save`, the statement, `post_save`; all of it in one transaction, so
    /// that a receiver that fails undoes the row. Then the commit, and `post_commit`. If the save fails, the key and the
    /// fields that it set are as they were before. A model without receivers is saved without a transaction round it:
    /// with one statement, or with an UPDATE and then an INSERT if you set the key of a new row yourself.
    ///
    /// # Errors
    /// [`Error::Receiver`](crate::Error::Receiver) from a receiver; [`Error::UnsetId`](crate::Error::UnsetId) if the row
    /// points to one that is not saved; [`Error::Stale`](crate::Error::Stale) if the row has another version;
    /// [`Error::Unique`](crate::Error::Unique) and the other refusals of the database.
    #[track_caller]
    fn save<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + 'a {
        save::save(self, executor.exec(), save::How::InsertOrUpdate, Location::caller())
    }

    /// Updates these fields of the row, and no others: `ann.save_fields(&db, User::fields().email)`. This is Django's
    /// `update_fields`, and receivers are given it under that name.
    ///
    /// It never inserts. An empty set does nothing and sends nothing; the key cannot be in it.
    ///
    /// # Errors
    /// As [`save`](Self::save); [`Error::NotFound`](crate::Error::NotFound) if there is no such row, which is
    /// [`Error::Stale`](crate::Error::Stale) if the model has a `#[version]`, and then no `post_save` is sent; [`Error::UnsetId`](crate::Error::UnsetId) if the row was never saved.
    #[track_caller]
    fn save_fields<'a>(
        &'a mut self,
        executor: &'a dyn Executor,
        fields: FieldSet<Self>,
    ) -> impl Future<Output = Result<()>> + Send + 'a {
        save::save(self, executor.exec(), save::How::Update(fields), Location::caller())
    }

    /// Inserts the row, also if its key is set. Otherwise as [`save`](Self::save).
    ///
    /// # Errors
    /// As `save`; a row with this key is [`Error::Unique`](crate::Error::Unique), and no `post_save` is sent.
    #[track_caller]
    fn create<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + 'a {
        save::save(self, executor.exec(), save::How::Insert, Location::caller())
    }

    /// Deletes the row and what goes with it, and says how many rows went. An [`Id`] is unset afterwards; on a `&mut Tx`
    /// it stays, because the delete may still be undone.
    ///
    /// Rows of any model that point to it are treated as their `on_delete` says, in other crates, too. In order, and in
    /// one transaction: everything that goes is collected; a row that is protected is an error; `pre_delete` for each
    /// row, children before their parents; the rows; `post_delete` for each. Rows of a model that nobody listens to and
    /// nothing points to are deleted without being loaded. A `#[version]` is not looked at.
    ///
    /// # Errors
    /// [`Error::UnsetId`](crate::Error::UnsetId) if the row was never saved; [`Error::Receiver`](crate::Error::Receiver)
    /// from a receiver; [`Error::Protected`](crate::Error::Protected), which names the rows that are in the way.
    #[track_caller]
    fn delete<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<Deleted>> + Send + 'a {
        delete::delete(self, executor.exec(), Location::caller())
    }

    /// Reads the row again, into this value. Fields with `#[skip]` stay as they are.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such row any more.
    #[track_caller]
    fn refresh<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + 'a {
        load::refresh(self, executor.exec(), Location::caller())
    }

    /// The row with this key, if there is one. A `String` key is given as a `&str`. Sends `post_load`, as everything that reads
    /// rows does.
    #[track_caller]
    fn get(executor: &dyn Executor, key: impl Into<Self::Key>) -> impl Future<Output = Result<Option<Self>>> + Send {
        let (key, place) = (key.into(), Location::caller());
        async move { load::get(executor.exec(), &key, place).await }
    }

    /// Every row, by the key.
    #[track_caller]
    fn all(executor: &dyn Executor) -> impl Future<Output = Result<Vec<Self>>> + Send {
        load::all(executor.exec(), Location::caller())
    }

    // What the accessors of relations do. They are here and not in functions with bounds of their own, so that a relation
    // to a struct that is no model is one error.

    #[doc(hidden)]
    #[track_caller]
    fn follow<'a, Loaded: 'a>(
        executor: &'a dyn Executor,
        id: Option<Id<Self>>,
        field: &'static str,
        loaded: fn(Option<Self>) -> Option<Loaded>,
    ) -> impl Future<Output = Result<Loaded>> + Send + 'a {
        load::follow(executor.exec(), id, field, loaded, Location::caller())
    }

    #[doc(hidden)]
    #[track_caller]
    fn one_that_points<'a, Other: Model>(
        &'a self,
        executor: &'a dyn Executor,
        field: usize,
    ) -> impl Future<Output = Result<Option<Other>>> + Send + 'a {
        let place = Location::caller();
        async move { load::find(executor.exec(), field, &[self.key().to_value()], place).await }
    }

    #[doc(hidden)]
    #[track_caller]
    fn all_that_point<'a, Other: Model>(
        &'a self,
        executor: &'a dyn Executor,
        field: usize,
    ) -> impl Future<Output = Result<Vec<Other>>> + Send + 'a {
        let place = Location::caller();
        async move { load::all_by_field(executor.exec(), field, &[self.key().to_value()], place).await }
    }
}
