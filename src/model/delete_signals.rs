//! Sending `pre_delete` and `post_delete` for the rows of a model. The receivers share a handle of the transaction, because making
//! one is as slow as calling them.
#![expect(clippy::manual_async_fn, reason = "an `async fn` copies its arguments when it is first polled")]

use std::pin::pin;

use signals_core::__private::asynchronous::send;

use super::commit::Origin;
use super::operations::DeletedRow;
use super::{Meta, PostDelete, PreDelete, commit};
use crate::db::Tx;
use crate::error::{Error, Result};

/// Sends `pre_delete` for each row of a model.
pub(super) fn pre_delete<'a>(
    meta: &'static Meta,
    rows: &'a [DeletedRow<'_>],
    handle: &'a mut Tx,
    tx: &'a Tx,
) -> impl Future<Output = Result<()>> + Send {
    async move {
        let sent = pin!(async {
            for row in rows {
                let event =
                    PreDelete { instance: row.get(), origin: row.origin(), tx: &mut *handle, context: tx.context() };
                send(&meta.lifecycle.pre_delete, event).await?;
            }
            Ok::<_, Error>(())
        });
        tx.inside(sent).await
    }
}

/// Sends `post_delete` for each row of a model, in reverse order, cancels its `post_commit`, and queues its `post_delete_commit`.
pub(super) fn post_delete<'a>(
    meta: &'static Meta,
    (rows, origin): (&'a [DeletedRow<'_>], Origin),
    handle: &'a mut Tx,
    tx: &'a Tx,
) -> impl Future<Output = Result<()>> + Send {
    async move {
        let sent = pin!(async {
            for row in rows.iter().rev() {
                let origin = if let DeletedRow::Origin(_) = row { origin } else { Origin::Existed };
                commit::deleting(row.get(), origin, tx);
                let event =
                    PostDelete { instance: row.get(), origin: row.origin(), tx: &mut *handle, context: tx.context() };
                send(&meta.lifecycle.post_delete, event).await?;
                commit::deleted(row.get(), tx);
            }
            Ok::<_, Error>(())
        });
        tx.inside(sent).await
    }
}
