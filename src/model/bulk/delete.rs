//! Deleting the rows that meet a condition.

use std::fmt;
use std::marker::PhantomData;
use std::pin::pin;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::{Condition, RowSignals};
use crate::db::{DbOrTx, Exec, Params, Statement, Tx};
use crate::error::Result;
use crate::model::cascade::note_database_cascade;
use crate::model::{AnyModel, Deleted, Meta, ModelInternals, PostBulkDelete, commit, delete, load, sql};

/// The future of [`Model::delete_where`](crate::model::Model::delete_where): it deletes the rows, and returns how many there
/// were.
#[must_use = "nothing is deleted before it is awaited"]
pub struct DeleteWhere<'a, M: ModelInternals> {
    delete: Delete<'a>,
    model: PhantomData<fn() -> M>,
}

/// The same without the type of the rows.
struct Delete<'a> {
    meta: &'static Meta,
    exec: Exec<'a>,
    condition: Result<Condition<'a>>,
    signals: RowSignals,
}

impl<'a, M: ModelInternals> DeleteWhere<'a, M> {
    pub(in crate::model) fn new(exec: Exec<'a>, (condition, params): (&'a str, &'a dyn Params)) -> Self {
        let condition = Condition::new(condition, params);
        let delete = Delete { meta: M::MODEL, exec, condition, signals: RowSignals::Skipped };
        Self { delete, model: PhantomData }
    }

    /// Loads the rows and deletes them with their cascades and signals, as [`delete`](crate::model::Model::delete) does for one:
    /// all rows are collected, `pre_delete` is sent for all, then all are deleted. Each row is the `origin` of itself and of its
    /// cascade.
    pub fn with_signals(mut self) -> Self {
        self.delete.signals = RowSignals::Sent;
        self
    }
}

impl Delete<'_> {
    async fn run(self) -> Result<Deleted> {
        let Self { meta, exec, .. } = self;
        match exec.target {
            DbOrTx::Tx(tx) => tx.whole(self.run_in(tx)).await,
            // One statement, which commits by itself.
            DbOrTx::Db(_)
                if self.signals == RowSignals::Skipped && !meta.lifecycle.post_bulk_delete.has_receivers() =>
            {
                let condition = self.condition?;
                let sql = sql::delete_by(meta, &condition.sql(exec.dialect())?, sql::Returns::Nothing);
                let count = exec.run(Statement::new(&sql, condition.params).names(meta)).await?;
                Ok(Deleted::of_one(meta, count))
            }
            DbOrTx::Db(db) => {
                let mut tx = db.begin_at(exec.at).await?;
                let deleted = self.run_in(&tx).await;
                tx.end(deleted).await
            }
        }
    }

    async fn run_in(self, tx: &Tx) -> Result<Deleted> {
        let meta = self.meta;
        let deleted = match self.signals {
            RowSignals::Skipped => self.delete(tx).await?,
            RowSignals::Sent => self.delete_each(tx).await?,
        };
        let count = deleted.of_model(meta);
        if count > 0 && meta.lifecycle.post_bulk_delete.has_receivers() {
            let (model, handle) = (meta, &mut tx.handle());
            let event = PostBulkDelete::<dyn AnyModel> { count, model, tx: handle, sender: PhantomData };
            tx.inside(pin!(send(&meta.lifecycle.post_bulk_delete, event))).await?;
        }
        Ok(deleted)
    }

    async fn delete(self, tx: &Tx) -> Result<Deleted> {
        let Self { meta, condition, .. } = self;
        let condition = condition?;
        let (exec, mut count) = (Exec::within(tx), 0);
        let has_receivers = meta.lifecycle.notes_rows();
        let returns = if has_receivers { sql::Returns::Keys } else { sql::Returns::Nothing };
        let sql = sql::delete_by(meta, &condition.sql(exec.dialect())?, returns);
        let params = condition.params;
        if has_receivers {
            // Earlier changes of these rows in the transaction cause no `post_commit`.
            let each = &mut |row: &crate::db::Row<'_>| {
                count += 1;
                commit::deleted_key(meta, &(meta.operations.key_of)(row)?, tx);
                Ok(())
            };
            exec.run(Statement::query(&sql, params, each).names(meta)).await?;
        } else {
            count = exec.run(Statement::new(&sql, params).names(meta)).await?;
        }
        note_database_cascade(meta, tx);
        Ok(Deleted::of_one(meta, count))
    }

    async fn delete_each(self, tx: &Tx) -> Result<Deleted> {
        let Self { meta, condition, .. } = self;
        let (condition, dialect) = (condition?, tx.db().dialect());
        let sql = sql::rows_by(meta, &condition.sql(dialect)?, dialect);
        let rows = load::read_any(Exec::within(tx), meta, &sql, condition.params).await?;
        let rows: Vec<&dyn AnyModel> = rows.iter().map(|row| &**row).collect();
        delete::cascade_of(meta, &rows, tx).await
    }
}

impl<'a, M: ModelInternals> IntoFuture for DeleteWhere<'a, M> {
    type Output = Result<Deleted>;
    type IntoFuture = BoxFuture<'a, Result<Deleted>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.delete.run())
    }
}

impl<M: ModelInternals> fmt::Debug for DeleteWhere<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteWhere")
            .field("condition", &self.delete.condition.as_ref().map(|condition| condition.sql))
            .field("signals", &self.delete.signals)
            .finish_non_exhaustive()
    }
}
