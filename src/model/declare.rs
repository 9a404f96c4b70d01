//! What `#[model]` declares of a model as data: its [`Meta`], with the functions of its type.

use std::pin::pin;
use std::sync::OnceLock;

use signals_core::__private::asynchronous::send;
use signals_core::SourceLocation;

use super::meta::{Accessor, Composite, Field, Meta};
use super::operations::{DeletedRow, LoadRelated, Operations};
use super::{ModelInternals, PostDelete, PreDelete, commit, load};
use crate::db::Tx;
use crate::error::Result;

impl Meta {
    #[doc(hidden)]
    pub const fn new<M: ModelInternals>(
        (name, module, table): (&'static str, &'static str, &'static str),
        (file, line, column): (&'static str, u32, u32),
        fields: &'static [Field],
        key: usize,
    ) -> Self {
        let place = SourceLocation { file, line, column };
        Self {
            name,
            module,
            place,
            table,
            fields,
            key,
            composites: &[],
            version: None,
            automatic: false,
            accessors: &[],
            relation: None,
            may_be_unset: which_may_be_unset(fields),
            set_by_saves: which_are_set_by_saves(fields),
            read_only: which_are_read_only(fields),
            operations: Operations::of::<M>(),
            statements: [const { OnceLock::new() }; 2],
            pointers: OnceLock::new(),
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn composites(mut self, composites: &'static [Composite]) -> Self {
        self.composites = composites;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn version(mut self, index: usize) -> Self {
        self.version = Some(index);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn automatic(mut self, field: &'static str, load: LoadRelated) -> Self {
        self.automatic = true;
        self.relation = Some((field, load));
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn accessors(mut self, accessors: &'static [Accessor]) -> Self {
        self.accessors = accessors;
        self
    }
}

const fn which_may_be_unset(fields: &[Field]) -> u128 {
    let mut bits = 0;
    // `for` is not const.
    let mut index = 0;
    while index < fields.len() {
        if fields[index].may_be_unset() {
            bits |= 1 << index;
        }
        index += 1;
    }
    bits
}

const fn which_are_set_by_saves(fields: &[Field]) -> u128 {
    let mut bits = 0;
    let mut index = 0;
    while index < fields.len() {
        if fields[index].set_by_saves {
            bits |= 1 << index;
        }
        index += 1;
    }
    bits
}

const fn which_are_read_only(fields: &[Field]) -> u128 {
    let mut bits = 0;
    let mut index = 0;
    while index < fields.len() {
        if fields[index].read_only.is_some() {
            bits |= 1 << index;
        }
        index += 1;
    }
    bits
}

impl Operations {
    pub(super) const fn of<M: ModelInternals>() -> Self {
        Self {
            has_delete_receivers: || {
                M::LIFECYCLE.pre_delete.has_receivers() || M::LIFECYCLE.post_delete.has_receivers()
            },
            notes_rows: commit::has_receivers::<M>,
            has_rollback_receivers: || M::LIFECYCLE.post_rollback.has_receivers(),
            send_at_end: |saved, end, db| Box::pin(commit::send_at_end::<M>(saved, end, db)),
            sources: || M::LIFECYCLE.sources(),
            key_of: load::key_of::<M>,
            default_of: M::value_in_new_rows,
            from_row: |row| Ok(Box::new(M::from_columns(row)?)),
            #[cfg(feature = "fixtures")]
            load_row: |tx, values| Box::pin(super::fixtures::load_row::<M>(tx, values)),
            pre_delete: |rows, tx| Box::pin(pre_delete::<M>(rows, tx)),
            post_delete: |rows, tx| Box::pin(post_delete::<M>(rows, tx)),
        }
    }
}

/// All rows are in one block, and share a handle.
async fn pre_delete<M: ModelInternals>(rows: &[DeletedRow<'_>], tx: &Tx) -> Result<()> {
    let sent = pin!(async {
        let tx = &mut tx.handle();
        for row in rows {
            if let Some(instance) = row.get().downcast_ref::<M>() {
                send(&M::LIFECYCLE.pre_delete, PreDelete { instance, origin: row.origin(), tx }).await?;
            }
        }
        Ok(())
    });
    tx.inside(sent).await
}

async fn post_delete<M: ModelInternals>(rows: &[DeletedRow<'_>], tx: &Tx) -> Result<()> {
    let sent = pin!(async {
        let handle = &mut tx.handle();
        for row in rows.iter().rev() {
            if let Some(instance) = row.get().downcast_ref::<M>() {
                send(&M::LIFECYCLE.post_delete, PostDelete { instance, origin: row.origin(), tx: handle }).await?;
                commit::deleted(instance, tx);
            }
        }
        Ok(())
    });
    tx.inside(sent).await
}
