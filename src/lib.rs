//! Django's signals for Rust, wired by the compiler and the linker.

pub mod db;
mod error;
mod value;

#[doc(inline)]
pub use db::{Db, Executor, Tx};
pub use error::{Error, Result};
#[doc(inline)]
pub use signals_core::{
    Answer, BoxError, BoxFuture, Connection, Place, Receiver, ReceiverError, ReceiverId, ReceiverName, Signal,
    WiringError, linked_crates, receivers, set_recursion_limit,
};
#[doc(inline)]
pub use signals_macros::{apps, receiver, signal};
pub use value::{Column, ColumnError, ColumnType, Value, ValueRef};

/// What the macros write. Not for people: it may change in any version.
#[doc(hidden)]
pub mod __private {
    pub use signals_core::__private::*;
}
