//! Durable signals that are sent to other programs: what `outgoing!` declares.
//!
//! The event of such a signal has one more row in `signals_todo` per program, which a relay takes. The declaration is linked, and not a
//! setting of a process, so that each process that sends the signal stores the row.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::OnceLock;

use signals_core::__private::declared;

use super::{BetweenPrograms, DurableSignal};
use crate::db::{CallOrder, OutgoingCall};

/// A durable signal that another program receives.
pub struct Outgoing {
    signal: TypeId,
    name: &'static str,
    program: &'static str,
    key: Option<KeyOf>,
}

/// The key of a signal, as text. `None` if it is another signal.
type KeyOf = fn(&dyn Any) -> Option<String>;

impl Outgoing {
    /// That of a signal. Its events are received in the order of their keys, or in any order.
    pub(crate) const fn new(of: BetweenPrograms, program: &'static str, key: Option<KeyOf>) -> Self {
        Self { signal: of.signal, name: of.name, program, key }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("signal", &self.name).field("program", &self.program).finish_non_exhaustive()
    }
}

/// What is linked, with the names under which the calls are stored.
fn linked() -> &'static [(String, &'static Outgoing)] {
    static LINKED: OnceLock<Vec<(String, &'static Outgoing)>> = OnceLock::new();
    LINKED.get_or_init(|| {
        let named = |outgoing: &'static Outgoing| (format!("nats:{}", outgoing.program), outgoing);
        let mut linked: Vec<_> = declared::<Outgoing>().map(named).collect();
        linked.sort_by(|(a, one), (b, other)| (a, one.name).cmp(&(b, other.name)));
        // The same declaration twice means what one means.
        linked.dedup_by_key(|(name, outgoing)| (name.clone(), outgoing.signal));
        linked
    })
}

/// Under which names the calls are stored: one for each program.
pub(crate) fn outgoing_receivers() -> impl Iterator<Item = &'static str> {
    let names = linked().iter().map(|(name, _)| &**name);
    names.enumerate().filter(|(index, name)| *index == 0 || linked()[index - 1].0 != *name).map(|(_, name)| name)
}

/// The calls for the programs that receive a signal.
pub(super) fn outgoing_calls<S: DurableSignal>(signal: &S) -> Vec<OutgoingCall> {
    let order =
        |outgoing: &Outgoing| outgoing.key.and_then(|key| key(signal)).map_or(CallOrder::Free, CallOrder::OfField);
    let of_signal = linked().iter().filter(|(_, outgoing)| outgoing.signal == TypeId::of::<S>());
    of_signal.map(|(receiver, outgoing)| OutgoingCall { receiver, order: order(outgoing) }).collect()
}
