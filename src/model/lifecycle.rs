//! The signals that every model sends: what they are called, and what they carry.

use core::fmt;

use signals_core::__private::{
    AnySender, Asynchronous, AwaitsReceivers, FromAnySender, HasNoRawWrites, HasRawWrites, HasSenders, InTransaction,
    KnowsWhatChanged, LendsInstance, LendsMutably, NoSender, Payload, Scope, SentBy, SignalName, Source, Synchronous,
};
use signals_core::Signal;

use super::{AnyModel, FieldSet, Model, PostBulkCreate, PostBulkDelete, PostBulkUpdate};
use crate::db::{Db, Tx};

/// The signals of one model. A `static` per model.
#[doc(hidden)]
pub struct Lifecycle<M: Model> {
    pub(super) pre_save: Signal<PreSave<'static, M>>,
    pub(super) post_save: Signal<PostSave<'static, M>>,
    pub(super) pre_delete: Signal<PreDelete<'static, M>>,
    pub(super) post_delete: Signal<PostDelete<'static, M>>,
    pub(super) post_commit: Signal<PostCommit<'static, M>>,
    pub(super) post_rollback: Signal<PostRollback<'static, M>>,
    pub(super) post_load: Signal<PostLoad<'static, M>>,
    pub(super) post_bulk_create: Signal<PostBulkCreate<'static, M>>,
    pub(super) post_bulk_update: Signal<PostBulkUpdate<'static, M>>,
    pub(super) post_bulk_delete: Signal<PostBulkDelete<'static, M>>,
}

impl<M: Model> Lifecycle<M> {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self::with(Signal::new(), Signal::new())
    }

    /// With deletes that are sent to those only who name the model.
    #[doc(hidden)]
    pub const fn without_delete_signals() -> Self {
        Self::with(Signal::for_own_sender(), Signal::for_own_sender())
    }

    const fn with(pre_delete: Signal<PreDelete<'static, M>>, post_delete: Signal<PostDelete<'static, M>>) -> Self {
        Self {
            pre_save: Signal::new(),
            post_save: Signal::new(),
            pre_delete,
            post_delete,
            post_commit: Signal::new(),
            post_rollback: Signal::new(),
            post_load: Signal::new(),
            post_bulk_create: Signal::new(),
            post_bulk_update: Signal::new(),
            post_bulk_delete: Signal::new(),
        }
    }
}

impl<M: Model> Lifecycle<M> {
    /// All of them, in the order in which they come.
    pub(super) fn sources(&self) -> Vec<Source> {
        vec![
            self.pre_save.source(),
            self.post_save.source(),
            self.pre_delete.source(),
            self.post_delete.source(),
            self.post_bulk_create.source(),
            self.post_bulk_update.source(),
            self.post_bulk_delete.source(),
            self.post_commit.source(),
            self.post_rollback.source(),
            self.post_load.source(),
        ]
    }
}

impl<M: Model> fmt::Debug for Lifecycle<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lifecycle of {}", M::META.name)
    }
}

/// A model that sends the signals of the lifecycle: one that a person wrote.
#[doc(hidden)]
pub trait SendsLifecycle: Model {}

/// The payload of [`post_save`] and its like may be of a model that is known, or of any.
#[doc(hidden)]
pub trait Observed: Send + Sync + 'static {
    fn name() -> Option<&'static str>;
    fn module() -> Option<&'static str>;
    /// Whether receivers of any sender receive from it.
    fn is_a_sender() -> bool;
    fn any(&self) -> &dyn AnyModel;
    fn any_mut(&mut self) -> &mut dyn AnyModel;
    fn any_fields(fields: FieldSet<Self>) -> FieldSet<dyn AnyModel>;
}

impl<M: Model> Observed for M {
    fn name() -> Option<&'static str> {
        Some(M::META.name)
    }

    fn module() -> Option<&'static str> {
        Some(M::META.module)
    }

    fn is_a_sender() -> bool {
        !M::AUTOMATIC
    }

    fn any(&self) -> &dyn AnyModel {
        self
    }

    fn any_mut(&mut self) -> &mut dyn AnyModel {
        self
    }

    fn any_fields(fields: FieldSet<Self>) -> FieldSet<dyn AnyModel> {
        fields.of_any()
    }
}

impl Observed for dyn AnyModel {
    fn name() -> Option<&'static str> {
        None
    }

    fn module() -> Option<&'static str> {
        None
    }

    fn is_a_sender() -> bool {
        true
    }

    fn any(&self) -> &dyn AnyModel {
        self
    }

    fn any_mut(&mut self) -> &mut dyn AnyModel {
        self
    }

    fn any_fields(fields: FieldSet<Self>) -> FieldSet<Self> {
        fields
    }
}

/// A signal of the lifecycle: its name, its payload, and how the payload of a model becomes one of any model.
macro_rules! lifecycle {
    (@mode) => { Asynchronous };
    (@mode $mode:ident) => { $mode };
    (@awaits $name:ident) => {
        #[diagnostic::do_not_recommend]
        impl AwaitsReceivers for $name {
            type Signal = Self;
        }
    };
    (@awaits $name:ident Synchronous) => {};
    (@debug $this:ident $f:ident $payload:ident) => {
        $f.debug_struct(stringify!($payload)).field("instance", &$this.instance.any()).finish_non_exhaustive()
    };
    (@debug $this:ident $f:ident $payload:ident [$($shown:ident)*]) => {
        $f.debug_struct(stringify!($payload))$(.field(stringify!($shown), &$this.$shown))*.finish_non_exhaustive()
    };
    (
        $(#[$name_doc:meta])* $name:ident,
        $(#[$payload_doc:meta])* $payload:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* },
        $(costly: [$($costly:literal),*],)?
        $(mode: $mode:ident,)?
        $(raw: $raw:ident,)?
        $(in: $scope:ident,)?
        $(of: $of:ident,)?
        $(shows: $shows:tt,)?
        |$event:ident| { $($wide:ident: $wider:expr,)* }
    ) => {
        $(#[$name_doc])*
        #[expect(non_camel_case_types, reason = "it is written as in Django, `#[receiver(post_save)]`")]
        #[derive(Debug)]
        pub enum $name {}

        $(#[$payload_doc])*
        #[non_exhaustive]
        pub struct $payload<'a, M: $($of +)? ?Sized> {
            $($(#[$field_doc])* pub $field: $ty,)*
        }

        impl<M: Observed $(+ $of)? + ?Sized> Payload for $payload<'static, M> {
            type Of<'a> = $payload<'a, M>;
            type Output = ();
            type Mode = lifecycle!(@mode $($mode)?);
            type Any = $payload<'static, dyn AnyModel>;
            type Senders = ();
            const SIGNAL: &'static str = stringify!($name);
            $(const COSTLY: &'static [&'static str] = &[$($costly),*];)?

            fn sender() -> Option<&'static str> {
                M::name()
            }

            fn module() -> Option<&'static str> {
                M::module()
            }

            fn senders() -> Option<()> {
                M::is_a_sender().then_some(())
            }

            $(
                #[inline]
                fn is_raw(event: &$payload<'_, M>) -> bool {
                    event.$raw
                }
            )?

            $(
                const SCOPED: bool = true;

                #[inline]
                fn scope<'b>(event: &'b $payload<'_, M>) -> Option<&'b Scope> {
                    Some(event.$scope.scope())
                }
            )?

            fn widen<'b>($event: &'b mut $payload<'_, M>, (): ()) -> $payload<'b, dyn AnyModel> {
                $payload { $($wide: $wider,)* }
            }
        }

        #[diagnostic::do_not_recommend]
        impl SignalName for $name {
            type Signal = Self;
        }

        lifecycle!(@awaits $name $($mode)?);

        #[diagnostic::do_not_recommend]
        impl FromAnySender<dyn AnyModel> for $name {
            type Signal = Self;
        }

        #[diagnostic::do_not_recommend]
        impl FromAnySender<NoSender> for $name {
            type Signal = Self;
        }

        #[diagnostic::do_not_recommend]
        impl<M: ?Sized> HasSenders<M> for $name {
            type Signal = Self;
        }

        #[diagnostic::do_not_recommend]
        impl<M: ?Sized, Wanted: ?Sized> LendsInstance<M, Wanted> for $name {
            type Instance = M;
        }

        #[diagnostic::do_not_recommend]
        impl<M: SendsLifecycle> SentBy<M> for $name {
            type Payload = $payload<'static, M>;
        }

        #[diagnostic::do_not_recommend]
        impl SentBy<AnySender> for $name {
            type Payload = $payload<'static, dyn AnyModel>;
        }

        impl<M: Observed $(+ $of)? + ?Sized> fmt::Debug for $payload<'_, M> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                lifecycle!(@debug self f $payload $($shows)?)
            }
        }
    };
}

pub(in crate::model) use lifecycle;

lifecycle! {
    /// Before a row is inserted or updated, in its transaction. See [`PreSave`].
    pre_save,
    /// What [`pre_save`] carries. The instance may be changed: the changes are written.
    ///
    /// The id of a new row is unset. An error undoes everything, and nothing is written.
    PreSave {
        /// The row that is about to be saved.
        instance: &'a mut M,
        /// Whether the row is new, and will be inserted: Django's `_state.adding`. If the key is set, the database is asked whether
        /// it has the row, which is locked then, but only if a receiver asks for this or for the whole `event`; else it is
        /// `false`.
        adding: bool,
        /// The fields that [`save_fields`](Model::save_fields) was called with; `None` for a save of all of them.
        update_fields: Option<FieldSet<M>>,
        /// Whether it is a raw write of [`load`](crate::Db::load_fixture). Only receivers with `raw = true` are told of those.
        raw: bool,
        /// The transaction of the save.
        tx: &'a mut Tx,
    },
    costly: ["adding"],
    raw: raw,
    in: tx,
    |event| {
        instance: event.instance.any_mut(),
        adding: event.adding,
        update_fields: event.update_fields.map(M::any_fields),
        raw: event.raw,
        tx: &mut *event.tx,
    }
}

lifecycle! {
    /// After a row was inserted or updated, in its transaction. See [`PostSave`].
    post_save,
    /// What [`post_save`] carries. The row has its id and is visible through `tx`.
    ///
    /// An error undoes the save and everything that earlier receivers wrote.
    PostSave {
        /// The row that was saved.
        instance: &'a M,
        /// Whether it was inserted, and not updated.
        created: bool,
        /// What the database held before; `None` if the row was inserted. It is read only if a linked receiver asks for
        /// it, or for `changes`, `changed(..)` or the whole `event`, and the row is locked then: what one save wrote is `previous`
        /// of one other.
        previous: Option<&'a M>,
        /// The fields whose values differ from `previous`; all of them if the row was inserted.
        changes: FieldSet<M>,
        /// The fields that [`save_fields`](Model::save_fields) was called with; `None` for a save of all of them.
        update_fields: Option<FieldSet<M>>,
        /// Whether it is a raw write of [`load`](crate::Db::load_fixture). Only receivers with `raw = true` are told of those.
        raw: bool,
        /// The transaction of the save.
        tx: &'a mut Tx,
    },
    costly: ["previous", "changes"],
    raw: raw,
    in: tx,
    |event| {
        instance: event.instance.any(),
        created: event.created,
        previous: event.previous.map(Observed::any),
        changes: M::any_fields(event.changes),
        update_fields: event.update_fields.map(M::any_fields),
        raw: event.raw,
        tx: &mut *event.tx,
    }
}

lifecycle! {
    /// Before a row is deleted, in its transaction. See [`PreDelete`].
    pre_delete,
    /// What [`pre_delete`] carries. An error keeps the row.
    PreDelete {
        /// The row that is about to be deleted.
        instance: &'a M,
        /// The row that the delete started from: the instance itself, or what it goes with.
        origin: &'a dyn AnyModel,
        /// The transaction of the delete.
        tx: &'a mut Tx,
    },
    in: tx,
    |event| { instance: event.instance.any(), origin: event.origin, tx: &mut *event.tx, }
}

lifecycle! {
    /// After a row was deleted, in its transaction. See [`PostDelete`].
    post_delete,
    /// What [`post_delete`] carries. The row is gone; the instance still has its id. An error brings it back.
    PostDelete {
        /// The row that was deleted.
        instance: &'a M,
        /// The row that the delete started from: the instance itself, or what it went with.
        origin: &'a dyn AnyModel,
        /// The transaction of the delete.
        tx: &'a mut Tx,
    },
    in: tx,
    |event| { instance: event.instance.any(), origin: event.origin, tx: &mut *event.tx, }
}

lifecycle! {
    /// After the transaction of a save was committed. See [`PostCommit`].
    post_commit,
    /// What [`post_commit`] carries. It is the place for what cannot be undone: mails, calls to other services.
    ///
    /// It is called at most once. A process that is killed after the COMMIT and before the receiver has run does not make up for
    /// it at its next start. For what must not be lost, save a row on the `tx` of [`post_save`], and let a job that runs again and
    /// again do what the row says and delete it.
    ///
    /// There is no transaction any more. An error cannot undo anything: it goes to the handler of
    /// [`ConnectOptions::on_error`](crate::db::ConnectOptions::on_error), and the other receivers still run. A receiver
    /// that saves its own row again causes the next `post_commit`: let it leave out what it caused itself.
    PostCommit {
        /// The row as it was committed: what this library has written to it in the transaction, by whatever call, and not what a
        /// value has in memory. Fields with `#[skip]` have their `Default`. SQL of your own is not looked into: what it changed
        /// after the last save may be missing.
        instance: &'a M,
        /// Whether it was inserted in the transaction, and not updated.
        created: bool,
        /// What the database held before the first save of the row in the transaction; `None` if the row was inserted in it.
        /// What `update_where`, `upsert` or a cascade wrote before that save is in it. It is read only if a linked receiver asks
        /// for it, or for `changes`, `changed(..)` or the whole `event`.
        previous: Option<&'a M>,
        /// The fields whose values differ from `previous`; all of them if the row was inserted.
        changes: FieldSet<M>,
        /// Whether every write of the row in this transaction was a raw one of [`load`](crate::Db::load_fixture). Only receivers
        /// with `raw = true` are told of such rows.
        raw: bool,
        /// The database, to read and write in transactions of its own.
        db: &'a Db,
    },
    costly: ["previous", "changes"],
    raw: raw,
    in: db,
    |event| {
        instance: event.instance.any(),
        created: event.created,
        previous: event.previous.map(Observed::any),
        changes: M::any_fields(event.changes),
        raw: event.raw,
        db: event.db,
    }
}

lifecycle! {
    /// After a save was undone. See [`PostRollback`].
    post_rollback,
    /// What [`post_rollback`] carries. It is the place for clearing what was done outside of the database: files, entries of a
    /// cache, what was reserved elsewhere.
    ///
    /// It is sent for each row that would have had a `post_commit` and was written: when a receiver fails, when the transaction
    /// is rolled back, by whatever, and when it is dropped, then by a task. A row that was saved in a savepoint which was
    /// rolled back has its `post_rollback` at the end of the transaction, whichever end: until then nobody else can use its
    /// connection. There is none when nobody knows what became of the COMMIT, [`Error::CommitUnknown`](crate::Error::CommitUnknown).
    ///
    /// There is no transaction any more. An error goes to the handler of
    /// [`ConnectOptions::on_error`](crate::db::ConnectOptions::on_error), and the other receivers still run.
    PostRollback {
        /// The row as it was saved last: the database does not hold it. A new row has the id that it would have had. Fields
        /// with `#[skip]` have their `Default`.
        instance: &'a M,
        /// Whether an INSERT was undone, and not an UPDATE.
        created: bool,
        /// What the database held before the first save of the row in the transaction or savepoint; `None` if the row was
        /// inserted in it. It is read only if a linked receiver asks for it, or for `changes`, `changed(..)` or the whole `event`.
        previous: Option<&'a M>,
        /// The fields whose values differ from `previous`; all of them if the row was inserted.
        changes: FieldSet<M>,
        /// Whether every write of the row that was undone was a raw one of [`load`](crate::Db::load_fixture). Only receivers with
        /// `raw = true` are told of such rows.
        raw: bool,
        /// The database, to read and write in transactions of its own.
        db: &'a Db,
    },
    costly: ["previous", "changes"],
    raw: raw,
    in: db,
    |event| {
        instance: event.instance.any(),
        created: event.created,
        previous: event.previous.map(Observed::any),
        changes: M::any_fields(event.changes),
        raw: event.raw,
        db: event.db,
    }
}

lifecycle! {
    /// After a row was read from the database. See [`PostLoad`].
    post_load,
    /// What [`post_load`] carries. The instance may be changed: it is the place to fill in fields with `#[skip]`.
    ///
    /// It is sent for the rows that you ask for, by `get`, `all`, `refresh`, `by_..` and the accessors of relations; not for
    /// those that the library reads for itself, `previous` and what goes with a deleted row. Its receivers are called
    /// synchronously and have no database: one that reads more would do so once per row. An error is the error of the call.
    PostLoad {
        /// The row that was read.
        instance: &'a mut M,
    },
    mode: Synchronous,
    |event| { instance: event.instance.any_mut(), }
}

/// Which of the signals answer yes to a question of the compiler's.
macro_rules! answer {
    ($($question:ident: $($signal:ident)*;)*) => {$($(
        #[diagnostic::do_not_recommend]
        impl $question for $signal {
            type Signal = Self;
        }
    )*)*};
}

pub(in crate::model) use answer;

answer! {
    // `post_load` has no `tx`, and not because a transaction is over: let the compiler say what it has.
    InTransaction: pre_save post_save pre_delete post_delete post_load;
    LendsMutably: pre_save post_load;
    KnowsWhatChanged: post_save post_commit post_rollback;
    HasRawWrites: pre_save post_save post_commit post_rollback;
    HasNoRawWrites: pre_delete post_delete post_load;
}
