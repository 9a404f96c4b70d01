//! Django's signals for Rust, wired by the compiler and the linker.

mod check;
pub mod db;
mod error;
pub mod model;
pub mod prelude;
mod value;

pub use check::check;
#[doc(inline)]
pub use db::{Db, Executor, Tx};
pub use error::{Error, Result};
#[doc(inline)]
pub use model::{AnyModel, Id, Model, models, post_commit, post_delete, post_save, pre_delete, pre_save};
#[doc(inline)]
pub use model::{PostCommit, PostDelete, PostSave, PreDelete, PreSave};
#[doc(inline)]
pub use signals_core::{
    Answer, BoxError, BoxFuture, Connection, Place, Receiver, ReceiverError, ReceiverId, ReceiverName, Signal,
    WiringError, linked_crates, receivers, set_recursion_limit,
};
#[doc(inline)]
pub use signals_macros::{apps, model, receiver, signal};
pub use value::{Column, ColumnError, ColumnType, Value, ValueRef};

/// What the macros write. Not for people: it may change in any version.
#[doc(hidden)]
pub mod __private {
    pub use std::default::Default;

    pub use signals_core::__private::*;

    pub use crate::model::load::{all_by_field, by_field, follow};
    pub use crate::model::{Field, Key, Lifecycle, Meta, OnDelete, Reference, RelationKind, Unset};
}
