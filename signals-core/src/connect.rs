//! Receivers that are connected while the program runs: closures, for as long as their guard lives.

use core::fmt;
use core::pin::Pin;
use core::sync::atomic::{AtomicU64, Ordering};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::payload::{Asynchronous, Mode, Payload, Reply};
use crate::receiver::{Place, ReceiverId};
use crate::signal::Signal;
use crate::words::Returns;

/// A boxed future, as [`Signal::connect_async`] takes it.
pub type BoxFuture<'b, T> = Pin<Box<dyn Future<Output = T> + Send + 'b>>;

type SyncClosure<P> = dyn for<'a, 'b> Fn(&'b mut <P as Payload>::Of<'a>) -> Reply<<P as Payload>::Output> + Send + Sync;
type AsyncClosure<P> =
    dyn for<'a, 'b> Fn(&'b mut <P as Payload>::Of<'a>) -> BoxFuture<'b, Reply<<P as Payload>::Output>> + Send + Sync;

pub(crate) struct Connected<P: Payload> {
    key: u64,
    unique: bool,
    pub(crate) id: ReceiverId,
    pub(crate) closure: Closure<P>,
}

pub(crate) enum Closure<P: Payload> {
    Sync(Box<SyncClosure<P>>),
    Async(Box<AsyncClosure<P>>, <P::Mode as Mode>::Awaits),
}

/// The run-time receivers of a signal at one moment.
pub(crate) type Snapshot<P> = Arc<[Arc<Connected<P>>]>;

/// The run-time receivers of a signal. A dispatch takes the list as it is and lets go of the lock.
pub(crate) struct ConnectedList<P: Payload>(Mutex<Option<Snapshot<P>>>);

impl<P: Payload> ConnectedList<P> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(crate) fn snapshot(&self) -> Option<Snapshot<P>> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Snapshot<P>>> {
        // The list is replaced as a whole, so a panic cannot leave it half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P: Payload> Signal<P> {
    /// Calls `receiver` on every dispatch from now on, after the link-time receivers and those connected before,
    /// until the guard is dropped.
    ///
    /// A dispatch that has begun is not changed: a receiver that is connected during it is first called in the next.
    #[track_caller]
    pub fn connect<F, R>(&'static self, receiver: F) -> Connection
    where
        F: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> R + Send + Sync + 'static,
        R: Returns<P::Output>,
    {
        self.add(closure(), Closure::Sync(Box::new(move |payload| receiver(payload).into_reply())))
    }

    /// As [`connect`](Self::connect), once per `uid`: the first stays, and a second call with the same `uid` gives
    /// `None` and connects nothing. This is Django's `dispatch_uid`.
    #[must_use = "the receiver is disconnected when this is dropped; call `forever` on it to keep it connected"]
    #[track_caller]
    pub fn connect_unique<F, R>(&'static self, uid: impl Into<Cow<'static, str>>, receiver: F) -> Option<Connection>
    where
        F: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> R + Send + Sync + 'static,
        R: Returns<P::Output>,
    {
        let id = ReceiverId { name: uid.into(), place: Place::caller() };
        self.add_unique(id, Closure::Sync(Box::new(move |payload| receiver(payload).into_reply())))
    }

    fn add(&'static self, id: ReceiverId, closure: Closure<P>) -> Connection {
        let mut list = self.connected().lock();
        self.push(&mut list, id, false, closure)
    }

    fn add_unique(&'static self, id: ReceiverId, closure: Closure<P>) -> Option<Connection> {
        let mut list = self.connected().lock();
        if list.iter().flat_map(|list| list.iter()).any(|known| known.unique && known.id.name == id.name) {
            // What the closure holds may be another receiver's guard: it is dropped when the lock is free.
            drop(list);
            drop(closure);
            return None;
        }
        Some(self.push(&mut list, id, true, closure))
    }

    fn push(
        &'static self,
        list: &mut Option<Snapshot<P>>,
        id: ReceiverId,
        unique: bool,
        closure: Closure<P>,
    ) -> Connection {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = NEXT.fetch_add(1, Ordering::Relaxed);
        let known = list.iter().flat_map(|list| list.iter().cloned());
        *list = Some(known.chain([Arc::new(Connected { key, unique, id, closure })]).collect());
        self.set_connected(true);
        Connection { signal: Some(self), key }
    }
}

impl<P: Payload<Mode = Asynchronous>> Signal<P> {
    /// As [`connect`](Self::connect), for a receiver that is awaited:
    /// `connect_async(|event| Box::pin(async move { .. }))`.
    #[track_caller]
    pub fn connect_async<F, R>(&'static self, receiver: F) -> Connection
    where
        F: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> BoxFuture<'b, R> + Send + Sync + 'static,
        R: Returns<P::Output> + 'static,
    {
        let receiver: Box<AsyncClosure<P>> = Box::new(move |payload| {
            let future = receiver(payload);
            Box::pin(async move { future.await.into_reply() })
        });
        self.add(closure(), Closure::Async(receiver, ()))
    }
}

#[track_caller]
fn closure() -> ReceiverId {
    ReceiverId { name: Cow::Borrowed("closure"), place: Place::caller() }
}

/// A receiver that was connected at run time. Dropping it disconnects the receiver.
#[must_use = "the receiver is disconnected when this is dropped; call `forever` to keep it connected"]
pub struct Connection {
    signal: Option<&'static dyn Disconnect>,
    key: u64,
}

impl Connection {
    /// Keeps the receiver connected for as long as the program runs.
    pub fn forever(mut self) {
        self.signal = None;
    }

    /// Disconnects the receiver now, and says whether it was still connected.
    ///
    /// A dispatch that has begun still calls it.
    pub fn disconnect(mut self) -> bool {
        self.remove()
    }

    fn remove(&mut self) -> bool {
        self.signal.take().is_some_and(|signal| signal.disconnect(self.key))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.remove();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("key", &self.key).finish_non_exhaustive()
    }
}

trait Disconnect: Send + Sync {
    fn disconnect(&'static self, key: u64) -> bool;
}

impl<P: Payload> Disconnect for Signal<P> {
    fn disconnect(&'static self, key: u64) -> bool {
        let mut list = self.connected().lock();
        let Some(known) = list.take() else { return false };
        let left: Arc<[_]> = known.iter().filter(|connected| connected.key != key).cloned().collect();
        let removed = left.len() < known.len();
        self.set_connected(!left.is_empty());
        *list = if left.is_empty() { None } else { Some(left) };
        // The closure's own drop may connect or disconnect: not while the lock is held.
        drop(list);
        drop(known);
        removed
    }
}
