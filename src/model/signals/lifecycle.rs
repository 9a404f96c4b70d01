//! The signals of one model.

use std::fmt;

use signals_core::__private::{Sender, SignalState, Source};

use super::{
    PostBulkCreate, PostBulkDelete, PostBulkUpdate, PostCommit, PostDelete, PostDeleteCommit, PostDeleteRollback,
    PostLoad, PostRollback, PostSave, PreDelete, PreSave,
};
#[cfg(feature = "durable")]
use crate::delivery::DurableOf;
use crate::model::AnyModel;

/// The signals of one model. They are sent with payloads of any model, so that none of them is compiled for this one.
pub(in crate::model) struct Lifecycle {
    pub(in crate::model) pre_save: SignalState<PreSave<'static, dyn AnyModel>>,
    pub(in crate::model) post_save: SignalState<PostSave<'static, dyn AnyModel>>,
    pub(in crate::model) pre_delete: SignalState<PreDelete<'static, dyn AnyModel>>,
    pub(in crate::model) post_delete: SignalState<PostDelete<'static, dyn AnyModel>>,
    pub(in crate::model) post_commit: SignalState<PostCommit<'static, dyn AnyModel>>,
    pub(in crate::model) post_rollback: SignalState<PostRollback<'static, dyn AnyModel>>,
    pub(in crate::model) post_delete_commit: SignalState<PostDeleteCommit<'static, dyn AnyModel>>,
    pub(in crate::model) post_delete_rollback: SignalState<PostDeleteRollback<'static, dyn AnyModel>>,
    #[cfg(feature = "durable")]
    pub(in crate::model) durable_commit: SignalState<DurableOf<PostCommit<'static, dyn AnyModel>>>,
    #[cfg(feature = "durable")]
    pub(in crate::model) durable_delete_commit: SignalState<DurableOf<PostDeleteCommit<'static, dyn AnyModel>>>,
    pub(in crate::model) post_load: SignalState<PostLoad<'static, dyn AnyModel>>,
    pub(in crate::model) post_bulk_create: SignalState<PostBulkCreate<'static, dyn AnyModel>>,
    pub(in crate::model) post_bulk_update: SignalState<PostBulkUpdate<'static, dyn AnyModel>>,
    pub(in crate::model) post_bulk_delete: SignalState<PostBulkDelete<'static, dyn AnyModel>>,
}

impl Lifecycle {
    pub(in crate::model) const fn of(sender: &'static Sender) -> Self {
        Self {
            pre_save: SignalState::of(sender),
            post_save: SignalState::of(sender),
            pre_delete: SignalState::of(sender),
            post_delete: SignalState::of(sender),
            post_commit: SignalState::of(sender),
            post_rollback: SignalState::of(sender),
            post_delete_commit: SignalState::of(sender),
            post_delete_rollback: SignalState::of(sender),
            #[cfg(feature = "durable")]
            durable_commit: SignalState::of(sender),
            #[cfg(feature = "durable")]
            durable_delete_commit: SignalState::of(sender),
            post_load: SignalState::of(sender),
            post_bulk_create: SignalState::of(sender),
            post_bulk_update: SignalState::of(sender),
            post_bulk_delete: SignalState::of(sender),
        }
    }

    /// Whether the signals of a delete have receivers, during the transaction or after it: then the rows have to be known.
    pub(in crate::model) fn has_delete_receivers(&'static self) -> bool {
        self.pre_delete.has_receivers() || self.post_delete.has_receivers() || self.notes_deletes()
    }

    /// Whether `post_commit` has receivers, durable ones included.
    #[inline]
    pub(in crate::model) fn commits_saves(&'static self) -> bool {
        #[cfg(feature = "durable")]
        if self.durable_commit.has_receivers() {
            return true;
        }
        self.post_commit.has_receivers()
    }

    /// Whether `post_delete_commit` has receivers, durable ones included.
    #[inline]
    pub(in crate::model) fn commits_deletes(&'static self) -> bool {
        #[cfg(feature = "durable")]
        if self.durable_delete_commit.has_receivers() {
            return true;
        }
        self.post_delete_commit.has_receivers()
    }

    /// Whether saved rows are noted for the end of the transaction.
    pub(in crate::model) fn notes_saves(&'static self) -> bool {
        self.commits_saves() || self.post_rollback.has_receivers()
    }

    /// Whether deleted rows are noted for the end of the transaction, and inserted ones too, whose delete is not sent.
    pub(in crate::model) fn notes_deletes(&'static self) -> bool {
        self.commits_deletes() || self.post_delete_rollback.has_receivers()
    }

    /// Whether rows are noted for the end of the transaction.
    pub(in crate::model) fn notes_rows(&'static self) -> bool {
        self.notes_saves() || self.notes_deletes()
    }

    /// Whether a receiver reads a row as it was before a save.
    pub(in crate::model) fn reads_previous(&'static self) -> bool {
        #[cfg(feature = "durable")]
        if self.durable_commit.reads_costly_fields() {
            return true;
        }
        self.post_save.reads_costly_fields()
            || self.post_commit.reads_costly_fields()
            || self.post_rollback.reads_costly_fields()
    }

    /// For `delete_signals = false`: the signals of deletes only call receivers that name the model.
    pub(in crate::model) const fn leave_out_deletes_of_any_sender(&mut self) {
        self.pre_delete.leave_out_any_sender();
        self.post_delete.leave_out_any_sender();
        self.post_delete_commit.leave_out_any_sender();
        self.post_delete_rollback.leave_out_any_sender();
        #[cfg(feature = "durable")]
        self.durable_delete_commit.leave_out_any_sender();
    }

    /// For generated models: no receivers of any sender are called.
    pub(in crate::model) const fn leave_out_any_sender(&mut self) {
        self.pre_save.leave_out_any_sender();
        self.post_save.leave_out_any_sender();
        self.pre_delete.leave_out_any_sender();
        self.post_delete.leave_out_any_sender();
        self.post_commit.leave_out_any_sender();
        self.post_rollback.leave_out_any_sender();
        self.post_delete_commit.leave_out_any_sender();
        self.post_delete_rollback.leave_out_any_sender();
        #[cfg(feature = "durable")]
        self.durable_commit.leave_out_any_sender();
        #[cfg(feature = "durable")]
        self.durable_delete_commit.leave_out_any_sender();
        self.post_load.leave_out_any_sender();
        self.post_bulk_create.leave_out_any_sender();
        self.post_bulk_update.leave_out_any_sender();
        self.post_bulk_delete.leave_out_any_sender();
    }

    /// All of them, in the order in which they are sent.
    pub(in crate::model) fn sources(&self) -> Vec<Source> {
        vec![
            self.pre_save.source(),
            self.post_save.source(),
            self.pre_delete.source(),
            self.post_delete.source(),
            self.post_bulk_create.source(),
            self.post_bulk_update.source(),
            self.post_bulk_delete.source(),
            self.post_commit.source(),
            #[cfg(feature = "durable")]
            self.durable_commit.source(),
            self.post_delete_commit.source(),
            #[cfg(feature = "durable")]
            self.durable_delete_commit.source(),
            self.post_rollback.source(),
            self.post_delete_rollback.source(),
            self.post_load.source(),
        ]
    }
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lifecycle")
    }
}
