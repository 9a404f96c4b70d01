//! The state of one signal from one sender: its receivers, resolved once and then only read.
//!
//! `P` is the payload for any sender throughout, so that this is compiled once per signal and not for each sender.

use core::fmt;
use core::sync::atomic::Ordering;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use crate::binding::Binding;
use crate::connect::ReceiverHandle;
use crate::connected::{CONNECTED, Closure, ConnectedReceivers, Purpose};
use crate::error::SignalError;
use crate::id::ReceiverId;
use crate::journal::Journal;
use crate::linked::LinkedReceiver;
use crate::order;
use crate::orders::Orders;
use crate::payload::{Call, Payload, SyncCall};
use crate::receiver::Receiver;
use crate::registry;
use crate::rules::{self, Effect, Rule, WATCHED};
use crate::scope::Scopes;
use crate::source::{Sender, SignalOf, Source, SourceKey};
use crate::special::Special;
use crate::wiring_error::WiringError;

/// The receivers of one signal from one sender.
#[doc(hidden)]
pub struct SignalState<P: Payload> {
    linked: OnceLock<LinkedReceivers<P>>,
    /// Those that were connected, and the flags of the signal.
    connected: ConnectedReceivers,
    sender: Option<&'static Sender>,
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

/// The link-time receivers in their order.
struct LinkedReceivers<P: Payload> {
    /// Why they have no order, if they have none: then the list is empty.
    error: Option<Box<WiringError>>,
    all: Vec<LinkedReceiver<P>>,
    /// The functions alone, if nothing is asked before one of them is called.
    plain: Vec<SyncCall<P>>,
    /// Whether one of them has a `timeout`.
    has_timeout: bool,
}

/// The registry has been read.
const RESOLVED: u8 = 1;
/// There are link-time receivers, or an error that says why they cannot be called.
const LINKED: u8 = 2;
/// A link-time receiver reads fields that are only filled in on request.
const COSTLY: u8 = 8;
/// A link-time receiver is called for raw writes.
const RAW: u8 = 16;
/// Nothing is asked before a link-time receiver is called.
const PLAIN: u8 = 32;
/// The link-time receivers have no order.
const FAULTY: u8 = 64;

/// The receivers of one dispatch, fixed before the first is called.
pub(crate) enum Route<P: Payload> {
    /// There are none.
    Empty,
    /// Those that the linker collected.
    Linked(&'static [LinkedReceiver<P>]),
    /// Others were connected, or a test has rules: those of [`SignalState::special`].
    Special,
}

impl<P: Payload> SignalState<P> {
    /// A signal without senders.
    pub const fn without_senders() -> Self {
        Self::with(None, Audience::All)
    }

    /// The signal from this sender.
    pub const fn of(sender: &'static Sender) -> Self {
        Self::with(Some(sender), Audience::All)
    }

    const fn with(sender: Option<&'static Sender>, audience: Audience) -> Self {
        Self { linked: OnceLock::new(), connected: ConnectedReceivers::new(), sender, audience }
    }

    /// Leaves out receivers of any sender.
    pub const fn leave_out_any_sender(&mut self) {
        self.audience = Audience::OwnSender;
    }

    /// Whether it has receivers, including those of any sender.
    #[inline]
    pub fn has_receivers(&'static self) -> bool {
        self.flags() & (LINKED | CONNECTED) != 0
    }

    /// Whether a receiver may read the fields that are only filled in on request. A closure may read every field.
    #[inline]
    pub fn reads_costly_fields(&'static self) -> bool {
        self.flags() & (COSTLY | CONNECTED) != 0
    }

    /// Whether a receiver is called for raw writes. Closures are not: they have no attribute that asks for it.
    #[inline]
    pub fn has_receivers_of_raw(&'static self) -> bool {
        self.flags() & RAW != 0
    }

    /// What it sends and which receivers it calls, without its type.
    pub fn source(&self) -> Source {
        let source = Source::of::<P>(self.sender);
        match self.audience {
            Audience::All => source,
            Audience::OwnSender => Source { any: None, ..source },
        }
    }

    /// Its name, for messages.
    pub(crate) fn name(&self) -> SignalOf {
        SignalOf(P::SIGNAL, self.sender.map(Sender::name))
    }

    /// The receivers to call now.
    #[inline]
    pub(crate) fn route(&'static self) -> Result<Route<P>, SignalError> {
        match self.flags() {
            flags if flags & (LINKED | CONNECTED | WATCHED) == 0 => Ok(Route::Empty),
            flags if flags & (CONNECTED | WATCHED) == 0 => Ok(Route::Linked(self.linked()?)),
            _ => Ok(Route::Special),
        }
    }

    /// Whether the time of a receiver is limited, by its attribute or by the sender.
    #[inline]
    pub(crate) fn has_limits(&'static self, payload: &P::Of<'_>) -> bool {
        P::TIMER.is_some()
            && (P::receiver_timeout(payload).is_some() || self.linked.get().is_some_and(|linked| linked.has_timeout))
    }

    /// The functions of its receivers, if it calls them and asks nothing before.
    #[inline]
    pub(crate) fn plain(&'static self) -> Option<&'static [SyncCall<P>]> {
        if self.connected.flags.load(Ordering::Acquire) & (PLAIN | CONNECTED | WATCHED) != PLAIN {
            return None;
        }
        match self.linked.get() {
            Some(linked) => Some(&linked.plain),
            None => None,
        }
    }

    /// The receivers of a dispatch in these scopes, where others were connected or a test has rules. `None` if there are none.
    #[cold]
    pub(crate) fn special(&'static self, scopes: Scopes) -> Result<Option<Special<P>>, SignalError> {
        self.special_with(scopes, Journal::begin)
    }

    /// The same, which tests do not record.
    #[cold]
    pub(crate) fn special_unrecorded(&'static self, scopes: Scopes) -> Result<Option<Special<P>>, SignalError> {
        self.special_with(scopes, |_, source| Journal::begin(&[], source))
    }

    fn special_with(
        &'static self,
        scopes: Scopes,
        begin: fn(&[Arc<Rule>], &Source) -> Option<Journal>,
    ) -> Result<Option<Special<P>>, SignalError> {
        let (linked, flags) = (self.linked()?, self.flags());
        let rules = if flags & WATCHED == 0 { Vec::new() } else { rules::within(scopes) };
        let source = self.source();
        let named = SourceKey { signal: P::MUTED_AS, ..source.own };
        let called = |function| rules.iter().all(|rule| rule.allows(named, function));
        let connected = if flags & CONNECTED == 0 { None } else { self.connected.snapshot(scopes, || !called(None)) };
        let journal = if flags & WATCHED == 0 { None } else { begin(&rules, &source) };
        if linked.is_empty() && connected.is_none() && journal.is_none() {
            return Ok(None);
        }
        let mut linked = Cow::Borrowed(linked);
        if !linked.iter().all(|linked| called(Some(linked.receiver.function))) {
            linked.to_mut().retain(|linked| called(Some(linked.receiver.function)));
        }
        for rule in &rules {
            if let Effect::Order(orders) = &rule.effect {
                self.reorder(&mut linked, orders, &source);
            }
        }
        Ok(Some(Special { linked, connected, journal }))
    }

    /// Calls the receivers in the order that a test tries.
    fn reorder(&self, linked: &mut Cow<'static, [LinkedReceiver<P>]>, orders: &Orders, source: &Source) {
        let receivers = |linked: &[LinkedReceiver<P>]| linked.iter().map(|linked| linked.receiver).collect::<Vec<_>>();
        let all = self.linked.get().map_or_else(Vec::new, |linked| receivers(&linked.all));
        let some = receivers(linked);
        if some.len() > 1 {
            let order = orders.order((source.own, self.name()), &all, &some);
            *linked = order.iter().map(|&index| linked[index].clone()).collect();
        }
    }

    /// Calls a closure on the dispatches that it is for, from now on.
    pub(crate) fn connect(&'static self, purpose: Purpose, id: ReceiverId, closure: Closure<P>) -> ReceiverHandle {
        ReceiverHandle { signal: &self.connected, key: self.connected.push(purpose, id, Box::new(closure)) }
    }

    /// The same, unless a closure with this name is connected.
    pub(crate) fn connect_unique(&'static self, id: ReceiverId, closure: Closure<P>) -> Option<ReceiverHandle> {
        let key = self.connected.push_unique(id, Box::new(closure))?;
        Some(ReceiverHandle { signal: &self.connected, key })
    }

    #[inline]
    fn flags(&'static self) -> u8 {
        let flags = self.connected.flags.load(Ordering::Acquire);
        if flags & RESOLVED == 0 { self.resolve() } else { flags }
    }

    #[inline]
    pub(crate) fn linked(&'static self) -> Result<&'static [LinkedReceiver<P>], SignalError> {
        match self.linked.get() {
            Some(LinkedReceivers { error: None, all, .. }) => Ok(all),
            Some(LinkedReceivers { error: Some(error), .. }) => Err(wiring_error(error)),
            None => {
                self.resolve();
                self.linked()
            }
        }
    }

    // Loops instead of iterators: in a dev build each adapter would be a function of this signal.
    #[cold]
    fn resolve(&'static self) -> u8 {
        let (receivers, error, mut found) = receivers_of(&self.source(), P::COSTLY);
        let linked = LinkedReceivers::of(receivers, error);
        // With `tracing`, each call has a span.
        if P::ALWAYS_CALLED
            && linked.plain.len() == linked.all.len()
            && found & FAULTY == 0
            && !cfg!(feature = "tracing")
        {
            found |= PLAIN;
        }
        // Another thread may have been faster, with the same result.
        let _ = self.linked.set(linked);
        rules::register(&self.connected.flags);
        self.connected.flags.fetch_or(found, Ordering::AcqRel) | found
    }
}

impl<P: Payload> LinkedReceivers<P> {
    fn of(receivers: Vec<&'static Receiver>, error: Option<Box<WiringError>>) -> Self {
        let has_timeout = receivers.iter().any(|receiver| receiver.timeout.is_some());
        let mut linked = Self { error, all: Vec::with_capacity(receivers.len()), plain: Vec::new(), has_timeout };
        for receiver in receivers {
            if let Some(binding) = receiver.binding::<P>() {
                if let Binding { filter: None, call: Call::Sync(call), .. } = binding {
                    linked.plain.push(call);
                }
                linked.all.push(LinkedReceiver { binding, receiver });
            }
        }
        linked
    }
}

// The next functions are not generic: they are compiled once.

/// The receivers that receive exactly this, and those that receive it from any sender, in their order, or why they have none;
/// and the flags of a signal with these receivers.
fn receivers_of(source: &Source, costly: &[&str]) -> (Vec<&'static Receiver>, Option<Box<WiringError>>, u8) {
    let is_meant = |receiver: &&Receiver| {
        let key = receiver.key();
        key == source.own || Some(key) == source.any
    };
    let receivers: Vec<&'static Receiver> = registry::receivers().filter(is_meant).collect();
    let flag = |is_set, bit| if is_set { bit } else { 0 };
    let flags = RESOLVED
        | flag(!receivers.is_empty(), LINKED)
        | flag(receivers.iter().any(|receiver| reads_any(receiver, costly)), COSTLY)
        | flag(receivers.iter().any(|receiver| receiver.raw), RAW);
    let sorted = match registry::incomplete(source.module) {
        Some(error) => Err(error),
        None => order::sort(receivers).map_err(|fault| fault.error(source)),
    };
    match sorted {
        Ok(sorted) => (sorted, None, flags),
        Err(error) => (Vec::new(), Some(Box::new(error)), flags | LINKED | FAULTY),
    }
}

fn reads_any(receiver: &Receiver, fields: &[&str]) -> bool {
    let is_meant = |field: &&str| *field == "event" || fields.contains(field);
    !fields.is_empty() && receiver.reads.iter().any(is_meant)
}

#[cold]
fn wiring_error(error: &WiringError) -> SignalError {
    SignalError::Wiring(Box::new(error.clone()))
}

impl<P: Payload> fmt::Debug for SignalState<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignalState of {}", self.name())
    }
}
