//! The receivers that are connected while the program runs: a list that a dispatch reads and `connect` replaces.

use core::pin::Pin;
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::id::ReceiverId;
use crate::payload::{Mode, Payload, Reply};

/// A boxed future, such as [`Signal::connect_async`](crate::Signal::connect_async) takes.
pub type BoxFuture<'b, T> = Pin<Box<dyn Future<Output = T> + Send + 'b>>;

pub(crate) type SyncClosure<P> =
    dyn for<'a, 'b> Fn(&'b mut <P as Payload>::Of<'a>) -> Reply<<P as Payload>::Output> + Send + Sync;
pub(crate) type AsyncClosure<P> =
    dyn for<'a, 'b> Fn(&'b mut <P as Payload>::Of<'a>) -> BoxFuture<'b, Reply<<P as Payload>::Output>> + Send + Sync;

/// A receiver that was connected at run time.
pub(crate) struct ConnectedReceiver<P: Payload> {
    key: u64,
    is_unique: bool,
    pub(crate) id: ReceiverId,
    pub(crate) closure: Closure<P>,
}

pub(crate) enum Closure<P: Payload> {
    Sync(Box<SyncClosure<P>>),
    Async(Box<AsyncClosure<P>>, <P::Mode as Mode>::Awaits),
}

/// The connected receivers of a signal when a dispatch begins.
pub(crate) type Snapshot<P> = Arc<[Arc<ConnectedReceiver<P>>]>;

/// The connected receivers of a signal. Each change replaces the whole list, so that a dispatch can keep the one it began with
/// and does not hold the lock.
pub(crate) struct ConnectedReceivers<P: Payload>(Mutex<Option<Snapshot<P>>>);

impl<P: Payload> ConnectedReceivers<P> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The list, `None` if it is empty.
    pub(crate) fn snapshot(&self) -> Option<Snapshot<P>> {
        self.lock().list.clone()
    }

    pub(crate) fn lock(&self) -> LockedReceivers<'_, P> {
        // The list is replaced as a whole, so a panic cannot leave it half-changed.
        LockedReceivers { list: self.0.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}

/// The connected receivers of a signal while they are changed.
pub(crate) struct LockedReceivers<'s, P: Payload> {
    list: MutexGuard<'s, Option<Snapshot<P>>>,
}

impl<P: Payload> LockedReceivers<'_, P> {
    pub(crate) fn has_unique(&self, name: &str) -> bool {
        self.iter().any(|known| known.is_unique && known.id.name == name)
    }

    /// Adds a receiver and returns its key.
    pub(crate) fn push(&mut self, id: ReceiverId, is_unique: bool, closure: Closure<P>) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = NEXT.fetch_add(1, Ordering::Relaxed);
        let added = Arc::new(ConnectedReceiver { key, is_unique, id, closure });
        let list = self.iter().cloned().chain([added]).collect();
        *self.list = Some(list);
        key
    }

    /// Removes a receiver, and returns the old list if the receiver was in it. The caller drops it after the lock is
    /// released: the `Drop` of a closure may connect or disconnect.
    pub(crate) fn remove(&mut self, key: u64) -> Option<Snapshot<P>> {
        if !self.iter().any(|connected| connected.key == key) {
            return None;
        }
        let left: Snapshot<P> = self.iter().filter(|connected| connected.key != key).cloned().collect();
        std::mem::replace(&mut *self.list, (!left.is_empty()).then_some(left))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_none()
    }

    fn iter(&self) -> impl Iterator<Item = &Arc<ConnectedReceiver<P>>> {
        self.list.iter().flat_map(|list| list.iter())
    }
}
