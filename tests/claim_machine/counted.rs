//! A worker and a receiver with `tx` that may end its process: at each claim, the worker suspects it or does not.
//!
//! Without a suspicion, claim, effect and delete are one transaction, as in lock mode. With one, the first transaction counts the
//! attempt and leases the row, and the second one locks it again, with the fence `(worker, attempts)`. Both meet on one row: neither
//! a lock nor a lease says how the next worker claims it.

use crate::machine::{Machine, Mode, Mutation, OnDead};
use crate::next::{Kind, Next, Step, Subject};
use crate::rules::{self, Rule};
use crate::state::{Claim, Exempt, MAX_ATTEMPTS, Row, Stage, State, Worker};

/// One more than the attempts that a row has: the next attempt only notes that it is dead.
const MOST: u8 = MAX_ATTEMPTS + 1;

pub(crate) fn steps(machine: &Machine, state: &State, worker: usize, steps: &mut Vec<Next>) {
    let Worker { stage, receiver, event, attempts, is_counted, .. } = state.workers[worker];
    let mut push = |verb, kind, (state, broken): (State, Option<Rule>)| {
        let step = Step { subject: Subject::Worker(worker), verb, receiver, event };
        steps.push(Next { broken, ..Next::new(step, kind, settled(state, receiver, event)) });
    };
    let is_exhausted = attempts + u8::from(!is_counted) > MAX_ATTEMPTS;
    let runs = stage == Stage::Claimed && (!is_exhausted || machine.has(Mutation::NoLastAttempt));
    let is_deadly = machine.deadly == Some(event);
    match stage {
        Stage::Chose => match claimable(machine, state, worker) {
            Some(row) => {
                push("locks", Kind::Fair, (locked(state, worker, row), None));
                if !machine.has(Mutation::NeverSuspects) {
                    push("suspects and counts", Kind::Fair, (counted(machine, state, worker, row), None));
                }
            }
            None => push("does not get", Kind::Fair, (state.idle(worker), None)),
        },
        Stage::Counted => match locked_again(machine, state, worker) {
            Some(state) => push("locks again", Kind::Fair, (state, None)),
            // It waits for the lock that it has itself.
            None if machine.has(Mutation::LocksBeforeItCounts) => {}
            None => push("does not get again", Kind::Fair, (state.idle(worker), None)),
        },
        Stage::Claimed if !runs => {
            push("finds the last attempt over of", Kind::Fair, (failed(machine, state, worker), None));
        }
        // What the transaction writes is hidden until it ends, so that this is one step.
        Stage::Claimed => {
            let broken = is_exhausted.then_some(Rule::NoFurtherAttempt);
            if !is_deadly && machine.poisoned != Some(event) {
                if let Some((state, broken_too)) = deleted(machine, state, worker) {
                    let broken = broken.or(broken_too);
                    push("runs, deletes and commits", Kind::Fair, (state, broken));
                }
                push("runs and cannot commit", Kind::Optional, (refused(state, worker), None));
            }
            if !is_deadly {
                let kind = if machine.poisoned == Some(event) { Kind::Fair } else { Kind::Optional };
                push("fails at", kind, (failed(machine, state, worker), broken));
            }
        }
        Stage::Refused | Stage::Overtaken => {
            if let Some(failed) = failed_late(machine, state, worker) {
                push("notes the failure of", Kind::Fair, failed);
            }
        }
        Stage::Idle | Stage::Ran | Stage::Deleted | Stage::CutOff | Stage::Acknowledged => {}
    }
    // Finitely many: see `Machine::claims`.
    let is_last = is_counted && attempts >= machine.claims;
    if stage != Stage::Chose && (is_deadly || !is_last) {
        let kind = if is_deadly && runs { Kind::Fair } else { Kind::Optional };
        let broken = (is_deadly && runs && is_exhausted).then_some(Rule::NoFurtherAttempt);
        push("crashes at", kind, (crashed(state, worker), broken));
    }
    for (subject, verb, state) in disturbed(state, worker).into_iter().flatten().filter(|_| !is_last) {
        steps.push(Next::new(Step { subject, verb, receiver, event }, Kind::Optional, settled(state, receiver, event)));
    }
}

/// What may happen to a worker that goes on: its transaction ends, its connection breaks between its transactions, or it seems to be gone.
fn disturbed(state: &State, worker: usize) -> [Option<(Subject, &'static str, State)>; 3] {
    let Worker { stage, holds, locks, .. } = state.workers[worker];
    let cut_off = locks.then(|| {
        let state = unlocked(state, worker).idle(worker);
        (Subject::Server, "ends the transaction of a worker that runs", state)
    });
    let answer_lost = (stage == Stage::Counted && !locks)
        .then(|| (Subject::Worker(worker), "loses its connection after the count of", state.idle(worker)));
    let row = state.row_of(worker).filter(|row| holds && row.claim == Claim::Held);
    let presence_lost = row.map(|row| {
        let mut state = *state;
        state.delivery(worker).row = Some(Row { claim: Claim::Left, ..row });
        (Subject::Worker(worker), "seems to be gone while it has", state)
    });
    [cut_off, answer_lost, presence_lost]
}

/// What workers do with leases that no worker holds, and the end of a lease. Locked rows are skipped.
pub(crate) fn housekeeping(machine: &Machine, state: &State, receiver: usize, event: usize, steps: &mut Vec<Next>) {
    let Some(row) = state.deliveries[receiver][event].row else { return };
    let is_held = is_held(state, receiver, event);
    let mut push = |subject, verb, kind, row: Row| {
        let mut state = *state;
        if row.claim == Claim::Free {
            disown(&mut state, receiver, event);
        }
        state.deliveries[receiver][event].row = Some(row);
        steps.push(Next::new(Step { subject, verb, receiver, event }, kind, settled(state, receiver, event)));
    };
    let freed = Row { is_due: true, claim: Claim::Free, ..row };
    match row.claim {
        Claim::Left
            if machine.has(Mutation::NoTakeover) || row.is_locked && !machine.has(Mutation::TakesOverLocked) => {}
        Claim::Left => {
            let uncounted = u8::from(machine.has(Mutation::TakeoverUncounts));
            push(Subject::Housekeeping, "takes over", Kind::Fair, Row { attempts: row.attempts - uncounted, ..freed });
        }
        Claim::Held if row.is_locked || machine.has(Mutation::NoRelease) => {}
        Claim::Held if !is_held || machine.has(Mutation::ReleasesHeld) => {
            push(Subject::Housekeeping, "releases the lost lease of", Kind::Fair, freed);
        }
        Claim::Held | Claim::Free => {}
    }
    let is_last = is_held && row.attempts >= machine.claims;
    if row.claim != Claim::Free && !row.is_due && !row.is_locked && !is_last {
        // The row of a worker that is gone is taken over long before.
        let kind =
            if row.claim == Claim::Left && !machine.has(Mutation::NoTakeover) { Kind::Optional } else { Kind::Fair };
        push(Subject::Time, "ends the lease of", kind, Row { is_due: true, ..row });
    }
}

/// A lease that has ended means nothing if no worker remembers it: then the column `worker` is forgotten, which makes states equal.
fn settled(mut state: State, receiver: usize, event: usize) -> State {
    let is_held = is_held(&state, receiver, event);
    if let Some(row) = &mut state.deliveries[receiver][event].row
        && row.is_due
        && !is_held
    {
        row.claim = Claim::Free;
    }
    state
}

fn is_held(state: &State, receiver: usize, event: usize) -> bool {
    state.workers.iter().any(|it| it.holds && (it.receiver, it.event) == (receiver, event))
}

/// `for update skip locked`: the row, if it is unlocked and, read again, still satisfies the conditions.
fn claimable(machine: &Machine, state: &State, worker: usize) -> Option<Row> {
    state.row_of(worker).filter(|row| !row.is_locked && machine.is_claimable(Mode::Counted, *row))
}

/// The only transaction. The column `worker` is not looked at: a lease that has ended means nothing.
fn locked(state: &State, worker: usize, row: Row) -> State {
    let mut state = *state;
    state.delivery(worker).row = Some(Row { is_locked: true, ..row });
    let Worker { receiver, event, .. } = state.workers[worker];
    let attempts = row.attempts;
    state.workers[worker] = Worker { stage: Stage::Claimed, receiver, event, attempts, locks: true, ..Worker::IDLE };
    state
}

/// The first transaction: the attempt is counted, and the row is leased.
fn counted(machine: &Machine, state: &State, worker: usize, row: Row) -> State {
    if machine.has(Mutation::CountsInItsTransaction) {
        return locked(state, worker, row);
    }
    if machine.has(Mutation::LocksBeforeItCounts) {
        return locked(state, worker, row).moved(worker, Stage::Counted);
    }
    let mut state = *state;
    let Worker { receiver, event, .. } = state.workers[worker];
    for other in &mut state.workers {
        let is_late = other.stage == Stage::Refused && !other.is_counted;
        if is_late && (other.receiver, other.event) == (receiver, event) {
            other.stage = Stage::Overtaken;
        }
    }
    disown(&mut state, receiver, event);
    let attempts = MOST.min(row.attempts + 1);
    state.delivery(worker).row = Some(Row { is_due: false, attempts, claim: Claim::Held, ..row });
    state.workers[worker] =
        Worker { stage: Stage::Counted, receiver, event, attempts, holds: true, locks: false, is_counted: true };
    state
}

/// The second transaction begins: the row of this attempt is locked, unless it is locked already.
fn locked_again(machine: &Machine, state: &State, worker: usize) -> Option<State> {
    let row = state.row_of(worker).filter(|row| !row.is_locked && !row.is_dead);
    let passes = machine.has(Mutation::LocksWithoutFence) || passes(machine, state, worker);
    if machine.has(Mutation::CountsWithoutLock) {
        return passes.then(|| state.moved(worker, Stage::Claimed));
    }
    let mut locked = state.moved(worker, Stage::Claimed);
    locked.delivery(worker).row = Some(Row { is_locked: true, ..row.filter(|_| passes)? });
    locked.workers[worker].locks = true;
    Some(locked)
}

/// The fence: whether the row is that of this attempt.
fn passes(machine: &Machine, state: &State, worker: usize) -> bool {
    let Worker { attempts, holds, is_counted, .. } = state.workers[worker];
    let is_overtaken = is_overtaken(state, worker) && !machine.has(Mutation::LateFailureWithoutWorker);
    let is_worker = holds || !is_counted && !is_overtaken || machine.has(Mutation::FenceWithoutWorker);
    state.row_of(worker).is_some_and(|row| !row.is_dead && row.attempts == attempts && is_worker)
}

/// The effect becomes visible together with the delete. That no row matches the fence is not noticed: it is sent with the commit.
/// If another worker has locked the row, the delete waits.
fn deleted(machine: &Machine, state: &State, worker: usize) -> Option<(State, Option<Rule>)> {
    let Worker { receiver, event, holds, locks, is_counted, .. } = state.workers[worker];
    if !locks && state.row_of(worker).is_some_and(|row| row.is_locked) {
        return None;
    }
    let passes = machine.has(Mutation::NoFence) || passes(machine, state, worker);
    let mut state = unlocked(state, worker);
    let broken = rules::effect(machine, &mut state, receiver, event);
    if passes {
        disown(&mut state, receiver, event);
        state.delivery(worker).row = None;
    }
    let is_foreign = passes && is_counted && !holds;
    Some((state.idle(worker), broken.or(is_foreign.then_some(Rule::OwnClaimOnly))))
}

/// A savepoint undoes the effect; the same transaction notes the failure, with the fence, and commits.
fn failed(machine: &Machine, state: &State, worker: usize) -> State {
    let passes = passes(machine, state, worker);
    let state = unlocked(state, worker);
    if passes { noted(machine, &state, worker) } else { state.idle(worker) }
}

/// As [`failed`], in another transaction: it waits if another worker has locked the row, and then reads it again.
fn failed_late(machine: &Machine, state: &State, worker: usize) -> Option<(State, Option<Rule>)> {
    if !passes(machine, state, worker) {
        return Some((state.idle(worker), None));
    }
    if state.row_of(worker).is_some_and(|row| row.is_locked) {
        return None;
    }
    let Worker { holds, is_counted, .. } = state.workers[worker];
    let is_foreign = is_counted && !holds || is_overtaken(state, worker);
    Some((noted(machine, state, worker), is_foreign.then_some(Rule::OwnClaimOnly)))
}

/// Whether the row of a plain lock that was rolled back is leased to another worker since.
fn is_overtaken(state: &State, worker: usize) -> bool {
    let is_leased = state.row_of(worker).is_some_and(|row| row.claim != Claim::Free);
    state.workers[worker].stage == Stage::Overtaken && is_leased
}

fn noted(machine: &Machine, state: &State, worker: usize) -> State {
    let mut state = *state;
    let Worker { receiver, event, attempts, is_counted, .. } = state.workers[worker];
    disown(&mut state, receiver, event);
    let attempts = attempts + u8::from(!is_counted);
    let is_dead = attempts >= MAX_ATTEMPTS;
    let delivery = state.delivery(worker);
    let attempts = if is_dead { 0 } else { attempts };
    delivery.row = Some(Row { is_due: is_dead, is_dead, attempts, ..Row::NEW });
    if is_dead && machine.on_dead == OnDead::Skip {
        delivery.exempt = Exempt::Skipped;
    }
    state.idle(worker)
}

/// The transaction is rolled back. Other workers see that the worker is gone.
fn crashed(state: &State, worker: usize) -> State {
    let mut state = unlocked(state, worker);
    if state.workers[worker].holds {
        let row = state.row_of(worker);
        state.delivery(worker).row = row.map(|row| Row { claim: Claim::Left, ..row });
    }
    state.idle(worker)
}

/// The transaction ends without a trace. The lease stays.
fn unlocked(state: &State, worker: usize) -> State {
    let mut state = *state;
    if state.workers[worker].locks {
        state.workers[worker].locks = false;
        let row = state.row_of(worker);
        state.delivery(worker).row = row.map(|row| Row { is_locked: false, ..row });
    }
    state
}

/// The column `worker` of the row has another value now. The worker that it named does not notice.
fn disown(state: &mut State, receiver: usize, event: usize) {
    for worker in &mut state.workers {
        if (worker.receiver, worker.event) == (receiver, event) {
            worker.holds = false;
        }
    }
}

/// The transaction was rolled back, and the worker knows it.
fn refused(state: &State, worker: usize) -> State {
    unlocked(state, worker).moved(worker, Stage::Refused)
}
