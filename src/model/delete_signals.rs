//! Sending `pre_delete` and `post_delete` for the rows of a model.

use std::pin::pin;

use signals_core::__private::asynchronous::send;

use super::operations::DeletedRow;
use super::{Meta, PostDelete, PreDelete, commit};
use crate::db::Tx;
use crate::error::{Error, Result};

/// Sends `pre_delete` for each row of a model. All rows are in one block, and share a handle.
pub(super) async fn pre_delete(meta: &'static Meta, rows: &[DeletedRow<'_>], tx: &Tx) -> Result<()> {
    let sent = pin!(async {
        let tx = &mut tx.handle();
        for row in rows {
            send(&meta.lifecycle.pre_delete, PreDelete { instance: row.get(), origin: row.origin(), tx }).await?;
        }
        Ok::<_, Error>(())
    });
    tx.inside(sent).await
}

/// Sends `post_delete` for each row of a model, in reverse order, and cancels its `post_commit`.
pub(super) async fn post_delete(meta: &'static Meta, rows: &[DeletedRow<'_>], tx: &Tx) -> Result<()> {
    let sent = pin!(async {
        let handle = &mut tx.handle();
        for row in rows.iter().rev() {
            let event = PostDelete { instance: row.get(), origin: row.origin(), tx: handle };
            send(&meta.lifecycle.post_delete, event).await?;
            commit::deleted(row.get(), tx);
        }
        Ok::<_, Error>(())
    });
    tx.inside(sent).await
}
