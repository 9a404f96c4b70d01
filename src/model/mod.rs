//! Models: structs whose values are rows, and that send signals when they are saved and deleted.
//!
//! What this folder may use: the database through `Exec` and `Tx`, the kernel through its signals. It names no driver.

use std::panic::Location;

use signals_core::__private::Sender;
use signals_core::Signal;

use crate::db::{Executor, Row};
use crate::error::Result;
use crate::value::ValueRef;

mod any;
mod column;
mod commit;
mod delete;
mod draft;
mod id;
mod lifecycle;
pub(crate) mod load;
mod meta;
mod save;
mod schema;
mod sql;

pub use any::AnyModel;
pub use column::{Key, Reference, Unset};
pub use delete::Deleted;
pub use id::Id;
pub use lifecycle::{
    Lifecycle, PostCommit, PostDelete, PostSave, PreDelete, PreSave, post_commit, post_delete, post_save, pre_delete,
    pre_save,
};
pub use meta::{Field, KeyKind, Meta, OnDelete, Relation, RelationKind};
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
pub trait Model: Sender<Me = Self> + Sized + Send + Sync + 'static {
    /// The type of its key.
    type Key: Key;

    /// What the model is, as data.
    const META: &'static Meta;

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

    /// What a failed save puts back: the key and the fields with `#[default]` and `#[update]`.
    #[doc(hidden)]
    type Automatic: Send;

    #[doc(hidden)]
    fn key(&self) -> &Self::Key;
    #[doc(hidden)]
    fn set_key(&mut self, key: Self::Key);
    #[doc(hidden)]
    fn value(&self, index: usize) -> ValueRef<'_>;
    #[doc(hidden)]
    fn from_row(row: &Row<'_>) -> Result<Self>;
    #[doc(hidden)]
    fn assign(&mut self, row: Self);
    #[doc(hidden)]
    fn snapshot(&self) -> Self;
    #[doc(hidden)]
    fn automatic(&self) -> Self::Automatic;
    #[doc(hidden)]
    fn restore(&mut self, automatic: Self::Automatic);
    #[doc(hidden)]
    fn fill(&mut self);

    /// Inserts the row if it is new, else updates all of its columns.
    ///
    /// A row is new if the database assigns its key and the key is unset. If you set the key yourself, the row is
    /// updated, and inserted when there was none, as in Django.
    ///
    /// In order: `#[default]` and `#[update]`, `pre_save`, the statement, `post_save`; all of it in one transaction, so
    /// that a receiver that fails undoes the row. Then the commit, and `post_commit`. If the save fails, the key and the
    /// fields that it set are as they were before. A model without receivers is saved with one statement and no
    /// transaction round it.
    ///
    /// # Errors
    /// [`Error::Receiver`](crate::Error::Receiver) from a receiver; [`Error::UnsetId`](crate::Error::UnsetId) if the row
    /// points to one that is not saved; [`Error::Unique`](crate::Error::Unique) and the other refusals of the database.
    #[track_caller]
    fn save<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + 'a {
        save::save(self, executor.exec(), save::How::InsertOrUpdate, Location::caller())
    }

    /// Inserts the row, also if its key is set. Otherwise as [`save`](Self::save).
    ///
    /// # Errors
    /// As `save`; a row with this key is [`Error::Unique`](crate::Error::Unique), and no `post_save` is sent.
    #[track_caller]
    fn create<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + 'a {
        save::save(self, executor.exec(), save::How::Insert, Location::caller())
    }

    /// Deletes the row, with `pre_delete` before and `post_delete` after it in one transaction, and says how many rows
    /// went. An [`Id`] is unset afterwards.
    ///
    /// Rows of other models that point to it are treated as their `on_delete` says, by the database.
    ///
    /// # Errors
    /// [`Error::UnsetId`](crate::Error::UnsetId) if the row was never saved; [`Error::Receiver`](crate::Error::Receiver)
    /// from a receiver; [`Error::ForeignKey`](crate::Error::ForeignKey) if a row that is protected points to it.
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

    /// The row with this key, if there is one.
    #[track_caller]
    fn get<'a>(executor: &'a dyn Executor, key: Self::Key) -> impl Future<Output = Result<Option<Self>>> + Send + 'a {
        let place = Location::caller();
        async move { load::by_key(executor.exec(), &key, place).await }
    }

    /// Every row, by the key.
    #[track_caller]
    fn all<'a>(executor: &'a dyn Executor) -> impl Future<Output = Result<Vec<Self>>> + Send + 'a {
        load::all(executor.exec(), Location::caller())
    }
}
