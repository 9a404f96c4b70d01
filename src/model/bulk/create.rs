//! Inserting many rows.

use std::fmt;
use std::ops::Range;
use std::panic::Location;
use std::pin::pin;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::RowSignals;
use crate::db::{DbOrTx, Exec, Row, Statement, Tx};
use crate::error::Result;
use crate::model::commit::{self, Written};
use crate::model::draft::Drafts;
use crate::model::meta::KeyKind;
use crate::model::names::WrittenModel;
use crate::model::params::ColumnParams;
use crate::model::sql::{AssignedKeys, InsertMany, Lock, next_insert, select_where, triggers_of};
use crate::model::valid::validate;
use crate::model::{AnyModel, AnyRows, FieldSet, Meta, ModelInternals, PostBulkCreate, PostSave, PreSave, load, save};
use crate::value::ValueRef;

/// The future of [`Model::create_many`](crate::model::Model::create_many): it inserts the rows.
#[must_use = "nothing is inserted before it is awaited"]
pub struct CreateMany<'a, M: ModelInternals> {
    exec: Exec<'a>,
    rows: &'a mut [M],
    signals: RowSignals,
}

impl<'a, M: ModelInternals> CreateMany<'a, M> {
    pub(in crate::model) fn new(exec: Exec<'a>, rows: &'a mut [M]) -> Self {
        Self { exec, rows, signals: RowSignals::Skipped }
    }

    /// Also sends the signals of each row: `pre_save` for all of them, in order, then `post_save` for all of them after the
    /// insert, and `post_commit` after the commit.
    pub fn with_signals(mut self) -> Self {
        self.signals = RowSignals::Sent;
        self
    }

    async fn run(self) -> Result<()> {
        let Self { exec, rows, signals } = self;
        if rows.is_empty() {
            return Ok(());
        }
        let mut drafts = Drafts::new(rows);
        Creation { rows: &mut ModelRows(drafts.rows()), meta: M::MODEL, signals, at: exec.at }.run(exec).await?;
        drafts.keep();
        Ok(())
    }
}

impl<'a, M: ModelInternals> IntoFuture for CreateMany<'a, M> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'a, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<M: ModelInternals> fmt::Debug for CreateMany<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateMany").field("rows", &self.rows.len()).field("signals", &self.signals).finish()
    }
}

/// The rows of one call. What is done with them is compiled once, over this, and not for each model.
trait Rows: Send + Sync {
    fn len(&self) -> usize;
    fn row(&self, index: usize) -> &dyn AnyModel;
    fn row_mut(&mut self, index: usize) -> &mut dyn AnyModel;
    /// Takes the rows for the receivers of `post_bulk_create`, until it is dropped.
    fn borrowed(&mut self) -> Box<dyn AsAnyRows + Send + '_>;
}

struct ModelRows<'a, M>(&'a mut [M]);

impl<M: ModelInternals> Rows for ModelRows<'_, M> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn row(&self, index: usize) -> &dyn AnyModel {
        &self.0[index]
    }

    fn row_mut(&mut self, index: usize) -> &mut dyn AnyModel {
        &mut self.0[index]
    }

    fn borrowed(&mut self) -> Box<dyn AsAnyRows + Send + '_> {
        Box::new(Borrowed::of(self.0))
    }
}

/// The rows as a receiver of any model gets them.
trait AsAnyRows {
    fn rows(&self) -> &dyn AnyRows;
}

/// The insert of several rows.
struct Creation<'a> {
    rows: &'a mut dyn Rows,
    meta: &'static Meta,
    signals: RowSignals,
    at: &'static Location<'static>,
}

impl Creation<'_> {
    async fn run(&mut self, exec: Exec<'_>) -> Result<()> {
        let checked = self.check().and_then(|()| self.validate());
        match exec.target {
            DbOrTx::Tx(tx) => {
                let created = async {
                    checked?;
                    self.create(tx).await
                };
                tx.whole(created).await
            }
            DbOrTx::Db(_) if checked.is_err() => checked,
            DbOrTx::Db(db) => {
                let mut tx = db.begin_at(exec.at).await?;
                let created = self.create(&tx).await;
                tx.end(created).await
            }
        }
    }

    fn check(&self) -> Result<()> {
        if self.meta.may_be_unset == 0 {
            return Ok(());
        }
        (0..self.rows.len()).try_for_each(|index| save::check(self.rows.row(index), save::SaveMode::Insert))
    }

    fn validate(&self) -> Result<()> {
        (0..self.rows.len()).try_for_each(|index| validate(self.rows.row(index), None, Some(index)))
    }

    async fn create(&mut self, tx: &Tx) -> Result<()> {
        let signals = &self.meta.lifecycle;
        let sent = self.signals == RowSignals::Sent;
        if sent && signals.pre_save.has_receivers() {
            self.send_pre_save(tx).await?;
        }
        if self.meta.version.is_some() {
            for index in 0..self.rows.len() {
                if let Some(version) = self.rows.row_mut(index).version_counter() {
                    version.start();
                }
            }
        }
        let mut next = 0;
        while next < self.rows.len() {
            let first = next;
            let is_unset = self.rows.row(first).is_unset();
            next += 1;
            while next < self.rows.len() && self.rows.row(next).is_unset() == is_unset {
                next += 1;
            }
            let key = if is_unset { KeyKind::Assigned } else { KeyKind::Set };
            self.insert(first..next, key, tx).await?;
        }
        if self.meta.read_only != 0 {
            self.read_back(tx).await?;
        }
        if signals.notes_rows() {
            for index in 0..self.rows.len() {
                let (row, written) = (self.rows.row(index), Written { fields: None, created: true, raw: false });
                if sent {
                    commit::saved(row, written, (None, None), tx, self.at);
                } else {
                    commit::inserted(row, tx);
                }
            }
        }
        if sent && signals.post_save.has_receivers() {
            self.send_post_save(tx).await?;
        }
        if sent && signals.commits_saves() {
            for index in 0..self.rows.len() {
                commit::queue(self.rows.row(index), tx);
            }
        }
        if signals.post_bulk_create.has_receivers() {
            let rows = self.rows.borrowed();
            let event = PostBulkCreate::<dyn AnyModel> {
                instances: rows.rows(),
                model: self.meta,
                tx: &mut tx.handle(),
                context: tx.context(),
            };
            tx.inside(pin!(send(&signals.post_bulk_create, event))).await?;
        }
        Ok(())
    }

    async fn send_pre_save(&mut self, tx: &Tx) -> Result<()> {
        let (update_fields, raw, handle) = (None, false, &mut tx.handle());
        for index in 0..self.rows.len() {
            let instance = self.rows.row_mut(index);
            let event = PreSave::<dyn AnyModel> {
                instance,
                adding: true,
                update_fields,
                raw,
                tx: &mut *handle,
                context: tx.context(),
            };
            tx.inside(pin!(send(&self.meta.lifecycle.pre_save, event))).await?;
        }
        for index in 0..self.rows.len() {
            self.rows.row_mut(index).settle_columns();
        }
        self.check()
    }

    async fn send_post_save(&self, tx: &Tx) -> Result<()> {
        let (created, previous, update_fields, raw, handle) = (true, None, None, false, &mut tx.handle());
        for index in 0..self.rows.len() {
            let instance = self.rows.row(index);
            let changes = FieldSet::changed_in(previous, instance);
            let event = PostSave {
                instance,
                created,
                previous,
                changes,
                update_fields,
                raw,
                tx: &mut *handle,
                context: tx.context(),
            };
            tx.inside(pin!(send(&self.meta.lifecycle.post_save, event))).await?;
        }
        Ok(())
    }

    /// Inserts rows whose keys are all set, or all unset.
    async fn insert(&mut self, mut rows: Range<usize>, key: KeyKind, tx: &Tx) -> Result<()> {
        let (meta, dialect) = (self.meta, tx.db().dialect());
        let statements = meta.statements(dialect);
        if key == KeyKind::Assigned && statements.insert.fields.is_empty() {
            return self.insert_keys(rows, tx).await;
        }
        let one_by_one = key == KeyKind::Assigned && rows.len() > 1 && has_trigger(meta, tx).await?;
        while !rows.is_empty() {
            let size = if one_by_one { 1 } else { next_insert(rows.len(), meta.fields.len(), dialect) };
            let chunk = rows.start..rows.start + size;
            rows.start = chunk.end;
            self.insert_chunk(chunk, statements.insert_many(meta, key, size, dialect), tx).await?;
        }
        Ok(())
    }

    async fn insert_chunk(&mut self, chunk: Range<usize>, statement: &InsertMany, tx: &Tx) -> Result<()> {
        let exec = Exec::within(tx);
        let rows: Vec<&dyn AnyModel> = chunk.clone().map(|index| self.rows.row(index)).collect();
        let params = ColumnParams::of_rows(&rows, &statement.fields);
        let names = WrittenModel::new(self.meta, &statement.fields);
        let mut keys = Vec::new();
        match statement.keys {
            AssignedKeys::None => {
                let insert = Statement::new(&statement.sql, &params).with_rows(statement.rows.clone());
                exec.run(insert.names(&names)).await?;
                return Ok(());
            }
            AssignedKeys::Consecutive => {
                let mut last = None;
                exec.run(Statement::insert(&statement.sql, &params, &mut last).names(&names)).await?;
                let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
                keys.extend(last.into_iter().flat_map(|last| last - count + 1..=last));
            }
            AssignedKeys::Returned => {
                keys.reserve(rows.len());
                let each = &mut |row: &Row<'_>| {
                    keys.push(row.get(0)?);
                    Ok(())
                };
                let insert = Statement::query(&statement.sql, &params, each).with_rows(statement.rows.clone());
                exec.run(insert.names(&names)).await?;
            }
        }
        // If some rows were skipped, it is unknown which.
        if keys.len() != rows.len() {
            return Err(self.meta.not_inserted());
        }
        for (index, key) in chunk.zip(keys) {
            save::assign(self.rows.row_mut(index), Some(key))?;
        }
        Ok(())
    }

    /// Inserts rows without any written column, such as those of a model with only a key: SQL cannot insert several of them at once.
    async fn insert_keys(&mut self, rows: Range<usize>, tx: &Tx) -> Result<()> {
        let exec = Exec::within(tx);
        let insert = &self.meta.statements(exec.dialect()).insert;
        for index in rows {
            let mut assigned = None;
            exec.run(Statement::insert(&insert.sql, &(), &mut assigned).names(self.meta)).await?;
            save::assign(self.rows.row_mut(index), assigned)?;
        }
        Ok(())
    }

    /// Reads the columns that the database has set.
    async fn read_back(&mut self, tx: &Tx) -> Result<()> {
        /// Parameters of one SELECT.
        const KEYS: usize = 64;
        let (meta, exec) = (self.meta, Exec::within(tx));
        for first in (0..self.rows.len()).step_by(KEYS) {
            let chunk = first..self.rows.len().min(first + KEYS);
            let sql = select_where(meta, meta.key, chunk.len(), Lock::None, exec.dialect());
            let keys: Vec<ValueRef<'_>> = chunk.clone().map(|index| self.rows.row(index).key()).collect();
            let found = load::read_any(exec, meta, &sql, &keys).await?;
            for index in chunk {
                let row = self.rows.row_mut(index);
                if let Some(found) = found.iter().find(|found| found.key() == row.key()) {
                    row.copy_columns(&**found, &|index| meta.is_read_only(index));
                }
            }
        }
        Ok(())
    }
}

/// Whether an insert may fire a trigger that inserts more rows, whose numbers then lie between those of one statement.
async fn has_trigger(meta: &Meta, tx: &Tx) -> Result<bool> {
    let Some(sql) = triggers_of(tx.db().dialect()) else { return Ok(false) };
    let mut found = false;
    let each = &mut |_: &Row<'_>| {
        found = true;
        Ok(())
    };
    Exec::within(tx).run(Statement::query(sql, &(meta.table,), each)).await?;
    Ok(found)
}

/// Rows in a `Vec`, while a signal is sent: its payload has rows of any model, which only a type without lifetimes can be downcast
/// to. When this is dropped, they are where they were.
struct Borrowed<'a, M: ModelInternals> {
    rows: &'a mut [M],
    taken: Vec<M>,
}

impl<'a, M: ModelInternals> Borrowed<'a, M> {
    fn of(rows: &'a mut [M]) -> Self {
        let mut borrowed = Self { taken: Vec::with_capacity(rows.len()), rows };
        for row in &mut *borrowed.rows {
            let copy = row.clone_columns();
            borrowed.taken.push(std::mem::replace(row, copy));
        }
        borrowed
    }
}

impl<M: ModelInternals> Drop for Borrowed<'_, M> {
    fn drop(&mut self) {
        for (row, taken) in self.rows.iter_mut().zip(self.taken.drain(..)) {
            *row = taken;
        }
    }
}

impl<M: ModelInternals> AsAnyRows for Borrowed<'_, M> {
    fn rows(&self) -> &dyn AnyRows {
        &self.taken
    }
}
