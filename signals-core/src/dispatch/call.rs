//! One call of one receiver: whether it is called, at which depth, and what catches its panic.

use core::pin::Pin;
use core::task::{Context, Poll};

use crate::depth::DepthGuard;
use crate::linked::LinkedReceiver;
use crate::panics::{Panicked, catch_panic};
use crate::payload::{Payload, Reply};
use crate::trace::Span;

/// What to do with a panic of a receiver.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Panics {
    Unwind,
    Catch,
}

/// What a receiver returned, or its panic.
pub(super) type CallResult<O> = Result<Reply<O>, Panicked>;

#[inline]
pub(super) fn guarded<T>(panics: Panics, call: impl FnOnce() -> T) -> Result<T, Panicked> {
    match panics {
        Panics::Unwind => Ok(call()),
        // A panic may leave the payload half-changed. Its fields are the sender's values, so the sender decides what that means.
        Panics::Catch => catch_panic(call),
    }
}

impl<P: Payload> LinkedReceiver<P> {
    /// Whether the receiver's filters let the payload pass.
    #[inline]
    pub(super) fn passes_filters(&self, payload: &mut P::Of<'_>) -> bool {
        self.binding.filter.is_none_or(|filter| filter(payload))
    }

    /// The same at a depth: a condition may send signals.
    #[inline]
    pub(super) fn passes_filters_at(
        &self,
        depth: usize,
        panics: Panics,
        payload: &mut P::Of<'_>,
    ) -> Result<bool, Panicked> {
        let Some(filter) = self.binding.filter else { return Ok(true) };
        let _depth = DepthGuard::enter(depth);
        guarded(panics, || filter(payload))
    }
}

/// What surrounds the call of one receiver of an asynchronous signal.
pub(super) struct CallContext {
    pub(super) depth: usize,
    pub(super) panics: Panics,
    pub(super) span: Span,
}

impl CallContext {
    #[inline]
    pub(super) fn call<O>(&self, call: impl FnOnce() -> Reply<O>) -> CallResult<O> {
        let _depth = DepthGuard::enter(self.depth);
        guarded(self.panics, || self.span.within(call))
    }

    /// Polls a receiver's future in this context. The future is pinned where it was made: it is large, and moving it would
    /// cost more than calling it.
    #[inline]
    pub(super) fn run<F>(self, future: Pin<&mut F>) -> InContext<'_, F> {
        InContext { context: self, future }
    }
}

/// The future of [`CallContext::run`].
pub(super) struct InContext<'f, F> {
    context: CallContext,
    future: Pin<&'f mut F>,
}

impl<O, F: Future<Output = Reply<O>>> Future for InContext<'_, F> {
    type Output = CallResult<O>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<CallResult<O>> {
        let Self { context, future } = &mut *self;
        let _depth = DepthGuard::enter(context.depth);
        let mut poll = || context.span.within(|| future.as_mut().poll(task));
        match context.panics {
            Panics::Unwind => match poll() {
                // Apart from a failure, whose bytes would be copied even if there is none.
                Poll::Ready(Ok(output)) => Poll::Ready(Ok(Ok(output))),
                Poll::Ready(Err(error)) => Poll::Ready(Ok(Err(error))),
                Poll::Pending => Poll::Pending,
            },
            Panics::Catch => match catch_panic(poll) {
                Ok(poll) => poll.map(Ok),
                Err(panic) => Poll::Ready(Err(panic)),
            },
        }
    }
}
