//! How deep one signal is sent inside the receivers of another.
//!
//! The depth belongs to the call chain, not to the thread: a future sets it for the time of each poll, so it is right
//! on whatever thread the task goes on, and another task on the same thread does not see it.

use core::cell::Cell;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::error::SignalError;
use crate::payload::Payload;

static LIMIT: AtomicUsize = AtomicUsize::new(32);

/// Sets how deep receivers may send signals whose receivers send signals, in the whole program. It is 32 at first.
///
/// A deeper chain is [`SignalError::TooDeep`], which comes back through every receiver in between and so prints the chain, a cycle
/// in it once.
pub fn set_recursion_limit(limit: usize) {
    LIMIT.store(limit, Ordering::Relaxed);
}

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// The depth of a dispatch that is about to start.
#[inline]
pub(crate) fn next<P: Payload>() -> Result<usize, SignalError> {
    let depth = DEPTH.get();
    let limit = LIMIT.load(Ordering::Relaxed);
    if depth >= limit { Err(too_deep::<P>(limit)) } else { Ok(depth + 1) }
}

#[cold]
fn too_deep<P: Payload>(limit: usize) -> SignalError {
    SignalError::TooDeep { signal: P::SIGNAL, sender: P::sender(), limit }
}

/// Stands at a depth until it is dropped.
pub(crate) struct At {
    before: usize,
}

impl At {
    #[inline]
    pub(crate) fn depth(depth: usize) -> Self {
        Self { before: DEPTH.replace(depth) }
    }
}

impl Drop for At {
    #[inline]
    fn drop(&mut self) {
        DEPTH.set(self.before);
    }
}
