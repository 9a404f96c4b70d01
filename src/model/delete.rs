//! Deleting a row with its cascade, in one transaction.
#![expect(clippy::manual_async_fn, reason = "an `async fn` copies its arguments when it is first polled")]

use std::panic::Location;

use super::cascade::{Cascade, note_database_cascade};
use super::delete_signals::{post_delete, pre_delete};
use super::deleted::Deleted;
use super::load::or_nothing;
use super::names::ModelOfTable;
use super::operations::DeletedRow;
use super::{AnyModel, Meta};
use crate::db::{DbOrTx, Exec, Executor, Names, Statement, Tx};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn delete<'a>(
    row: &'a mut dyn AnyModel,
    executor: &'a dyn Executor,
    at: &'static Location<'static>,
) -> impl Future<Output = Result<Deleted>> + Send + 'a {
    async move {
        let exec = executor.exec(at);
        let deleted = delete_row(row, exec).await?;
        // In a transaction, the delete may still be undone; then the row would exist, and its id would be lost.
        if let DbOrTx::Db(_) = exec.target {
            row.assign_primary_key(None);
        }
        Ok(deleted)
    }
}

async fn delete_row(row: &dyn AnyModel, exec: Exec<'_>) -> Result<Deleted> {
    let meta = row.model();
    let unfinished = match exec.target {
        DbOrTx::Tx(tx) => {
            // If the transaction is broken, no receiver is called.
            tx.check()?;
            Some(tx.unfinished())
        }
        DbOrTx::Db(db) if is_several_steps(meta) => {
            check(row)?;
            // In a box, because it contains a future of this function.
            return Box::pin(async move {
                let mut tx = db.begin_at(exec.at).await?;
                let deleted = delete_row(row, tx.exec(exec.at)).await;
                tx.end(deleted).await
            })
            .await;
        }
        DbOrTx::Db(_) => None,
    };
    let deleted = delete_unless_unset(row, exec).await;
    match unfinished {
        Some(unfinished) => unfinished.finish(deleted),
        None => deleted,
    }
}

/// Whether a delete is more than one statement.
fn is_several_steps(meta: &'static Meta) -> bool {
    meta.lifecycle.has_delete_receivers() || meta.delete_reaches_others()
}

/// Refuses an unset key.
fn check(row: &dyn AnyModel) -> Result<()> {
    let meta = row.model();
    if row.is_unset() { Err(meta.unset_id(meta.key_field().name)) } else { Ok(()) }
}

async fn delete_unless_unset(row: &dyn AnyModel, exec: Exec<'_>) -> Result<Deleted> {
    check(row)?;
    let meta = row.model();
    let (tx, has_receivers) = match exec.target {
        DbOrTx::Tx(tx) if meta.delete_reaches_others() => {
            // In a box, because it is large, and most rows have no cascade.
            return Box::pin(cascade_of(meta, &[row], tx)).await;
        }
        DbOrTx::Tx(tx) => (Some(tx), meta.lifecycle.has_delete_receivers()),
        // One statement, which commits by itself.
        DbOrTx::Db(_) => (None, false),
    };
    let rows = [DeletedRow::Origin(row)];
    if let Some(tx) = tx
        && has_receivers
    {
        pre_delete(meta, &rows, tx).await?;
    }
    let key = [row.key()];
    let names = DeletedModel(meta);
    let statement = Statement::new(&meta.statements(exec.dialect()).delete, &key).names(&names);
    let count = or_nothing(exec.run(statement).await, &key)?;
    if let Some(tx) = tx {
        note_database_cascade(meta, tx);
        if has_receivers || meta.lifecycle.notes_rows() {
            post_delete(meta, &rows, tx).await?;
        }
    }
    Ok(Deleted::of_one(meta, count))
}

/// Deletes several rows of one model with their cascades. All receivers of `pre_delete` are called before the first row is
/// deleted.
pub(super) async fn cascade_of(meta: &'static Meta, rows: &[&dyn AnyModel], tx: &Tx) -> Result<Deleted> {
    Cascade::collect(meta, rows, tx).await?.delete().await
}

/// The names in the errors of a DELETE. A foreign key that refuses it is that of another model.
struct DeletedModel(&'static Meta);

impl Names for DeletedModel {
    fn rename(&self, error: &mut Error) {
        match error.kind() {
            ErrorKind::NoColumn { .. } => self.0.rename(error),
            _ => ModelOfTable.rename(error),
        }
    }
}
