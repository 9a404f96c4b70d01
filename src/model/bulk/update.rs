//! Updating the rows that meet a condition.

use std::fmt;
use std::marker::PhantomData;
use std::pin::pin;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::{Condition, RowSignals, keys};
use crate::db::{DbOrTx, Exec, Params, Statement, Tx};
use crate::error::Result;
use crate::model::names::WrittenModel;
use crate::model::params::RowParams;
use crate::model::save::{self, SaveMode};
use crate::model::{AnyModel, FieldSet, Meta, ModelInternals, PostBulkUpdate, commit, load, sql};

/// The future of [`Model::update_where`](crate::model::Model::update_where): it updates the rows, and returns how many there
/// were.
#[must_use = "nothing is updated before it is awaited"]
pub struct UpdateWhere<'a, M: ModelInternals> {
    update: Update<'a>,
    model: PhantomData<fn() -> M>,
}

/// The same without the type of the rows.
struct Update<'a> {
    exec: Exec<'a>,
    fields: FieldSet<dyn AnyModel>,
    values: &'a dyn AnyModel,
    condition: Result<Condition<'a>>,
    signals: RowSignals,
}

impl<'a, M: ModelInternals> UpdateWhere<'a, M> {
    pub(in crate::model) fn new(
        exec: Exec<'a>,
        (fields, values): (FieldSet<M>, &'a M),
        (condition, params): (&'a str, &'a dyn Params),
    ) -> Self {
        let (fields, condition) = (fields.of_any(), Condition::new(condition, params));
        let condition = condition.and_then(|condition| save::check_fields(fields).map(|()| condition));
        let update = Update { exec, fields, values, condition, signals: RowSignals::Skipped };
        Self { update, model: PhantomData }
    }

    /// Loads each row, ordered by the key, and saves these fields of it with its signals, as
    /// [`save_fields`](crate::model::Model::save_fields) does. Rows that a receiver deletes in the meantime are skipped.
    pub fn with_signals(mut self) -> Self {
        self.update.signals = RowSignals::Sent;
        self
    }
}

impl Update<'_> {
    fn meta(&self) -> &'static Meta {
        self.values.model()
    }

    async fn run(self) -> Result<u64> {
        let exec = self.exec;
        if self.fields.is_empty() {
            return Ok(0);
        }
        match exec.target {
            DbOrTx::Tx(tx) => tx.whole(self.run_in(tx)).await,
            // One statement, which commits by itself.
            DbOrTx::Db(_)
                if self.signals == RowSignals::Skipped && !self.meta().lifecycle.post_bulk_update.has_receivers() =>
            {
                self.update().await
            }
            DbOrTx::Db(db) => {
                let mut tx = db.begin_at(exec.at).await?;
                let updated = self.run_in(&tx).await;
                tx.end(updated).await
            }
        }
    }

    async fn run_in(mut self, tx: &Tx) -> Result<u64> {
        self.exec = tx.exec(self.exec.at);
        let (meta, update_fields) = (self.meta(), self.fields);
        let count = match self.signals {
            RowSignals::Skipped => {
                let count = self.update().await?;
                commit::changed(meta, tx);
                count
            }
            RowSignals::Sent => self.save_each(tx).await?,
        };
        if count > 0 && meta.lifecycle.post_bulk_update.has_receivers() {
            let (model, handle) = (meta, &mut tx.handle());
            let event = PostBulkUpdate::<dyn AnyModel> { count, update_fields, model, tx: handle };
            tx.inside(pin!(send(&meta.lifecycle.post_bulk_update, event))).await?;
        }
        Ok(count)
    }

    async fn update(self) -> Result<u64> {
        let (meta, Self { exec, fields, values, condition, .. }) = (self.meta(), self);
        let condition = condition?;
        // `#[update]` sets the same columns as in `save_fields`.
        let mut values = values.boxed_columns();
        values.fill_columns(&|index| fields.has_index(index));
        save::check_values(&*values, &|index| fields.has_index(index))?;
        let set: Box<[usize]> = fields.indexes().filter(|index| Some(*index) != meta.version).collect();
        let sql =
            sql::update_rows(meta, &set, (&condition.sql(exec.dialect())?, condition.params.len()), exec.dialect());
        let params = RowParams::new(&*values, &set).after(condition.params);
        let names = WrittenModel::new(meta, &set).after(condition.params.len());
        exec.run(Statement::new(&sql, &params).names(&names)).await
    }

    async fn save_each(self, tx: &Tx) -> Result<u64> {
        let (meta, Self { exec, fields, values, condition, .. }) = (self.meta(), self);
        let mut count = 0;
        for key in keys(meta, condition?, tx).await? {
            if let Some(mut row) = load::any_by_key_for_update(exec, meta, (&key).into()).await? {
                row.copy_columns(values, &|index| fields.has_index(index) && Some(index) != meta.version);
                save::save_any(&mut *row, exec, &SaveMode::Update(fields)).await?;
                count += 1;
            }
        }
        Ok(count)
    }
}

impl<'a, M: ModelInternals> IntoFuture for UpdateWhere<'a, M> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'a, Result<u64>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.update.run())
    }
}

impl<M: ModelInternals> fmt::Debug for UpdateWhere<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateWhere")
            .field("fields", &self.update.fields)
            .field("condition", &self.update.condition.as_ref().map(|condition| condition.sql))
            .field("signals", &self.update.signals)
            .finish()
    }
}
