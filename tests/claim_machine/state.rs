//! A state of the machine: producers, rows, effects and workers.

use std::array;

/// How many events there are, and the key of each: two of one key, one of another.
pub(crate) const KEYS: [char; 3] = ['A', 'A', 'B'];
pub(crate) const NAMES: [&str; 3] = ["A1", "A2", "B1"];
pub(crate) const EVENTS: usize = KEYS.len();

/// A row that fails this often is dead: one retry.
pub(crate) const MAX_ATTEMPTS: u8 = 2;

/// The transaction that emits an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Begun,
    /// It wrote the row of its key, and holds the lock of that row until its end.
    WroteRow,
    /// It inserted the event, which took the id, and a row for each receiver. Other transactions do not see them yet.
    Inserted,
    Committed,
    /// It rolled back; or it committed, and its event has no row and no worker any more: see [`State::forget`].
    Ended,
    /// Only in a mutation: it took its id, but not the lock.
    TookId,
    /// Only in a mutation: the event was committed alone, before the row was written.
    Announced,
    /// Only in a mutation: the row is committed, the event is not.
    Unannounced,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Producer {
    pub(crate) phase: Phase,
    /// 0, or the position of its id among the events of its key.
    pub(crate) id: u8,
    /// 0, or the position of its commit among those of its key.
    pub(crate) commit: u8,
}

/// Who works on a row. The worker itself is stored in [`Worker::holds`], which makes workers interchangeable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    Free,
    /// Lock mode: an open transaction has locked the row. The other modes: its column `worker` has the id of a living worker.
    Held,
    /// Lease and counted mode: its column `worker` has the id of a worker that is gone, or seems to be.
    Left,
}

/// A row of `signals_todo`, as committed, and its lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) is_due: bool,
    pub(crate) is_dead: bool,
    pub(crate) attempts: u8,
    pub(crate) claim: Claim,
    /// Counted mode: an open transaction has locked the row, whatever its column `worker` says.
    pub(crate) is_locked: bool,
}

/// Why later events of a key need not wait for the effect of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exempt {
    No,
    /// It was dead, and the policy is `skip`.
    Skipped,
    /// The operator deleted its row.
    Discarded,
}

/// One event for one receiver: its row, and what happened so far, which only the rules read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) row: Option<Row>,
    pub(crate) has_effect: bool,
    /// A crash, a pause or a failure permits a second effect of a receiver without `tx`.
    pub(crate) may_repeat: bool,
    pub(crate) exempt: Exempt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Idle,
    /// The snapshot of the claim is taken and a row is chosen, but not locked.
    Chose,
    Claimed,
    /// The effect is written: into the open transaction, or outside.
    Ran,
    /// Lock mode: the row is deleted in the open transaction.
    Deleted,
    /// With `tx`: the server has ended the transaction of this paused worker.
    CutOff,
    /// Only in a mutation: the row is deleted, and the receiver did not run yet.
    Acknowledged,
    /// Counted mode: the attempt is counted and leased, but the row is not locked.
    Counted,
    /// Counted mode: the commit was refused, so that the transaction is rolled back; the worker will note that the attempt failed.
    Refused,
    /// Counted mode: the same, and another worker has counted an attempt meanwhile.
    Overtaken,
}

/// One slot that works on one row at once. A crash leaves a slot that is idle and has a new id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Worker {
    pub(crate) stage: Stage,
    pub(crate) receiver: usize,
    pub(crate) event: usize,
    /// Lease and counted mode: the number of its claim. A plain lock in counted mode: the attempts that it read.
    pub(crate) attempts: u8,
    /// The row is locked by this worker, or its column `worker` has the id of this worker.
    pub(crate) holds: bool,
    /// Counted mode: the row is locked by this worker.
    pub(crate) locks: bool,
    /// Counted mode: the attempt was counted before it began.
    pub(crate) is_counted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) producers: [Producer; EVENTS],
    pub(crate) deliveries: [[Delivery; EVENTS]; 2],
    pub(crate) workers: [Worker; 3],
}

impl Worker {
    pub(crate) const IDLE: Self =
        Self { stage: Stage::Idle, receiver: 0, event: 0, attempts: 0, holds: false, locks: false, is_counted: false };

    fn code(self) -> u16 {
        let place = self.receiver << 2 | self.event;
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        let marks = u16::from(self.holds) << 2 | u16::from(self.locks) << 1 | u16::from(self.is_counted);
        (self.stage as u16) << 8 | place << 5 | u16::from(self.attempts) << 3 | marks
    }
}

impl Row {
    pub(crate) const NEW: Self =
        Self { is_due: true, is_dead: false, attempts: 0, claim: Claim::Free, is_locked: false };
}

impl Delivery {
    const NEW: Self = Delivery { row: None, has_effect: false, may_repeat: false, exempt: Exempt::No };
}

impl State {
    pub(crate) fn new() -> Self {
        let producer = Producer { phase: Phase::Begun, id: 0, commit: 0 };
        Self { producers: [producer; EVENTS], deliveries: [[Delivery::NEW; EVENTS]; 2], workers: [Worker::IDLE; 3] }
    }

    /// Forgets what no step and no rule will read, which makes states equal that only differ in it.
    pub(crate) fn forget(&mut self) {
        for event in 0..EVENTS {
            let mut is_over = self.producers[event].phase == Phase::Committed;
            for receiver in 0..2 {
                let is_at_work = |worker: &Worker| {
                    worker.stage != Stage::Idle && worker.receiver == receiver && worker.event == event
                };
                let delivery = self.deliveries[receiver][event];
                is_over &= delivery.row.is_none() && !self.workers.iter().any(is_at_work);
            }
            if is_over {
                self.producers[event] = Producer { phase: Phase::Ended, id: 0, commit: 0 };
                for deliveries in &mut self.deliveries {
                    deliveries[event] = Delivery::NEW;
                }
            }
            let later_events_come = (0..EVENTS).any(|other| {
                let Producer { phase, commit, .. } = self.producers[other];
                let is_later = commit == 0 || commit > self.producers[event].commit;
                KEYS[other] == KEYS[event] && phase != Phase::Ended && is_later
            });
            for deliveries in &mut self.deliveries {
                let delivery = &mut deliveries[event];
                if delivery.has_effect || delivery.exempt == Exempt::Skipped && !later_events_come {
                    delivery.exempt = Exempt::No;
                }
            }
        }
    }

    /// The state in which a worker has come to another stage.
    pub(crate) fn moved(&self, worker: usize, to: Stage) -> Self {
        let mut state = *self;
        state.workers[worker].stage = to;
        state
    }

    /// The state in which a worker is idle. What it holds stays in the row.
    pub(crate) fn idle(&self, worker: usize) -> Self {
        let mut state = *self;
        state.workers[worker] = Worker::IDLE;
        state
    }

    pub(crate) fn delivery(&mut self, worker: usize) -> &mut Delivery {
        let Worker { receiver, event, .. } = self.workers[worker];
        &mut self.deliveries[receiver][event]
    }

    /// The committed row that a worker works on.
    pub(crate) fn row_of(&self, worker: usize) -> Option<Row> {
        let Worker { receiver, event, .. } = self.workers[worker];
        self.deliveries[receiver][event].row
    }

    /// The state as a number. States that only differ in which worker is which have the same number.
    pub(crate) fn code(&self) -> u128 {
        let mut code = Code(0);
        for Producer { phase, id, commit } in self.producers {
            code.add(3, phase as u8);
            code.add(2, id);
            code.add(2, commit);
        }
        for delivery in self.deliveries.iter().flatten() {
            code.add(2, delivery.row.map_or(3, |row| row.claim as u8));
            if let Some(row) = delivery.row {
                code.add(1, u8::from(row.is_due));
                code.add(1, u8::from(row.is_dead));
                code.add(2, row.attempts);
                code.add(1, u8::from(row.is_locked));
            } else {
                code.add(5, 0);
            }
            code.add(1, u8::from(delivery.has_effect));
            code.add(1, u8::from(delivery.may_repeat));
            code.add(2, delivery.exempt as u8);
        }
        let mut workers: [u16; 3] = array::from_fn(|worker| self.workers[worker].code());
        workers.sort_unstable();
        for worker in workers {
            code.0 = code.0 << 12 | u128::from(worker);
        }
        code.0
    }
}

/// Numbers of a few bits each, in 128 bits.
struct Code(u128);

impl Code {
    fn add(&mut self, bits: u32, value: u8) {
        self.0 = self.0 << bits | u128::from(value);
    }
}
