//! A receiver that panics.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::thread;

/// Awaits what calls receivers. A panic goes on when the session is emptied: a receiver may have been about to refuse.
pub(super) async fn caught<T>(telling: impl Future<Output = T>) -> thread::Result<T> {
    let mut telling = pin!(telling);
    // It is not polled again after a panic, so nothing broken is seen.
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| telling.as_mut().poll(context))) {
        Ok(told) => told.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}
