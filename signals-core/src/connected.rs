//! The receivers that are connected while the program runs: a list that a dispatch reads and `connect` replaces.
//!
//! The list does not depend on the payload, so that it is compiled once and not for each signal.

use core::any::Any;
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::id::ReceiverId;
use crate::payload::{BoxFuture, Mode, Payload, Reply};
use crate::scope::{ScopeId, Scopes};

pub(crate) type SyncClosure<P> =
    dyn for<'a, 'b> Fn(&'b mut <P as Payload>::Of<'a>) -> Reply<<P as Payload>::Output> + Send + Sync;
pub(crate) type AsyncClosure<P> =
    dyn for<'a, 'b> Fn(&'b mut <P as Payload>::Of<'a>) -> BoxFuture<'b, Reply<<P as Payload>::Output>> + Send + Sync;

pub(crate) type Recorder<P> = dyn for<'a, 'b> Fn(&'b mut <P as Payload>::Of<'a>) + Send + Sync;

/// What was connected to a signal with this payload.
pub(crate) enum Closure<P: Payload> {
    Recorder(Box<Recorder<P>>),
    Sync(Box<SyncClosure<P>>),
    Async(Box<AsyncClosure<P>>, <P::Mode as Mode>::Awaits),
}

/// What a receiver was connected for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Purpose {
    /// Every dispatch calls it.
    Always,
    /// The same, and no other of its name is connected.
    Unique,
    /// It is called for what is sent in this scope.
    InScope(ScopeId),
    /// The same, to record it: it cannot be muted.
    Recording(ScopeId),
}

/// A receiver that was connected at run time.
pub(crate) struct ConnectedReceiver {
    key: u64,
    purpose: Purpose,
    pub(crate) id: ReceiverId,
    /// A [`Closure`].
    closure: Box<dyn Any + Send + Sync>,
}

impl ConnectedReceiver {
    /// The closure, which was connected to a signal with this payload.
    pub(crate) fn closure<P: Payload>(&self) -> &Closure<P> {
        match self.closure.downcast_ref() {
            Some(closure) => closure,
            None => unreachable!("it is connected to a signal with another payload"),
        }
    }
}

/// The connected receivers of a signal when a dispatch begins.
pub(crate) type Snapshot = Arc<[Arc<ConnectedReceiver>]>;

/// The flag of a signal that has connected receivers.
pub(crate) const CONNECTED: u8 = 4;

/// The connected receivers of a signal. Each change replaces the whole list, so that a dispatch can keep the one it began with
/// and does not hold the lock.
pub(crate) struct ConnectedReceivers {
    /// The flags of the signal. [`CONNECTED`] is changed while the list is locked, so that no other change can overtake it.
    pub(crate) flags: AtomicU8,
    list: Mutex<Option<Snapshot>>,
}

impl ConnectedReceivers {
    pub(crate) const fn new() -> Self {
        Self { flags: AtomicU8::new(0), list: Mutex::new(None) }
    }

    /// Those to call for what is sent in these scopes, `None` if there are none.
    pub(crate) fn snapshot(&self, scopes: Scopes, is_muted: impl Fn() -> bool) -> Option<Snapshot> {
        let list = self.lock().clone()?;
        let is_called = |connected: &&Arc<ConnectedReceiver>| match connected.purpose {
            Purpose::Always | Purpose::Unique => !is_muted(),
            Purpose::InScope(scope) => scopes.contain(scope) && !is_muted(),
            Purpose::Recording(scope) => scopes.contain(scope),
        };
        if list.iter().all(|connected| is_called(&connected)) {
            return Some(list);
        }
        let called: Snapshot = list.iter().filter(is_called).cloned().collect();
        (!called.is_empty()).then_some(called)
    }

    /// Adds a receiver and returns its key.
    pub(crate) fn push(&self, purpose: Purpose, id: ReceiverId, closure: Box<dyn Any + Send + Sync>) -> u64 {
        self.add(&mut self.lock(), purpose, id, closure)
    }

    /// The same, unless a unique receiver with this name is connected.
    pub(crate) fn push_unique(&self, id: ReceiverId, closure: Box<dyn Any + Send + Sync>) -> Option<u64> {
        let mut list = self.lock();
        let is_known = list
            .iter()
            .flat_map(|list| list.iter())
            .any(|known| known.purpose == Purpose::Unique && known.id.name == id.name);
        if is_known {
            // The closure may own the guard of another receiver: it is dropped after the lock is released.
            drop(list);
            drop(closure);
            return None;
        }
        Some(self.add(&mut list, Purpose::Unique, id, closure))
    }

    fn add(
        &self,
        list: &mut Option<Snapshot>,
        purpose: Purpose,
        id: ReceiverId,
        closure: Box<dyn Any + Send + Sync>,
    ) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = NEXT.fetch_add(1, Ordering::Relaxed);
        let added = Arc::new(ConnectedReceiver { key, purpose, id, closure });
        *list = Some(list.iter().flat_map(|list| list.iter()).cloned().chain([added]).collect());
        self.flags.fetch_or(CONNECTED, Ordering::Release);
        key
    }

    /// Removes a receiver, and returns whether it was connected.
    pub(crate) fn remove(&self, key: u64) -> bool {
        let mut list = self.lock();
        let Some(old) = list.take_if(|list| list.iter().any(|connected| connected.key == key)) else { return false };
        let left: Snapshot = old.iter().filter(|connected| connected.key != key).cloned().collect();
        if left.is_empty() {
            self.flags.fetch_and(!CONNECTED, Ordering::Release);
        } else {
            *list = Some(left);
        }
        // The `Drop` of a closure may connect or disconnect, so the old list is dropped after the lock is released.
        drop(list);
        drop(old);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Option<Snapshot>> {
        // The list is replaced as a whole, so a panic cannot leave it half-changed.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
