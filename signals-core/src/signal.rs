//! A signal: the receivers of one payload, resolved once and then only read.

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};
use std::sync::OnceLock;

use crate::check::WiringError;
use crate::connect::{ConnectedList, Snapshot};
use crate::error::SignalError;
use crate::order;
use crate::payload::Payload;
use crate::receiver::{Binding, Receiver, ReceiverId, Source};
use crate::registry;

/// The receivers of one payload: those that the linker collected, and those that were connected at run time.
///
/// It is a `static`, one per custom signal and one per lifecycle signal and model. The first use takes its receivers
/// out of the registry and sorts them; from then on a dispatch is one atomic load and a loop over function pointers.
pub struct Signal<P: Payload> {
    state: AtomicU8,
    linked: OnceLock<Linked<P>>,
    connected: ConnectedList<P>,
    audience: Audience,
}

/// Whom a signal may be sent to.
#[derive(Clone, Copy, PartialEq)]
enum Audience {
    /// Receivers of its sender, and of any sender.
    Everybody,
    /// Receivers that name its sender.
    ItsOwn,
}

/// The link-time receivers in their order, or why they have none.
type Linked<P> = Result<Box<[Slot<P>]>, Box<WiringError>>;

/// The registry has been read.
const RESOLVED: u8 = 1;
/// There are link-time receivers, or an error that says why they cannot be called.
const LINKED: u8 = 2;
/// There are run-time receivers.
const CONNECTED: u8 = 4;
/// A link-time receiver reads what costs something to know.
const COSTLY: u8 = 8;
/// A link-time receiver is told of raw writes.
const RAW: u8 = 16;

/// A receiver in its place in the order.
pub(crate) struct Slot<P: Payload> {
    pub(crate) target: Target<P>,
    pub(crate) receiver: &'static Receiver,
}

/// What is called: for a signal without senders this is no more than its only variant.
pub(crate) enum Target<P: Payload> {
    /// A receiver of this payload.
    Own(Binding<P>),
    /// A receiver of any sender.
    Any(Binding<P::Any>, P::Senders),
}

/// The receivers of one dispatch, fixed before the first is called.
pub(crate) enum Route<P: Payload> {
    /// There are none.
    Nobody,
    /// Those that the linker collected.
    Linked(&'static [Slot<P>]),
    /// Those that the linker collected, and then those that were connected.
    Connected(&'static [Slot<P>], Snapshot<P>),
}

impl<P: Payload> Signal<P> {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self::with(Audience::Everybody)
    }

    /// A signal that is not sent to receivers of any sender.
    #[doc(hidden)]
    pub const fn for_own_sender() -> Self {
        Self::with(Audience::ItsOwn)
    }

    const fn with(audience: Audience) -> Self {
        Self { state: AtomicU8::new(0), linked: OnceLock::new(), connected: ConnectedList::new(), audience }
    }

    /// Whether anybody receives this signal, receivers of any sender among them. After the first call it is one load.
    #[inline]
    pub fn has_receivers(&'static self) -> bool {
        self.state() & (LINKED | CONNECTED) != 0
    }

    /// Whether somebody may read the fields that are filled in only for those who ask. Closures are given everything.
    #[doc(hidden)]
    #[inline]
    pub fn reads_costly_fields(&'static self) -> bool {
        self.state() & (COSTLY | CONNECTED) != 0
    }

    /// Whether anybody is told of raw writes. Closures are not: they have no attribute to say so.
    #[doc(hidden)]
    #[inline]
    pub fn has_receivers_of_raw(&'static self) -> bool {
        self.state() & RAW != 0
    }

    /// The ids of the link-time receivers, in the order in which they are called.
    pub fn receivers(&'static self) -> Result<impl Iterator<Item = &'static ReceiverId>, SignalError> {
        Ok(self.linked()?.iter().map(|slot| &slot.receiver.id))
    }

    /// What it sends, and to whom, where its type does not matter.
    #[doc(hidden)]
    pub fn source(&self) -> Source {
        let source = Source::of::<P>();
        match self.audience {
            Audience::Everybody => source,
            Audience::ItsOwn => Source { any: None, ..source },
        }
    }

    /// The receivers to call now.
    #[inline]
    pub(crate) fn route(&'static self) -> Result<Route<P>, SignalError> {
        match self.state() {
            RESOLVED => Ok(Route::Nobody),
            state if state & CONNECTED == 0 => Ok(Route::Linked(self.linked()?)),
            _ => self.route_connected(),
        }
    }

    #[cold]
    fn route_connected(&'static self) -> Result<Route<P>, SignalError> {
        let slots = self.linked()?;
        // The last of them may have been disconnected in the meantime.
        Ok(self.connected.snapshot().map_or(Route::Linked(slots), |list| Route::Connected(slots, list)))
    }

    pub(crate) fn connected(&'static self) -> &'static ConnectedList<P> {
        &self.connected
    }

    /// Says whether there are run-time receivers. The caller holds the list's lock, so that this cannot be overtaken.
    pub(crate) fn set_connected(&self, any: bool) {
        if any {
            self.state.fetch_or(CONNECTED, Ordering::Release);
        } else {
            self.state.fetch_and(!CONNECTED, Ordering::Release);
        }
    }

    #[inline]
    fn state(&'static self) -> u8 {
        let state = self.state.load(Ordering::Acquire);
        if state & RESOLVED == 0 { self.resolve() } else { state }
    }

    #[inline]
    fn linked(&'static self) -> Result<&'static [Slot<P>], SignalError> {
        match self.linked.get() {
            Some(Ok(slots)) => Ok(slots),
            Some(Err(error)) => Err(miswired(error)),
            None => {
                self.resolve();
                self.linked()
            }
        }
    }

    #[cold]
    fn resolve(&'static self) -> u8 {
        let source = self.source();
        let receivers = Receivers::of(source);
        let mut found = receivers.found(P::COSTLY);
        let linked = self.linked.get_or_init(|| {
            if let Some(error) = registry::incomplete(source.module) {
                return Err(Box::new(error));
            }
            let sorted = order::sort(receivers.0).map_err(|fault| Box::new(WiringError::of(&source, &fault)))?;
            let mut slots = Vec::with_capacity(sorted.len());
            for receiver in sorted {
                if let Some(target) = Target::of(receiver) {
                    slots.push(Slot { target, receiver });
                }
            }
            Ok(slots.into_boxed_slice())
        });
        if linked.is_err() {
            found |= LINKED;
        }
        self.state.fetch_or(found, Ordering::AcqRel) | found
    }
}

/// The receivers of one payload, in no order. What is done with them knows no type, so that it is compiled once and not for
/// each signal of each model.
struct Receivers(Vec<&'static Receiver>);

impl Receivers {
    /// Those that receive exactly this, and those that receive it of any sender.
    fn of(source: Source) -> Self {
        let is_meant = |receiver: &&Receiver| {
            let payload = receiver.payload();
            payload == source.own || Some(payload) == source.any
        };
        Self(registry::receivers().filter(is_meant).collect())
    }

    /// What the state says of them.
    fn found(&self, costly: &[&str]) -> u8 {
        let Self(receivers) = self;
        let is = |is, bit| if is { bit } else { 0 };
        RESOLVED
            | is(!receivers.is_empty(), LINKED)
            | is(receivers.iter().any(|receiver| asks(receiver, costly)), COSTLY)
            | is(receivers.iter().any(|receiver| receiver.raw), RAW)
    }
}

fn asks(receiver: &Receiver, fields: &[&str]) -> bool {
    let reads = |field: &&str| *field == "event" || fields.contains(field);
    !fields.is_empty() && receiver.reads.iter().any(reads)
}

#[cold]
fn miswired(error: &WiringError) -> SignalError {
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
