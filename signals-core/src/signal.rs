//! A signal: the receivers of one payload, resolved once and then only read.

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};
use std::borrow::Cow;
use std::sync::OnceLock;

use crate::binding::Binding;
use crate::connect::{ReceiverGuard, ReceiverHandle};
use crate::connected::{AsyncClosure, Closure, ConnectedReceivers, LockedReceivers, Snapshot};
use crate::diagnostics::{AsyncReceiverClosure, ClosureReturns, ReceiverClosure, SharedClosure};
use crate::error::SignalError;
use crate::id::ReceiverId;
use crate::location::SourceLocation;
use crate::order;
use crate::payload::{Asynchronous, Payload};
use crate::receiver::Receiver;
use crate::registry;
use crate::source::Source;
use crate::wiring_error::WiringError;

/// The receivers of one payload: those that the linker collected, and those that were connected at run time.
///
/// It is a `static`, one per custom signal and one per lifecycle signal and model. Its first use reads its receivers from the
/// registry and sorts them. After that, a dispatch is one atomic load and a loop over function pointers.
///
/// ```
/// use signals_core::{receiver, signal};
///
/// #[signal]
/// struct OrderPaid {
///     amount: u64,
/// }
///
/// #[receiver(OrderPaid)]
/// fn thank(amount: u64) {
///     println!("thank you for {amount}");
/// }
///
/// assert!(OrderPaid::SIGNAL.has_receivers());
/// OrderPaid { amount: 250 }.send()?;
/// # Ok::<(), signals_core::SignalError>(())
/// ```
pub struct Signal<P: Payload> {
    state: AtomicU8,
    linked: OnceLock<LinkedReceivers<P>>,
    connected: ConnectedReceivers<P>,
    audience: Audience,
}

/// Which receivers a signal calls.
#[derive(Clone, Copy, PartialEq)]
enum Audience {
    /// Those of its sender and those of any sender.
    All,
    /// Only those that name its sender.
    OwnSender,
}

/// The link-time receivers in their order, or why they have none.
type LinkedReceivers<P> = Result<Box<[LinkedReceiver<P>]>, Box<WiringError>>;

/// The registry has been read.
const RESOLVED: u8 = 1;
/// There are link-time receivers, or an error that says why they cannot be called.
const LINKED: u8 = 2;
/// There are run-time receivers.
const CONNECTED: u8 = 4;
/// A link-time receiver reads fields that are only filled in on request.
const COSTLY: u8 = 8;
/// A link-time receiver is called for raw writes.
const RAW: u8 = 16;

/// A receiver that the linker collected, ready to be called.
pub(crate) struct LinkedReceiver<P: Payload> {
    pub(crate) target: Target<P>,
    pub(crate) receiver: &'static Receiver,
}

/// What is called. A signal without senders has only the first variant: the second is uninhabited.
pub(crate) enum Target<P: Payload> {
    /// A receiver of this payload.
    Own(Binding<P>),
    /// A receiver of any sender.
    Any(Binding<P::Any>, P::Senders),
}

/// The receivers of one dispatch, fixed before the first is called.
pub(crate) enum Route<P: Payload> {
    /// There are none.
    Empty,
    /// Those that the linker collected.
    Linked(&'static [LinkedReceiver<P>]),
    /// Those that the linker collected, and then those that were connected.
    Connected(&'static [LinkedReceiver<P>], Snapshot<P>),
}

impl<P: Payload> Signal<P> {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self::with(Audience::All)
    }

    /// A signal that does not call receivers of any sender.
    #[doc(hidden)]
    pub const fn for_own_sender() -> Self {
        Self::with(Audience::OwnSender)
    }

    const fn with(audience: Audience) -> Self {
        Self { state: AtomicU8::new(0), linked: OnceLock::new(), connected: ConnectedReceivers::new(), audience }
    }

    /// Whether this signal has receivers, including those of any sender. After the first call this is one atomic load.
    ///
    /// A sender can skip the work for a payload that would have no receivers.
    ///
    /// ```
    /// # use signals_core::signal;
    /// #[signal]
    /// struct ReportPrinted {
    ///     pages: Vec<String>,
    /// }
    ///
    /// if ReportPrinted::SIGNAL.has_receivers() {
    ///     ReportPrinted { pages: vec!["1".to_owned()] }.send()?;
    /// }
    /// # Ok::<(), signals_core::SignalError>(())
    /// ```
    #[inline]
    pub fn has_receivers(&'static self) -> bool {
        self.state() & (LINKED | CONNECTED) != 0
    }

    /// Whether a receiver may read the fields that are only filled in on request. A closure may read every field.
    #[doc(hidden)]
    #[inline]
    pub fn reads_costly_fields(&'static self) -> bool {
        self.state() & (COSTLY | CONNECTED) != 0
    }

    /// Whether a receiver is called for raw writes. Closures are not: they have no attribute that asks for it.
    #[doc(hidden)]
    #[inline]
    pub fn has_receivers_of_raw(&'static self) -> bool {
        self.state() & RAW != 0
    }

    /// The ids of the link-time receivers, in the order in which they are called.
    ///
    /// ```
    /// # use signals_core::signal;
    /// #[signal]
    /// struct Paid {}
    ///
    /// for id in Paid::SIGNAL.receivers()? {
    ///     println!("{id}");
    /// }
    /// # Ok::<(), signals_core::SignalError>(())
    /// ```
    ///
    /// # Errors
    /// [`SignalError::Wiring`] if they have no order, or one of them would be called twice.
    pub fn receivers(&'static self) -> Result<impl Iterator<Item = &'static ReceiverId>, SignalError> {
        Ok(self.linked()?.iter().map(|linked| &linked.receiver.id))
    }

    /// What it sends and which receivers it calls, without its type.
    #[doc(hidden)]
    pub fn source(&self) -> Source {
        let source = Source::of::<P>();
        match self.audience {
            Audience::All => source,
            Audience::OwnSender => Source { any: None, ..source },
        }
    }

    /// The receivers to call now.
    #[inline]
    pub(crate) fn route(&'static self) -> Result<Route<P>, SignalError> {
        match self.state() {
            RESOLVED => Ok(Route::Empty),
            state if state & CONNECTED == 0 => Ok(Route::Linked(self.linked()?)),
            _ => self.route_connected(),
        }
    }

    #[cold]
    fn route_connected(&'static self) -> Result<Route<P>, SignalError> {
        let linked = self.linked()?;
        // The last of them may have been disconnected in the meantime.
        Ok(self.connected.snapshot().map_or(Route::Linked(linked), |list| Route::Connected(linked, list)))
    }

    pub(crate) fn connected(&'static self) -> &'static ConnectedReceivers<P> {
        &self.connected
    }

    /// Notes whether there are run-time receivers. The list is locked, so no other change can overtake this one.
    pub(crate) fn set_connected(&self, receivers: &LockedReceivers<'_, P>) {
        if receivers.is_empty() {
            self.state.fetch_and(!CONNECTED, Ordering::Release);
        } else {
            self.state.fetch_or(CONNECTED, Ordering::Release);
        }
    }

    #[inline]
    fn state(&'static self) -> u8 {
        let state = self.state.load(Ordering::Acquire);
        if state & RESOLVED == 0 { self.resolve() } else { state }
    }

    #[inline]
    fn linked(&'static self) -> Result<&'static [LinkedReceiver<P>], SignalError> {
        match self.linked.get() {
            Some(Ok(linked)) => Ok(linked),
            Some(Err(error)) => Err(wiring_error(error)),
            None => {
                self.resolve();
                self.linked()
            }
        }
    }

    #[cold]
    fn resolve(&'static self) -> u8 {
        let source = self.source();
        let receivers = receivers_of(&source);
        let mut found = state_of(&receivers, P::COSTLY);
        let linked = self.linked.get_or_init(|| {
            if let Some(error) = registry::incomplete(source.module) {
                return Err(Box::new(error));
            }
            let sorted = order::sort(receivers).map_err(|fault| Box::new(fault.error(&source)))?;
            let mut linked = Vec::with_capacity(sorted.len());
            for receiver in sorted {
                if let Some(target) = Target::of(receiver) {
                    linked.push(LinkedReceiver { target, receiver });
                }
            }
            Ok(linked.into_boxed_slice())
        });
        if linked.is_err() {
            found |= LINKED;
        }
        self.state.fetch_or(found, Ordering::AcqRel) | found
    }
}

// In the file of `Signal`, so that the compiler calls them `Signal::<P>::connect` in its messages.
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
    pub fn connect<R, K>(
        &'static self,
        receiver: impl ReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
    ) -> ReceiverHandle {
        self.add(closure_id(), Closure::Sync(Box::new(move |payload| receiver.replying()(receiver(payload)))))
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
    pub fn connect_scoped<R, K>(
        &'static self,
        receiver: impl ReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
    ) -> ReceiverGuard {
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
    pub fn connect_unique<R, K>(
        &'static self,
        uid: impl Into<Cow<'static, str>>,
        receiver: impl ReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
    ) -> Option<ReceiverHandle> {
        let id = ReceiverId { name: uid.into(), location: SourceLocation::caller() };
        self.add_unique(id, Closure::Sync(Box::new(move |payload| receiver.replying()(receiver(payload)))))
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
    pub fn connect_async<R: 'static, K>(
        &'static self,
        receiver: impl AsyncReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
    ) -> ReceiverHandle {
        let into_reply = receiver.replying();
        let receiver: Box<AsyncClosure<P>> = Box::new(move |payload| {
            let future = receiver(payload);
            Box::pin(async move { into_reply(future.await) })
        });
        self.add(closure_id(), Closure::Async(receiver, ()))
    }
}

#[track_caller]
fn closure_id() -> ReceiverId {
    ReceiverId { name: Cow::Borrowed("closure"), location: SourceLocation::caller() }
}

// The next three functions are not generic: they are compiled once, and not for each signal of each model.

/// The receivers that receive exactly this, and those that receive it from any sender, in no order.
fn receivers_of(source: &Source) -> Vec<&'static Receiver> {
    let is_meant = |receiver: &&Receiver| {
        let payload = receiver.payload();
        payload == source.own || Some(payload) == source.any
    };
    registry::receivers().filter(is_meant).collect()
}

/// The state of a signal with these receivers.
fn state_of(receivers: &[&'static Receiver], costly: &[&str]) -> u8 {
    let flag = |is_set, bit| if is_set { bit } else { 0 };
    RESOLVED
        | flag(!receivers.is_empty(), LINKED)
        | flag(receivers.iter().any(|receiver| reads_any(receiver, costly)), COSTLY)
        | flag(receivers.iter().any(|receiver| receiver.raw), RAW)
}

fn reads_any(receiver: &Receiver, fields: &[&str]) -> bool {
    let is_meant = |field: &&str| *field == "event" || fields.contains(field);
    !fields.is_empty() && receiver.reads.iter().any(is_meant)
}

#[cold]
fn wiring_error(error: &WiringError) -> SignalError {
    SignalError::Wiring(Box::new(error.clone()))
}

impl<P: Payload> Target<P> {
    fn of(receiver: &Receiver) -> Option<Self> {
        let own = || receiver.binding().map(Self::Own);
        let any = || Some(Self::Any(receiver.binding()?, P::senders()?));
        own().or_else(any)
    }
}

impl<P: Payload> fmt::Debug for Signal<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal").field("signal", &P::SIGNAL).field("sender", &P::sender()).finish_non_exhaustive()
    }
}
