//! Durable receivers, rule by rule of `docs/behaviour.md`.
#![allow(clippy::assigning_clones, reason = "an assignment is easier to read, and a test has no hurry")]

mod calls;
mod command;
mod context;
#[path = "../it/databases.rs"]
#[allow(unused, reason = "it is shared with another test")]
mod databases;
mod keys;
#[path = "../it/log.rs"]
#[allow(unused, reason = "it is shared with another test")]
mod log;
#[cfg(feature = "metrics")]
mod metrics;
mod order;
mod page;
mod payloads;
#[cfg(feature = "postgres")]
#[path = "../it/proxy.rs"]
mod proxy;
mod read_only;
mod recorded;
mod replay;
#[cfg(feature = "postgres")]
mod round_trips;
#[cfg(feature = "tracing")]
mod scribe;
mod tables;
#[cfg(feature = "tracing")]
mod traces;
mod trouble;
mod versions;
mod wiring;
mod workers;

use signals::prelude::*;

/// How many rows a model has.
async fn count<M: Model>(db: &Db) -> Result<i64> {
    db.query_one(&format!("SELECT COUNT(*) FROM {}", M::META.table), &()).await
}
