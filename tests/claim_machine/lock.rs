//! A worker and a receiver with `tx`: claim, effect and delete are one transaction.

use crate::machine::{Machine, Mode, Mutation, OnDead};
use crate::next::{Kind, Next, Step, Subject};
use crate::rules;
use crate::state::{Claim, Exempt, MAX_ATTEMPTS, Row, Stage, State, Worker};

pub(crate) fn steps(machine: &Machine, state: &State, worker: usize, steps: &mut Vec<Next>) {
    let Worker { stage, receiver, event, holds, .. } = state.workers[worker];
    let mut push = |verb, kind, (state, broken)| {
        let step = Step { subject: Subject::Worker(worker), verb, receiver, event };
        steps.push(Next { broken, ..Next::new(step, kind, state) });
    };
    let is_poisoned = machine.poisoned == Some(event);
    match stage {
        Stage::Chose => match claimed(machine, state, worker) {
            Some(state) => push("locks", Kind::Fair, (state, None)),
            None => push("does not get", Kind::Fair, (state.idle(worker), None)),
        },
        Stage::Claimed => push("runs", Kind::Fair, (state.moved(worker, Stage::Ran), None)),
        Stage::Ran if is_poisoned => {}
        Stage::Ran if machine.has(Mutation::DeleteApart) => {
            push("commits the effect of", Kind::Fair, committed_effect(machine, state, worker));
        }
        Stage::Ran => push("deletes", Kind::Fair, (state.moved(worker, Stage::Deleted), None)),
        Stage::Deleted if machine.has(Mutation::DeleteApart) => {
            push("deletes and commits", Kind::Fair, (deleted(state, worker), None));
        }
        Stage::Deleted => {
            let (state, broken) = committed_effect(machine, state, worker);
            push("commits", Kind::Fair, (deleted(&state, worker), broken));
        }
        Stage::Acknowledged => {
            let (state, broken) = committed_effect(machine, state, worker);
            push("runs and commits", Kind::Fair, (state.idle(worker), broken));
        }
        Stage::CutOff => push("wakes and cannot commit", Kind::Fair, (state.idle(worker), None)),
        Stage::Idle | Stage::Counted | Stage::Refused | Stage::Overtaken => {}
    }
    if matches!(stage, Stage::Claimed | Stage::Ran) {
        let kind = if is_poisoned { Kind::Fair } else { Kind::Optional };
        push("fails at", kind, (failed(machine, state, worker), None));
    }
    if matches!(stage, Stage::Claimed | Stage::Ran | Stage::Deleted | Stage::Acknowledged) {
        push("crashes at", Kind::Optional, (unlocked(state, worker).idle(worker), None));
    }
    if holds {
        let state = unlocked(state, worker).moved(worker, Stage::CutOff);
        let step = Step {
            subject: Subject::Server,
            verb: "ends the transaction of a paused worker that runs",
            receiver,
            event,
        };
        steps.push(Next::new(step, Kind::Optional, state));
    }
}

/// `for update skip locked`: the row is locked if it is unlocked and, read again, still satisfies the conditions.
fn claimed(machine: &Machine, state: &State, worker: usize) -> Option<State> {
    let row = state.row_of(worker)?;
    let can_claim = row.claim == Claim::Free && machine.is_claimable(Mode::Lock, row);
    if !can_claim {
        return None;
    }
    if machine.has(Mutation::AcknowledgeFirst) {
        let mut state = state.moved(worker, Stage::Acknowledged);
        state.delivery(worker).row = None;
        return Some(state);
    }
    let mut state = state.moved(worker, Stage::Claimed);
    if !machine.has(Mutation::ClaimApart) {
        state.workers[worker].holds = true;
        state.delivery(worker).row = Some(Row { claim: Claim::Held, ..row });
    }
    Some(state)
}

/// The transaction ends without a trace, and the row is free at once.
fn unlocked(state: &State, worker: usize) -> State {
    let mut state = *state;
    if state.workers[worker].holds {
        state.workers[worker].holds = false;
        let row = state.row_of(worker);
        state.delivery(worker).row = row.map(|row| Row { claim: Claim::Free, ..row });
    }
    state
}

/// The effect becomes visible. The row is unlocked, and still there.
fn committed_effect(machine: &Machine, state: &State, worker: usize) -> (State, Option<rules::Rule>) {
    let Worker { receiver, event, .. } = state.workers[worker];
    let mut state = unlocked(state, worker).moved(worker, Stage::Deleted);
    let broken = rules::effect(machine, &mut state, receiver, event);
    (state, broken)
}

fn deleted(state: &State, worker: usize) -> State {
    let mut state = *state;
    state.delivery(worker).row = None;
    state.idle(worker)
}

/// A savepoint undoes the effect; the same transaction counts the attempt, and commits.
fn failed(machine: &Machine, state: &State, worker: usize) -> State {
    let mut state = unlocked(state, worker);
    let delivery = state.delivery(worker);
    if let Some(row) = &mut delivery.row {
        row.attempts = MAX_ATTEMPTS.min(row.attempts + 1);
        row.is_dead = row.attempts == MAX_ATTEMPTS;
        row.is_due = row.is_dead;
        if row.is_dead && machine.on_dead == OnDead::Skip {
            delivery.exempt = Exempt::Skipped;
        }
    }
    state.idle(worker)
}
