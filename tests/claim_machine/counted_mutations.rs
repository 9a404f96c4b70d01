//! Mistakes around attempts that are counted before they begin. Most of them break a rule; of the others it is said why they do not.

use expect_test::expect;

use crate::COUNTED_MODE;
use crate::machine::{Machine, Mutation};
use crate::mutations::is_found;

/// Every run that is fair goes on forever: the trace is empty because this is so from the beginning.
#[test]
fn an_event_that_ends_processes_and_is_never_counted() {
    is_found(
        Machine { deadly: Some(0), ..COUNTED_MODE },
        Mutation::NeverSuspects,
        &expect![[r#"
            EverythingEnds
        "#]],
    );
}

/// The end of the process also rolls the count back.
#[test]
fn an_attempt_that_is_counted_in_the_transaction_of_its_receiver() {
    is_found(
        Machine { deadly: Some(0), ..COUNTED_MODE },
        Mutation::CountsInItsTransaction,
        &expect![[r#"
            EverythingEnds
        "#]],
    );
}

/// The count waits for the lock of its own worker.
#[test]
fn a_row_that_is_locked_before_its_attempt_is_counted() {
    is_found(
        COUNTED_MODE,
        Mutation::LocksBeforeItCounts,
        &expect![[r#"
            EverythingEnds
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 suspects and counts A1
        "#]],
    );
}

/// As a worker that stops does, whose receivers did not end the process.
#[test]
fn a_takeover_that_undoes_the_count() {
    is_found(
        Machine { deadly: Some(0), ..COUNTED_MODE },
        Mutation::TakeoverUncounts,
        &expect![[r#"
            EverythingEnds
        "#]],
    );
}

#[test]
fn an_attempt_after_the_last_one() {
    is_found(
        Machine { deadly: Some(0), ..COUNTED_MODE },
        Mutation::NoLastAttempt,
        &expect![[r#"
            NoFurtherAttempt
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 suspects and counts A1
              the time ends the lease of A1
              worker 1 takes a snapshot and chooses A1
              worker 1 suspects and counts A1
              worker 1 crashes at A1
              a worker takes over A1
              worker 1 takes a snapshot and chooses A1
              worker 1 locks A1
              worker 1 crashes at A1
        "#]],
    );
}

#[test]
fn a_second_transaction_that_locks_without_a_fence() {
    is_found(
        COUNTED_MODE,
        Mutation::LocksWithoutFence,
        &expect![[r#"
            NoDouble
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 suspects and counts A1
              worker 0 seems to be gone while it has A1
              a worker takes over A1
              worker 0 locks again A1
              worker 0 runs, deletes and commits A1
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 runs, deletes and commits A1
        "#]],
    );
}

#[test]
fn a_second_transaction_that_does_not_lock() {
    is_found(
        COUNTED_MODE,
        Mutation::CountsWithoutLock,
        &expect![[r#"
            NoDouble
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 suspects and counts A1
              worker 0 locks again A1
              the time ends the lease of A1
              worker 1 takes a snapshot and chooses A1
              worker 1 locks A1
              worker 1 runs, deletes and commits A1
              worker 0 runs, deletes and commits A1
        "#]],
    );
}

#[test]
fn a_takeover_of_a_row_that_is_locked() {
    is_found(
        COUNTED_MODE,
        Mutation::TakesOverLocked,
        &expect![[r#"
            NoDouble
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 suspects and counts A1
              worker 0 locks again A1
              worker 0 seems to be gone while it has A1
              a worker takes over A1
              worker 0 runs, deletes and commits A1
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 runs, deletes and commits A1
        "#]],
    );
}

#[test]
fn a_fence_of_a_counted_attempt_that_does_not_compare_the_worker() {
    is_found(
        COUNTED_MODE,
        Mutation::FenceWithoutWorker,
        &expect![[r#"
            OwnClaimOnly
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 suspects and counts A1
              worker 0 seems to be gone while it has A1
              a worker takes over A1
              worker 0 locks again A1
              worker 0 runs, deletes and commits A1
        "#]],
    );
}

#[test]
fn a_late_failure_that_does_not_compare_the_worker() {
    is_found(
        COUNTED_MODE,
        Mutation::LateFailureWithoutWorker,
        &expect![[r#"
            OwnClaimOnly
              the producer of A1 writes its row
              the producer of A1 inserts the event
              the producer of A1 commits
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 fails at A1
              the time reaches the retry of A1
              worker 0 takes a snapshot and chooses A1
              worker 0 locks A1
              worker 0 runs and cannot commit A1
              worker 1 takes a snapshot and chooses A1
              worker 1 locks A1
              worker 1 fails at A1
              the operator retries A1
              worker 1 takes a snapshot and chooses A1
              worker 1 suspects and counts A1
              worker 0 notes the failure of A1
        "#]],
    );
}

#[test]
fn a_counted_row_that_is_not_the_head_of_its_key() {
    is_found(
        COUNTED_MODE,
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
              worker 0 runs, deletes and commits A2
        "#]],
    );
}

#[test]
fn a_counted_dead_row_that_does_not_block_its_key() {
    is_found(
        COUNTED_MODE,
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
              worker 0 suspects and counts A1
              the time ends the lease of A1
              worker 1 takes a snapshot and chooses A1
              worker 1 locks A1
              worker 1 fails at A1
              worker 1 takes a snapshot and chooses A2
              worker 1 locks A2
              worker 1 runs, deletes and commits A2
        "#]],
    );
}

/// The row was locked with the fence, and nothing writes to it until the transaction ends.
#[test]
fn no_fence_at_the_end_breaks_no_rule() {
    is_found(
        COUNTED_MODE,
        Mutation::NoFence,
        &expect![[r#"
            70382 states, and no rule is broken
        "#]],
    );
}

/// The end of the lease frees the row as well, only later.
#[test]
fn no_takeover_breaks_no_rule() {
    is_found(
        Machine { deadly: Some(0), ..COUNTED_MODE },
        Mutation::NoTakeover,
        &expect![[r#"
            53655 states, and no rule is broken
        "#]],
    );
}

/// The end of the lease frees the row as well, only later.
#[test]
fn no_release_of_lost_leases_breaks_no_rule() {
    is_found(
        Machine { deadly: Some(0), ..COUNTED_MODE },
        Mutation::NoRelease,
        &expect![[r#"
            55964 states, and no rule is broken
        "#]],
    );
}

/// The fence of the second transaction finds it out. The attempt is counted in vain, so that the event may be dead too early.
#[test]
fn a_release_of_leases_that_are_held_breaks_no_rule() {
    is_found(
        COUNTED_MODE,
        Mutation::ReleasesHeld,
        &expect![[r#"
            163885 states, and no rule is broken
        "#]],
    );
}
