//! Connecting receivers while the program runs: closures, until they are disconnected.

use core::fmt;
use std::borrow::Cow;

use crate::connected::{AsyncClosure, BoxFuture, Closure};
use crate::diagnostics::{Known, Returns};
use crate::id::ReceiverId;
use crate::location::SourceLocation;
use crate::payload::{Asynchronous, Payload};
use crate::signal::Signal;

impl<P: Payload> Signal<P> {
    /// Calls `receiver` on every dispatch from now on, after the link-time receivers and those connected earlier.
    ///
    /// The receiver stays connected as long as the program runs, unless the handle disconnects it: dropping the handle does
    /// not. [`connect_scoped`](Self::connect_scoped) connects a receiver until a guard is dropped.
    ///
    /// A dispatch that has begun does not call a receiver that is connected during it. The next dispatch does.
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
        self.add(closure_id(), Closure::Sync(Box::new(move |payload| receiver(payload).into_reply(Known))))
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

    /// Like [`connect`](Self::connect), but once per `uid`: a second call with the same `uid` connects nothing and returns
    /// `None`. This is Django's `dispatch_uid`.
    ///
    /// ```
    /// # use signals_core::signal;
    /// #[signal]
    /// struct Paid {}
    ///
    /// assert!(Paid::SIGNAL.connect_unique("audit", |_| println!("paid")).is_some());
    /// assert!(Paid::SIGNAL.connect_unique("audit", |_| println!("paid")).is_none());
    /// ```
    #[track_caller]
    pub fn connect_unique<F, R>(&'static self, uid: impl Into<Cow<'static, str>>, receiver: F) -> Option<ReceiverHandle>
    where
        F: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> R + Send + Sync + 'static,
        R: Returns<P::Output>,
    {
        let id = ReceiverId { name: uid.into(), location: SourceLocation::caller() };
        self.add_unique(id, Closure::Sync(Box::new(move |payload| receiver(payload).into_reply(Known))))
    }

    fn add(&'static self, id: ReceiverId, closure: Closure<P>) -> ReceiverHandle {
        let mut receivers = self.connected().lock();
        let key = receivers.push(id, false, closure);
        self.set_connected(&receivers);
        ReceiverHandle { signal: self, key }
    }

    fn add_unique(&'static self, id: ReceiverId, closure: Closure<P>) -> Option<ReceiverHandle> {
        let mut receivers = self.connected().lock();
        if receivers.has_unique(&id.name) {
            // The closure may own the guard of another receiver: it is dropped after the lock is released.
            drop(receivers);
            drop(closure);
            return None;
        }
        let key = receivers.push(id, true, closure);
        self.set_connected(&receivers);
        Some(ReceiverHandle { signal: self, key })
    }
}

impl<P: Payload<Mode = Asynchronous>> Signal<P> {
    /// Like [`connect`](Self::connect), for a receiver that is awaited.
    ///
    /// ```
    /// # use signals_core::signal;
    /// #[signal(async)]
    /// struct Paid<'a> {
    ///     invoice: &'a str,
    /// }
    ///
    /// Paid::SIGNAL.connect_async(|event| Box::pin(async move { println!("paid: {}", event.invoice) }));
    /// ```
    #[track_caller]
    pub fn connect_async<F, R>(&'static self, receiver: F) -> ReceiverHandle
    where
        F: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> BoxFuture<'b, R> + Send + Sync + 'static,
        R: Returns<P::Output> + 'static,
    {
        let receiver: Box<AsyncClosure<P>> = Box::new(move |payload| {
            let future = receiver(payload);
            Box::pin(async move { future.await.into_reply(Known) })
        });
        self.add(closure_id(), Closure::Async(receiver, ()))
    }
}

#[track_caller]
fn closure_id() -> ReceiverId {
    ReceiverId { name: Cow::Borrowed("closure"), location: SourceLocation::caller() }
}

/// A receiver that was connected at run time. It stays connected when this is dropped.
///
/// ```
/// # use signals_core::signal;
/// #[signal]
/// struct Paid {}
///
/// let handle = Paid::SIGNAL.connect(|_| println!("paid"));
/// assert!(handle.disconnect());
/// assert!(!handle.disconnect(), "it is disconnected already");
/// ```
#[derive(Clone, Copy)]
pub struct ReceiverHandle {
    signal: &'static dyn Disconnect,
    key: u64,
}

impl ReceiverHandle {
    /// Disconnects the receiver, and returns whether it was still connected.
    ///
    /// A dispatch that has begun still calls it.
    pub fn disconnect(self) -> bool {
        self.signal.disconnect(self.key)
    }

    /// Turns the handle into a guard that disconnects the receiver when it is dropped.
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
///
/// ```
/// # use signals_core::signal;
/// #[signal]
/// struct Paid {}
///
/// let guard = Paid::SIGNAL.connect_scoped(|_| println!("paid"));
/// Paid {}.send()?; // paid
/// drop(guard);
/// Paid {}.send()?;
/// # Ok::<(), signals_core::SignalError>(())
/// ```
#[must_use = "the receiver is disconnected when this guard is dropped, and `let _ = ..` drops it at once: bind it to a name, \
              `let _guard = ..`, or use `connect`, which keeps the receiver connected"]
#[derive(Debug)]
pub struct ReceiverGuard {
    handle: ReceiverHandle,
}

impl ReceiverGuard {
    /// Disconnects the receiver now, and returns whether it was still connected.
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
        let mut receivers = self.connected().lock();
        let removed = receivers.remove(key);
        self.set_connected(&receivers);
        drop(receivers);
        removed.is_some()
    }
}
