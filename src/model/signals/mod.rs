//! The signals that every model sends: what they are called, and what their payloads contain.

mod any_rows;
mod bulk;
mod declare;
mod lifecycle;
mod observed;
mod row;

pub use any_rows::AnyRows;
pub use bulk::{PostBulkCreate, PostBulkDelete, PostBulkUpdate, post_bulk_create, post_bulk_delete, post_bulk_update};
pub(crate) use declare::model_signal;
pub(in crate::model) use lifecycle::Lifecycle;
pub(crate) use observed::Observed;
pub use observed::SendsLifecycle;
pub(in crate::model) use observed::of_another_model;
pub use row::{
    PostCommit, PostDelete, PostDeleteCommit, PostDeleteRollback, PostLoad, PostRollback, PostSave, PreDelete, PreSave,
    post_commit, post_delete, post_delete_commit, post_delete_rollback, post_load, post_rollback, post_save,
    pre_delete, pre_save,
};
