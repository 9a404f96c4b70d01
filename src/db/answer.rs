//! The answer of a database: ready, or a future.

#![cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "PostgreSQL is always waited for"))]

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use signals_core::BoxFuture;

use crate::error::Error;

/// An answer that is ready, or a future.
///
/// SQLite usually answers immediately. A future costs an allocation, which is negligible compared with a lock or a round trip. In
/// exchange, the work of a driver does not make other futures larger, and is compiled once instead of in every crate that awaits it.
///
/// With a `T` of one word, an answer is returned in registers; a `Result` in an `Option` would be written to memory and read again.
/// This is why success and failure are separate variants, and why the future is in two boxes.
#[must_use = "a failure is in it, and it may have to be waited for"]
pub(crate) enum Answer<'a, T, E = Error> {
    Good(T),
    Failed(E),
    Later(Box<BoxFuture<'a, Result<T, E>>>),
    /// The answer has been taken.
    Given,
}

impl<'a, T, E> Answer<'a, T, E> {
    pub(super) fn later(answer: impl Future<Output = Result<T, E>> + Send + 'a) -> Self {
        Self::Later(Box::new(Box::pin(answer)))
    }

    /// The answer in another form.
    #[inline]
    pub(super) fn map<U, F>(self, form: impl FnOnce(Result<T, E>) -> Result<U, F> + Send + 'a) -> Answer<'a, U, F>
    where
        T: 'a,
        E: 'a,
    {
        match self {
            Self::Good(value) => form(Ok(value)).into(),
            Self::Failed(error) => form(Err(error)).into(),
            Self::Later(answer) => Answer::later(async move { form(answer.await) }),
            Self::Given => Answer::Given,
        }
    }
}

impl<T, E> From<Result<T, E>> for Answer<'_, T, E> {
    #[inline]
    fn from(answer: Result<T, E>) -> Self {
        match answer {
            Ok(value) => Self::Good(value),
            Err(error) => Self::Failed(error),
        }
    }
}

// Nothing points into it, because the future is in a box.
impl<T, E> Unpin for Answer<'_, T, E> {}

impl<T, E> Future for Answer<'_, T, E> {
    type Output = Result<T, E>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        if let Self::Later(answer) = &mut *self {
            return Pin::as_mut(answer).poll(context);
        }
        match mem::replace(&mut *self, Self::Given) {
            Self::Good(value) => Poll::Ready(Ok(value)),
            Self::Failed(error) => Poll::Ready(Err(error)),
            Self::Later(_) | Self::Given => panic!("an answer is given once"),
        }
    }
}
