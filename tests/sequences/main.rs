//! Random sequences of operations, with the library and with a model in memory that says what each must do.
//!
//! After each step the rows are compared, the instances, the errors, and every signal with all that it carries; at the end of a
//! transaction what is sent after it. The sequences of `cargo test` are the same in every run; `SIGNALS_SEQUENCES=10000` tries
//! so many new ones and prints their seed, which `SIGNALS_SEED` takes.
#![allow(missing_docs, reason = "a test")]
#![cfg(feature = "sqlite")]

mod compare;
mod conditions;
mod databases;
mod levels;
mod models;
mod operations;
mod oracle;
mod receivers;
mod rows;
mod run;
mod stage;
mod steps;
mod tables;
mod values;

use std::env;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::databases::Database;
use crate::run::Run;
use crate::steps::{shown, steps};

/// The seed of `cargo test`.
const SEED: u64 = 41;

#[test]
fn sequences_of_operations_do_what_the_rules_say_on_sqlite() {
    try_sequences(64, || Some(databases::sqlite()));
}

#[test]
#[cfg(feature = "postgres")]
fn sequences_of_operations_do_what_the_rules_say_on_postgres() {
    // A server takes ten times as long.
    try_sequences(24, databases::postgres);
}

fn try_sequences(few: u32, database: impl FnOnce() -> Option<Database>) {
    let asked = |name| env::var(name).ok().map(|number| number.parse::<u64>().expect(name));
    let cases = asked("SIGNALS_SEQUENCES").map_or(few, |cases| u32::try_from(cases).expect("fewer sequences"));
    let fresh = || asked("SIGNALS_SEQUENCES").map(|_| rand_seed());
    let seed = asked("SIGNALS_SEED").or_else(fresh).unwrap_or(SEED);
    let Some(database) = database() else { return };
    println!("{cases} sequences with SIGNALS_SEED={seed}");

    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 4096, ..Config::default() };
    let tried = TestRunner::new_with_rng(config, rng).run(&steps(), |steps| {
        database.run(async |databases| Run::of(databases, &steps).await).map_err(TestCaseError::fail)
    });
    match tried {
        Ok(()) => {}
        Err(TestError::Fail(mismatch, steps)) => panic!("SIGNALS_SEED={seed}\n{}{mismatch}", shown(&steps)),
        Err(error) => panic!("SIGNALS_SEED={seed}: {error}"),
    }
}

/// A seed that is another in every run.
fn rand_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(SEED, |now| u64::from(now.subsec_nanos()))
}
