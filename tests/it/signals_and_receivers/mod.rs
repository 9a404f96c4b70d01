//! Chapter "Signals and receivers". The rules on senders that are models are tested with the models.

#![allow(clippy::needless_raw_string_hashes, reason = "`expect_test` writes them")]

mod after_commit_queue;
mod connecting;
mod declaring;
mod errors;
mod nesting;
mod order;
mod outputs;
mod robust;
mod senders;
mod sequence;
mod threads;
