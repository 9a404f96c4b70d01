//! `connection_created`, and what its receivers can see. They are called for every database of their binary, so this is a
//! binary of its own.
#![allow(missing_docs, reason = "a test")]

mod created;
#[allow(unused, reason = "it is there for other tests as well")]
#[path = "../it/databases.rs"]
mod databases;
#[allow(dead_code, reason = "it is there for other tests as well")]
#[path = "../it/log.rs"]
mod log;
mod statements;
