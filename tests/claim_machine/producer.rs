//! The transactions that emit events: write the row of the key, insert the event and its rows, commit or roll back.

use crate::machine::{Machine, Mutation};
use crate::next::{Kind, Next, Step, Subject};
use crate::state::{EVENTS, KEYS, Phase, Row, State};

pub(crate) fn steps(machine: &Machine, state: &State, event: usize, steps: &mut Vec<Next>) {
    let mut push = |verb, kind, state| {
        steps.push(Next::new(Step { subject: Subject::Producer, verb, receiver: 0, event }, kind, state));
    };
    let phase = state.producers[event].phase;
    let moved = |phase| {
        let mut state = *state;
        state.producers[event].phase = phase;
        state
    };
    match phase {
        Phase::Begun if !is_next(state, event) => {}
        Phase::Begun if machine.has(Mutation::IdBeforeRow) => {
            push("takes an id", Kind::Fair, with_id(moved(Phase::TookId), event));
        }
        Phase::Begun if machine.has(Mutation::EventsBeforeRow) => {
            let state = with_rows(machine, with_id(moved(Phase::Announced), event), event);
            push("commits the event", Kind::Fair, state);
        }
        Phase::Begun | Phase::TookId | Phase::Announced => {
            if is_unlocked(state, event) {
                push("writes its row", Kind::Fair, moved(Phase::WroteRow));
            }
        }
        Phase::WroteRow if machine.has(Mutation::EventsBeforeRow) => {
            push("commits", Kind::Fair, with_commit(moved(Phase::Committed), event));
        }
        Phase::WroteRow if machine.has(Mutation::EventsAfterCommit) => {
            push("commits", Kind::Fair, with_commit(moved(Phase::Unannounced), event));
        }
        Phase::WroteRow => push("inserts the event", Kind::Fair, with_id(moved(Phase::Inserted), event)),
        Phase::Inserted => {
            let state = with_rows(machine, with_commit(moved(Phase::Committed), event), event);
            push("commits", Kind::Fair, state);
        }
        Phase::Unannounced => {
            push("commits the event", Kind::Fair, with_rows(machine, with_id(moved(Phase::Committed), event), event));
            push("crashes", Kind::Optional, moved(Phase::Committed));
        }
        Phase::Committed | Phase::Ended => {}
    }
    if matches!(phase, Phase::TookId | Phase::Announced | Phase::WroteRow | Phase::Inserted) {
        push("rolls back", Kind::Optional, moved(Phase::Ended));
    }
}

/// Producers of one key are equal, so that it is enough if they make their first steps in one order.
fn is_next(state: &State, event: usize) -> bool {
    (0..event).all(|other| KEYS[other] != KEYS[event] || state.producers[other].phase != Phase::Begun)
}

/// Whether no other transaction has written the row of the key and is still open.
fn is_unlocked(state: &State, event: usize) -> bool {
    (0..EVENTS).all(|other| {
        KEYS[other] != KEYS[event] || !matches!(state.producers[other].phase, Phase::WroteRow | Phase::Inserted)
    })
}

/// Takes the next id of the sequence, unless it has one.
fn with_id(mut state: State, event: usize) -> State {
    if state.producers[event].id == 0 {
        let ids = (0..EVENTS).filter(|other| KEYS[*other] == KEYS[event]).map(|other| state.producers[other].id);
        state.producers[event].id = 1 + ids.max().unwrap_or(0);
    }
    state
}

fn with_commit(mut state: State, event: usize) -> State {
    let commits = (0..EVENTS).filter(|other| KEYS[*other] == KEYS[event]).map(|other| state.producers[other].commit);
    state.producers[event].commit = 1 + commits.max().unwrap_or(0);
    state
}

/// The rows of the event, one for each receiver, become visible.
fn with_rows(machine: &Machine, mut state: State, event: usize) -> State {
    for deliveries in &mut state.deliveries[..machine.receivers.len()] {
        deliveries[event].row = Some(Row::NEW);
    }
    state
}
