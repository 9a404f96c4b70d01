//! A worker and a receiver without `tx`: the claim is a transaction, the effect is outside, and the end is another transaction.

use crate::machine::{Machine, Mode, Mutation, OnDead};
use crate::next::{Kind, Next, Step, Subject};
use crate::rules::{self, Rule};
use crate::state::{Claim, Exempt, MAX_ATTEMPTS, Row, Stage, State, Worker};

pub(crate) fn steps(machine: &Machine, state: &State, worker: usize, steps: &mut Vec<Next>) {
    let Worker { stage, receiver, event, .. } = state.workers[worker];
    let mut push = |verb, kind, (state, broken)| {
        let step = Step { subject: Subject::Worker(worker), verb, receiver, event };
        steps.push(Next { broken, ..Next::new(step, kind, state) });
    };
    let is_poisoned = machine.poisoned == Some(event);
    match stage {
        Stage::Chose => match claimed(machine, state, worker) {
            Some(state) => push("claims", Kind::Fair, (state, None)),
            None => push("does not get", Kind::Fair, (state.idle(worker), None)),
        },
        Stage::Claimed => push("runs", Kind::Fair, ran(machine, state, worker)),
        Stage::Ran if is_poisoned => {}
        Stage::Ran => push("deletes", Kind::Fair, ended(machine, state, worker, |_| None)),
        Stage::Acknowledged => {
            let (state, broken) = ran(machine, state, worker);
            push("runs", Kind::Fair, (state.idle(worker), broken));
        }
        Stage::Idle | Stage::Deleted | Stage::CutOff | Stage::Counted | Stage::Refused | Stage::Overtaken => return,
    }
    if matches!(stage, Stage::Claimed | Stage::Ran) {
        let kind = if is_poisoned { Kind::Fair } else { Kind::Optional };
        push("fails at", kind, failed(machine, state, worker));
    }
    if matches!(stage, Stage::Claimed | Stage::Ran | Stage::Acknowledged) {
        if let Some(state) = crashed(machine, state, worker) {
            push("crashes at", Kind::Optional, (state, None));
        }
        if let Some(state) = paused(machine, state, worker) {
            push("pauses for longer than the lease of", Kind::Optional, (state, None));
        }
        if let Some(renewed) = renewed(machine, state, worker) {
            push("renews the lease of", Kind::Optional, renewed);
        }
    }
}

/// The first transaction: the row is locked, read again, and becomes the row of this worker. A worker that it belonged to
/// does not notice.
fn claimed(machine: &Machine, state: &State, worker: usize) -> Option<State> {
    let row = state.row_of(worker)?;
    if !machine.is_claimable(Mode::Lease, row) && !machine.has(Mutation::ClaimTrustsItsSnapshot) {
        return None;
    }
    let mut state = *state;
    if machine.has(Mutation::AcknowledgeFirst) {
        state.workers[worker].stage = Stage::Acknowledged;
        state.delivery(worker).row = None;
        return Some(state);
    }
    let Worker { receiver, event, .. } = state.workers[worker];
    for other in &mut state.workers {
        if other.holds && (other.receiver, other.event) == (receiver, event) {
            other.holds = false;
            if !machine.has(Mutation::FenceWithoutWorker) {
                other.attempts = 0;
            }
        }
    }
    let attempts = machine.claims.min(row.attempts + 1);
    state.delivery(worker).row = Some(Row { is_due: false, attempts, claim: Claim::Held, ..Row::NEW });
    state.workers[worker] = Worker { stage: Stage::Claimed, receiver, event, attempts, holds: true, ..Worker::IDLE };
    Some(state)
}

/// The effect is outside the database: it is visible at once, and cannot be undone.
fn ran(machine: &Machine, state: &State, worker: usize) -> (State, Option<Rule>) {
    let Worker { receiver, event, .. } = state.workers[worker];
    let mut state = *state;
    state.workers[worker].stage = Stage::Ran;
    let broken = rules::effect(machine, &mut state, receiver, event);
    (state, broken)
}

/// Writes to the row if the fence lets the worker. Otherwise 0 rows match, and nothing more is done.
fn fenced(
    machine: &Machine,
    state: &State,
    worker: usize,
    write: impl Fn(Row) -> Option<Row>,
) -> (State, Option<Rule>) {
    let mut state = *state;
    let Worker { attempts, holds, .. } = state.workers[worker];
    let Some(row) = state.row_of(worker) else { return (state, None) };
    let is_own = holds && row.attempts == attempts;
    let passes = match machine.mutation {
        Some(Mutation::NoFence | Mutation::PausedIsGone) => true,
        Some(Mutation::FenceWithoutWorker) => row.attempts == attempts,
        _ => is_own,
    };
    if passes {
        state.delivery(worker).row = write(row);
    }
    (state, (passes && !is_own).then_some(Rule::OwnClaimOnly))
}

/// The second transaction: the row is written or deleted, and the worker is idle.
fn ended(machine: &Machine, state: &State, worker: usize, write: impl Fn(Row) -> Option<Row>) -> (State, Option<Rule>) {
    let (state, broken) = fenced(machine, state, worker, write);
    (state.idle(worker), broken)
}

fn failed(machine: &Machine, state: &State, worker: usize) -> (State, Option<Rule>) {
    let Worker { stage, receiver, event, .. } = state.workers[worker];
    let (mut state, broken) = ended(machine, state, worker, |row| {
        let is_dead = row.attempts >= MAX_ATTEMPTS;
        let attempts = if is_dead { 0 } else { row.attempts };
        Some(Row { is_due: is_dead, is_dead, attempts, ..Row::NEW })
    });
    let delivery = &mut state.deliveries[receiver][event];
    delivery.may_repeat |= stage == Stage::Ran;
    if machine.on_dead == OnDead::Skip && delivery.row.is_some_and(|row| row.is_dead) {
        delivery.exempt = Exempt::Skipped;
    }
    (state, broken)
}

/// Other workers see at once that the worker is gone.
fn crashed(machine: &Machine, state: &State, worker: usize) -> Option<State> {
    let Worker { stage, holds, .. } = state.workers[worker];
    let mut state = *state;
    if let Some(row) = state.row_of(worker)
        && holds
    {
        if row.attempts >= machine.claims {
            return None;
        }
        let delivery = state.delivery(worker);
        delivery.row = Some(Row { is_due: true, claim: Claim::Left, ..row });
        delivery.may_repeat |= stage == Stage::Ran;
    }
    Some(state.idle(worker))
}

/// The lease ends while the worker lives: it makes no step for long, and may go on afterwards.
fn paused(machine: &Machine, state: &State, worker: usize) -> Option<State> {
    let row = state.row_of(worker)?;
    if !state.workers[worker].holds || row.is_due || row.attempts >= machine.claims {
        return None;
    }
    let mut state = *state;
    let delivery = state.delivery(worker);
    delivery.row = Some(Row { is_due: true, ..row });
    delivery.may_repeat = true;
    Some(state)
}

/// The heartbeat. Without a pause it changes nothing that the machine stores.
fn renewed(machine: &Machine, state: &State, worker: usize) -> Option<(State, Option<Rule>)> {
    let (renewed, broken) = fenced(machine, state, worker, |row| Some(Row { is_due: false, ..row }));
    (renewed != *state).then_some((renewed, broken))
}
