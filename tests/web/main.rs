//! The signals of requests: rule 52 of `docs/behaviour.md`. Their receivers are called for every request of their binary, so this is a
//! binary of its own.
#![allow(missing_docs, reason = "a test")]

mod exceptions;
mod failing_receivers;
#[path = "../it/failure.rs"]
mod failure;
mod handler;
#[allow(dead_code, reason = "it is there for other tests as well")]
#[path = "../it/log.rs"]
mod log;
mod order;
#[cfg(feature = "serde")]
mod path;
mod receivers;
mod secrets;
mod socket;
