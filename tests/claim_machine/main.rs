//! How workers claim the rows of durable receivers, in every interleaving of a small machine.
//!
//! The machine has three events, two of one key and one of another, and up to three workers. An exploration visits every state
//! that it can reach, and tests the rules of `rules.rs` in each. No database is involved: the tests of durable receivers compare
//! the library with the databases, and this test shows that what they are told to do is right.
//!
//! | step | stands for |
//! |---|---|
//! | a producer writes its row | the statement of `save`, which waits until no open transaction has written the same key |
//! | inserts the event | the insert into `signals_event`, which takes the id, and into `signals_todo`; still invisible |
//! | commits, rolls back | of one transaction: the rows become visible with the write, or neither does |
//! | a worker takes a snapshot and chooses | the first half of the claim: `where` and `not exists`, read in one snapshot |
//! | locks, or does not get | the second half, `for update skip locked`: the row alone is read again |
//! | claims | the same in lease mode, with `worker`, `attempts + 1`, `due = now() + lease` and the commit |
//! | runs | with `tx`, a write that the open transaction hides; without, an effect that is visible at once |
//! | deletes, commits | the statements at the end; without `tx`, both in one step, with the fence `(worker, attempts)` |
//! | fails at | savepoint, `attempts + 1`, and `due` or `dead`; without `tx`, with the fence |
//! | suspects and counts | counted mode: the row may end processes, so that `worker`, `attempts + 1` and `due = now() + lease` are committed first |
//! | locks again | counted mode: the second transaction, `for update skip locked` with the fence `(worker, attempts)`; its lease is not renewed |
//! | finds the last attempt over | counted mode: all attempts were counted, so that the row is dead without another run |
//! | cannot commit, notes the failure | counted mode: a refused COMMIT, and another transaction that writes the failure with the fence |
//! | loses its connection, the server ends .. | counted mode: the row stays leased by a living worker that does not hold it |
//! | seems to be gone | its presence is lost while it lives; others take over what it has leased, unless it is locked |
//! | takes over, releases the lost lease, ends the lease | a row that is leased becomes due: by the presence, by its own worker, or by the time |
//! | crashes at | the end of a process: its transaction is rolled back, and other workers see that it is gone |
//! | pauses for longer than the lease | `due` is reached while the worker lives; it may go on at any later step |
//! | renews the lease | the heartbeat after a pause, with the fence. Without a pause, the lease of a living worker does not end |
//! | the server ends the transaction | `idle_in_transaction_session_timeout` and the like; the worker notices when it commits |
//! | the time reaches the retry | `due` of a failed row; the order in which rows come due is free |
//! | the operator retries or discards | a dead row: `attempts = 0` and due now, or deleted |
//!
//! Some simplifications lose nothing. A worker that only waits makes no step, so that a pause within the lease or in an open
//! transaction is any interleaving in which the others go on. In counted mode, what a transaction writes and its commit are one step,
//! because the lock hides all of it, and a worker whose transaction was ended by the server is idle at once. The two receivers share
//! neither rows nor locks: each is explored with all workers, and both together with fewer.
//!
//! In counted mode each claim is either a plain lock or a count, by the choice of the worker: both meet on one row in any order. It is
//! assumed that a row which ends processes is suspected again and again: the worker of a new process suspects the first row that is late.
//!
//! What is bounded: the claims of a row that end in a crash or a pause ([`Machine::claims`](machine::Machine)), and the failures
//! until a row is dead.
//!
//! What is not modelled:
//! - the clock: only whether `due` is reached, which is the clock of the database alone;
//! - claims of several rows at once, which are like several workers that crash together;
//! - several tasks with the id of one worker: a worker here is one slot with its own id, see `FenceWithoutWorker`;
//! - a producer that writes several keys: its order is that of the locks, and the database resolves deadlocks by a rollback;
//! - wake-ups, which are not needed for any rule, since each worker also polls;
//! - SQLite, whose only writer takes the snapshot and the lock in one step: its runs are some of these;
//! - the relay to another transport, and a database that loses committed transactions.
//!
//! `SIGNALS_CLAIM_MACHINE=all` adds larger machines, which take minutes without optimization.
#![allow(missing_docs, reason = "a test")]

mod counted;
mod counted_mutations;
mod explore;
mod lease;
mod lock;
mod machine;
mod mutations;
mod next;
mod producer;
mod rules;
mod state;

use std::env;
use std::time::Instant;

use crate::explore::explore;
use crate::machine::{Machine, Mode, OnDead};

const LOCK: &[Mode] = &[Mode::Lock];
const LEASE: &[Mode] = &[Mode::Lease];
const COUNTED: &[Mode] = &[Mode::Counted];
const BOTH: &[Mode] = &[Mode::Lock, Mode::Lease];

const LOCK_MODE: Machine = Machine {
    receivers: LOCK,
    workers: 3,
    claims: 3,
    on_dead: OnDead::BlockKey,
    poisoned: None,
    deadly: None,
    mutation: None,
};
const LEASE_MODE: Machine = Machine { receivers: LEASE, ..LOCK_MODE };
const COUNTED_MODE: Machine = Machine { receivers: COUNTED, ..LOCK_MODE };

#[test]
fn a_receiver_with_tx_follows_the_rules() {
    no_rule_is_broken(LOCK_MODE);
    no_rule_is_broken(Machine { on_dead: OnDead::Skip, ..LOCK_MODE });
}

#[test]
fn a_receiver_without_tx_follows_the_rules() {
    no_rule_is_broken(LEASE_MODE);
}

#[test]
fn a_receiver_without_tx_that_skips_dead_rows_follows_the_rules() {
    no_rule_is_broken(Machine { on_dead: OnDead::Skip, claims: 2, ..LEASE_MODE });
}

/// At each claim, one worker suspects that the row ends processes, and another one does not.
#[test]
fn a_receiver_with_tx_that_may_be_counted_first_follows_the_rules() {
    no_rule_is_broken(Machine { claims: 2, ..COUNTED_MODE });
}

#[test]
fn a_receiver_with_tx_that_may_be_counted_first_and_skips_dead_rows_follows_the_rules() {
    no_rule_is_broken(Machine { on_dead: OnDead::Skip, workers: 2, claims: 2, ..COUNTED_MODE });
    no_rule_is_broken(Machine { workers: 2, ..COUNTED_MODE });
}

/// The process ends whenever the receiver gets the first event of key A: it is dead at last, and the rest is done.
#[test]
fn a_deadly_event_only_stops_its_own_key() {
    no_rule_is_broken(Machine { claims: 2, deadly: Some(0), ..COUNTED_MODE });
    no_rule_is_broken(Machine { on_dead: OnDead::Skip, workers: 2, claims: 2, deadly: Some(0), ..COUNTED_MODE });
}

#[test]
fn a_worker_of_both_receivers_follows_the_rules() {
    no_rule_is_broken(Machine { receivers: BOTH, workers: 1, claims: 1, ..LOCK_MODE });
}

/// That an event may fail is part of all machines. Here the first of key A does so always, and the rest is done nevertheless.
#[test]
fn a_poisoned_event_only_stops_its_own_key() {
    for on_dead in [OnDead::BlockKey, OnDead::Skip] {
        let machine = Machine { workers: 2, claims: 2, on_dead, poisoned: Some(0), ..LOCK_MODE };
        no_rule_is_broken(machine);
        no_rule_is_broken(Machine { receivers: LEASE, ..machine });
        no_rule_is_broken(Machine { receivers: COUNTED, ..machine });
    }
}

#[test]
fn larger_machines_follow_the_rules() {
    if env::var("SIGNALS_CLAIM_MACHINE").is_ok_and(|machines| machines == "all") {
        no_rule_is_broken(Machine { on_dead: OnDead::Skip, ..LEASE_MODE });
        for on_dead in [OnDead::BlockKey, OnDead::Skip] {
            no_rule_is_broken(Machine { on_dead, ..COUNTED_MODE });
            no_rule_is_broken(Machine { on_dead, deadly: Some(0), ..COUNTED_MODE });
            no_rule_is_broken(Machine { on_dead, poisoned: Some(0), ..COUNTED_MODE });
        }
        no_rule_is_broken(Machine { receivers: BOTH, workers: 2, claims: 1, ..LOCK_MODE });
        no_rule_is_broken(Machine { receivers: BOTH, workers: 1, claims: 2, ..LOCK_MODE });
    }
}

#[track_caller]
fn no_rule_is_broken(machine: Machine) {
    let start = Instant::now();
    let explored = explore(&machine);
    let Machine { receivers, workers, claims, on_dead, poisoned, deadly, .. } = machine;
    println!(
        "{receivers:?}, {workers} workers, {claims} claims, {on_dead:?}, poisoned: {poisoned:?}, deadly: {deadly:?}"
    );
    println!("  {} states in {:.1} s", explored.states, start.elapsed().as_secs_f32());
    if let Some(broken) = explored.broken {
        panic!("{machine:?} breaks {:?}:\n{}", broken.rule, broken.trace);
    }
}
