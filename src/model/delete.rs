//! Deleting a row with its cascade, in one transaction.
#![expect(clippy::manual_async_fn, reason = "an `async fn` copies its arguments when it is first polled")]

use std::panic::Location;
use std::slice;

use super::cascade::{Cascade, note_database_cascade};
use super::commit::{self, Origin};
use super::delete_signals::{post_delete, pre_delete};
use super::deleted::Deleted;
use super::load::or_nothing;
use super::names::ModelOfTable;
use super::operations::DeletedRow;
use super::params::RowParams;
use super::{AnyModel, Meta};
use crate::db::{DbOrTx, Exec, Executor, Names, Statement, Tx};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn delete<'a>(
    row: &'a mut dyn AnyModel,
    executor: &'a dyn Executor,
    at: &'static Location<'static>,
) -> impl Future<Output = Result<Deleted>> + Send + 'a {
    async move {
        let mut delete = Delete::new(&*row, executor.exec(at));
        delete.run().await?;
        let Delete { exec, deleted, .. } = delete;
        // In a transaction, the delete may still be undone; then the row would exist, and its id would be lost.
        if let DbOrTx::Db(_) = exec.target {
            row.assign_primary_key(None);
        }
        Ok(deleted)
    }
}

/// Whether a delete is more than one statement.
#[inline]
fn is_several_steps(meta: &'static Meta) -> bool {
    meta.lifecycle.has_delete_receivers() || meta.delete_reaches_others()
}

/// A delete of one row.
struct Delete<'a> {
    row: &'a dyn AnyModel,
    meta: &'static Meta,
    exec: Exec<'a>,
    /// What it has deleted. It is large, and would be copied if the functions returned it.
    deleted: Deleted,
}

impl<'a> Delete<'a> {
    #[inline]
    fn new(row: &'a dyn AnyModel, exec: Exec<'a>) -> Self {
        Self { row, meta: row.model(), exec, deleted: Deleted::default() }
    }

    async fn run(&mut self) -> Result<()> {
        match self.exec.target {
            DbOrTx::Tx(tx) => {
                // If the transaction is broken, no receiver is called.
                tx.check()?;
                let unfinished = tx.unfinished();
                let done = self.steps().await;
                unfinished.finish(done)
            }
            DbOrTx::Db(db) if is_several_steps(self.meta) => {
                self.check()?;
                // In a box, because it contains a future of this function.
                Box::pin(async {
                    let mut tx = db.begin_at(self.exec.at).await?;
                    let mut delete = Delete::new(self.row, tx.exec(self.exec.at));
                    let done = delete.run().await;
                    self.deleted = delete.deleted;
                    tx.end(done).await
                })
                .await
            }
            // One statement, which commits by itself.
            DbOrTx::Db(_) => self.steps().await,
        }
    }

    /// Refuses an unset key.
    fn check(&self) -> Result<()> {
        let meta = self.meta;
        if self.row.is_unset() { Err(meta.unset_id(meta.key_field().name)) } else { Ok(()) }
    }

    async fn steps(&mut self) -> Result<()> {
        self.check()?;
        let (meta, rows) = (self.meta, [DeletedRow::Origin(self.row)]);
        let mut receivers = None;
        if let DbOrTx::Tx(tx) = self.exec.target {
            if meta.delete_reaches_others() {
                // In a box, because it is large, and most rows have no cascade.
                self.deleted = Box::pin(cascade_of(meta, &[self.row], tx)).await?;
                return Ok(());
            }
            if meta.lifecycle.has_delete_receivers() {
                pre_delete(meta, &rows, receivers.insert(tx.handle()), tx).await?;
            }
        }
        let key = RowParams::new(self.row, slice::from_ref(&meta.key));
        let names = DeletedModel(meta);
        let statement = Statement::new(&meta.statements(self.exec.dialect()).delete, &key).names(&names);
        let count = or_nothing(self.exec.run(statement).await, &key)?;
        if let DbOrTx::Tx(tx) = self.exec.target {
            tx.note_delete();
            note_database_cascade(meta, tx);
            match &mut receivers {
                Some(handle) => {
                    let origin = if count > 0 { Origin::Existed } else { Origin::Missing };
                    post_delete(meta, (&rows, origin), handle, tx).await?;
                }
                None => commit::deleted_key(meta, self.row.key(), tx),
            }
        }
        self.deleted = Deleted::of_one(meta, count);
        Ok(())
    }
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
