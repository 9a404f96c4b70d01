//! What a database answers: at once, or after a wait.

#![cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "PostgreSQL is always waited for"))]

use std::pin::Pin;
use std::task::{Context, Poll};

/// An answer that is here already, or one to wait for.
///
/// SQLite mostly answers at once. Who waits takes an allocation: next to a lock or a round trip it is nothing. In exchange
/// what a driver does meanwhile makes no future larger, and is compiled once, here, instead of in every crate that awaits it.
pub(super) enum Answer<'a, T> {
    /// `None` after it was given.
    Now(Option<T>),
    Later(Pin<Box<dyn Future<Output = T> + Send + 'a>>),
}

impl<'a, T> Answer<'a, T> {
    pub(super) fn now(answer: T) -> Self {
        Self::Now(Some(answer))
    }

    pub(super) fn later(answer: impl Future<Output = T> + Send + 'a) -> Self {
        Self::Later(Box::pin(answer))
    }

    /// The answer in another form.
    pub(super) fn map<U>(self, form: impl FnOnce(T) -> U + Send + 'a) -> Answer<'a, U>
    where
        T: 'a,
    {
        match self {
            Self::Now(answer) => Answer::Now(answer.map(form)),
            Self::Later(answer) => Answer::later(async move { form(answer.await) }),
        }
    }
}

// Nothing points into it: what waits is in its box.
impl<T> Unpin for Answer<'_, T> {}

impl<T> Future for Answer<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match &mut *self {
            Self::Now(answer) => Poll::Ready(answer.take().expect("an answer is given once")),
            Self::Later(answer) => answer.as_mut().poll(context),
        }
    }
}
