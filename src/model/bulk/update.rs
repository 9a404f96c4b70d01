//! Updating the rows of a query.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::pin;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::{RowSignals, keys, rows_where};
use crate::db::{DbOrTx, Exec, Executor, Params, Row, Statement, Tx};
use crate::error::{Error, Result};
use crate::model::query::{AnyOperand, AssignmentClosure, Query, QueryNames, Select, Set, Writer};
use crate::model::save::{self, SaveMode};
use crate::model::{AnyModel, FieldSet, Meta, ModelInternals, PostBulkUpdate, commit, load};
use crate::value::ValueRef;

/// The future of [`Query::update`](crate::model::query::Query::update): it updates the rows, and returns how many there were.
#[must_use = "nothing is updated before it is awaited"]
pub struct UpdateRows<'a> {
    exec: Exec<'a>,
    select: Result<Select<'a>>,
    change: Change<'a>,
    signals: RowSignals,
}

impl<'a, M: ModelInternals, L> Query<'a, M, L> {
    /// Updates the rows with one statement, and returns how many there were, once it is awaited:
    /// `.update(&db, |user| user.visits.set(user.visits.add(1)))`, or several assignments in an array or a tuple.
    ///
    /// **It sends no signals of single rows**, only [`post_bulk_update`](crate::model::post_bulk_update) once, if a row was updated.
    /// [`with_signals`](UpdateRows::with_signals) saves each row with its signals. A `#[version]` is incremented in each row, and
    /// `#[update]` is not applied.
    ///
    /// # Errors
    /// The key, a `#[version]` and what the database sets cannot be set, and no column twice.
    #[track_caller]
    pub fn update<A>(
        self,
        executor: &'a dyn Executor,
        assignments: impl AssignmentClosure<'a, M, A>,
    ) -> UpdateRows<'a> {
        let mut sets = Vec::new();
        assignments.add_to(&mut sets);
        UpdateRows::new(executor.exec(Location::caller()), self.select, sets)
    }
}

/// The future of [`Model::update_where`](crate::model::Model::update_where): it updates the rows, and returns how many there
/// were.
#[must_use = "nothing is updated before it is awaited"]
pub struct UpdateWhere<'a, M: ModelInternals> {
    rows: UpdateRows<'a>,
    model: PhantomData<fn() -> M>,
}

/// What the columns are set to.
enum Change<'a> {
    /// The values of these fields of a row.
    Values(FieldSet<dyn AnyModel>, &'a dyn AnyModel),
    Sets(Vec<Set<'a>>),
}

impl<'a, M: ModelInternals> UpdateWhere<'a, M> {
    pub(in crate::model) fn new(
        exec: Exec<'a>,
        (fields, values): (FieldSet<M>, &'a M),
        condition: (&'a str, &'a dyn Params),
    ) -> Self {
        let fields = fields.of_any();
        let select = rows_where(M::MODEL, condition).and_then(|select| save::check_fields(fields).map(|()| select));
        let change = Change::Values(fields, values);
        Self { rows: UpdateRows { exec, select, change, signals: RowSignals::Skipped }, model: PhantomData }
    }

    /// See [`UpdateRows::with_signals`].
    pub fn with_signals(self) -> Self {
        Self { rows: self.rows.with_signals(), ..self }
    }
}

impl<'a> UpdateRows<'a> {
    fn new(exec: Exec<'a>, select: Select<'a>, sets: Vec<Set<'a>>) -> Self {
        let select = check_sets(select.meta, &sets).map(|()| select);
        Self { exec, select, change: Change::Sets(sets), signals: RowSignals::Skipped }
    }

    /// Loads each row, ordered by the key, and saves these fields of it with its signals, as
    /// [`save_fields`](crate::model::Model::save_fields) does. Rows that a receiver deletes in the meantime are skipped.
    pub fn with_signals(mut self) -> Self {
        self.signals = RowSignals::Sent;
        self
    }

    async fn run(self) -> Result<u64> {
        let Self { exec, select, change, signals } = self;
        let select = select?;
        if change.fields(select.meta).is_empty() {
            return Ok(0);
        }
        match exec.target {
            DbOrTx::Tx(tx) => tx.whole(run_in(tx.exec(exec.at), tx, &select, &change, signals)).await,
            // One statement, which commits by itself.
            DbOrTx::Db(_)
                if signals == RowSignals::Skipped && !select.meta.lifecycle.post_bulk_update.has_receivers() =>
            {
                update(exec, &select, &change).await
            }
            DbOrTx::Db(db) => {
                let mut tx = db.begin_at(exec.at).await?;
                let updated = run_in(tx.exec(exec.at), &tx, &select, &change, signals).await;
                tx.end(updated).await
            }
        }
    }
}

/// Refuses what an update cannot set.
fn check_sets(meta: &'static Meta, sets: &[Set<'_>]) -> Result<()> {
    let mut fields = FieldSet::none_of(meta);
    for Set { column, .. } in sets {
        let name = meta.fields[*column].name;
        if fields.has_index(*column) {
            return Err(Error::other(format!(
                "`{name}` of `{}` is set twice in one update: leave one of them out",
                meta.name
            )));
        }
        if meta.version == Some(*column) {
            return Err(Error::other(format!(
                "`{name}` of `{}` is its `#[version]`, which every update increments: leave it out",
                meta.name
            )));
        }
        fields |= FieldSet::index_of(meta, *column);
    }
    save::check_fields(fields)
}

impl Change<'_> {
    fn fields(&self, meta: &'static Meta) -> FieldSet<dyn AnyModel> {
        match self {
            Self::Values(fields, _) => *fields,
            Self::Sets(sets) => {
                sets.iter().fold(FieldSet::none_of(meta), |set, by| set | FieldSet::index_of(meta, by.column))
            }
        }
    }
}

async fn run_in(exec: Exec<'_>, tx: &Tx, select: &Select<'_>, change: &Change<'_>, signals: RowSignals) -> Result<u64> {
    let meta = select.meta;
    let count = match signals {
        RowSignals::Skipped => {
            let count = update(exec, select, change).await?;
            commit::changed(meta, tx);
            count
        }
        RowSignals::Sent => save_each(exec, tx, select, change).await?,
    };
    if count > 0 && meta.lifecycle.post_bulk_update.has_receivers() {
        let (model, handle, update_fields) = (meta, &mut tx.handle(), change.fields(meta));
        let event = PostBulkUpdate::<dyn AnyModel> { count, update_fields, model, tx: handle, context: tx.context() };
        tx.inside(pin!(send(&meta.lifecycle.post_bulk_update, event))).await?;
    }
    Ok(count)
}

async fn update(exec: Exec<'_>, select: &Select<'_>, change: &Change<'_>) -> Result<u64> {
    match change {
        Change::Sets(sets) => update_to(exec, select, sets).await,
        Change::Values(fields, values) => {
            // `#[update]` sets the same columns as in `save_fields`.
            let mut values = values.boxed_columns();
            values.fill_columns(&|index| fields.has_index(index));
            save::check_values(&*values, &|index| fields.has_index(index))?;
            let written = fields.indexes().filter(|index| Some(*index) != select.meta.version);
            let set = |column| Set { column, to: AnyOperand::Borrowed(values.column_value(column)) };
            let sets: Vec<Set<'_>> = written.map(set).collect();
            update_to(exec, select, &sets).await
        }
    }
}

async fn update_to(exec: Exec<'_>, select: &Select<'_>, sets: &[Set<'_>]) -> Result<u64> {
    let mut writer = Writer::new(exec.dialect());
    writer.update_rows(select, sets)?;
    let names = UpdateNames(QueryNames { meta: select.meta, params: &writer.params });
    exec.run(Statement::new(&writer.sql, &writer.params).names(&names)).await
}

/// The names of the model of the rows that are written, whose foreign keys are meant if the database does not say which.
struct UpdateNames<'a>(QueryNames<'a>);

impl crate::db::Names for UpdateNames<'_> {
    fn rename(&self, error: &mut Error) {
        self.0.params.rename(error);
        self.0.meta.rename_written(error);
    }
}

async fn save_each(exec: Exec<'_>, tx: &Tx, select: &Select<'_>, change: &Change<'_>) -> Result<u64> {
    let (meta, fields) = (select.meta, change.fields(select.meta));
    let mut count = 0;
    for key in keys(select, tx).await? {
        if let Some(mut row) = changed_row(exec, meta, change, (&key).into()).await? {
            save::save_any(&mut *row, exec, &SaveMode::Update(fields)).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// The row with this key, changed in memory only.
async fn changed_row(
    exec: Exec<'_>,
    meta: &'static Meta,
    change: &Change<'_>,
    key: ValueRef<'_>,
) -> Result<Option<Box<dyn AnyModel>>> {
    match change {
        Change::Values(fields, values) => {
            let mut row = load::any_by_key_for_update(exec, meta, key).await?;
            if let Some(row) = &mut row {
                row.copy_columns(*values, &|index| fields.has_index(index) && Some(index) != meta.version);
            }
            Ok(row)
        }
        // Only the database knows what the expressions are.
        Change::Sets(sets) => {
            let mut writer = Writer::new(exec.dialect());
            writer.row_with(meta, sets, key)?;
            let mut found = None;
            let each = &mut |row: &Row<'_>| {
                found = Some((meta.operations.from_row)(row)?);
                Ok(())
            };
            let names = QueryNames { meta, params: &writer.params };
            exec.run(Statement::query(&writer.sql, &writer.params, each).names(&names)).await?;
            Ok(found)
        }
    }
}

impl<'a> IntoFuture for UpdateRows<'a> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'a, Result<u64>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<'a, M: ModelInternals> IntoFuture for UpdateWhere<'a, M> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'a, Result<u64>>;

    fn into_future(self) -> Self::IntoFuture {
        self.rows.into_future()
    }
}

impl fmt::Debug for UpdateRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateRows")
            .field("select", &self.select)
            .field("signals", &self.signals)
            .finish_non_exhaustive()
    }
}

impl<M: ModelInternals> fmt::Debug for UpdateWhere<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.fmt(f)
    }
}
