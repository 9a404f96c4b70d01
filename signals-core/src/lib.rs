//! The event kernel of `signals`: signals, receivers, the link-time registry, order and dispatch.
//!
//! It knows no database. A crate that only declares or receives signals of its own depends on this one; an application
//! depends on `signals-rs`, which re-exports all of it.

mod chain;
mod check;
mod connect;
mod depth;
pub mod diagnostics;
mod dispatch;
mod error;
mod order;
mod panics;
mod payload;
mod receiver;
mod registry;
mod scope;
mod signal;
pub mod testing;
mod trace;
mod wiring;

pub use check::{WiringError, check};
pub use connect::{BoxFuture, ReceiverGuard, ReceiverHandle};
pub use depth::set_recursion_limit;
pub use dispatch::ReceiverResult;
pub use error::{BoxError, ReceiverError, SignalError};
pub use receiver::{Receiver, ReceiverId, ReceiverName, SourceLocation};
pub use registry::{linked_crates, receivers};
pub use signal::Signal;
pub use wiring::{WiredReceiver, WiredSignal, Wiring, wiring};

#[doc(inline)]
pub use signals_macros::{core_apps as apps, core_receiver as receiver, core_signal as signal};

/// What the macros write. Not for people: it may change in any version.
#[doc(hidden)]
pub mod __private {
    pub use linkme;

    pub use crate::__register as register;
    pub use crate::diagnostics::*;
    pub use crate::dispatch::{ReceiverResults, asynchronous, synchronous};
    pub use crate::error::SignalError;
    pub use crate::panics::{Panicked, caught, discard, panic_message};
    pub use crate::payload::{
        AsyncCall, Asynchronous, Call, FUTURE_BYTES, Mode, Payload, ReceiverFuture, Reply, SyncCall, Synchronous,
    };
    pub use crate::receiver::{Binding, Declaration, Source};
    pub use crate::receiver::{ReceiverId, ReceiverName, SourceLocation};
    pub use crate::registry::{ENTRIES_V1, Entry, SignalDeclaration, declared, incomplete};
    pub use crate::scope::Scope;
    pub use crate::signal::Signal;
    pub use crate::trace::log;
    pub use std::vec::Vec;
}
