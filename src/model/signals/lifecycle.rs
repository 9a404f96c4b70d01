//! The signals of one model, in one `static`.

use std::fmt;

use signals_core::__private::Source;
use signals_core::Signal;

use super::observed::BulkSender;
use super::{
    PostBulkCreate, PostBulkDelete, PostBulkUpdate, PostCommit, PostDelete, PostLoad, PostRollback, PostSave,
    PreDelete, PreSave,
};

/// The signals of one model. A `static` per model.
#[doc(hidden)]
pub struct Lifecycle<M: BulkSender> {
    pub(in crate::model) pre_save: Signal<PreSave<'static, M>>,
    pub(in crate::model) post_save: Signal<PostSave<'static, M>>,
    pub(in crate::model) pre_delete: Signal<PreDelete<'static, M>>,
    pub(in crate::model) post_delete: Signal<PostDelete<'static, M>>,
    pub(in crate::model) post_commit: Signal<PostCommit<'static, M>>,
    pub(in crate::model) post_rollback: Signal<PostRollback<'static, M>>,
    pub(in crate::model) post_load: Signal<PostLoad<'static, M>>,
    pub(in crate::model) post_bulk_create: Signal<PostBulkCreate<'static, M>>,
    pub(in crate::model) post_bulk_update: Signal<PostBulkUpdate<'static, M>>,
    pub(in crate::model) post_bulk_delete: Signal<PostBulkDelete<'static, M>>,
}

impl<M: BulkSender> Lifecycle<M> {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self::with(Signal::new(), Signal::new())
    }

    /// For `delete_signals = false`: the signals of deletes only call receivers that name the model.
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

impl<M: BulkSender> Lifecycle<M> {
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
            self.post_rollback.source(),
            self.post_load.source(),
        ]
    }
}

impl<M: BulkSender> fmt::Debug for Lifecycle<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lifecycle of {}", M::name().unwrap_or_default())
    }
}
