//! An audit log: who changed what, in which request, with the old and the new values.
//!
//! It knows no model of the application. Its receivers have no sender, so that they are called for all of them, and what they know of the
//! caller is in the context. An application depends on this crate, creates the table of [`AuditEntry`], and passes an `Actor`: see
//! `src/main.rs` for a program with axum, where the layer and the session do that.
//!
//! - [`changes`](mod@changes) receives what was written. An entry is part of the transaction of the change, so that both are committed
//!   or neither.
//! - [`failures`](mod@failures) receives what was not: its entries are written after the rollback.
//! - [`logins`](mod@logins) receives logins and logouts.
//!
//! There is no entry for a pointer that a cascade sets to NULL, nor for what the database changes itself, because no signal is sent. One
//! statement for many rows without `with_signals` is one entry with their number.
//!
//! A secret is never written: `Field::is_secret` says that a column has one.

mod entry;
mod values;

pub mod changes;
pub mod failures;
pub mod logins;

pub use entry::{Action, AuditEntry};
