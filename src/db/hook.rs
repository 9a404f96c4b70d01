//! A hook: a function that runs after a commit or a rollback.

use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;

use super::Db;
use crate::error::Result;
use crate::transaction_end::TransactionEnd;

pub(super) type RunningHook = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A function that runs after the end of a transaction.
pub(crate) struct Hook {
    pub(super) queued: QueuedAt,
    /// The database in the context of the handle that queued it, if it is not that of the transaction.
    pub(super) db: Option<Arc<Db>>,
    pub(super) start: Box<dyn FnOnce(Db) -> RunningHook + Send>,
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
        db: Option<Arc<Db>>,
        hook: impl FnOnce(Db) -> Fut + Send + 'static,
    ) -> Self
    where
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        Self { queued: QueuedAt { after, at }, db, start: Box::new(|db| Box::pin(hook(db))) }
    }
}

/// A hook of [`Tx::on_commit`](super::Tx::on_commit): an async closure, or an async function, that takes a [`Db`] and returns a
/// [`Result`].
///
/// Two implementations match every type, so that an error names this trait and not its conditions.
#[diagnostic::on_unimplemented(
    message = "this cannot be a hook",
    label = "expected `async |db| {{ .. }}`",
    note = "a hook is an async closure that takes a `Db`: write `async |_db| {{ .. Ok(()) }}`, or `async move |_db| {{ .. Ok(()) }}` \
            if it uses local variables"
)]
pub trait TransactionHook<Fut, Kind>: FnOnce(Db) -> Fut {}

#[diagnostic::do_not_recommend]
impl<F: FnOnce(Db) -> Fut, Fut, Future> TransactionHook<Fut, Function<Future>> for F {}

#[diagnostic::do_not_recommend]
impl<F: FnOnce(Db) -> Never> TransactionHook<Never, Never> for F {}

/// What a hook returns: a future.
#[diagnostic::on_unimplemented(
    message = "a hook is async, and this one returns `{Self}`",
    label = "expected `async |db| {{ .. }}`",
    note = "write `async` before the parameter, and return a `Result`: `async |_db| {{ .. Ok(()) }}`"
)]
pub trait HookFuture<Kind>: Future {}

#[diagnostic::do_not_recommend]
impl<Fut: Future> HookFuture<Function<Fut>> for Fut {}

#[diagnostic::do_not_recommend]
impl<Fut: Future<Output = Never>> HookFuture<Function<Never>> for Fut {}

/// What the compiler finds out about a hook.
#[doc(hidden)]
#[derive(Debug)]
pub struct Function<Future>(PhantomData<fn() -> Future>);

/// What no hook is.
#[doc(hidden)]
#[derive(Debug)]
pub enum Never {}
