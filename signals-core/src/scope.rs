//! Receivers that a test has muted.

use core::any::TypeId;
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many receivers are muted in all scopes. While this is zero, a dispatch does not lock its scope.
static MUTED: AtomicUsize = AtomicUsize::new(0);

/// Where signals are sent, such as one database, and which receivers are muted there.
#[doc(hidden)]
#[derive(Default)]
pub struct Scope {
    /// A function that was muted twice is in it twice.
    muted: Mutex<Vec<TypeId>>,
}

impl Scope {
    /// Mutes a receiver from now on.
    pub(crate) fn mute(&self, function: TypeId) {
        self.muted().push(function);
        MUTED.fetch_add(1, Ordering::Release);
    }

    /// Takes one [`mute`](Self::mute) back.
    pub(crate) fn unmute(&self, function: TypeId) {
        let mut muted = self.muted();
        if let Some(index) = muted.iter().position(|&known| known == function) {
            muted.swap_remove(index);
            MUTED.fetch_sub(1, Ordering::Release);
        }
    }

    /// Whether any scope has a muted receiver.
    #[inline]
    pub(crate) fn is_used() -> bool {
        MUTED.load(Ordering::Acquire) != 0
    }

    #[cold]
    pub(crate) fn mutes(&self, function: TypeId) -> bool {
        self.muted().contains(&function)
    }

    fn muted(&self) -> MutexGuard<'_, Vec<TypeId>> {
        self.muted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({} muted)", self.muted().len())
    }
}
