//! The signals of a single row: when it is saved, deleted, committed, rolled back and loaded.

use super::model_signal;
use super::observed::{Observed, SendsLifecycle};
use signals_core::Context;

use crate::db::{Db, Tx};
#[cfg(doc)]
use crate::model::Model;
use crate::model::{AnyModel, FieldSet};

model_signal! {
    /// Before a row is inserted or updated, in its transaction. See [`PreSave`].
    pre_save,
    /// The payload of [`pre_save`]. The instance may be changed: the changes are written.
    ///
    /// The id of a new row is unset. An error undoes everything, and nothing is written.
    PreSave<M: Observed> {
        /// The row that is about to be saved.
        pub instance: &'a mut M,
        /// Whether the row is new and will be inserted: Django's `_state.adding`. If the key is set, only the database knows. It
        /// is asked, and the row locked, if a receiver takes this field or the whole `event`; otherwise the field is `false`.
        pub adding: bool,
        /// The fields that [`save_fields`](crate::model::Model::save_fields) was called with; `None` for a save of all of them.
        pub update_fields: Option<FieldSet<M>>,
        /// Whether it is a raw write of [`load_fixture`](crate::Db::load_fixture). Only receivers with `raw = true` are called for
        /// those.
        pub raw: bool,
        /// The transaction of the save.
        pub tx: &'a mut Tx,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
    },
    sender: SendsLifecycle,
    instance: model,
    costly: ["adding"],
    raw: raw,
    scope: tx,
    is: [InTransaction, LendsMutably, HasRawWrites],
    debug: |event| { instance: event.instance.any(), },
    |event| {
        instance: M::of_any_mut(event.instance),
        adding: event.adding,
        update_fields: event.update_fields.map(M::of_any_fields),
        raw: event.raw,
        tx: &mut *event.tx,
        context: event.context,
    }
}

model_signal! {
    /// After a row was inserted or updated, in its transaction. See [`PostSave`].
    post_save,
    /// The payload of [`post_save`]. The row has its id and is visible through `tx`.
    ///
    /// An error undoes the save and everything that earlier receivers wrote.
    PostSave<M: Observed> {
        /// The row that was saved.
        pub instance: &'a M,
        /// Whether it was inserted; otherwise it was updated.
        pub created: bool,
        /// The row as the database had it before; `None` if it was inserted. It is only read, and the row locked, if a linked
        /// receiver takes this field, `changes`, `changed(..)` or the whole `event`. The lock means that what one save wrote is
        /// the `previous` of exactly one other.
        pub previous: Option<&'a M>,
        /// The fields whose values differ from `previous`; all of them if the row was inserted.
        pub changes: FieldSet<M>,
        /// The transaction of the save.
        pub tx: &'a mut Tx,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
        /// The fields that [`save_fields`](crate::model::Model::save_fields) was called with; `None` for a save of all of them.
        pub update_fields: Option<FieldSet<M>>,
        /// Whether it is a raw write of [`load_fixture`](crate::Db::load_fixture). Only receivers with `raw = true` are called for
        /// those.
        pub raw: bool,
    },
    sender: SendsLifecycle,
    instance: model,
    costly: ["previous", "changes"],
    raw: raw,
    scope: tx,
    is: [InTransaction, KnowsWhatChanged, HasRawWrites],
    debug: |event| { instance: event.instance.any(), },
    |event| {
        instance: M::of_any(event.instance),
        created: event.created,
        previous: event.previous.map(M::of_any),
        changes: M::of_any_fields(event.changes),
        update_fields: event.update_fields.map(M::of_any_fields),
        raw: event.raw,
        tx: &mut *event.tx,
        context: event.context,
    }
}

model_signal! {
    /// Before a row is deleted, in its transaction. See [`PreDelete`].
    pre_delete,
    /// The payload of [`pre_delete`]. An error keeps the row.
    PreDelete<M: Observed> {
        /// The row that is about to be deleted.
        pub instance: &'a M,
        /// The row that the delete started from: the instance itself, or the row that it is deleted with.
        pub origin: &'a dyn AnyModel,
        /// The transaction of the delete.
        pub tx: &'a mut Tx,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
    },
    sender: SendsLifecycle,
    instance: model,
    scope: tx,
    is: [InTransaction, HasNoRawWrites],
    debug: |event| { instance: event.instance.any(), },
    |event| { instance: M::of_any(event.instance), origin: event.origin, tx: &mut *event.tx, context: event.context, }
}

model_signal! {
    /// After a row was deleted, in its transaction. See [`PostDelete`].
    post_delete,
    /// The payload of [`post_delete`]. The row is deleted; the instance still has its id. An error restores the row.
    PostDelete<M: Observed> {
        /// The row that was deleted.
        pub instance: &'a M,
        /// The row that the delete started from: the instance itself, or the row that it was deleted with.
        pub origin: &'a dyn AnyModel,
        /// The transaction of the delete.
        pub tx: &'a mut Tx,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
    },
    sender: SendsLifecycle,
    instance: model,
    scope: tx,
    is: [InTransaction, HasNoRawWrites],
    debug: |event| { instance: event.instance.any(), },
    |event| { instance: M::of_any(event.instance), origin: event.origin, tx: &mut *event.tx, context: event.context, }
}

model_signal! {
    /// After the transaction of a save was committed. See [`PostCommit`].
    post_commit,
    /// The payload of [`post_commit`]. Use it for actions that cannot be undone: sending mail, calling other services.
    ///
    /// It is called at most once. If the process is killed after the COMMIT and before the receiver has run, the call is lost.
    /// A receiver with `durable`, of the feature `durable`, is called until it succeeds: see
    /// [the guide](crate::guide::chapter_15).
    ///
    /// The transaction is over, so an error cannot undo anything: it is passed to the handler of
    /// [`ConnectOptions::on_error`](crate::db::ConnectOptions::on_error), and the other receivers still run. A receiver
    /// that saves its own row again causes another `post_commit`; it must skip the ones that it caused itself.
    PostCommit<M: Observed> {
        /// The row as it was committed: everything that this library wrote to it in the transaction, by any call, instead of
        /// the fields of a value in memory. Fields with `#[skip]` have their `Default`. SQL of your own is not examined: its
        /// changes after the last save may be missing.
        pub instance: &'a M,
        /// Whether it was inserted in the transaction; otherwise it was updated.
        pub created: bool,
        /// The row as the database had it before the first save in the transaction; `None` if it was inserted in it.
        /// Changes that `update_where`, `upsert` or a cascade wrote before that save are included. It is only read if a linked
        /// receiver takes this field, `changes`, `changed(..)` or the whole `event`.
        pub previous: Option<&'a M>,
        /// The fields whose values differ from `previous`; all of them if the row was inserted.
        pub changes: FieldSet<M>,
        /// The database, for reads and writes in other transactions.
        pub db: &'a Db,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
        /// Whether every write of the row in this transaction was a raw one of [`load_fixture`](crate::Db::load_fixture). Only
        /// receivers with `raw = true` are called for such rows.
        pub raw: bool,
    },
    sender: SendsLifecycle,
    instance: model,
    costly: ["previous", "changes"],
    raw: raw,
    scope: db,
    is: [OutsideTransaction, KnowsWhatChanged, HasRawWrites, CanBeDurable, DeclaredDurable],
    debug: |event| { instance: event.instance.any(), },
    |event| {
        instance: M::of_any(event.instance),
        created: event.created,
        previous: event.previous.map(M::of_any),
        changes: M::of_any_fields(event.changes),
        raw: event.raw,
        db: event.db,
        context: event.context,
    }
}

model_signal! {
    /// After a save was undone. See [`PostRollback`].
    post_rollback,
    /// The payload of [`post_rollback`]. Use it to clean up what was done outside of the database: files, cache entries,
    /// reservations.
    ///
    /// It is sent for each written row that would have had a `post_commit`: when a receiver fails, when the transaction is rolled
    /// back for any reason, and, by a task, when it is dropped. For a row that was saved in a savepoint which was rolled back, it
    /// is sent at the end of the transaction, committed or not, because nothing else can use the connection before that. It is not
    /// sent when the outcome of the COMMIT is unknown, [`ErrorKind::CommitUnknown`](crate::ErrorKind::CommitUnknown).
    ///
    /// The transaction is over. An error is passed to the handler of
    /// [`ConnectOptions::on_error`](crate::db::ConnectOptions::on_error), and the other receivers still run.
    PostRollback<M: Observed> {
        /// The row as it was saved last, which the database does not have. A new row has the id that it would have had. Fields
        /// with `#[skip]` have their `Default`.
        pub instance: &'a M,
        /// Whether an INSERT was undone; otherwise it was an UPDATE.
        pub created: bool,
        /// The row as the database had it before its first save in the transaction or savepoint; `None` if it was inserted in
        /// it. It is only read if a linked receiver takes this field, `changes`, `changed(..)` or the whole `event`.
        pub previous: Option<&'a M>,
        /// The fields whose values differ from `previous`; all of them if the row was inserted.
        pub changes: FieldSet<M>,
        /// The database, for reads and writes in other transactions.
        pub db: &'a Db,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
        /// Whether every undone write of the row was a raw one of [`load_fixture`](crate::Db::load_fixture). Only receivers with
        /// `raw = true` are called for such rows.
        pub raw: bool,
    },
    sender: SendsLifecycle,
    instance: model,
    costly: ["previous", "changes"],
    raw: raw,
    scope: db,
    is: [OutsideTransaction, KnowsWhatChanged, HasRawWrites],
    debug: |event| { instance: event.instance.any(), },
    |event| {
        instance: M::of_any(event.instance),
        created: event.created,
        previous: event.previous.map(M::of_any),
        changes: M::of_any_fields(event.changes),
        raw: event.raw,
        db: event.db,
        context: event.context,
    }
}

model_signal! {
    /// After the transaction of a delete was committed. See [`PostDeleteCommit`].
    post_delete_commit,
    /// The payload of [`post_delete_commit`]. Use it for actions that cannot be undone: deleting the files of the row, cancelling a
    /// subscription, removing the row from a search index.
    ///
    /// It is sent once for each row that existed before the transaction and no longer exists after it, for every delete that sends
    /// [`post_delete`]: of a single row, of a cascade, and of many rows
    /// [with signals](crate::model::DeleteWhere::with_signals). A row that was inserted and deleted in one transaction is sent to
    /// neither `post_commit` nor this signal; if [`upsert`](crate::model::Model::upsert) or SQL of your own inserted it, the library
    /// does not know that, and sends this signal. A row that was deleted and inserted again with the same key is only sent to
    /// [`post_commit`].
    ///
    /// It is called at most once, or until it succeeds if it is durable, and an error cannot undo anything: see [`PostCommit`].
    ///
    /// ```
    /// # use signals::prelude::*;
    /// #[model]
    /// #[derive(Default)]
    /// struct Photo { #[key] id: Id<Photo>, file: String }
    ///
    /// #[receiver(post_delete_commit, sender = Photo)]
    /// async fn remove_file(instance: &Photo) -> std::io::Result<()> {
    ///     std::fs::remove_file(&instance.file)
    /// }
    /// ```
    PostDeleteCommit<M: Observed> {
        /// The row as it was when it was deleted: the values of the `instance` of [`post_delete`]. Fields with `#[skip]` have
        /// their `Default`.
        pub instance: &'a M,
        /// The database, for reads and writes in other transactions.
        pub db: &'a Db,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
    },
    sender: SendsLifecycle,
    instance: model,
    scope: db,
    is: [OutsideTransaction, HasNoRawWrites, CanBeDurable, DeclaredDurable],
    debug: |event| { instance: event.instance.any(), },
    |event| { instance: M::of_any(event.instance), db: event.db, context: event.context, }
}

model_signal! {
    /// After a delete was undone. See [`PostDeleteRollback`].
    post_delete_rollback,
    /// The payload of [`post_delete_rollback`]. Use it to restore what receivers of [`pre_delete`] and [`post_delete`] removed outside
    /// of the database. What [`post_delete_commit`] removes needs no such receiver.
    ///
    /// It is sent for each deleted row that would have had a `post_delete_commit`, and for the row whose `post_delete` failed, at the
    /// times at which [`post_rollback`] is sent: see [`PostRollback`]. For a delete in a savepoint that was rolled back, this is the
    /// end of the transaction, committed or not.
    ///
    /// The transaction is over. An error is passed to the handler of
    /// [`ConnectOptions::on_error`](crate::db::ConnectOptions::on_error), and the other receivers still run.
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # #[model]
    /// # #[derive(Default)]
    /// # struct Article { #[key] id: Id<Article>, title: String }
    /// # struct Index;
    /// # impl Index { fn remove(_: &Article) {} fn add(_: &Article) {} }
    /// #[receiver(post_delete, sender = Article)]
    /// fn remove_from_index(instance: &Article) {
    ///     Index::remove(instance);
    /// }
    ///
    /// #[receiver(post_delete_rollback, sender = Article)]
    /// fn add_to_index_again(instance: &Article) {
    ///     Index::add(instance);
    /// }
    /// ```
    PostDeleteRollback<M: Observed> {
        /// The row as it was when it was deleted: the values of the `instance` of [`post_delete`]. Fields with `#[skip]` have
        /// their `Default`.
        pub instance: &'a M,
        /// The database, for reads and writes in other transactions.
        pub db: &'a Db,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
    },
    sender: SendsLifecycle,
    instance: model,
    scope: db,
    is: [OutsideTransaction, HasNoRawWrites],
    debug: |event| { instance: event.instance.any(), },
    |event| { instance: M::of_any(event.instance), db: event.db, context: event.context, }
}

model_signal! {
    /// After a row was read from the database. See [`PostLoad`].
    post_load,
    /// The payload of [`post_load`]. The instance may be changed: use it to set fields with `#[skip]`.
    ///
    /// It is sent for the rows that you query, with `get`, `all`, `refresh`, `by_..` and the accessors of relations; it is not sent
    /// for rows that the library reads for itself, such as `previous` and the rows of a cascade. Its receivers are
    /// synchronous and have no database, because one that reads more would do so once per row. An error is the error of the call.
    PostLoad<M: Observed> {
        /// The row that was read.
        pub instance: &'a mut M,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
    },
    sender: SendsLifecycle,
    instance: model,
    mode: Synchronous,
    // It has no `tx`, but not because a transaction is over: the compiler is to say which fields it has.
    is: [InTransaction, OutsideTransaction, LendsMutably, HasNoRawWrites],
    debug: |event| { instance: event.instance.any(), },
    |event| { instance: M::of_any_mut(event.instance), context: event.context, }
}
