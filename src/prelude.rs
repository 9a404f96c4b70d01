//! What a program with models needs in scope: `use signals::prelude::*;`

#[cfg(feature = "auth")]
pub use crate::auth::{user_logged_in, user_logged_out, user_login_failed};
pub use crate::db::connection_created;
pub use crate::db::{Db, Executor, Tx};
pub use crate::error::{Error, Result};
pub use crate::migrate::{post_migrate, pre_migrate};
pub use crate::model::{AnyIds, M2m, M2mChanged, Many, Side, Through, m2m_changed};
pub use crate::model::{AnyModel, AnyModels, FieldSet, Id, Model, Ref};
pub use crate::model::{
    PostBulkCreate, PostBulkDelete, PostBulkUpdate, post_bulk_create, post_bulk_delete, post_bulk_update,
};
pub use crate::model::{PostCommit, PostDelete, PostLoad, PostRollback, PostSave, PreDelete, PreSave};
pub use crate::model::{post_commit, post_delete, post_load, post_rollback, post_save, pre_delete, pre_save};
#[cfg(feature = "web")]
pub use crate::web::{got_request_exception, request_finished, request_started};
pub use signals_macros::{Column, model, receiver, signal};
