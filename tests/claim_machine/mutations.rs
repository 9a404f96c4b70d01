//! The rules can be broken: each mistake is found, with the fewest steps that show it.

use expect_test::{Expect, expect};

use crate::explore::explore;
use crate::machine::{Machine, Mutation};
use crate::{LEASE_MODE, LOCK_MODE};

#[track_caller]
pub(crate) fn is_found(machine: Machine, mutation: Mutation, expected: &Expect) {
    let explored = explore(&Machine { workers: 2, claims: 2, mutation: Some(mutation), ..machine });
    let found = explored.broken.map_or_else(
        || format!("{} states, and no rule is broken\n", explored.states),
        |broken| format!("{:?}\n{}", broken.rule, broken.trace),
    );
    expected.assert_eq(&found);
}

#[test]
fn a_claim_that_is_not_the_head_of_its_key() {
    is_found(
        LOCK_MODE,
        Mutation::NoHeadOfKey,
        &expect![[r#"
            OrderOfTheKey
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              the producer of A2 writes its row
              the producer of A2 inserts the event
              the producer of A2 commits
              worker 0 takes a snapshot and chooses A2
              worker 0 locks A2
              worker 0 runs A2
              worker 0 deletes A2
              worker 0 commits A2
        "#]],
    );
}

#[test]
fn a_claim_that_is_not_the_head_of_its_key_without_tx() {
    is_found(
        LEASE_MODE,
        Mutation::NoHeadOfKey,
        &expect![[r#"
            OrderOfTheKey
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              the producer of A2 writes its row
              the producer of A2 inserts the event
              the producer of A2 commits
              worker 0 takes a snapshot and chooses A2
              worker 0 claims A2
              worker 0 runs A2
        "#]],
    );
}

#[test]
fn a_dead_row_that_stops_other_keys() {
    is_found(
        LOCK_MODE,
        Mutation::HeadOfReceiver,
        &expect![[r#"
            EverythingEnds
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 fails at A1
              the time reaches the retry of A1
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 fails at A1
        "#]],
    );
}

#[test]
fn a_dead_row_that_stops_other_keys_without_tx() {
    is_found(
        LEASE_MODE,
        Mutation::HeadOfReceiver,
        &expect![[r#"
            EverythingEnds
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 0 crashes at A1
              worker 0 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 0 fails at A1
        "#]],
    );
}

#[test]
fn a_row_that_is_deleted_before_the_receiver_runs() {
    is_found(
        LOCK_MODE,
        Mutation::AcknowledgeFirst,
        &expect![[r#"
            NothingIsLost
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 crashes at A1
        "#]],
    );
}

#[test]
fn a_row_that_is_deleted_before_the_receiver_runs_without_tx() {
    is_found(
        LEASE_MODE,
        Mutation::AcknowledgeFirst,
        &expect![[r#"
            NothingIsLost
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 0 crashes at A1
        "#]],
    );
}

#[test]
fn a_delete_without_a_fence() {
    is_found(
        LEASE_MODE,
        Mutation::NoFence,
        &expect![[r#"
            OwnClaimOnly
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 0 pauses for longer than the lease of A1
              worker 1 takes a snapshot and chooses A1
              worker 1 claims A1
              worker 0 fails at A1
        "#]],
    );
}

#[test]
fn a_fence_that_does_not_compare_the_worker() {
    is_found(
        LEASE_MODE,
        Mutation::FenceWithoutWorker,
        &expect![[r#"
            OwnClaimOnly
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 0 pauses for longer than the lease of A1
              worker 1 takes a snapshot and chooses A1
              worker 1 claims A1
              worker 1 fails at A1
              the operator retries A1
              worker 1 takes a snapshot and chooses A1
              worker 1 claims A1
              worker 0 fails at A1
        "#]],
    );
}

#[test]
fn a_paused_worker_that_counts_as_gone() {
    is_found(
        LEASE_MODE,
        Mutation::PausedIsGone,
        &expect![[r#"
            OwnClaimOnly
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 1 takes a snapshot and chooses A1
              worker 1 claims A1
              worker 0 fails at A1
        "#]],
    );
}

#[test]
fn a_claim_that_trusts_its_snapshot() {
    is_found(
        LEASE_MODE,
        Mutation::ClaimTrustsItsSnapshot,
        &expect![[r#"
            NoDouble
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 1 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 0 runs A1
              worker 1 claims A1
              worker 1 runs A1
        "#]],
    );
}

#[test]
fn the_row_of_a_crashed_worker_that_is_not_claimed_again() {
    is_found(
        LEASE_MODE,
        Mutation::NoTakeover,
        &expect![[r#"
            EverythingEnds
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 0 crashes at A1
        "#]],
    );
}

#[test]
fn a_claim_in_a_transaction_of_its_own() {
    is_found(
        LOCK_MODE,
        Mutation::ClaimApart,
        &expect![[r#"
            NoDouble
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 runs A1
              worker 0 deletes A1
              worker 1 takes a snapshot and chooses A1
              worker 1 locks A1
              worker 0 commits A1
              worker 1 runs A1
              worker 1 deletes A1
              worker 1 commits A1
        "#]],
    );
}

#[test]
fn a_delete_in_a_transaction_of_its_own() {
    is_found(
        LOCK_MODE,
        Mutation::DeleteApart,
        &expect![[r#"
            NoDouble
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 runs A1
              worker 0 commits the effect of A1
              worker 1 takes a snapshot and chooses A1
              worker 1 locks A1
              worker 1 runs A1
              worker 1 commits the effect of A1
        "#]],
    );
}

#[test]
fn an_id_that_is_taken_before_the_row_is_written() {
    is_found(
        LOCK_MODE,
        Mutation::IdBeforeRow,
        &expect![[r#"
            OrderOfTheKey
              the producer of A1 takes an id
              the producer of A2 takes an id
              the producer of A2 writes its row
              the producer of A2 inserts the event
              the producer of A2 commits
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 runs A1
              worker 0 deletes A1
              worker 0 commits A1
        "#]],
    );
}

#[test]
fn an_id_that_is_taken_before_the_row_is_written_without_tx() {
    is_found(
        LEASE_MODE,
        Mutation::IdBeforeRow,
        &expect![[r#"
            OrderOfTheKey
              the producer of A1 takes an id
              the producer of A2 takes an id
              the producer of A2 writes its row
              the producer of A2 inserts the event
              the producer of A2 commits
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 0 runs A1
        "#]],
    );
}

#[test]
fn events_that_are_inserted_after_the_commit() {
    is_found(
        LOCK_MODE,
        Mutation::EventsAfterCommit,
        &expect![[r#"
            NothingIsLost
              the producer of A1 writes its row
              the producer of A1 commits
              the producer of A1 crashes
        "#]],
    );
}

#[test]
fn events_that_are_inserted_before_the_row() {
    is_found(
        LOCK_MODE,
        Mutation::EventsBeforeRow,
        &expect![[r#"
            NoPhantom
              the producer of A1 commits the event
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 runs A1
              worker 0 deletes A1
              worker 0 commits A1
        "#]],
    );
}

#[test]
fn a_dead_row_that_does_not_block_its_key() {
    is_found(
        LOCK_MODE,
        Mutation::DeadDoesNotBlock,
        &expect![[r#"
            OrderOfTheKey
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              the producer of A2 writes its row
              the producer of A2 inserts the event
              the producer of A2 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 fails at A1
              the time reaches the retry of A1
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 fails at A1
              worker 0 takes a snapshot and chooses A2
              worker 0 locks A2
              worker 0 runs A2
              worker 0 deletes A2
              worker 0 commits A2
        "#]],
    );
}

#[test]
fn a_dead_row_that_does_not_block_its_key_without_tx() {
    is_found(
        LEASE_MODE,
        Mutation::DeadDoesNotBlock,
        &expect![[r#"
            OrderOfTheKey
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              the producer of A2 writes its row
              the producer of A2 inserts the event
              the producer of A2 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 0 crashes at A1
              worker 0 takes a snapshot and chooses A1
              worker 0 claims A1
              worker 0 fails at A1
              worker 0 takes a snapshot and chooses A2
              worker 0 claims A2
              worker 0 runs A2
        "#]],
    );
}
