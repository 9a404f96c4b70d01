//! Receivers that are left out where a test says so.

use core::any::TypeId;
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::receiver::{Receiver, ReceiverName};
use crate::registry;

/// How many receivers are muted anywhere: in a program that mutes nobody, this is all that a dispatch looks at.
static MUTED: AtomicUsize = AtomicUsize::new(0);

/// What signals are sent in, such as a database, and which receivers are not called there.
#[doc(hidden)]
#[derive(Default)]
pub struct Scope {
    /// A function stands there as often as it was muted.
    muted: Mutex<Vec<TypeId>>,
}

impl Scope {
    /// Leaves a receiver out from now on.
    ///
    /// # Panics
    /// If it receives a signal that is sent in no scope: it would be called all the same.
    #[track_caller]
    pub fn mute<R: ReceiverName>(&self) {
        let is_deaf = |receiver: &&Receiver| receiver.function == R::ID && !receiver.source().scoped;
        if let Some(Receiver { id, bound, .. }) = registry::receivers().find(is_deaf) {
            let signal = bound.source().signal;
            panic!("`{}` cannot be muted for one database: it receives `{signal}`, which is not sent in one", id.name);
        }
        self.muted().push(R::ID);
        MUTED.fetch_add(1, Ordering::Release);
    }

    /// Takes one [`mute`](Self::mute) back.
    pub fn unmute<R: ReceiverName>(&self) {
        let mut muted = self.muted();
        if let Some(index) = muted.iter().position(|&function| function == R::ID) {
            muted.swap_remove(index);
            MUTED.fetch_sub(1, Ordering::Release);
        }
    }

    /// Whether it is worth asking a scope.
    #[inline]
    pub(crate) fn is_used() -> bool {
        MUTED.load(Ordering::Acquire) != 0
    }

    #[cold]
    pub(crate) fn mutes(&self, receiver: &Receiver) -> bool {
        self.muted().contains(&receiver.function)
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
