//! What belongs to a whole program, so that it cannot be tested next to other tests of the same kind.
#![allow(missing_docs, reason = "a test")]

mod accessors;
#[path = "../it/failure.rs"]
mod failure;
#[allow(dead_code, reason = "it is there for other tests as well")]
#[path = "../it/log.rs"]
mod log;
mod recursion_limit;
