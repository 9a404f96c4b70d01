//! Inserting many rows.

use std::fmt;
use std::panic::Location;
use std::pin::pin;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::RowSignals;
use crate::column::Column;
use crate::db::{DbOrTx, Exec, Statement, Tx};
use crate::error::Result;
use crate::model::commit::{self, Written};
use crate::model::draft::Drafts;
use crate::model::meta::KeyKind;
use crate::model::names::WrittenModel;
use crate::model::params::ColumnParams;
use crate::model::sql::{AssignedKeys, InsertMany, Lock, next_insert, select_where, triggers_of};
use crate::model::valid::validate;
use crate::model::{AnyModel, FieldSet, Key, ModelInternals, PostBulkCreate, PostSave, PreSave, load, save};
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
        let checked = check(drafts.rows()).and_then(|()| validate_each(drafts.rows()));
        match exec.target {
            DbOrTx::Tx(tx) => {
                let created = async {
                    checked?;
                    create(drafts.rows(), tx, signals, exec.at).await
                };
                tx.whole(created).await?;
            }
            DbOrTx::Db(_) if checked.is_err() => checked?,
            DbOrTx::Db(db) => {
                let mut tx = db.begin_at(exec.at).await?;
                let created = create(drafts.rows(), &tx, signals, exec.at).await;
                tx.end(created).await?;
            }
        }
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

fn check<M: ModelInternals>(rows: &[M]) -> Result<()> {
    rows.iter().try_for_each(|row| save::check(row, save::SaveMode::Insert))
}

fn validate_each<M: ModelInternals>(rows: &[M]) -> Result<()> {
    rows.iter().enumerate().try_for_each(|(index, row)| validate(row, None, Some(index)))
}

async fn create<M: ModelInternals>(
    rows: &mut [M],
    tx: &Tx,
    signals: RowSignals,
    at: &'static Location<'static>,
) -> Result<()> {
    let (update_fields, raw) = (None, false);
    let sent = signals == RowSignals::Sent;
    if sent && M::MODEL.lifecycle.pre_save.has_receivers() {
        for instance in &mut *rows {
            let event = PreSave::<dyn AnyModel> { instance, adding: true, update_fields, raw, tx: &mut tx.handle() };
            tx.inside(pin!(send(&M::MODEL.lifecycle.pre_save, event))).await?;
        }
        rows.iter_mut().for_each(M::settle_columns);
        check(rows)?;
    }
    for version in rows.iter_mut().filter_map(M::version_counter) {
        version.start();
    }
    for alike in rows.chunk_by_mut(|one, next| one.primary_key().is_unset() == next.primary_key().is_unset()) {
        insert(alike, tx).await?;
    }
    if M::MODEL.read_only != 0 {
        read_back(rows, tx).await?;
    }
    if sent && M::MODEL.lifecycle.notes_rows() {
        for instance in &*rows {
            commit::saved(instance, Written { fields: None, created: true, raw }, (None, None), tx, at);
        }
    }
    if sent && M::MODEL.lifecycle.post_save.has_receivers() {
        for instance in &*rows {
            let (created, previous, changes) = (true, None, FieldSet::<M>::all().of_any());
            let handle = &mut tx.handle();
            let event =
                PostSave::<dyn AnyModel> { instance, created, previous, changes, update_fields, raw, tx: handle };
            tx.inside(pin!(send(&M::MODEL.lifecycle.post_save, event))).await?;
        }
    }
    if sent && M::MODEL.lifecycle.post_commit.has_receivers() {
        for instance in &*rows {
            commit::queue(instance, tx);
        }
    }
    if M::MODEL.lifecycle.post_bulk_create.has_receivers() {
        let rows = Borrowed::of(rows);
        let event = PostBulkCreate::<dyn AnyModel> { instances: &rows.taken, model: M::MODEL, tx: &mut tx.handle() };
        tx.inside(pin!(send(&M::MODEL.lifecycle.post_bulk_create, event))).await?;
    }
    Ok(())
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

/// Inserts rows whose keys are all set, or all unset.
async fn insert<M: ModelInternals>(mut rows: &mut [M], tx: &Tx) -> Result<()> {
    let dialect = tx.db().dialect();
    let key =
        if rows.first().is_some_and(|row| row.primary_key().is_unset()) { KeyKind::Assigned } else { KeyKind::Set };
    if key == KeyKind::Assigned && M::MODEL.statements(dialect).insert.fields.is_empty() {
        return insert_keys(rows, tx).await;
    }
    let one_by_one = key == KeyKind::Assigned && rows.len() > 1 && has_trigger::<M>(tx).await?;
    let mut statement = InsertMany::new(M::MODEL, key, 0, dialect);
    let mut size = 0;
    while !rows.is_empty() {
        let next = if one_by_one { 1 } else { next_insert(rows.len(), M::COLUMN_COUNT, dialect) };
        if next != size {
            (size, statement) = (next, InsertMany::new(M::MODEL, key, next, dialect));
        }
        let (chunk, rest) = rows.split_at_mut(size);
        insert_chunk(chunk, &statement, tx).await?;
        rows = rest;
    }
    Ok(())
}

async fn insert_chunk<M: ModelInternals>(rows: &mut [M], statement: &InsertMany, tx: &Tx) -> Result<()> {
    let exec = Exec::within(tx);
    let params = ColumnParams::of_rows(rows, &statement.fields);
    let names = WrittenModel::new(M::MODEL, &statement.fields);
    let mut keys = Vec::new();
    match statement.keys {
        AssignedKeys::None => {
            let insert = Statement::new(&statement.sql, &params).with_rows(statement.rows.clone());
            exec.run(insert.names(&names)).await?;
        }
        AssignedKeys::Consecutive => {
            let mut last = None;
            exec.run(Statement::insert(&statement.sql, &params, &mut last).names(&names)).await?;
            let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            keys.extend(last.into_iter().flat_map(|last| last - count + 1..=last));
        }
        AssignedKeys::Returned => {
            keys.reserve(rows.len());
            let each = &mut |row: &crate::db::Row<'_>| {
                keys.push(row.get(0)?);
                Ok(())
            };
            let insert = Statement::query(&statement.sql, &params, each).with_rows(statement.rows.clone());
            exec.run(insert.names(&names)).await?;
        }
    }
    // If some rows were skipped, it is unknown which.
    if !matches!(statement.keys, AssignedKeys::None) && keys.len() != rows.len() {
        return Err(M::MODEL.not_inserted());
    }
    for (row, key) in rows.iter_mut().zip(keys) {
        save::assign(row, Some(key))?;
    }
    Ok(())
}

/// Whether an insert may fire a trigger that inserts more rows, whose numbers then lie between those of one statement.
async fn has_trigger<M: ModelInternals>(tx: &Tx) -> Result<bool> {
    let Some(sql) = triggers_of(tx.db().dialect()) else { return Ok(false) };
    let mut found = false;
    let each = &mut |_: &crate::db::Row<'_>| {
        found = true;
        Ok(())
    };
    Exec::within(tx).run(Statement::query(sql, &(M::MODEL.table,), each)).await?;
    Ok(found)
}

/// Inserts rows without any written column, such as those of a model with only a key: SQL cannot insert several of them at once.
async fn insert_keys<M: ModelInternals>(rows: &mut [M], tx: &Tx) -> Result<()> {
    let exec = Exec::within(tx);
    let insert = &M::MODEL.statements(exec.dialect()).insert;
    for row in rows {
        let mut assigned = None;
        exec.run(Statement::insert(&insert.sql, &(), &mut assigned).names(M::MODEL)).await?;
        save::assign(row, assigned)?;
    }
    Ok(())
}

/// Reads the columns that the database has set.
async fn read_back<M: ModelInternals>(rows: &mut [M], tx: &Tx) -> Result<()> {
    /// Parameters of one SELECT.
    const KEYS: usize = 64;
    let exec = Exec::within(tx);
    for rows in rows.chunks_mut(KEYS) {
        let sql = select_where(M::MODEL, M::MODEL.key, rows.len(), Lock::None, exec.dialect());
        let keys: Vec<ValueRef<'_>> = rows.iter().map(|row| row.primary_key().to_value()).collect();
        let found = load::read::<M>(exec, &sql, &keys).await?;
        for row in rows {
            if let Some(found) =
                found.iter().find(|found| found.primary_key().to_value() == row.primary_key().to_value())
            {
                row.copy_columns(found, &|index| M::MODEL.is_read_only(index));
            }
        }
    }
    Ok(())
}
