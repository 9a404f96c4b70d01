//! The names that a program with models uses: `use signals::prelude::*;`
//!
//! Everything else is in the module that is named for its topic, such as [`db`](crate::db) or [`many_to_many`](crate::many_to_many).

pub use crate::db::{Db, Executor, Tx};
pub use crate::error::{Error, Result};
pub use crate::model::many_to_many::{M2mChanged, M2mCommit, ManyToMany, Through, m2m_changed, m2m_commit};
pub use crate::model::{AnyModel, FieldSet, Id, Model, Ref};
pub use crate::model::{
    PostCommit, PostDelete, PostDeleteCommit, PostDeleteRollback, PostRollback, PostSave, PreDelete, PreSave,
};
pub use crate::model::{
    post_commit, post_delete, post_delete_commit, post_delete_rollback, post_load, post_rollback, post_save,
    pre_delete, pre_save,
};
pub use signals_macros::{Model, model, receiver, signal};
// The way out of `#[derive(Signal)]`.
#[doc(hidden)]
pub use signals_macros::Signal;
