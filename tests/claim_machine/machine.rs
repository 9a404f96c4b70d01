//! What is explored: the receivers, their policy, and the mistake of a mutation.

use crate::counted;
use crate::lease;
use crate::lock;
use crate::next::{Kind, Next, Step, Subject};
use crate::producer;
use crate::state::{Claim, EVENTS, Exempt, KEYS, Phase, Row, Stage, State, Worker};

/// How a receiver runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// With `tx`: claim, effect and delete are one transaction.
    Lock,
    /// Without `tx`: the claim is a transaction, the effect is outside, and the delete is another transaction.
    Lease,
    /// With `tx`, and a worker may suspect at each claim that the row ends processes: then the attempt is counted in a transaction of its
    /// own before it begins. Otherwise as `Lock`.
    Counted,
}

/// What a dead row means for later rows of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDead {
    BlockKey,
    Skip,
}

/// A mistake, which the exploration must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutation {
    /// A row is claimed while an earlier row of its key waits.
    NoHeadOfKey,
    /// A row waits for all earlier rows of its receiver, of any key.
    HeadOfReceiver,
    /// The row is deleted and committed before the receiver runs.
    AcknowledgeFirst,
    /// The last transaction names the row, but neither the worker nor the claim.
    NoFence,
    /// The fence compares the number of the claim, but not the worker. A retry by the operator begins at number 1 again. Two tasks
    /// that share the id of a worker are the same case: one must not claim what the other still runs.
    FenceWithoutWorker,
    /// A worker that pauses counts as gone, and the last transaction has no fence.
    PausedIsGone,
    /// The claim writes without reading the row again under its lock.
    ClaimTrustsItsSnapshot,
    /// The row of a worker that is gone is not claimed again.
    NoTakeover,
    /// Lock mode: the claim is a transaction of its own.
    ClaimApart,
    /// Lock mode: the delete is a transaction of its own.
    DeleteApart,
    /// The event takes its id before the row of its key is written.
    IdBeforeRow,
    /// The events are inserted by a second transaction, after the commit of the first.
    EventsAfterCommit,
    /// The events are inserted by a transaction of their own, before the row is written.
    EventsBeforeRow,
    /// With `block_key`, later rows of the key do not wait for a dead one.
    DeadDoesNotBlock,
    /// Counted mode: no attempt is counted before it begins.
    NeverSuspects,
    /// Counted mode: the attempt is counted in the transaction in which the receiver runs.
    CountsInItsTransaction,
    /// Counted mode: the row is locked first, and another transaction counts the attempt.
    LocksBeforeItCounts,
    /// Counted mode: the second transaction locks the row, whatever its worker and its attempts are.
    LocksWithoutFence,
    /// Counted mode: the second transaction does not lock the row.
    CountsWithoutLock,
    /// Counted mode: the rows of a worker that seems to be gone are freed, also if a transaction has locked them.
    TakesOverLocked,
    /// Counted mode: the attempts of workers that are gone do not count.
    TakeoverUncounts,
    /// Counted mode: the receiver runs, however many attempts were counted.
    NoLastAttempt,
    /// Counted mode: a failure that is noted after a refused COMMIT compares no worker if the attempt was not counted before.
    LateFailureWithoutWorker,
    /// Counted mode: rows that a living worker has leased and does not hold are not freed.
    NoRelease,
    /// Counted mode: rows that a living worker has leased are freed, also if it holds them.
    ReleasesHeld,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    /// One or two.
    pub(crate) receivers: &'static [Mode],
    /// At most three.
    pub(crate) workers: usize,
    /// Lease mode: crashes and pauses leave a claim with this number alone, which makes the number of states finite. With three
    /// claims and three workers, two workers can be paused and have lost their claims to the third. At most three.
    pub(crate) claims: u8,
    pub(crate) on_dead: OnDead,
    /// The receivers fail whenever they get this event.
    pub(crate) poisoned: Option<usize>,
    /// Counted mode: the receiver ends its process whenever it gets this event.
    pub(crate) deadly: Option<usize>,
    pub(crate) mutation: Option<Mutation>,
}

impl Machine {
    pub(crate) fn has(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }

    /// All steps that are possible in a state.
    pub(crate) fn steps(&self, state: &State, steps: &mut Vec<Next>) {
        for event in 0..EVENTS {
            producer::steps(self, state, event, steps);
        }
        for worker in 0..self.workers {
            match state.workers[worker].stage {
                Stage::Idle => self.choose(state, worker, steps),
                _ => match self.receivers[state.workers[worker].receiver] {
                    Mode::Lock => lock::steps(self, state, worker, steps),
                    Mode::Lease => lease::steps(self, state, worker, steps),
                    Mode::Counted => counted::steps(self, state, worker, steps),
                },
            }
        }
        for receiver in 0..self.receivers.len() {
            for event in 0..EVENTS {
                time_and_operator(state, receiver, event, steps);
                if self.receivers[receiver] == Mode::Counted {
                    counted::housekeeping(self, state, receiver, event, steps);
                }
            }
        }
    }

    /// The snapshot of the claim: any row that satisfies its conditions can be the one that is locked next.
    fn choose(&self, state: &State, worker: usize, steps: &mut Vec<Next>) {
        for (receiver, mode) in self.receivers.iter().enumerate() {
            for event in 0..EVENTS {
                let Some(row) = state.deliveries[receiver][event].row else { continue };
                if self.is_claimable(*mode, row) && self.is_head(state, receiver, event) {
                    let mut state = *state;
                    state.workers[worker] = Worker { stage: Stage::Chose, receiver, event, ..Worker::IDLE };
                    let step = Step {
                        subject: Subject::Worker(worker),
                        verb: "takes a snapshot and chooses",
                        receiver,
                        event,
                    };
                    steps.push(Next::new(step, Kind::Fair, state));
                }
            }
        }
    }

    /// The conditions of the claim on the row itself. PostgreSQL tests them again when it has locked the row.
    pub(crate) fn is_claimable(&self, mode: Mode, row: Row) -> bool {
        let is_left = row.claim == Claim::Left && !self.has(Mutation::NoTakeover);
        let is_paused = row.claim == Claim::Held && self.has(Mutation::PausedIsGone);
        let is_waiting = row.is_due && (row.claim != Claim::Left || mode == Mode::Counted);
        !row.is_dead && (is_waiting || mode == Mode::Lease && (is_left || is_paused))
    }

    /// The condition of the claim on other rows, which are read in the snapshot of the statement.
    fn is_head(&self, state: &State, receiver: usize, event: usize) -> bool {
        let skips_dead = self.on_dead == OnDead::Skip || self.has(Mutation::DeadDoesNotBlock);
        (0..EVENTS).all(|other| {
            let is_earlier = if self.has(Mutation::HeadOfReceiver) {
                other < event
            } else {
                KEYS[other] == KEYS[event] && state.producers[other].id < state.producers[event].id
            };
            let waits = state.deliveries[receiver][other].row.is_some_and(|row| !(skips_dead && row.is_dead));
            !(is_earlier && waits) || self.has(Mutation::NoHeadOfKey)
        })
    }

    /// Whether nothing is left to do but what waits for the operator.
    pub(crate) fn is_finished(&self, state: &State) -> bool {
        let producers_ended = state.producers.iter().all(|it| matches!(it.phase, Phase::Committed | Phase::Ended));
        let workers_idle = state.workers.iter().all(|worker| worker.stage == Stage::Idle);
        producers_ended
            && workers_idle
            && (0..self.receivers.len())
                .all(|receiver| (0..EVENTS).all(|event| self.is_settled(state, receiver, event)))
    }

    /// Whether the row is deleted or dead, or waits for a dead row of its own key.
    fn is_settled(&self, state: &State, receiver: usize, event: usize) -> bool {
        let deliveries = &state.deliveries[receiver];
        let is_dead = |event: usize| deliveries[event].row.is_some_and(|row| row.is_dead);
        let is_blocked = || {
            let same_key = |other: &usize| *other != event && KEYS[*other] == KEYS[event];
            self.on_dead == OnDead::BlockKey && (0..EVENTS).filter(same_key).any(is_dead)
        };
        deliveries[event].row.is_none() || is_dead(event) || is_blocked()
    }
}

fn time_and_operator(state: &State, receiver: usize, event: usize, steps: &mut Vec<Next>) {
    let Some(row) = state.deliveries[receiver][event].row else { return };
    let mut push = |subject, verb, kind, change: &dyn Fn(&mut State)| {
        let mut state = *state;
        change(&mut state);
        steps.push(Next::new(Step { subject, verb, receiver, event }, kind, state));
    };
    if row.is_dead {
        push(Subject::Operator, "retries", Kind::Optional, &|state| {
            state.deliveries[receiver][event].row = Some(Row::NEW);
        });
        push(Subject::Operator, "discards", Kind::Optional, &|state| {
            state.deliveries[receiver][event].row = None;
            state.deliveries[receiver][event].exempt = Exempt::Discarded;
        });
    } else if row.claim == Claim::Free && !row.is_due {
        push(Subject::Time, "reaches the retry of", Kind::Fair, &|state| {
            state.deliveries[receiver][event].row = Some(Row { is_due: true, ..row });
        });
    }
}
