//! The signals of logins: rule 51 of `docs/behaviour.md`. Receivers of any model of users are called for every login of their
//! binary, so this is a binary of its own.
#![allow(clippy::assigning_clones, reason = "an assignment is easier to read, and a test has no hurry")]
#![allow(missing_docs, reason = "a test")]

#[cfg(all(feature = "axum", feature = "sessions", feature = "web"))]
mod axum;
mod current_user;
#[allow(unused, reason = "it is there for other tests as well")]
#[path = "../it/databases.rs"]
mod databases;
mod failing_receivers;
mod failing_sessions;
#[allow(unused, reason = "it is there for other tests as well")]
#[path = "../it/log.rs"]
mod log;
mod login;
mod login_failed;
mod logout;
mod models;
mod passwords;
mod receivers;
mod secrets;
#[cfg(feature = "sessions")]
mod sessions;
#[cfg(feature = "tower-sessions")]
mod tower_sessions;
