//! Signals and receivers, independent of models: what Django has in `django.dispatch`.
//!
//! [`#[signal]`](macro@crate::signal) declares a signal and [`#[receiver]`](macro@crate::receiver) a receiver. This module has the types that
//! they use: [`Signal`] with `connect`, the handles of connected receivers, and the errors of a dispatch.
//!
//! ```rust,standalone_crate
//! use signals::prelude::*;
//!
//! #[signal]
//! struct OrderPaid {
//!     amount: u64,
//! }
//!
//! #[receiver(OrderPaid)]
//! fn thank(amount: u64) {
//!     println!("thank you for {amount}");
//! }
//!
//! # fn main() -> Result<(), signals::dispatch::SignalError> {
//! OrderPaid { amount: 250 }.send()?;
//! let names: Vec<_> = OrderPaid::SIGNAL.receivers()?.map(|id| &*id.name).collect();
//! assert!(names[0].ends_with("::thank"));
//! # Ok(())
//! # }
//! ```
//!
#![doc = include_str!("docs/dispatch.md")]

#[doc(inline)]
pub use signals_core::{
    AfterCommit, AfterCommitError, BoxError, BoxFuture, ContextNeed, ContextValue, Durability, MissingContext, OnDead,
    OwnedSignal, Receiver, ReceiverError, ReceiverGuard, ReceiverHandle, ReceiverId, ReceiverName, ReceiverResult,
    Signal, SignalError, SourceLocation, TimedOut, WorkResult, linked_crates, receivers, set_recursion_limit,
};
