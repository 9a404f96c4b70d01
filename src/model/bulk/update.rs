//! Updating the rows that meet a condition.

use std::fmt;
use std::pin::pin;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::{Condition, RowSignals, keys};
use crate::db::{DbOrTx, Exec, Executor, Params, Statement, Tx};
use crate::error::Result;
use crate::model::names::WrittenModel;
use crate::model::params::RowParams;
use crate::model::save::{self, SaveMode};
use crate::model::{FieldSet, ModelInternals, PostBulkUpdate, commit, load, sql};

/// The future of [`Model::update_where`](crate::model::Model::update_where): it updates the rows, and returns how many there
/// were.
#[must_use = "nothing is updated before it is awaited"]
pub struct UpdateWhere<'a, M: ModelInternals> {
    exec: Exec<'a>,
    fields: FieldSet<M>,
    values: &'a M,
    condition: Result<Condition<'a>>,
    signals: RowSignals,
}

impl<'a, M: ModelInternals> UpdateWhere<'a, M> {
    pub(in crate::model) fn new(
        exec: Exec<'a>,
        (fields, values): (FieldSet<M>, &'a M),
        (condition, params): (&'a str, &'a dyn Params),
    ) -> Self {
        let condition = Condition::new(condition, params);
        let condition = condition.and_then(|condition| save::check_fields(fields.of_any()).map(|()| condition));
        Self { exec, fields, values, condition, signals: RowSignals::Skipped }
    }

    /// Loads each row, ordered by the key, and saves these fields of it with its signals, as
    /// [`save_fields`](crate::model::Model::save_fields) does. Rows that a receiver deletes in the meantime are skipped.
    pub fn with_signals(mut self) -> Self {
        self.signals = RowSignals::Sent;
        self
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
                if self.signals == RowSignals::Skipped && !M::MODEL.lifecycle.post_bulk_update.has_receivers() =>
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
        let update_fields = self.fields.of_any();
        let count = match self.signals {
            RowSignals::Skipped => {
                let count = self.update().await?;
                commit::changed(M::MODEL, tx);
                count
            }
            RowSignals::Sent => self.save_each(tx).await?,
        };
        if count > 0 && M::MODEL.lifecycle.post_bulk_update.has_receivers() {
            let (model, handle) = (M::MODEL, &mut tx.handle());
            let event = PostBulkUpdate { count, update_fields, model, tx: handle };
            tx.inside(pin!(send(&M::MODEL.lifecycle.post_bulk_update, event))).await?;
        }
        Ok(count)
    }

    async fn update(self) -> Result<u64> {
        let Self { exec, fields, values, condition, .. } = self;
        let condition = condition?;
        // `#[update]` sets the same columns as in `save_fields`.
        let mut values = values.clone_columns();
        values.fill_columns(&|index| fields.contains(FieldSet::of(index)));
        save::check_values(&values, &|index| fields.contains(FieldSet::of(index)))?;
        let set: Box<[usize]> = fields.indexes().filter(|index| Some(*index) != M::MODEL.version).collect();
        let sql =
            sql::update_rows(M::MODEL, &set, (&condition.sql(exec.dialect())?, condition.params.len()), exec.dialect());
        let params = RowParams::new(&values, &set).after(condition.params);
        let names = WrittenModel::new(M::MODEL, &set).after(condition.params.len());
        exec.run(Statement::new(&sql, &params).names(&names)).await
    }

    async fn save_each(self, tx: &Tx) -> Result<u64> {
        let Self { exec, fields, values, condition, .. } = self;
        let mut count = 0;
        for key in keys::<M>(condition?, tx).await? {
            if let Some(mut row) = load::by_key_for_update::<M>(exec, &key).await? {
                let is_set = |index| fields.contains(FieldSet::of(index)) && Some(index) != M::MODEL.version;
                row.copy_columns(values, &is_set);
                save::save(&mut row, exec, &SaveMode::Update(fields.of_any())).await?;
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
        Box::pin(self.run())
    }
}

impl<M: ModelInternals> fmt::Debug for UpdateWhere<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateWhere")
            .field("fields", &self.fields)
            .field("condition", &self.condition.as_ref().map(|condition| condition.sql))
            .field("signals", &self.signals)
            .finish()
    }
}
