//! Deleting the rows of a query.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::pin;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::{RowSignals, rows_where};
use crate::db::{DbOrTx, Exec, Executor, Params, Statement, Tx};
use crate::error::Result;
use crate::model::cascade::note_database_cascade;
use crate::model::query::{Query, QueryNames, Returns, Select, Writer};
use crate::model::{AnyModel, Deleted, ModelInternals, PostBulkDelete, commit, delete, load};

/// The future of [`Query::delete`](crate::model::query::Query::delete): it deletes the rows, and returns how many there were.
#[must_use = "nothing is deleted before it is awaited"]
pub struct DeleteRows<'a> {
    exec: Exec<'a>,
    select: Result<Select<'a>>,
    signals: RowSignals,
}

impl<'a, M: ModelInternals, L> Query<'a, M, L> {
    /// Deletes the rows with one statement, and returns how many there were, once it is awaited.
    ///
    /// **It sends no signals of single rows**, only [`post_bulk_delete`](crate::model::post_bulk_delete) once, if a row was deleted, **and follows
    /// no `on_delete`** except `db_cascade`: if other rows point to one of these, it fails and deletes nothing.
    /// [`with_signals`](DeleteRows::with_signals) deletes the rows with their cascade and their signals.
    ///
    /// # Errors
    /// [`ErrorKind::ForeignKey`](crate::ErrorKind::ForeignKey) if other rows point to these; with signals, the errors of
    /// [`delete`](crate::model::Model::delete).
    #[track_caller]
    pub fn delete(self, executor: &'a dyn Executor) -> DeleteRows<'a> {
        DeleteRows::new(executor.exec(Location::caller()), Ok(self.select))
    }
}

/// The future of [`Model::delete_where`](crate::model::Model::delete_where): it deletes the rows, and returns how many there were.
#[must_use = "nothing is deleted before it is awaited"]
pub struct DeleteWhere<'a, M: ModelInternals> {
    rows: DeleteRows<'a>,
    model: PhantomData<fn() -> M>,
}

impl<'a, M: ModelInternals> DeleteWhere<'a, M> {
    pub(in crate::model) fn new(exec: Exec<'a>, condition: (&'a str, &'a dyn Params)) -> Self {
        Self { rows: DeleteRows::new(exec, rows_where(M::MODEL, condition)), model: PhantomData }
    }

    /// See [`DeleteRows::with_signals`].
    pub fn with_signals(self) -> Self {
        Self { rows: self.rows.with_signals(), ..self }
    }
}

impl<'a> DeleteRows<'a> {
    fn new(exec: Exec<'a>, select: Result<Select<'a>>) -> Self {
        Self { exec, select, signals: RowSignals::Skipped }
    }

    /// Loads the rows and deletes them with their cascades and signals, as [`delete`](crate::model::Model::delete) does for one:
    /// all rows are collected, `pre_delete` is sent for all, then all are deleted. Each row is the `origin` of itself and of its
    /// cascade.
    pub fn with_signals(mut self) -> Self {
        self.signals = RowSignals::Sent;
        self
    }

    async fn run(self) -> Result<Deleted> {
        let Self { exec, select, signals } = self;
        let select = select?;
        let meta = select.meta;
        match exec.target {
            DbOrTx::Tx(tx) => tx.whole(run_in(tx, &select, signals)).await,
            // One statement, which commits by itself.
            DbOrTx::Db(_) if signals == RowSignals::Skipped && !meta.lifecycle.post_bulk_delete.has_receivers() => {
                let mut writer = Writer::new(exec.dialect());
                writer.delete_rows(&select, Returns::Nothing)?;
                let names = QueryNames { meta, params: &writer.params };
                let count = exec.run(Statement::new(&writer.sql, &writer.params).names(&names)).await?;
                Ok(Deleted::of_one(meta, count))
            }
            DbOrTx::Db(db) => {
                let mut tx = db.begin_at(exec.at).await?;
                let deleted = run_in(&tx, &select, signals).await;
                tx.end(deleted).await
            }
        }
    }
}

async fn run_in(tx: &Tx, select: &Select<'_>, signals: RowSignals) -> Result<Deleted> {
    let meta = select.meta;
    let deleted = match signals {
        RowSignals::Skipped => delete_rows(tx, select).await?,
        RowSignals::Sent => delete_each(tx, select).await?,
    };
    let count = deleted.of_model(meta);
    if count > 0 && meta.lifecycle.post_bulk_delete.has_receivers() {
        let (model, handle) = (meta, &mut tx.handle());
        let event =
            PostBulkDelete::<dyn AnyModel> { count, model, tx: handle, context: tx.context(), sender: PhantomData };
        tx.inside(pin!(send(&meta.lifecycle.post_bulk_delete, event))).await?;
    }
    Ok(deleted)
}

async fn delete_rows(tx: &Tx, select: &Select<'_>) -> Result<Deleted> {
    let meta = select.meta;
    let (exec, mut count) = (Exec::within(tx), 0);
    let has_receivers = meta.lifecycle.notes_rows();
    let mut writer = Writer::new(exec.dialect());
    writer.delete_rows(select, if has_receivers { Returns::Keys } else { Returns::Nothing })?;
    let names = QueryNames { meta, params: &writer.params };
    if has_receivers {
        // Earlier changes of these rows in the transaction cause no `post_commit`.
        let each = &mut |row: &crate::db::Row<'_>| {
            count += 1;
            commit::deleted_key(meta, (&(meta.operations.key_of)(row)?).into(), tx);
            Ok(())
        };
        exec.run(Statement::query(&writer.sql, &writer.params, each).names(&names)).await?;
    } else {
        count = exec.run(Statement::new(&writer.sql, &writer.params).names(&names)).await?;
    }
    tx.note_delete();
    note_database_cascade(meta, tx);
    Ok(Deleted::of_one(meta, count))
}

async fn delete_each(tx: &Tx, select: &Select<'_>) -> Result<Deleted> {
    let meta = select.meta;
    let mut writer = Writer::new(tx.db().dialect());
    writer.rows_to_delete(select)?;
    let rows = load::read_any(Exec::within(tx), meta, &writer.sql, &writer.params).await?;
    let rows: Vec<&dyn AnyModel> = rows.iter().map(|row| &**row).collect();
    delete::cascade_of(meta, &rows, tx).await
}

impl<'a> IntoFuture for DeleteRows<'a> {
    type Output = Result<Deleted>;
    type IntoFuture = BoxFuture<'a, Result<Deleted>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<'a, M: ModelInternals> IntoFuture for DeleteWhere<'a, M> {
    type Output = Result<Deleted>;
    type IntoFuture = BoxFuture<'a, Result<Deleted>>;

    fn into_future(self) -> Self::IntoFuture {
        self.rows.into_future()
    }
}

impl fmt::Debug for DeleteRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteRows")
            .field("select", &self.select)
            .field("signals", &self.signals)
            .finish_non_exhaustive()
    }
}

impl<M: ModelInternals> fmt::Debug for DeleteWhere<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.fmt(f)
    }
}
