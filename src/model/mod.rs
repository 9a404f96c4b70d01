//! Models: structs whose values are rows, and that send signals when they are saved and deleted.
//!
#![doc = include_str!("../docs/models.md")]
#![cfg_attr(feature = "serde", doc = "", doc = include_str!("../docs/json.md"))]
// What this folder may use: the database through `Exec` and `Tx`, the kernel through its signals. It names no driver.

mod accessors;
mod any;
mod bulk;
mod cascade;
mod columns;
mod commit;
mod declare;
mod delete;
mod delete_signals;
mod deleted;
pub mod diagnostics;
mod draft;
#[cfg(feature = "durable")]
mod events;
mod field_set;
mod fields;
#[cfg(feature = "fixtures")]
mod fixtures;
mod id;
mod id_of_row;
mod internals;
#[cfg(feature = "fixtures")]
mod json;
mod key;
pub(crate) mod load;
mod lookup;
pub mod many_to_many;
mod meta;
mod model_set;
mod model_trait;
mod names;
mod operations;
mod params;
mod pointer;
pub mod query;
mod reference;
mod registry;
mod row_history;
mod save;
pub(crate) mod signals;
pub(crate) mod sql;
mod update_or_create;
mod upsert;
mod valid;
mod validate;
mod version;
#[cfg(feature = "serde")]
mod with_serde;

pub use crate::column::ColumnType;
#[cfg(feature = "serde_json")]
pub use crate::column::Json;
pub use crate::value::{ColumnError, ToJson};
pub(crate) use accessors::same_accessors;
pub use any::{AnyModel, AnyRow};
pub use bulk::{CreateMany, DeleteWhere, UpdateWhere};
pub use deleted::Deleted;
#[cfg(feature = "durable")]
pub(crate) use events::{call as call_durable, choose as choose_durable};
pub use field_set::{FieldSet, IntoFieldSet};
pub use id::{Id, IsARow, IsAnOption, ParseIdError};
pub use internals::ModelInternals;
pub use key::{Answered, DefaultKey, DefaultOf, IntoKey, Key, KeyIf, KeyOf, answered};

pub use meta::{
    Accessor, AccessorOwner, Composite, CompositeKind, Field, KeyKind, Meta, OnDelete, ReadOnly, Relation, RelationKind,
};
pub use model_set::ModelSet;
pub use model_trait::{IsOneRow, Model};
pub use pointer::{KeyFor, PointerIf, PointsTo, RelatedById};
pub use reference::Ref;
#[cfg(feature = "durable")]
pub(crate) use registry::LeftOut;
pub use registry::registered_models;
pub(crate) use registry::{in_order, same_tables};
pub use signals::{
    AnyRows, PostBulkCreate, PostBulkDelete, PostBulkUpdate, PostCommit, PostDelete, PostDeleteCommit,
    PostDeleteRollback, PostLoad, PostRollback, PostSave, PreDelete, PreSave, SendsLifecycle, post_bulk_create,
    post_bulk_delete, post_bulk_update, post_commit, post_delete, post_delete_commit, post_delete_rollback, post_load,
    post_rollback, post_save, pre_delete, pre_save,
};
pub use update_or_create::UpdateOrCreate;
pub use validate::{NotValidated, Validate, Validated};
pub use version::VersionNumber;
