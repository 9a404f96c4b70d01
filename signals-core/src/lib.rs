//! The event kernel of `signals`: signals, receivers, the link-time registry, order and dispatch.
//!
//! It knows no database. A crate that only declares or receives signals of its own depends on this one; an application
//! depends on `signals-rs`, which re-exports all of it.

mod binding;
mod chain;
mod check;
mod connect;
mod connected;
mod depth;
pub mod diagnostics;
mod dispatch;
mod entry;
mod error;
mod id;
mod index;
mod location;
mod mute;
mod order;
mod panics;
mod payload;
mod receiver;
mod registry;
mod scope;
mod signal;
mod source;
pub mod testing;
mod trace;
mod wiring_error;

pub use check::check;
pub use connect::{ReceiverGuard, ReceiverHandle};
pub use connected::BoxFuture;
pub use depth::set_recursion_limit;
pub use dispatch::ReceiverResult;
pub use error::{BoxError, ReceiverError, SignalError};
pub use id::{ReceiverId, ReceiverName};
pub use location::SourceLocation;
pub use receiver::Receiver;
pub use registry::{linked_crates, receivers};
pub use signal::Signal;
pub use wiring_error::WiringError;

#[doc(inline)]
pub use signals_macros::{core_apps as apps, core_receiver as receiver, core_signal as signal};

/// What the macros write. Not for people: it may change in any version.
#[doc(hidden)]
pub mod __private {
    pub use linkme;

    pub use crate::__register as register;
    pub use crate::binding::Binding;
    pub use crate::diagnostics::*;
    pub use crate::dispatch::{ReceiverResults, asynchronous, synchronous};
    pub use crate::entry::{Declaration, Entry, SignalDeclaration};
    pub use crate::error::SignalError;
    pub use crate::id::{ReceiverId, ReceiverName};
    pub use crate::index::ReceiverIndex;
    pub use crate::location::SourceLocation;
    pub use crate::mute::{mute, unmute};
    pub use crate::panics::{Panicked, caught, discard, panic_message};
    pub use crate::payload::{
        AsyncCall, Asynchronous, Call, FUTURE_BYTES, Mode, Payload, ReceiverFuture, Reply, SyncCall, Synchronous,
    };
    pub use crate::registry::{ENTRIES_V1, declared, incomplete};
    pub use crate::scope::Scope;
    pub use crate::signal::Signal;
    pub use crate::source::Source;
    pub use crate::trace::log;
    pub use std::vec::Vec;
}
