//! Durable signals between two programs over NATS JetStream: nothing is lost and nothing is doubled, whatever happens on the way.
//!
//! Both programs are linked into this binary. What makes them two is that each has a database of its own: the workers, and so the
//! receivers, only run in that of the receiving program.

#[path = "../it/databases.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "it is shared, and not all of it is used here")]
mod databases;
mod failures;
mod journey;
mod order;
mod proxy;
#[cfg(feature = "tracing")]
#[path = "../durable/scribe.rs"]
mod scribe;
#[cfg(feature = "tracing")]
mod traces;
mod world;

/// What `databases.rs` expects of a binary.
mod log {
    pub(crate) fn begin_test() {}
}
