//! A signal, as a program names it: the typed face of its state.

use core::fmt;
use core::marker::PhantomData;
use std::borrow::Cow;
use std::sync::Arc;

use crate::connect::{ReceiverGuard, ReceiverHandle};
use crate::connected::{AsyncClosure, Closure, Purpose};
use crate::diagnostics::{AsyncReceiverClosure, ClosureReturns, ReceiverClosure, SharedClosure};
use crate::error::SignalError;
use crate::id::ReceiverId;
use crate::location::SourceLocation;
use crate::payload::{Asynchronous, Lend, Payload, assert_sent_in};
use crate::scope::{Scope, ScopeId};
use crate::source::Sender;
use crate::state::SignalState;

/// The receivers of one payload: those that the linker collected, and those that were connected at run time.
///
/// There is one per custom signal, and one per lifecycle signal and model. Its first use reads its receivers from the
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
    state: &'static SignalState<P::Any>,
    payload: PhantomData<fn(P)>,
}

impl<P: Payload> Signal<P> {
    /// The signal with this state, which is that of the sender.
    #[doc(hidden)]
    pub const fn of(state: &'static SignalState<P::Any>) -> Self {
        Self { state, payload: PhantomData }
    }

    #[doc(hidden)]
    pub const fn state(&self) -> &'static SignalState<P::Any> {
        self.state
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
    pub fn has_receivers(&self) -> bool {
        self.state.has_receivers()
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
    pub fn receivers(&self) -> Result<impl Iterator<Item = &'static ReceiverId> + use<P>, SignalError> {
        Ok(self.state.linked()?.iter().map(|linked| &linked.receiver.id))
    }
}

impl<P: Payload> Clone for Signal<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Payload> Copy for Signal<P> {}

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
        &self,
        receiver: impl ReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
    ) -> ReceiverHandle {
        self.state.connect(Purpose::Always, closure_id(), closure::<P, R, K>(receiver))
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
        &self,
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
        &self,
        uid: impl Into<Cow<'static, str>>,
        receiver: impl ReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
    ) -> Option<ReceiverHandle> {
        let id = ReceiverId { name: uid.into(), location: SourceLocation::caller() };
        self.state.connect_unique(id, closure::<P, R, K>(receiver))
    }
}

// In scopes.
impl<P: Payload> Signal<P> {
    /// Like [`connect_scoped`](Self::connect_scoped), for what is sent in one scope: in a database or transaction of `signals-rs`, or with a
    /// context. For tests, which run at the same time as others.
    ///
    /// ```
    /// use signals_core::{Context, signal};
    ///
    /// #[signal]
    /// struct Paid<'a> {
    ///     context: &'a Context,
    /// }
    ///
    /// let context = Context::new();
    /// let _guard = Paid::SIGNAL.connect_in(&context, |_| Err("the till is closed"));
    /// assert!(Paid { context: &context }.send().is_err());
    /// assert!(Paid { context: &Context::new() }.send().is_ok());
    /// ```
    ///
    /// # Panics
    /// If the signal is not sent in such a scope.
    #[track_caller]
    pub fn connect_in<R, K>(
        &self,
        scope: &(impl Scope + ?Sized),
        receiver: impl ReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
    ) -> ReceiverGuard {
        assert_sent_in::<P>(scope);
        let purpose = Purpose::InScope(scope.scope_id());
        self.state.connect(purpose, closure_id(), closure::<P, R, K>(receiver)).into_guard()
    }

    /// Calls a closure after all receivers of what is sent in the scope.
    pub(crate) fn record<K>(
        self,
        scope: ScopeId,
        record: impl ReceiverClosure<P, (), K> + SharedClosure + 'static,
    ) -> ReceiverGuard {
        let closure = Closure::Recorder(Box::new(move |any| P::Lending::lend(any, |payload| record(payload))));
        let id = ReceiverId { name: Cow::Borrowed("recorder"), location: SourceLocation::caller() };
        self.state.connect(Purpose::Recording(scope), id, closure).into_guard()
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
        &self,
        receiver: impl AsyncReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
    ) -> ReceiverHandle {
        self.state.connect(Purpose::Always, closure_id(), async_closure::<P, R, K>(receiver))
    }

    /// Like [`connect_in`](Self::connect_in), for a receiver that is awaited.
    ///
    /// ```
    /// use signals_core::{Context, signal};
    ///
    /// #[signal(async)]
    /// struct Paid<'a> {
    ///     invoice: &'a str,
    ///     context: &'a Context,
    /// }
    ///
    /// let context = Context::new();
    /// let _guard = Paid::SIGNAL
    ///     .connect_async_in(&context, |event| Box::pin(async move { println!("paid: {}", event.invoice) }));
    /// ```
    ///
    /// # Panics
    /// If the signal is not sent in such a scope.
    #[track_caller]
    pub fn connect_async_in<R: 'static, K>(
        &self,
        scope: &(impl Scope + ?Sized),
        receiver: impl AsyncReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
    ) -> ReceiverGuard {
        assert_sent_in::<P>(scope);
        let purpose = Purpose::InScope(scope.scope_id());
        self.state.connect(purpose, closure_id(), async_closure::<P, R, K>(receiver)).into_guard()
    }
}

fn async_closure<P: Payload<Mode = Asynchronous>, R: 'static, K>(
    receiver: impl AsyncReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
) -> Closure<P::Any> {
    let (into_reply, receiver) = (receiver.replying(), Arc::new(receiver));
    let closure: Box<AsyncClosure<P::Any>> = Box::new(move |any| P::Lending::lend_async(any, &receiver, into_reply));
    Closure::Async(closure, ())
}

fn closure<P: Payload, R, K>(
    receiver: impl ReceiverClosure<P, R, K> + ClosureReturns<R, P::Output> + SharedClosure + 'static,
) -> Closure<P::Any> {
    Closure::Sync(Box::new(move |any| P::Lending::lend(any, |payload| receiver.replying()(receiver(payload)))))
}

#[track_caller]
fn closure_id() -> ReceiverId {
    ReceiverId { name: Cow::Borrowed("closure"), location: SourceLocation::caller() }
}

impl<P: Payload> fmt::Debug for Signal<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sender = P::SENDER.map(Sender::name);
        f.debug_struct("Signal").field("signal", &P::SIGNAL).field("sender", &sender).finish_non_exhaustive()
    }
}
