//! What the library allocates. `allocation_counter` is a global allocator that counts; it is linked into this binary
//! alone. It counts the allocations of each thread separately.
#![allow(missing_docs, reason = "a test")]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[cfg(feature = "sqlite")]
mod deletes;
mod dispatch;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
#[path = "../it/failure.rs"]
mod failure;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod queries;
#[cfg(feature = "web")]
mod requests;
#[cfg(feature = "sqlite")]
mod saves;

/// The output of a future that is ready when it is polled for the first time.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}
