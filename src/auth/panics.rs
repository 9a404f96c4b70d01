//! Panics of receivers.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::thread;

/// Awaits a future that calls receivers and catches its panic. The caller resumes the panic after it has emptied the session,
/// because the receiver may have been about to refuse the login.
pub(super) async fn caught<T>(sending: impl Future<Output = T>) -> thread::Result<T> {
    let mut sending = pin!(sending);
    // The future is not polled again after a panic, so that its broken state is never observed.
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| sending.as_mut().poll(context))) {
        Ok(sent) => sent.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}
