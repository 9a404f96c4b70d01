//! Signals and receivers: the kernel of `signals`, without a database.
//!
//! A crate that only declares or receives signals of its own can depend on this crate. An application with models depends on
//! `signals-rs`, which re-exports all of it.
//!
//! # Signals
//!
//! A signal is a struct with [`#[signal]`](macro@signal). A receiver is a function with [`#[receiver]`](macro@receiver), in any
//! crate of the program. Its parameters are bound by name to the fields of the struct.
//!
//! ```rust,standalone_crate
//! use signals_core::{receiver, signal};
//!
//! #[signal]
//! struct OrderPaid {
//!     number: u32,
//!     amount: u64,
//! }
//!
//! #[receiver(OrderPaid, when = |event| event.amount > 100)]
//! fn thank(number: u32) {
//!     println!("thank you for order {number}");
//! }
//!
//! fn main() -> Result<(), signals_core::SignalError> {
//!     OrderPaid { number: 7, amount: 250 }.send()
//! }
//! ```
//!
//! The linker collects the receivers. Nothing is registered at run time, and nothing runs before `main`.
//!
//! # Errors
//!
//! A receiver returns nothing, or a `Result`. `send` stops at the first failure and returns it with the name of the receiver.
//! `send_robust` calls every receiver, catches panics, and returns the result of each.
//!
//! ```rust,standalone_crate
//! use signals_core::{receiver, signal};
//!
//! #[signal]
//! struct OrderPaid {}
//!
//! #[receiver(OrderPaid)]
//! fn book() -> Result<(), String> {
//!     Err("the ledger is closed".to_owned())
//! }
//!
//! #[receiver(OrderPaid)]
//! fn thank() {}
//!
//! fn main() -> Result<(), signals_core::SignalError> {
//!     let error = OrderPaid {}.send().unwrap_err();
//!     assert!(error.to_string().ends_with("failed on `OrderPaid`: the ledger is closed"));
//!
//!     let results = OrderPaid {}.send_robust()?;
//!     assert!(results[0].1.is_err() && results[1].1.is_ok());
//!     Ok(())
//! }
//! ```
//!
//! # Order
//!
//! Receivers are called one after the other, in an order that is the same in every build: `after` and `before` first, then by
//! crate, module and line.
//!
//! ```rust,standalone_crate
//! use signals_core::{receiver, signal};
//!
//! #[signal]
//! struct OrderPaid {}
//!
//! #[receiver(OrderPaid, after = [book])]
//! fn thank() {}
//!
//! #[receiver(OrderPaid)]
//! fn book() {}
//!
//! fn main() -> Result<(), signals_core::SignalError> {
//!     let names: Vec<_> = OrderPaid::SIGNAL.receivers()?.map(|id| &*id.name).collect();
//!     assert!(names[0].ends_with("::book") && names[1].ends_with("::thank"));
//!     Ok(())
//! }
//! ```
//!
//! # Outputs
//!
//! A signal with an `output` collects what its receivers return. `send_with` can stop early.
//!
//! ```rust,standalone_crate
//! use signals_core::{receiver, signal};
//!
//! #[signal(output = u32)]
//! struct Vote {}
//!
//! #[receiver(Vote)]
//! fn first() -> u32 {
//!     3
//! }
//!
//! #[receiver(Vote)]
//! fn second() -> u32 {
//!     4
//! }
//!
//! fn main() -> Result<(), signals_core::SignalError> {
//!     assert_eq!(Vote {}.collect()?, [3, 4]);
//!     Ok(())
//! }
//! ```
//!
//! # Senders
//!
//! `#[signal(sender)]` gives a signal a sender of any type, such as the model of another database library. The type parameter of the
//! struct stands for it. A receiver names the types that it receives from, or none to receive from all of them: the field is then a
//! reference to `dyn Any`.
//!
//! ```rust,standalone_crate
//! use core::any::Any;
//!
//! use signals_core::{receiver, signal};
//!
//! #[signal(sender)]
//! struct Saved<'a, M: ?Sized> {
//!     instance: &'a M,
//!     created: bool,
//!     log: &'a mut Vec<String>,
//! }
//!
//! struct User {
//!     name: String,
//! }
//!
//! #[receiver(Saved, sender = User, created = true)]
//! fn welcome(instance: &User, log: &mut Vec<String>) {
//!     log.push(format!("welcome, {}", instance.name));
//! }
//!
//! #[receiver(Saved)]
//! fn count(instance: &dyn Any, log: &mut Vec<String>) {
//!     log.push(format!("a user was saved: {}", instance.is::<User>()));
//! }
//!
//! fn main() -> Result<(), signals_core::SignalError> {
//!     let mut log = Vec::new();
//!     Saved { instance: &User { name: "Ann".to_owned() }, created: true, log: &mut log }.send()?;
//!     Saved { instance: &7, created: false, log: &mut log }.send()?;
//!     assert_eq!(log.len(), 3);
//!     assert!(Saved::of::<User>().has_receivers());
//!     Ok(())
//! }
//! ```
//!
//! `M: ?Sized = dyn Entity` names a trait of all senders, with `Any + Send + Sync` as supertraits. A field of the type `M` is a `&'a M`, a
//! `&'a mut M` or an `Option` of one. A receiver of one sender gets a payload of its own, so that the other fields are `Copy`, or a `&mut`
//! if receivers change them. `Saved::of::<User>()` is the [`Signal`] of one sender.
//!
//! # Asynchronous receivers
//!
//! `#[signal(async)]` awaits its receivers, which may be `fn` or `async fn`. It works on every executor.
//!
//! ```
//! use signals_core::{receiver, signal};
//!
//! #[signal(async)]
//! struct OrderPaid<'a> {
//!     invoice: &'a str,
//! }
//!
//! #[receiver(OrderPaid)]
//! async fn mail(invoice: &str) {
//!     println!("mailed: {invoice}");
//! }
//!
//! async fn pay() -> Result<(), signals_core::SignalError> {
//!     OrderPaid { invoice: "2026-7" }.send().await
//! }
//! ```
//!
//! # After a commit
//!
//! [`AfterCommit`] is a queue that a payload can borrow. A receiver in a transaction queues what cannot be undone, and the code that
//! commits runs the queue afterwards. It works with every database library.
//!
//! ```
//! use signals_core::{AfterCommit, receiver, signal};
//!
//! #[signal]
//! struct OrderPaid<'a> {
//!     number: u32,
//!     after_commit: &'a AfterCommit,
//! }
//!
//! #[receiver(OrderPaid)]
//! fn print(number: u32, after_commit: &AfterCommit) {
//!     after_commit.push(move || println!("invoice for order {number}"));
//! }
//!
//! fn pay() -> Result<(), signals_core::SignalError> {
//!     let after_commit = AfterCommit::new();
//!     // begin a transaction, and write in it
//!     OrderPaid { number: 7, after_commit: &after_commit }.send()?; // an error rolls back
//!     // commit
//!     after_commit.run_blocking(|error| eprintln!("{error}"));
//!     Ok(())
//! }
//! ```
//!
//! # Receivers at run time
//!
//! [`Signal::connect`] adds a closure, and [`Signal::connect_scoped`] adds one until its guard is dropped.
//!
//! ```
//! use signals_core::signal;
//!
//! #[signal]
//! struct OrderPaid {
//!     amount: u64,
//! }
//!
//! let handle = OrderPaid::SIGNAL.connect(|event| println!("paid: {}", event.amount));
//! OrderPaid { amount: 250 }.send()?;
//! handle.disconnect();
//! # Ok::<(), signals_core::SignalError>(())
//! ```
//!
//! # Mistakes of the whole program
//!
//! The compiler does not see the whole program. [`check`] reports the mistakes that are left when the program starts, and
//! [`testing::assert_linked`] fails in a test if a dependency with receivers is not linked, because no code names it.
//!
//! ```
//! # #[signals_core::signal]
//! # struct OrderPaid {}
//! assert_eq!(signals_core::check(), Ok(()));
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod after_commit;
mod after_commit_error;
mod alarm;
mod binding;
mod chain;
mod check;
mod connect;
mod connected;
mod context;
mod covered;
mod depth;
pub mod diagnostics;
mod dispatch;
mod durability;
mod entry;
mod error;
mod id;
mod index;
mod journal;
mod linked;
mod location;
mod order;
mod orders;
mod panics;
mod payload;
mod receiver;
mod recorded;
mod registry;
mod rules;
mod scope;
mod select;
mod sender_states;
mod sent_signal;
mod signal;
mod source;
mod special;
mod state;
mod store;
pub mod testing;
mod timeout;
mod trace;
mod type_name;
mod wiring_error;

pub use after_commit::{AfterCommit, WorkResult};
pub use after_commit_error::AfterCommitError;
pub use check::check;
pub use connect::{ReceiverGuard, ReceiverHandle};
pub use context::{Context, ContextNeed, ContextValue, MissingContext};
pub use depth::set_recursion_limit;
pub use dispatch::{OwnedSignal, ReceiverResult};
pub use durability::{Durability, OnDead};
pub use error::{BoxError, ReceiverError, SignalError};
pub use id::{ReceiverId, ReceiverName};
pub use location::SourceLocation;
pub use payload::BoxFuture;
pub use receiver::Receiver;
pub use registry::{linked_crates, receivers};
pub use signal::Signal;
pub use timeout::TimedOut;
pub use wiring_error::WiringError;

/// The README is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[doc(inline)]
pub use signals_macros::{core_apps as apps, core_receiver as receiver, core_signal as signal};

/// What the macros write. It is not for direct use: it may change in any version.
#[doc(hidden)]
pub mod __private {
    pub use linkme;
    pub use signals_macros::outside_of_impls;

    pub use crate::__register as register;
    pub use crate::__register_receiver as register_receiver;
    pub use crate::binding::{Binding, Bound};
    pub use crate::context::{AnotherField, Context, ContextField, ContextNeed, optional, required};
    pub use crate::diagnostics::*;
    pub use crate::dispatch::{OwnedSignal, ReceiverResults, asynchronous, one_by_one, synchronous};
    pub use crate::durability::{Durability, OnDead};
    pub use crate::entry::{Entry, SignalDeclaration};
    pub use crate::error::SignalError;
    pub use crate::id::{FunctionName, OtherName, ReceiverId, ReceiverName, SameName};
    pub use crate::index::ReceiverIndex;
    pub use crate::location::SourceLocation;
    pub use crate::panics::{Panicked, catch_panic, discard, panic_message};
    pub use crate::payload::{
        AsyncCall, Asynchronous, Call, FUTURE_BYTES, Lend, Mode, NarrowTo, Narrowed, Payload, ReceiverFuture, Reply,
        Same, SyncCall, Synchronous, TIMER, Timer, TypeSender, downcast_mut, downcast_ref,
    };
    pub use crate::receiver::Receiver;
    pub use crate::registry::{ENTRIES_V1, declared, incomplete};
    pub use crate::scope::{LazyScopeId, Scope, ScopeId, ScopeKind, Scopes, SentIn};
    pub use crate::select::{Selector, Selects};
    pub use crate::sender_states::SenderStates;
    pub use crate::signal::Signal;
    pub use crate::source::{Sender, Source, SourceKey};
    pub use crate::state::SignalState;
    pub use crate::trace::log;
    pub use std::vec::Vec;
}
