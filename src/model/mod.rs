//! Models: structs whose values are rows, and that send signals when they are saved and deleted.
//!
#![doc = include_str!("../docs/models.md")]
// What this folder may use: the database through `Exec` and `Tx`, the kernel through its signals. It names no driver.

use std::panic::Location;

use signals_core::Signal;

use crate::column::Column;
use crate::db::{Executor, Params};
use crate::error::Result;
use crate::value::ValueRef;

mod accessors;
mod any;
mod bulk;
mod cascade;
mod column;
mod commit;
mod delete;
mod draft;
mod fields;
#[cfg(feature = "fixtures")]
mod fixtures;
mod id;
mod internals;
pub(crate) mod load;
mod lookup;
pub mod many_to_many;
mod meta;
mod model_set;
mod operations;
mod reference;
mod registry;
mod save;
pub(crate) mod signals;
pub(crate) mod sql;
mod update_or_create;
mod upsert;

pub use crate::column::ColumnType;
#[cfg(feature = "serde_json")]
pub use crate::column::Json;
pub use crate::value::{ColumnError, ToJson};
pub(crate) use accessors::same_accessors;
pub use accessors::{Accessor, On};
pub use any::AnyModel;
pub use bulk::{CreateMany, DeleteWhere, UpdateWhere};
pub use column::{Counter, DefaultKey, DefaultOf, Key, KeyBehind, KeyOf, PointsTo, RelatedById, VersionNumber};
pub use delete::Deleted;
pub use fields::FieldSet;
pub use id::Id;
pub use internals::ModelInternals;
pub(crate) use many_to_many::Through;
pub use meta::{Composite, CompositeKind, Field, KeyKind, Meta, OnDelete, ReadOnly, Relation, RelationKind};
pub use model_set::ModelSet;
pub use reference::Ref;
pub use registry::registered_models;
pub(crate) use registry::{in_order, same_tables};
pub use signals::{
    AnyRows, Lifecycle, PostBulkCreate, PostBulkDelete, PostBulkUpdate, PostCommit, PostDelete, PostLoad, PostRollback,
    PostSave, PreDelete, PreSave, SendsLifecycle, post_bulk_create, post_bulk_delete, post_bulk_update, post_commit,
    post_delete, post_load, post_rollback, post_save, pre_delete, pre_save,
};
pub use update_or_create::UpdateOrCreate;

/// A struct whose values are rows. `#[model]` implements it.
///
/// Each call takes a `&Db`, and then is a transaction of its own, or a `&mut Tx`, and then joins that transaction.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "annotate `{Self}` with `#[model]`"
)]
pub trait Model: ModelInternals<PrimaryKey = <Self as Model>::Key> {
    /// The type of its key.
    type Key: Key;

    /// What the model is, as data.
    const META: &'static Meta = Self::MODEL;

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
    /// Sent after a save was undone.
    const POST_ROLLBACK: &'static Signal<PostRollback<'static, Self>> = &Self::LIFECYCLE.post_rollback;

    /// Sent after a row was read.
    const POST_LOAD: &'static Signal<PostLoad<'static, Self>> = &Self::LIFECYCLE.post_load;

    /// Sent after rows were inserted by [`create_many`](Self::create_many).
    const POST_BULK_CREATE: &'static Signal<PostBulkCreate<'static, Self>> = &Self::LIFECYCLE.post_bulk_create;

    /// Sent after rows were updated by [`update_where`](Self::update_where).
    const POST_BULK_UPDATE: &'static Signal<PostBulkUpdate<'static, Self>> = &Self::LIFECYCLE.post_bulk_update;

    /// Sent after rows were deleted by [`delete_where`](Self::delete_where).
    const POST_BULK_DELETE: &'static Signal<PostBulkDelete<'static, Self>> = &Self::LIFECYCLE.post_bulk_delete;

    /// Inserts the row if it is new, else updates all of its columns.
    ///
    /// A row is new if the database assigns its key and the key is unset. If you set the key yourself, the row is
    /// updated, and inserted when there was none, as in Django.
    /// A key of your own must be set: 0, an empty string and the nil UUID are what `Default` gives, and each row that has them would
    /// overwrite the one before. [`create`](Self::create) inserts any key.
    ///
    /// If the model has a `#[version]`, the row is only updated if it is as it was when it was read: see
    /// [`ErrorKind::Stale`](crate::ErrorKind::Stale). A new row gets the version 1, every save after it the next.
    ///
    /// In order: `#[update]`, and the `#[default]` of an unset key, `pre_save`, the statement, `post_save`; all of it in one transaction, so
    /// that a receiver that fails undoes the row. Then the commit, and `post_commit`. If the save fails, the key and the
    /// fields that it set are as they were before. A model without receivers is saved without a transaction round it:
    /// with one statement, or with an UPDATE and then an INSERT if you set the key of a new row yourself.
    ///
    /// # Errors
    /// [`ErrorKind::Receiver`](crate::ErrorKind::Receiver) from a receiver; [`ErrorKind::UnsetId`](crate::ErrorKind::UnsetId) if the row
    /// points to one that is not saved; [`ErrorKind::UnsetKey`](crate::ErrorKind::UnsetKey) if its own key is not set; [`ErrorKind::Stale`](crate::ErrorKind::Stale) if the row has another version;
    /// [`ErrorKind::Unique`](crate::ErrorKind::Unique) and the other refusals of the database.
    #[track_caller]
    fn save<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + 'a {
        save::save(self, executor.exec(), &save::How::InsertOrUpdate, Location::caller())
    }

    /// Updates these fields of the row, and no others: `ann.save_fields(&db, User::fields().email)`. This is Django's
    /// `update_fields`, and receivers are given it under that name.
    ///
    /// It never inserts. An empty set does nothing and sends nothing. The key cannot be in it: every other field is
    /// `FieldSet::all().without_key()`.
    ///
    /// # Errors
    /// As [`save`](Self::save); [`ErrorKind::RowNotFound`](crate::ErrorKind::RowNotFound) if there is no such row, which is
    /// [`ErrorKind::Stale`](crate::ErrorKind::Stale) if the model has a `#[version]`, and then no `post_save` is sent; [`ErrorKind::UnsetId`](crate::ErrorKind::UnsetId) if the row was never saved.
    #[track_caller]
    fn save_fields<'a>(
        &'a mut self,
        executor: &'a dyn Executor,
        fields: FieldSet<Self>,
    ) -> impl Future<Output = Result<()>> + Send + 'a {
        let place = Location::caller();
        async move { save::save(self, executor.exec(), &save::How::Update(fields), place).await }
    }

    /// Inserts the row, also if its key is set. Otherwise as [`save`](Self::save).
    ///
    /// # Errors
    /// As `save`; a row with this key is [`ErrorKind::Unique`](crate::ErrorKind::Unique), and no `post_save` is sent.
    #[track_caller]
    fn create<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + 'a {
        save::save(self, executor.exec(), &save::How::Insert, Location::caller())
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
    /// [`ErrorKind::UnsetId`](crate::ErrorKind::UnsetId) if the row was never saved; [`ErrorKind::Receiver`](crate::ErrorKind::Receiver)
    /// from a receiver; [`ErrorKind::Protected`](crate::ErrorKind::Protected), which names the rows that are in the way.
    #[track_caller]
    fn delete<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<Deleted>> + Send + 'a {
        delete::delete(self, executor.exec(), Location::caller())
    }

    /// Makes this value the row that has the same values in `fields`, and creates it if there is none; says whether it was
    /// created: `ann.get_or_create(&db, User::fields().username)`.
    ///
    /// On a hit nothing is sent but `post_load`, and what the value had in other fields is lost. On a miss it is
    /// [`create`](Self::create), with its signals. If somebody else creates the row at the same moment, the value becomes that
    /// row; what receivers of `pre_save` wrote for it is undone. `None` finds NULL. No field at all, `FieldSet::empty()`, is the
    /// key.
    ///
    /// Two people can create one row each, unless the fields are unique together.
    ///
    /// # Errors
    /// As [`create`](Self::create); [`ErrorKind::MultipleRows`](crate::ErrorKind::MultipleRows) if there is more than one.
    #[track_caller]
    fn get_or_create<'a>(
        &'a mut self,
        executor: &'a dyn Executor,
        fields: FieldSet<Self>,
    ) -> impl Future<Output = Result<bool>> + Send + 'a {
        lookup::get_or_create(self, executor.exec(), fields, Location::caller())
    }

    /// Writes the fields `write` of this value to the row that has the same values in `find`, and creates it if there is none; says
    /// whether it was created. Django's `update_or_create(username=.., defaults={..})`, where `defaults` is `write`.
    ///
    /// A row that is there keeps all other fields, but for those with `#[update]` and `#[version]`. Signals are sent as by
    /// [`save_fields`](Self::save_fields), and the fields that are written are `update_fields`. An empty `write` writes nothing, and is
    /// [`get_or_create`](Self::get_or_create). A new row has the whole value, and what [`create_defaults`](UpdateOrCreate::create_defaults)
    /// sets. Afterwards the value is the row.
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # #[model] #[derive(Default)]
    /// # struct User { #[key] id: Id<User>, #[unique] username: String, email: String, #[default(10)] credits: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<User>().await?;
    /// let fields = User::fields();
    /// let user = |email: &str| User { username: "ann".to_owned(), email: email.to_owned(), ..User::default() };
    /// let mut ann = user("a@b");
    /// let created = ann.update_or_create(&db, fields.username, fields.email).create_defaults(|user| user.credits = 20).await?;
    /// assert!(created && ann.credits == 20);
    ///
    /// let mut ann = user("a@c");
    /// assert!(!ann.update_or_create(&db, fields.username, fields.email).await?);
    /// assert_eq!((ann.email.as_str(), ann.credits), ("a@c", 20));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The row is locked until the transaction ends, so that a `#[version]` is that of the row. If it fails, the value is what it
    /// was. `FieldSet::empty()` as `find` is the key; otherwise as `get_or_create`.
    ///
    /// # Errors
    /// As [`save_fields`](Self::save_fields) and [`create`](Self::create); [`ErrorKind::MultipleRows`](crate::ErrorKind::MultipleRows) if there
    /// is more than one. The key and the fields of `find` cannot be in `write`.
    #[track_caller]
    fn update_or_create<'a>(
        &'a mut self,
        executor: &'a dyn Executor,
        find: FieldSet<Self>,
        write: FieldSet<Self>,
    ) -> UpdateOrCreate<'a, Self> {
        UpdateOrCreate::new(self, executor.exec(), (find, write), Location::caller())
    }

    /// Inserts the row, or writes the fields `write` of the one that has the same values in `unique`, with one statement, `INSERT ..
    /// ON CONFLICT .. DO UPDATE`. **It sends no signals**, because only the database knows which of the two it will be; that is
    /// [`update_or_create`](Self::update_or_create).
    ///
    /// `unique` are fields that are unique together; none at all, `FieldSet::empty()`, is the key. A row that is there keeps the
    /// fields that are not in `write`, but for those with `#[update]` and `#[version]`; with an empty `write` it stays as it is. The value
    /// is the row afterwards, and has its key.
    ///
    /// # Errors
    /// [`ErrorKind::UnsetId`](crate::ErrorKind::UnsetId), and the refusals of the database. The key and the fields of `unique` cannot be in
    /// `write`.
    #[track_caller]
    fn upsert<'a>(
        &'a mut self,
        executor: &'a dyn Executor,
        unique: FieldSet<Self>,
        write: FieldSet<Self>,
    ) -> impl Future<Output = Result<()>> + Send + 'a {
        upsert::upsert(self, executor.exec(), (unique, write), Location::caller())
    }

    /// Inserts many rows, all of them or none, some hundred with each statement, and sets their ids.
    ///
    /// **It sends no signals of single rows**: no `pre_save`, no `post_save`, no `post_commit`. It sends
    /// [`post_bulk_create`] once, unless there is no row. [`with_signals`](CreateMany::with_signals) sends those of each row as well:
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<User>().await?;
    /// let mut users: Vec<User> = (0..1000).map(|n| User { name: format!("user {n}"), ..User::default() }).collect();
    /// User::create_many(&db, &mut users).await?;
    /// assert!(users.iter().all(|user| !user.id.is_unset()));
    ///
    /// let mut more = [User::default(), User::default()];
    /// User::create_many(&db, &mut more).with_signals().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `#[update]`, `#[version]` and the `#[default]` of a key are set as by [`create`](Self::create). If it fails, they and the
    /// keys are as they were before.
    ///
    /// # Errors
    /// As [`create`](Self::create). A duplicate does not say which of the rows it was.
    #[track_caller]
    fn create_many<'a>(executor: &'a dyn Executor, rows: &'a mut [Self]) -> CreateMany<'a, Self> {
        CreateMany::new(executor.exec(), rows, Location::caller())
    }

    /// Sets `fields` of every row for which a condition holds to what `values` has in them, with one statement, and says how
    /// many rows there were.
    ///
    /// **It sends no signals of single rows**, but [`post_bulk_update`] once, if a row was updated.
    /// [`with_signals`](UpdateWhere::with_signals) saves each row with its own.
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, age: i64, adult: bool }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<User>().await?;
    /// let grown_up = User { adult: true, ..User::default() };
    /// let count = User::update_where(&db, User::fields().adult, &grown_up, "age >= ?", &(18,)).await?;
    /// # assert_eq!(count, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The condition is SQL. Its placeholders are those of [`Params`]: `?`, or `?2` for the second parameter.
    /// `#[update]` of these fields is set as by [`save_fields`](Self::save_fields), and a `#[version]`
    /// counts on in each row. For `SET visits = visits + 1`, write SQL: `db.execute(..)`.
    ///
    /// # Errors
    /// An empty condition: write `true` if you mean every row. The refusals of the database.
    #[track_caller]
    fn update_where<'a>(
        executor: &'a dyn Executor,
        fields: FieldSet<Self>,
        values: &'a Self,
        condition: &'a str,
        params: &'a dyn Params,
    ) -> UpdateWhere<'a, Self> {
        UpdateWhere::new(executor.exec(), (fields, values), (condition, params), Location::caller())
    }

    /// Deletes every row for which a condition holds, with one statement, and says how many there were. The condition is that
    /// of [`update_where`](Self::update_where).
    ///
    /// **It sends no signals of single rows**, but [`post_bulk_delete`] once, if a row was deleted, **and follows no `on_delete`**
    /// but `db_cascade`: if other rows point to one of these, it fails and deletes nothing. [`with_signals`](DeleteWhere::with_signals) deletes
    /// the rows with what goes with them, and with their signals.
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<User>().await?;
    /// let deleted = User::delete_where(&db, "name LIKE ?", &("test%",)).await?;
    /// assert_eq!(deleted.total(), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// An empty condition: write `true` if you mean every row. [`ErrorKind::ForeignKey`](crate::ErrorKind::ForeignKey) if other rows
    /// point to these; with signals, those of [`delete`](Self::delete).
    #[track_caller]
    fn delete_where<'a>(
        executor: &'a dyn Executor,
        condition: &'a str,
        params: &'a dyn Params,
    ) -> DeleteWhere<'a, Self> {
        DeleteWhere::new(executor.exec(), (condition, params), Location::caller())
    }

    /// Reads the row again, into this value. Fields with `#[skip]` stay as they are.
    ///
    /// # Errors
    /// [`ErrorKind::RowNotFound`](crate::ErrorKind::RowNotFound) if there is no such row any more.
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

    // What the accessors of relations and fixtures do. They are here and not in functions with bounds of their own, so that a relation
    // to a struct that is no model is one error.

    #[doc(hidden)]
    fn __load_related<'a, T>(
        tx: &'a crate::Tx,
        place: &'static Location<'static>,
        row: &'a dyn AnyModel,
        ids: &'a [i64],
    ) -> signals_core::BoxFuture<'a, Result<()>>
    where
        T: Through<Target = Self> + Model,
        T::Source: Model,
    {
        many_to_many::load_related::<T>(tx, place, row, ids)
    }

    #[doc(hidden)]
    #[track_caller]
    fn __follow<'a, Loaded: 'a>(
        executor: &'a dyn Executor,
        key: Option<ValueRef<'a>>,
        pointer: (&'static str, &'static str),
        loaded: fn(Option<Self>) -> Option<Loaded>,
    ) -> impl Future<Output = Result<Loaded>> + Send + 'a {
        load::follow(executor.exec(), key, pointer, loaded, Location::caller())
    }

    #[doc(hidden)]
    #[track_caller]
    fn __one_that_points<'a, Other: Model>(
        &'a self,
        executor: &'a dyn Executor,
        field: usize,
    ) -> impl Future<Output = Result<Option<Other>>> + Send + 'a {
        let place = Location::caller();
        async move { load::find(executor.exec(), field, &[self.primary_key().to_value()], place).await }
    }

    #[doc(hidden)]
    #[track_caller]
    fn __all_that_point<'a, Other: Model>(
        &'a self,
        executor: &'a dyn Executor,
        field: usize,
    ) -> impl Future<Output = Result<Vec<Other>>> + Send + 'a {
        let place = Location::caller();
        async move { load::all_by_field(executor.exec(), field, &[self.primary_key().to_value()], place).await }
    }
}
