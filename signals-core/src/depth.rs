//! How deeply dispatches are nested: signals that receivers send.
//!
//! The depth belongs to the chain of calls and not to the thread. A future sets it during each poll, so it stays right when a
//! task moves to another thread, and another task on the same thread does not see it.

use core::cell::Cell;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::error::SignalError;
use crate::source::SignalOf;

static LIMIT: AtomicUsize = AtomicUsize::new(32);

/// Sets how deeply dispatches may be nested in the whole program: receivers that send signals whose receivers send signals. The
/// default is 32.
///
/// A deeper dispatch fails with [`SignalError::TooDeep`]. The error returns through every receiver of the chain, so that it
/// prints the chain, and a cycle in it once.
///
/// ```
/// signals_core::set_recursion_limit(64);
/// ```
pub fn set_recursion_limit(limit: usize) {
    LIMIT.store(limit, Ordering::Relaxed);
}

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// The depth of a dispatch that is about to begin.
#[inline]
pub(crate) fn next(name: impl Fn() -> SignalOf) -> Result<usize, SignalError> {
    let depth = DEPTH.get();
    let limit = LIMIT.load(Ordering::Relaxed);
    if depth >= limit { Err(too_deep(name(), limit)) } else { Ok(depth + 1) }
}

#[cold]
fn too_deep(SignalOf(signal, sender): SignalOf, limit: usize) -> SignalError {
    SignalError::TooDeep { signal, sender, limit }
}

/// Sets the depth until it is dropped.
pub(crate) struct DepthGuard {
    before: usize,
}

impl DepthGuard {
    #[inline]
    pub(crate) fn enter(depth: usize) -> Self {
        Self { before: DEPTH.replace(depth) }
    }
}

impl Drop for DepthGuard {
    #[inline]
    fn drop(&mut self) {
        DEPTH.set(self.before);
    }
}
