//! Rules 61, 62, 63 and 67: random queries, and the same filters in Rust over the same rows.
//!
//! The queries of `cargo test` are the same in every run. `SIGNALS_QUERIES=10000` tries as many new ones, and prints their seed, which
//! `SIGNALS_SEED` takes.

mod condition;
mod fields;
mod query;
mod rows;
mod values;

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use self::query::{Query, queries};
use self::rows::World;
use crate::databases::{Database, TestResult, is_sqlite, on_each_database};

on_each_database!(rule_61_random_queries_find_what_the_same_filter_finds_in_rust);

/// The seed of `cargo test`.
const SEED: u64 = 59;

async fn rule_61_random_queries_find_what_the_same_filter_finds_in_rust(database: &Database) -> TestResult {
    let world = World::new(database).await?;
    let asked = |name| env::var(name).ok().map(|number| number.parse::<u64>().expect(name));
    // A server takes longer.
    let cases = asked("SIGNALS_QUERIES").unwrap_or(if is_sqlite(&world.db) { 300 } else { 120 });
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let fresh = asked("SIGNALS_QUERIES").map(|_| u64::from(now.subsec_nanos()));
    let seed = asked("SIGNALS_SEED").or(fresh).unwrap_or(SEED);
    println!("{cases} queries with SIGNALS_SEED={seed}");

    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for _ in 0..cases {
        let mut tree = queries().new_tree(&mut runner)?;
        if let Err(mismatch) = tree.current().check(&world).await {
            let (query, mismatch) = smallest(&world, tree.current(), mismatch, &mut tree).await;
            panic!("SIGNALS_SEED={seed}\n{query:#?}\n{mismatch}");
        }
    }
    Ok(())
}

/// The smallest query that fails like this one.
async fn smallest(
    world: &World,
    query: Query,
    mismatch: String,
    tree: &mut impl ValueTree<Value = Query>,
) -> (Query, String) {
    let mut failing = (query, mismatch);
    let mut is_simpler = tree.simplify();
    for _ in 0..2000 {
        if !is_simpler {
            break;
        }
        let query = tree.current();
        is_simpler = match query.check(world).await {
            Ok(()) => tree.complicate(),
            Err(mismatch) => {
                failing = (query, mismatch);
                tree.simplify()
            }
        };
    }
    failing
}
