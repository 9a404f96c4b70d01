//! Saving a row: `pre_save`, the statement and `post_save`, in one transaction.
//!
//! Only [`save`] depends on the type of the row: everything else is compiled once, over `&mut dyn AnyModel`.

#![expect(clippy::manual_async_fn, reason = "an `async fn` copies its arguments when it is first polled")]

use std::panic::Location;
use std::pin::pin;

use signals_core::__private::asynchronous::send;

use super::commit::{self, Written};
use super::draft::{AnyDraft, Draft};
use super::params::RowParams;
use super::sql;
use super::valid::validate;
use super::{AnyModel, FieldSet, KeyKind, Meta, ModelInternals, PostSave, PreSave, load};
use crate::column::Counter;
use crate::db::{DbOrTx, Exec, Executor, Statement, Tx};
use crate::error::{Error, Result};
use crate::model::names::WrittenModel;
use crate::value::ValueRef;

/// How a row is saved.
#[derive(Clone, Copy)]
pub(super) enum SaveMode {
    /// Every field: UPDATE, and INSERT if there was no row.
    InsertOrUpdate,
    /// Every field: INSERT.
    Insert,
    /// These fields: UPDATE.
    Update(FieldSet<dyn AnyModel>),
    /// Every field unchanged, including key and version: UPDATE, and INSERT if there was no row.
    #[cfg_attr(not(feature = "fixtures"), expect(dead_code, reason = "fixtures alone are written so"))]
    Raw,
}

impl SaveMode {
    fn fields(self) -> Option<FieldSet<dyn AnyModel>> {
        match self {
            Self::InsertOrUpdate | Self::Insert | Self::Raw => None,
            Self::Update(fields) => Some(fields),
        }
    }

    fn writes(self, index: usize) -> bool {
        self.fields().is_none_or(|fields| fields.has_index(index))
    }

    fn is_raw(self) -> bool {
        matches!(self, Self::Raw)
    }
}

/// Saves a row. If it fails, or its future is dropped, the columns that it set are restored.
pub(super) fn save<'a, M: ModelInternals>(
    row: &'a mut M,
    executor: &'a dyn Executor,
    at: &'static Location<'static>,
    mode: &'a SaveMode,
) -> impl Future<Output = Result<()>> + Send + 'a {
    async move {
        let draft = Draft::new(row);
        Save::new(draft.row, executor.exec(at), mode).run().await?;
        draft.keep();
        Ok(())
    }
}

/// Like [`save`], for a row of any type: what the save sets is restored from a copy of the row.
pub(super) async fn save_any(row: &mut dyn AnyModel, exec: Exec<'_>, mode: &SaveMode) -> Result<()> {
    let draft = AnyDraft::new(row);
    Save::new(draft.row, exec, mode).run().await?;
    draft.keep();
    Ok(())
}

/// Refuses unset ids, before any SQL.
pub(super) fn check(row: &dyn AnyModel, mode: SaveMode) -> Result<()> {
    if let SaveMode::Update(fields) = mode {
        check_fields(fields)?;
        if row.is_unset() {
            let meta = row.any_meta();
            return Err(meta.unset_id(meta.key_field().name));
        }
    }
    check_values(row, &|index| mode.writes(index))
}

/// Refuses a set of fields to write that contains the key or a field that the database sets.
pub(super) fn check_fields(write: FieldSet<dyn AnyModel>) -> Result<()> {
    let meta = write.meta;
    if write.has_index(meta.key) {
        return Err(meta.writes_key());
    }
    match write.intersection(FieldSet::read_only_of(meta)).indexes().next() {
        Some(index) => Err(meta.read_only_field(&meta.fields[index])),
        None => Ok(()),
    }
}

/// Refuses an unset key that the application assigns: the UPDATE would hit an earlier row with the same unset key. Receivers of
/// `pre_save` may have set it.
#[inline]
fn check_key(meta: &Meta, key: ValueRef<'_>) -> Result<()> {
    let is_default = match key {
        ValueRef::Integer(key) => key == 0,
        ValueRef::Text(key) => key.is_empty(),
        ValueRef::Blob(key) => key.is_empty(),
        ValueRef::Uuid(key) => key == [0; 16],
        _ => false,
    };
    if is_default && meta.key_field().key != Some(KeyKind::Assigned) { Err(meta.unset_key(key)) } else { Ok(()) }
}

/// Refuses unset ids in the fields that are written.
pub(super) fn check_values(row: &dyn AnyModel, is_written: &dyn Fn(usize) -> bool) -> Result<()> {
    let meta = row.any_meta();
    for index in FieldSet::that_may_be_unset_of(meta).indexes() {
        let field = &meta.fields[index];
        if field.is_unset(row.column_value(index)) && is_written(index) {
            return Err(meta.unset_id(field.name));
        }
    }
    Ok(())
}

#[cold]
fn last_version(meta: &Meta) -> Error {
    Error::other(format!("the version of this row of `{}` has reached its end: make it an `i64`", meta.name))
}

/// Whether a save is more than one statement.
#[inline]
fn is_several_steps(meta: &'static Meta) -> bool {
    meta.lifecycle.pre_save.has_receivers()
        || meta.lifecycle.post_save.has_receivers()
        || meta.lifecycle.notes_saves()
        || meta.read_only != 0
}

/// A save of one row.
struct Save<'a> {
    row: &'a mut dyn AnyModel,
    meta: &'static Meta,
    /// Whether `#[default]` has just generated the key: no row has it.
    is_new: bool,
    exec: Exec<'a>,
    mode: &'a SaveMode,
}

impl<'a> Save<'a> {
    #[inline]
    fn new(row: &'a mut dyn AnyModel, exec: Exec<'a>, mode: &'a SaveMode) -> Self {
        let meta = row.any_meta();
        Self { row, meta, is_new: false, exec, mode }
    }

    async fn run(&mut self) -> Result<()> {
        if self.mode.fields().is_some_and(FieldSet::is_empty) {
            return Ok(());
        }
        self.fill();
        let checked = check(self.row, *self.mode).and_then(|()| self.validate());
        match self.exec.target {
            DbOrTx::Tx(tx) => {
                let unfinished = tx.unfinished();
                let saved = match checked {
                    Err(error) => Err(error),
                    Ok(()) if is_several_steps(self.meta) => self.write_with_signals(tx).await,
                    Ok(()) => self.write().await.map(|created| {
                        if created {
                            commit::inserted(self.row, tx);
                        }
                    }),
                };
                unfinished.finish(saved)
            }
            DbOrTx::Db(_) if checked.is_err() => checked,
            DbOrTx::Db(db) if is_several_steps(self.meta) => {
                let mut tx = db.begin_at(self.exec.at).await?;
                let mut save = Save { row: &mut *self.row, exec: Exec::within(&tx), ..*self };
                let saved = save.write_with_signals(&tx).await;
                tx.end(saved).await
            }
            DbOrTx::Db(_) => self.write().await.map(drop),
        }
    }

    /// Sets the columns with `#[update]` and a key with `#[default]`, and rounds values to what is stored. The `#[version]` is set
    /// when the row is written.
    #[inline]
    fn fill(&mut self) {
        let mode = *self.mode;
        let is_filled = |index| mode.writes(index) && !mode.is_raw();
        if self.meta.key_field().key == Some(KeyKind::Set) {
            let had_key = self.row.has_primary_key();
            self.row.fill_columns(&is_filled);
            self.is_new = !had_key && self.row.has_primary_key();
        } else if self.meta.set_by_saves != 0 {
            self.row.fill_columns(&is_filled);
        }
        self.row.settle_columns();
    }

    /// Validates what is written, unless it is written unchanged.
    fn validate(&self) -> Result<()> {
        if self.mode.is_raw() { Ok(()) } else { validate(self.row, self.mode.fields(), None) }
    }

    /// Whether the row may exist.
    #[inline]
    fn may_exist(&self) -> bool {
        !self.is_new && !self.row.is_unset()
    }

    /// Writes the row, and calls the receivers before and after.
    fn write_with_signals<'s>(&'s mut self, tx: &'s Tx) -> impl Future<Output = Result<()>> + Send + use<'s, 'a> {
        async move {
            // If the transaction is broken, no receiver is called.
            tx.check()?;
            let (meta, raw, update_fields) = (self.meta, self.mode.is_raw(), self.mode.fields());
            let signals = &meta.lifecycle;
            if signals.pre_save.has_receivers() {
                let adding = self.adding().await?;
                let handle = &mut tx.handle();
                let event = PreSave::<dyn AnyModel> {
                    instance: &mut *self.row,
                    adding,
                    update_fields,
                    raw,
                    tx: handle,
                    context: tx.context(),
                };
                tx.inside(pin!(send(&signals.pre_save, event))).await?;
                self.row.settle_columns();
                check(self.row, *self.mode)?;
            }
            let before = if self.may_exist() { self.before(tx).await? } else { None };
            let created = self.write().await?;
            if meta.read_only != 0 {
                self.read_back().await?;
            }
            let previous = before.as_deref().filter(|_| meta.lifecycle.reads_previous());
            let written = update_fields.map(|fields| fields | FieldSet::read_only_of(meta));
            if meta.lifecycle.notes_rows() {
                let written = Written { fields: written, created, raw };
                commit::saved(self.row, written, (before.as_deref(), previous), tx, self.exec.at);
            }
            if signals.post_save.has_receivers() {
                let instance = &*self.row;
                let changes = FieldSet::changed_in(previous, instance);
                let changes = written.map_or(changes, |fields| changes.intersection(fields));
                let handle = &mut tx.handle();
                let event = PostSave {
                    instance,
                    created,
                    previous,
                    changes,
                    update_fields,
                    raw,
                    tx: handle,
                    context: tx.context(),
                };
                tx.inside(pin!(send(&signals.post_save, event))).await?;
            }
            if signals.commits_saves() {
                commit::queue(self.row, tx);
            }
            Ok(())
        }
    }

    /// Whether the row is new. If its key is set, only the database knows. It is asked if a receiver reads the field, and the
    /// row is locked so that the answer stays true.
    async fn adding(&mut self) -> Result<bool> {
        match *self.mode {
            SaveMode::Insert => Ok(true),
            SaveMode::InsertOrUpdate | SaveMode::Raw if !self.may_exist() => Ok(true),
            SaveMode::InsertOrUpdate | SaveMode::Raw if self.meta.lifecycle.pre_save.reads_costly_fields() => {
                Ok(load::same_row_for_update(self.exec, self.row).await?.is_none())
            }
            SaveMode::Update(_) | SaveMode::InsertOrUpdate | SaveMode::Raw => Ok(false),
        }
    }

    /// The row before it is written, if a receiver reads it: it costs a SELECT.
    async fn before(&mut self, tx: &Tx) -> Result<Option<Box<dyn AnyModel>>> {
        let is_needed = match *self.mode {
            SaveMode::Update(_) => commit::must_read_row(self.row, tx) || self.meta.lifecycle.reads_previous(),
            SaveMode::InsertOrUpdate | SaveMode::Raw => self.meta.lifecycle.reads_previous(),
            SaveMode::Insert => false,
        };
        if is_needed { load::same_row_for_update(self.exec, self.row).await } else { Ok(None) }
    }

    /// Reads the columns that the database has set. In SQLite, RETURNING does not include what a trigger does.
    async fn read_back(&mut self) -> Result<()> {
        if let Some(row) = load::same_row(self.exec, self.row).await? {
            self.row.copy_columns(&*row, &|index| self.meta.is_read_only(index));
        }
        Ok(())
    }

    /// Writes the row, and returns whether it was inserted.
    async fn write(&mut self) -> Result<bool> {
        let (meta, dialect) = (self.meta, self.exec.dialect());
        let statements = meta.statements(dialect);
        let key = self.row.key();
        let has_key = !meta.is_unset_key(key);
        let some_fields;
        let update = match *self.mode {
            SaveMode::InsertOrUpdate => {
                check_key(meta, key)?;
                (has_key && !self.is_new).then_some(&statements.update)
            }
            SaveMode::Update(fields) => {
                some_fields = sql::update(meta, &fields.indexes().collect::<Box<[usize]>>(), dialect);
                Some(&some_fields)
            }
            SaveMode::Raw => Some(&statements.overwrite),
            SaveMode::Insert => None,
        };
        if let Some(update) = update {
            if self.version().is_some_and(|version| !version.has_next()) {
                return Err(last_version(meta));
            }
            // The row has to have the version of the draft.
            let fields = RowParams::new(self.row, &update.fields);
            let names = WrittenModel::new(meta, &update.fields);
            if self.exec.run(Statement::new(&update.sql, &fields).names(&names)).await? > 0 {
                if let Some(version) = self.version() {
                    version.advance();
                }
                return Ok(false);
            }
            self.may_insert()?;
        }
        if let Some(version) = self.version() {
            version.start();
        }
        let insert = if has_key { &statements.insert_with_key } else { &statements.insert };
        let fields = RowParams::new(self.row, &insert.fields);
        let mut assigned = None;
        let names = WrittenModel::new(meta, &insert.fields);
        let statement = Statement::insert(&insert.sql, &fields, &mut assigned).names(&names);
        self.exec.run(statement).await?;
        if !has_key {
            assign(self.row, assigned)?;
        }
        Ok(true)
    }

    /// Refuses to insert a row that no UPDATE has found, if it should have been there.
    fn may_insert(&mut self) -> Result<()> {
        match *self.mode {
            SaveMode::Update(_) if self.meta.version.is_some() => Err(self.meta.stale()),
            SaveMode::Update(_) => Err(self.meta.not_found()),
            SaveMode::InsertOrUpdate => match self.version() {
                // Only a row that was never saved has no version.
                Some(version) if !version.is_unset() => Err(self.meta.stale()),
                _ => Ok(()),
            },
            SaveMode::Insert | SaveMode::Raw => Ok(()),
        }
    }

    /// The version that this save increments, if there is one. A raw save writes the given version.
    #[inline]
    fn version(&mut self) -> Option<&mut dyn Counter> {
        if self.meta.version.is_none() || self.mode.is_raw() { None } else { self.row.version_counter() }
    }
}

/// Sets the key that the database assigned.
pub(super) fn assign(row: &mut dyn AnyModel, assigned: Option<i64>) -> Result<()> {
    let assigned = assigned.ok_or_else(|| row.any_meta().not_inserted())?;
    row.assign_primary_key(Some(assigned));
    Ok(())
}
