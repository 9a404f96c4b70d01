//! What the library does, rule by rule of `docs/behaviour.md`. One file or folder per chapter, one test per rule.
#![allow(clippy::assigning_clones, reason = "an assignment is easier to read, and a test has no hurry")]

mod after_commit;
mod after_delete;
mod bulk;
mod bulk_by_condition;
mod cancellation;
mod cascades;
mod changes;
mod commit;
mod concurrency;
mod constraints;
mod context;
mod databases;
#[cfg(all(feature = "jiff", feature = "serde_json", feature = "uuid"))]
mod defaults;
mod delete;
mod failed_saves;
#[cfg(feature = "fixtures")]
mod fixtures;
mod killed;
mod last_values;
mod limits;
mod load;
mod log;
mod lookup;
mod lost_race;
mod many_to_many;
mod models;
#[cfg(feature = "serde")]
mod models_as_json;
mod new_rows;
mod on_commit;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod proxy;
mod queries;
mod raw_connection;
#[cfg(feature = "jiff")]
mod read_only;
mod references;
mod rollback;
mod save;
mod savepoints;
mod schema;
mod signals_and_receivers;
mod testing;
mod timeouts;
mod transactions;
mod types;
mod update_or_create;
mod validation;
mod version;
