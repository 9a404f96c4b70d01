//! What must be true. A rule is tested when an effect becomes visible, when a worker writes to a row, or in every state.

use crate::machine::{Machine, Mode};
use crate::state::{EVENTS, Exempt, KEYS, Phase, Stage, State};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// An event of a committed transaction has its effect, or a row, or was discarded.
    NothingIsLost,
    /// An effect belongs to a committed transaction.
    NoPhantom,
    /// With `tx`, an event has one effect. Without, it only has more after a crash, a pause, or a failure after the effect.
    NoDouble,
    /// The first effects of a receiver and key are in the order of the commits.
    OrderOfTheKey,
    /// A worker only deletes or changes the row of its own claim.
    OwnClaimOnly,
    /// A receiver does not run when as many attempts were counted as it has.
    NoFurtherAttempt,
    /// If crashes, pauses and failures end, every event is done, dead, or waits for a dead event of its own key.
    EverythingEnds,
}

/// Counts an effect that becomes visible, and returns the rule that it breaks.
pub(crate) fn effect(machine: &Machine, state: &mut State, receiver: usize, event: usize) -> Option<Rule> {
    let producer = state.producers[event];
    let is_committed = matches!(producer.phase, Phase::Committed | Phase::Unannounced);
    let is_first = !state.deliveries[receiver][event].has_effect;
    let is_early = (0..EVENTS).any(|other| {
        let earlier = state.producers[other];
        let is_earlier = KEYS[other] == KEYS[event] && earlier.commit > 0 && earlier.commit < producer.commit;
        let delivery = state.deliveries[receiver][other];
        is_earlier && !delivery.has_effect && delivery.exempt == Exempt::No
    });

    let delivery = &mut state.deliveries[receiver][event];
    let may_repeat = machine.receivers[receiver] == Mode::Lease && delivery.may_repeat;
    delivery.has_effect = true;
    match () {
        () if !is_committed => Some(Rule::NoPhantom),
        () if is_first && is_early => Some(Rule::OrderOfTheKey),
        () if !is_first && !may_repeat => Some(Rule::NoDouble),
        () => None,
    }
}

/// The rule that a state breaks.
pub(crate) fn broken(machine: &Machine, state: &State) -> Option<Rule> {
    let is_lost = |receiver: usize, event: usize| {
        let delivery = state.deliveries[receiver][event];
        let is_in_hand = state
            .workers
            .iter()
            .any(|worker| worker.stage == Stage::Acknowledged && worker.receiver == receiver && worker.event == event);
        state.producers[event].phase == Phase::Committed
            && delivery.row.is_none()
            && !delivery.has_effect
            && delivery.exempt != Exempt::Discarded
            && !is_in_hand
    };
    let is_broken = (0..machine.receivers.len()).any(|receiver| (0..EVENTS).any(|event| is_lost(receiver, event)));
    is_broken.then_some(Rule::NothingIsLost)
}
