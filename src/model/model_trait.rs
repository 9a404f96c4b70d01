//! The trait of models: what can be done with their rows.

use std::panic::Location;

use signals_core::{BoxFuture, Signal};

use super::key::{IntoKey, Key};
use super::many_to_many::{self, Through};
use super::query::{ConditionClosure, OrderClosure, Query, RelationClosure};
use super::{
    AnyModel, CreateMany, DeleteWhere, Deleted, FieldSet, IntoFieldSet, Meta, ModelInternals, PostBulkCreate,
    PostBulkDelete, PostBulkUpdate, PostCommit, PostDelete, PostDeleteCommit, PostDeleteRollback, PostLoad,
    PostRollback, PostSave, PreDelete, PreSave, UpdateOrCreate, UpdateWhere,
};
use super::{delete, load, lookup, save, upsert};
use crate::column::Column;
use crate::db::{Executor, Params, Tx};
use crate::error::Result;
use crate::value::ValueRef;
#[cfg(doc)]
use crate::{
    error::ErrorKind,
    model::{post_bulk_create, post_bulk_delete, post_bulk_update},
};

/// One row, in contrast to a list of rows. It is never met for a list: the compiler prints its message for `users.save(db)`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a list of rows, and these methods are of one row",
    label = "not a method of a list",
    note = "insert the rows together, `User::create_many(&db, &mut users)`, or call the method of each: `for user in &mut users {{ \
            user.save(&db).await?; }}`"
)]
pub trait IsOneRow<K>: ModelInternals<PrimaryKey = K> {}

macro_rules! lists_are_no_rows {
    ($($list:ty $(, $length:ident)?;)*) => {$(
        #[doc(hidden)]
        #[diagnostic::do_not_recommend]
        impl<M: Model $(, const $length: usize)?> Model for $list
        where
            Self: IsOneRow<M::Key>,
        {
            type Key = M::Key;
        }
    )*};
}

lists_are_no_rows! {
    Vec<M>;
    [M; N], N;
}

/// A struct whose values are rows. `#[model]` implements it.
///
/// Each method takes an executor: a `&Db`, and then the call is a transaction of its own, or a `&mut Tx`, and then it is part of that
/// transaction.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "a model is a struct of your own with `#[model]`: annotate `{Self}`, or name another type if `{Self}` is not yours"
)]
pub trait Model: ModelInternals<PrimaryKey = <Self as Model>::Key> {
    /// The type of its key.
    type Key: Key;

    /// The model as data: its table, its fields and their columns.
    const META: &'static Meta = Self::MODEL;

    /// Sent before a row is saved.
    const PRE_SAVE: &'static Signal<PreSave<'static, Self>> = &Signal::of(&Self::MODEL.lifecycle.pre_save);
    /// Sent after a row was saved, in its transaction.
    const POST_SAVE: &'static Signal<PostSave<'static, Self>> = &Signal::of(&Self::MODEL.lifecycle.post_save);
    /// Sent before a row is deleted.
    const PRE_DELETE: &'static Signal<PreDelete<'static, Self>> = &Signal::of(&Self::MODEL.lifecycle.pre_delete);
    /// Sent after a row was deleted, in its transaction.
    const POST_DELETE: &'static Signal<PostDelete<'static, Self>> = &Signal::of(&Self::MODEL.lifecycle.post_delete);
    /// Sent after the transaction of a save was committed.
    const POST_COMMIT: &'static Signal<PostCommit<'static, Self>> = &Signal::of(&Self::MODEL.lifecycle.post_commit);
    /// Sent after a save was undone.
    const POST_ROLLBACK: &'static Signal<PostRollback<'static, Self>> =
        &Signal::of(&Self::MODEL.lifecycle.post_rollback);
    /// Sent after the transaction of a delete was committed.
    const POST_DELETE_COMMIT: &'static Signal<PostDeleteCommit<'static, Self>> =
        &Signal::of(&Self::MODEL.lifecycle.post_delete_commit);
    /// Sent after a delete was undone.
    const POST_DELETE_ROLLBACK: &'static Signal<PostDeleteRollback<'static, Self>> =
        &Signal::of(&Self::MODEL.lifecycle.post_delete_rollback);

    /// Sent after a row was read.
    const POST_LOAD: &'static Signal<PostLoad<'static, Self>> = &Signal::of(&Self::MODEL.lifecycle.post_load);

    /// Sent after rows were inserted by [`create_many`](Self::create_many).
    const POST_BULK_CREATE: &'static Signal<PostBulkCreate<'static, Self>> =
        &Signal::of(&Self::MODEL.lifecycle.post_bulk_create);

    /// Sent after rows were updated by [`update_where`](Self::update_where).
    const POST_BULK_UPDATE: &'static Signal<PostBulkUpdate<'static, Self>> =
        &Signal::of(&Self::MODEL.lifecycle.post_bulk_update);

    /// Sent after rows were deleted by [`delete_where`](Self::delete_where).
    const POST_BULK_DELETE: &'static Signal<PostBulkDelete<'static, Self>> =
        &Signal::of(&Self::MODEL.lifecycle.post_bulk_delete);

    /// Inserts the row if it is new, and updates all of its columns otherwise.
    ///
    /// A row with an auto-generated key, an `Id`, is new if the key is unset. A row with an application-assigned key is updated, and
    /// inserted if there was no such row, as in Django. An application-assigned key must be set: 0, an empty string and the nil UUID
    /// are what `Default` gives, and every row with such a key would overwrite the one before. [`create`](Self::create) inserts
    /// any key.
    ///
    /// If the model has a `#[version]`, the row is only updated if nothing else has saved it since it was read: see
    /// [`ErrorKind::Stale`]. A new row gets the version 1, and every save increments it.
    ///
    /// A save does this, in one transaction: it sets the fields with `#[update]` and an unset key with `#[default]`, sends `pre_save`,
    /// executes the statement and sends `post_save`, so that a receiver that fails undoes the row. Then it commits and sends
    /// `post_commit`. If the save fails, the key and the fields that it set are restored. A model without receivers is saved without
    /// a transaction around it: with one statement, or with an UPDATE and then an INSERT for a new row with an application-assigned
    /// key.
    ///
    /// # Errors
    /// [`ErrorKind::Receiver`] from a receiver; [`ErrorKind::UnsetId`] if the row points to one that is not saved;
    /// [`ErrorKind::UnsetKey`] if its own key is not set; [`ErrorKind::Stale`] if the row has another version;
    /// [`ErrorKind::Unique`] and other errors of the database.
    #[track_caller]
    fn save<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + 'a {
        save::save(self, executor, Location::caller(), &save::SaveMode::InsertOrUpdate)
    }

    /// Updates only these fields of the row: `ann.save_fields(&db, User::fields().email)`, or several of them in brackets. This is
    /// Django's `update_fields`, and receivers get the fields under that name.
    ///
    /// It never inserts. An empty set does nothing and sends nothing. The set cannot contain the key: use
    /// `FieldSet::all().without_key()` for all other fields.
    ///
    /// # Errors
    /// Like [`save`](Self::save); [`ErrorKind::RowNotFound`] if the row does not exist, or [`ErrorKind::Stale`] if the model has a
    /// `#[version]`, and then no `post_save` is sent; [`ErrorKind::UnsetId`] if the row was never saved.
    #[track_caller]
    fn save_fields<'a>(
        &'a mut self,
        executor: &'a dyn Executor,
        fields: impl IntoFieldSet<Self>,
    ) -> BoxFuture<'a, Result<()>> {
        let (fields, place) = (fields.into_field_set(), Location::caller());
        Box::pin(async move { save::save(self, executor, place, &save::SaveMode::Update(fields.of_any())).await })
    }

    /// Inserts the row, also if its key is set. Otherwise it is like [`save`](Self::save).
    ///
    /// # Errors
    /// Like `save`; [`ErrorKind::Unique`] if a row with this key exists, and then no `post_save` is sent.
    #[track_caller]
    fn create<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + 'a {
        save::save(self, executor, Location::caller(), &save::SaveMode::Insert)
    }

    /// Deletes the row and its cascade, and returns how many rows were deleted. An [`Id`](super::Id) is unset afterwards; on a
    /// `&mut Tx` it is kept, because the delete may still be undone.
    ///
    /// Rows of any model that point to it, also of models in other crates, are handled as their `on_delete` says. In one transaction,
    /// the rows of the cascade are collected, and a protected row is an error; `pre_delete` is sent for each row, children before
    /// their parents; the rows are deleted; `post_delete` is sent for each, and `post_delete_commit` after the commit. Rows of a model that has no receivers and that no other
    /// model points to are deleted without being loaded. A `#[version]` is not compared.
    ///
    /// # Errors
    /// [`ErrorKind::UnsetId`] if the row was never saved; [`ErrorKind::Receiver`] from a receiver; [`ErrorKind::Protected`], which
    /// names the rows that prevent it.
    #[track_caller]
    fn delete<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<Deleted>> + Send + 'a {
        delete::delete(self, executor, Location::caller())
    }

    /// Finds the row that has the values of `fields` in this value, or creates it, and returns whether it was created:
    /// `ann.get_or_create(&db, User::fields().username)`. Afterwards the value is the row.
    ///
    /// If the row is found, only `post_load` is sent, and the values of other fields are lost. Otherwise it is
    /// [`create`](Self::create), with its signals. If another transaction creates the row at the same time, the value becomes that
    /// row, and what receivers of `pre_save` wrote is undone. `None` finds NULL. An empty set, `FieldSet::empty()`, stands for the
    /// key.
    ///
    /// Two concurrent calls can create a row each, unless the fields are unique together.
    ///
    /// # Errors
    /// Like [`create`](Self::create); [`ErrorKind::MultipleRows`] if there is more than one such row.
    #[track_caller]
    fn get_or_create<'a>(
        &'a mut self,
        executor: &'a dyn Executor,
        fields: impl IntoFieldSet<Self>,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(lookup::get_or_create(self, executor.exec(Location::caller()), fields.into_field_set().of_any()))
    }

    /// Writes the fields `write` of this value to the row that has its values in `find`, or creates it, and returns whether it was
    /// created. This is Django's `update_or_create(username=.., defaults={..})`, where `defaults` is `write`.
    ///
    /// An existing row keeps all other fields, except those with `#[update]` and `#[version]`. The signals are those of
    /// [`save_fields`](Self::save_fields), and the written fields are `update_fields`. With an empty `write` it is
    /// [`get_or_create`](Self::get_or_create). A new row gets the whole value, and what
    /// [`create_defaults`](UpdateOrCreate::create_defaults) sets. Afterwards the value is the row.
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
    /// The row is locked until the transaction ends, so a `#[version]` never conflicts. If it fails, the value is unchanged. With
    /// `FieldSet::empty()` as `find`, the row is found by its key; otherwise it is like `get_or_create`.
    ///
    /// # Errors
    /// Like [`save_fields`](Self::save_fields) and [`create`](Self::create); [`ErrorKind::MultipleRows`] if there is more than one such
    /// row. `write` cannot contain the key or the fields of `find`.
    #[track_caller]
    fn update_or_create<'a>(
        &'a mut self,
        executor: &'a dyn Executor,
        find: impl IntoFieldSet<Self>,
        write: impl IntoFieldSet<Self>,
    ) -> UpdateOrCreate<'a, Self> {
        let fields = (find.into_field_set(), write.into_field_set());
        UpdateOrCreate::new(self, executor.exec(Location::caller()), fields)
    }

    /// Inserts the row, or writes the fields `write` to the row that has its values in `unique`, with one statement, `INSERT ..
    /// ON CONFLICT .. DO UPDATE`. **It sends no signals**, because only the database knows which of the two it does; use
    /// [`update_or_create`](Self::update_or_create) for signals.
    ///
    /// `unique` are fields that are unique together; an empty set, `FieldSet::empty()`, stands for the key. An existing row keeps the
    /// fields that are not in `write`, except those with `#[update]` and `#[version]`; with an empty `write` it is left unchanged.
    /// Afterwards the value is the row, and has its key.
    ///
    /// # Errors
    /// [`ErrorKind::UnsetId`], and errors of the database. `write` cannot contain the key or the fields of `unique`.
    #[track_caller]
    fn upsert<'a>(
        &'a mut self,
        executor: &'a dyn Executor,
        unique: impl IntoFieldSet<Self>,
        write: impl IntoFieldSet<Self>,
    ) -> BoxFuture<'a, Result<()>> {
        let fields = (unique.into_field_set(), write.into_field_set());
        Box::pin(upsert::upsert(self, executor.exec(Location::caller()), fields))
    }

    /// Inserts many rows, all of them or none, up to some hundred with each statement, and sets their ids.
    ///
    /// **It sends no signals of single rows**: no `pre_save`, `post_save` or `post_commit`. It sends [`post_bulk_create`] once,
    /// unless there are no rows. [`with_signals`](CreateMany::with_signals) also sends the signals of each row:
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
    /// Fields with `#[update]`, a `#[version]` and a key with `#[default]` are set as by [`create`](Self::create). If it fails, they
    /// and the keys are restored.
    ///
    /// # Errors
    /// Like [`create`](Self::create). The error of a duplicate does not name the row.
    #[track_caller]
    fn create_many<'a>(executor: &'a dyn Executor, rows: &'a mut [Self]) -> CreateMany<'a, Self> {
        CreateMany::new(executor.exec(Location::caller()), rows)
    }

    /// Sets `fields` of every row that meets a condition to their values in `values`, with one statement, and returns how many rows
    /// there were. With a condition that the compiler checks, it is [`User::filter(..).update(..)`](Query::update).
    ///
    /// **It sends no signals of single rows**, only [`post_bulk_update`] once, if a row was updated.
    /// [`with_signals`](UpdateWhere::with_signals) saves each row with its signals.
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
    /// The condition is SQL. Its placeholders are those of [`Params`]: `?`, or `?2` for the second parameter. Fields with `#[update]`
    /// that are among `fields` are set as by [`save_fields`](Self::save_fields), and a `#[version]` is incremented in each row. For
    /// `SET visits = visits + 1`, use [`update`](Query::update) of a query.
    ///
    /// # Errors
    /// The condition is empty: write `true` to update every row. Errors of the database.
    #[track_caller]
    fn update_where<'a>(
        executor: &'a dyn Executor,
        fields: impl IntoFieldSet<Self>,
        values: &'a Self,
        condition: &'a str,
        params: &'a dyn Params,
    ) -> UpdateWhere<'a, Self> {
        UpdateWhere::new(executor.exec(Location::caller()), (fields.into_field_set(), values), (condition, params))
    }

    /// Deletes every row that meets a condition, with one statement, and returns how many there were. The condition is that of
    /// [`update_where`](Self::update_where). With a condition that the compiler checks, it is [`User::filter(..).delete(..)`](Query::delete).
    ///
    /// **It sends no signals of single rows**, only [`post_bulk_delete`] once, if a row was deleted, **and follows no `on_delete`**
    /// except `db_cascade`: if other rows point to one of these, it fails and deletes nothing.
    /// [`with_signals`](DeleteWhere::with_signals) deletes the rows with their cascade and their signals.
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
    /// The condition is empty: write `true` to delete every row. [`ErrorKind::ForeignKey`] if other rows point to these; with signals,
    /// the errors of [`delete`](Self::delete).
    #[track_caller]
    fn delete_where<'a>(
        executor: &'a dyn Executor,
        condition: &'a str,
        params: &'a dyn Params,
    ) -> DeleteWhere<'a, Self> {
        DeleteWhere::new(executor.exec(Location::caller()), (condition, params))
    }

    /// The fields whose values differ in two values of a row, compared as the database stores them. Saving exactly these leaves
    /// what others have written to the other fields meanwhile:
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # #[model] #[derive(Default, Clone)] struct User { #[key] id: Id<User>, name: String, email: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<User>().await?;
    /// # let mut ann = User { name: "ann".to_owned(), ..User::default() };
    /// # ann.save(&db).await?;
    /// let before = ann.clone();
    /// ann.email = "ann@example.com".to_owned();
    ///
    /// let changes = User::changes(&before, &ann);
    /// assert_eq!(changes, User::fields().email);
    /// ann.save_fields(&db, changes).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Fields with `#[skip]` are not columns, and are not compared. A timestamp that only differs in its nanoseconds is not changed.
    fn changes(before: &Self, after: &Self) -> FieldSet<Self> {
        FieldSet::changed(Some(before), after)
    }

    /// Reads the row again, into this value. Fields with `#[skip]` are left unchanged.
    ///
    /// # Errors
    /// [`ErrorKind::RowNotFound`] if the row does not exist any more.
    #[track_caller]
    fn refresh<'a>(&'a mut self, executor: &'a dyn Executor) -> impl Future<Output = Result<()>> + Send + 'a {
        load::refresh(self, executor.exec(Location::caller()))
    }

    /// The row with this key, if it exists. For a `String` key, pass a `&str`. It sends `post_load`, as every method that reads rows
    /// does.
    #[track_caller]
    fn get(executor: &dyn Executor, key: impl IntoKey<Self, Self::Key>) -> BoxFuture<'_, Result<Option<Self>>> {
        // Boxed, so that the type of the future does not depend on that of the argument: a wrong argument is then one error.
        let (key, place) = (key.into_key(), Location::caller());
        Box::pin(async move { load::get(executor.exec(place), &key).await })
    }

    /// The row with this key: Django's `get_object_or_404`. With the feature `axum`, a handler that returns its error answers with the
    /// status 404.
    ///
    /// ```
    /// # use signals::ErrorKind;
    /// # use signals::prelude::*;
    /// # #[model] #[derive(Debug)] struct Post { #[key] id: Id<Post>, title: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<Post>().await?;
    /// let error = Post::get_or_404(&db, Id::new(7)).await.unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::RowNotFound(_)));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::RowNotFound`] if there is no such row.
    #[track_caller]
    fn get_or_404(executor: &dyn Executor, key: impl IntoKey<Self, Self::Key>) -> BoxFuture<'_, Result<Self>> {
        let (key, place) = (key.into_key(), Location::caller());
        Box::pin(async move { load::get(executor.exec(place), &key).await?.ok_or_else(|| Self::META.not_found()) })
    }

    /// A query for the rows that meet this condition, whose closure gets the [columns](super::query::ColumnOf) of the model:
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, name: String, age: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<User>().await?;
    /// let adults = User::filter(|user| user.age.ge(18)).order_by(|user| user.name.asc()).all(&db).await?;
    /// # assert!(adults.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    fn filter<'a, C>(condition: impl ConditionClosure<'a, Self, C>) -> Query<'a, Self> {
        Query::all_rows().filter(condition)
    }

    /// A query for the rows that do not meet this condition: see [`Query::exclude`].
    fn exclude<'a, C>(condition: impl ConditionClosure<'a, Self, C>) -> Query<'a, Self> {
        Query::all_rows().exclude(condition)
    }

    /// A query for every row, in this order: see [`Query::order_by`].
    fn order_by<O>(order: impl OrderClosure<Self, O>) -> Query<'static, Self> {
        Query::all_rows().order_by(order)
    }

    /// A query for every row with those of a relation: see [`Query::with`].
    fn with<R, C: RelationClosure<Self, R>>(relation: C) -> Query<'static, Self, (C::Relation,)> {
        Query::all_rows().with(relation)
    }

    /// A query for every row.
    fn query() -> Query<'static, Self> {
        Query::all_rows()
    }

    /// The columns of the model, as the closures of queries get them, for a condition that is built elsewhere:
    /// `let is_adult = User::columns().age.ge(18);`. The fields of [`save_fields`](Self::save_fields) are those of the function `fields`.
    fn columns() -> Self::Columns {
        Self::COLUMNS
    }

    /// Every row, ordered by the key.
    #[track_caller]
    fn all(executor: &dyn Executor) -> impl Future<Output = Result<Vec<Self>>> + Send {
        load::all(executor.exec(Location::caller()))
    }

    // The accessors of relations and fixtures call these. They are methods of this trait, because a relation to a struct that is not a
    // model is then one error that names `Model`. Their names cannot be those of a user's own methods.

    #[doc(hidden)]
    fn __load_related<'a, T>(tx: &'a Tx, row: &'a dyn AnyModel, ids: &'a [i64]) -> BoxFuture<'a, Result<()>>
    where
        T: Through<Target = Self> + ModelInternals,
        T::Source: ModelInternals,
    {
        many_to_many::load_related::<T>(tx, row, ids)
    }

    #[doc(hidden)]
    #[track_caller]
    fn __follow<'a, Loaded: 'a>(
        executor: &'a dyn Executor,
        key: Option<ValueRef<'a>>,
        pointer: (&'static str, &'static str),
        loaded: fn(Option<Self>) -> Option<Loaded>,
    ) -> impl Future<Output = Result<Loaded>> + Send + 'a {
        load::follow(executor.exec(Location::caller()), key, pointer, loaded)
    }

    #[doc(hidden)]
    #[track_caller]
    fn __one_that_points<'a, Other: ModelInternals>(
        &'a self,
        executor: &'a dyn Executor,
        field: usize,
    ) -> impl Future<Output = Result<Option<Other>>> + Send + 'a {
        let place = Location::caller();
        async move { load::find(executor.exec(place), field, &[self.primary_key().to_value()]).await }
    }

    #[doc(hidden)]
    #[track_caller]
    fn __all_that_point<'a, Other: ModelInternals>(
        &'a self,
        executor: &'a dyn Executor,
        field: usize,
    ) -> impl Future<Output = Result<Vec<Other>>> + Send + 'a {
        let place = Location::caller();
        async move { load::all_by_field(executor.exec(place), field, &[self.primary_key().to_value()]).await }
    }
}
