//! A hook: a function that runs after a commit or a rollback.

use std::panic::Location;
use std::pin::Pin;

use super::Db;
use crate::error::Result;
use crate::transaction_end::TransactionEnd;

pub(super) type HookFuture = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A function that runs after the end of a transaction.
pub(crate) struct Hook {
    pub(super) queued: QueuedAt,
    pub(super) start: Box<dyn FnOnce(Db) -> HookFuture + Send>,
}

/// For which end a hook was queued, and where.
#[derive(Clone, Copy)]
pub(super) struct QueuedAt {
    pub(super) after: TransactionEnd,
    pub(super) at: &'static Location<'static>,
}

impl Hook {
    pub(crate) fn new<Fut>(
        after: TransactionEnd,
        at: &'static Location<'static>,
        hook: impl FnOnce(Db) -> Fut + Send + 'static,
    ) -> Self
    where
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        Self { queued: QueuedAt { after, at }, start: Box::new(|db| Box::pin(hook(db))) }
    }
}
