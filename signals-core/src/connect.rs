//! Receivers that are connected while the program runs: closures, until they are disconnected.

use core::fmt;
use core::pin::Pin;
use core::sync::atomic::{AtomicU64, Ordering};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::diagnostics::Returns;
use crate::payload::{Asynchronous, Mode, Payload, Reply};
use crate::receiver::{ReceiverId, SourceLocation};
use crate::signal::Signal;

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
    /// Calls `receiver` on every dispatch from now on, after the link-time receivers and those connected before, for as long
    /// as the program runs: whatever becomes of the handle, which can disconnect it. To connect it for a while,
    /// there is [`connect_scoped`](Self::connect_scoped).
    ///
    /// A dispatch that has begun is not changed: a receiver that is connected during it is first called in the next.
    ///
    /// ```
    /// # use signals_core::signal;
    /// #[signal]
    /// struct Paid {}
    ///
    /// let audit = Paid::SIGNAL.connect(|_| println!("paid"));
    /// Paid {}.send()?; // paid
    /// assert!(audit.disconnect());
    /// Paid {}.send()?;
    /// # Ok::<(), signals_core::SignalError>(())
    /// ```
    #[track_caller]
    pub fn connect<F, R>(&'static self, receiver: F) -> ReceiverHandle
    where
        F: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> R + Send + Sync + 'static,
        R: Returns<P::Output>,
    {
        self.add(closure(), Closure::Sync(Box::new(move |payload| receiver(payload).into_reply())))
    }

    /// Like [`connect`](Self::connect), until the guard is dropped. Bind it to a name: `let _ = ..` drops it at once.
    ///
    /// ```
    /// # use signals_core::signal;
    /// #[signal]
    /// struct Paid {}
    ///
    /// {
    ///     let _guard = Paid::SIGNAL.connect_scoped(|_| println!("paid"));
    ///     Paid {}.send()?; // paid
    /// }
    /// Paid {}.send()?;
    /// # Ok::<(), signals_core::SignalError>(())
    /// ```
    #[track_caller]
    pub fn connect_scoped<F, R>(&'static self, receiver: F) -> ReceiverGuard
    where
        F: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> R + Send + Sync + 'static,
        R: Returns<P::Output>,
    {
        self.connect(receiver).into_guard()
    }

    /// Like [`connect`](Self::connect), once per `uid`: the first stays, and a second call with the same `uid` gives
    /// `None` and connects nothing. This is Django's `dispatch_uid`.
    #[track_caller]
    pub fn connect_unique<F, R>(&'static self, uid: impl Into<Cow<'static, str>>, receiver: F) -> Option<ReceiverHandle>
    where
        F: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> R + Send + Sync + 'static,
        R: Returns<P::Output>,
    {
        let id = ReceiverId { name: uid.into(), location: SourceLocation::caller() };
        self.add_unique(id, Closure::Sync(Box::new(move |payload| receiver(payload).into_reply())))
    }

    fn add(&'static self, id: ReceiverId, closure: Closure<P>) -> ReceiverHandle {
        let mut list = self.connected().lock();
        self.push(&mut list, id, false, closure)
    }

    fn add_unique(&'static self, id: ReceiverId, closure: Closure<P>) -> Option<ReceiverHandle> {
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
    ) -> ReceiverHandle {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = NEXT.fetch_add(1, Ordering::Relaxed);
        let known = list.iter().flat_map(|list| list.iter().cloned());
        *list = Some(known.chain([Arc::new(Connected { key, unique, id, closure })]).collect());
        self.set_connected(true);
        ReceiverHandle { signal: self, key }
    }
}

impl<P: Payload<Mode = Asynchronous>> Signal<P> {
    /// Like [`connect`](Self::connect), for a receiver that is awaited:
    /// `connect_async(|event| Box::pin(async move { .. }))`.
    #[track_caller]
    pub fn connect_async<F, R>(&'static self, receiver: F) -> ReceiverHandle
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
    ReceiverId { name: Cow::Borrowed("closure"), location: SourceLocation::caller() }
}

/// A receiver that was connected at run time. It stays connected when this is dropped.
#[derive(Clone, Copy)]
pub struct ReceiverHandle {
    signal: &'static dyn Disconnect,
    key: u64,
}

impl ReceiverHandle {
    /// Disconnects the receiver, and says whether it was still connected.
    ///
    /// A dispatch that has begun still calls it.
    pub fn disconnect(self) -> bool {
        self.signal.disconnect(self.key)
    }

    /// Disconnects the receiver when the guard is dropped.
    pub fn into_guard(self) -> ReceiverGuard {
        ReceiverGuard { handle: self }
    }
}

impl fmt::Debug for ReceiverHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverHandle").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A receiver that is connected until this is dropped.
#[must_use = "the receiver is disconnected when this guard is dropped, and `let _ = ..` drops it at once: bind it to a name, \
              `let _guard = ..`, or use `connect`, which keeps the receiver connected"]
#[derive(Debug)]
pub struct ReceiverGuard {
    handle: ReceiverHandle,
}

impl ReceiverGuard {
    /// Disconnects the receiver now, and says whether it was still connected.
    ///
    /// A dispatch that has begun still calls it.
    pub fn disconnect(self) -> bool {
        self.handle.disconnect()
    }
}

impl Drop for ReceiverGuard {
    fn drop(&mut self) {
        self.handle.disconnect();
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
