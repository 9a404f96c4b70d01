//! The states of one signal, one for each type that sends it. They are found by type and made at their first use.

use core::any::TypeId;
use core::fmt;
use core::hash::{Hash, Hasher};
use std::sync::OnceLock;

use crate::payload::Payload;
use crate::source::Sender;
use crate::state::SignalState;

/// The states of a signal by sender. A static cannot be generic, so that this is the static of a signal whose senders are types.
///
/// Finding a state takes no lock and allocates nothing. A state that was made is never freed.
#[doc(hidden)]
pub struct SenderStates<P: Payload> {
    buckets: [Slot<P>; BUCKETS],
}

/// A program with this many senders of one signal follows about one pointer more than one with one.
const BUCKETS: usize = 16;

type Slot<P> = OnceLock<Box<SenderState<P>>>;

/// The state of one sender, and the next sender of the same bucket.
struct SenderState<P: Payload> {
    id: TypeId,
    state: SignalState<P>,
    next: Slot<P>,
}

impl<P: Payload> SenderStates<P> {
    #[allow(clippy::new_without_default, reason = "it is the value of a static")]
    pub const fn new() -> Self {
        Self { buckets: [const { OnceLock::new() }; BUCKETS] }
    }

    /// The state of the sender `S`.
    #[inline]
    pub fn of<S: 'static>(&'static self) -> &'static SignalState<P> {
        self.find(TypeId::of::<S>(), Sender::of_type::<S>)
    }

    /// The state of a sender whose type is not known.
    pub fn of_sender(&'static self, sender: &'static Sender) -> &'static SignalState<P> {
        self.find(sender.id, || *sender)
    }

    #[inline]
    fn find(&'static self, id: TypeId, sender: impl Fn() -> Sender) -> &'static SignalState<P> {
        let mut slot = &self.buckets[bucket(id)];
        loop {
            let found = slot.get().unwrap_or_else(|| slot.get_or_init(|| SenderState::new(sender())));
            if found.id == id {
                return &found.state;
            }
            slot = &found.next;
        }
    }
}

impl<P: Payload> SenderState<P> {
    #[cold]
    fn new(sender: Sender) -> Box<Self> {
        let sender: &'static Sender = Box::leak(Box::new(sender.with_known_name()));
        Box::new(Self { id: sender.id, state: SignalState::of(sender), next: OnceLock::new() })
    }
}

#[inline]
fn bucket(id: TypeId) -> usize {
    let mut low = LowBits(0);
    id.hash(&mut low);
    usize::from(low.0.to_le_bytes()[0]) % BUCKETS
}

/// The id of a type is a hash already: its lowest byte is enough.
struct LowBits(u64);

impl Hasher for LowBits {
    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.0 ^= value;
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |all, byte| all.rotate_left(8) ^ u64::from(*byte));
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

impl<P: Payload> fmt::Debug for SenderStates<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SenderStates of `{}`", P::SIGNAL)
    }
}
