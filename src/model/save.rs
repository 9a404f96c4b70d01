//! Saving a row: `pre_save`, the statement and `post_save`, in one transaction.
//!
//! Only [`save`] depends on the type of the row: everything else is compiled once, over `&mut dyn AnyModel`.

use std::pin::pin;

use signals_core::__private::asynchronous::send;

use super::commit::{self, Written};
use super::draft::Draft;
use super::params::RowParams;
use super::signals::Lifecycle;
use super::sql;
use super::sql::statements::FieldSql;
use super::{AnyModel, FieldSet, KeyKind, Meta, ModelInternals, PostSave, PreSave, load};
use crate::column::Counter;
use crate::db::{DbOrTx, Exec, Statement, Tx};
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
pub(super) async fn save<M: ModelInternals>(row: &mut M, exec: Exec<'_>, mode: &SaveMode) -> Result<()> {
    let draft = Draft::new(row);
    Save { row: draft.row, is_new: false, exec, mode }.run().await?;
    draft.keep();
    Ok(())
}

/// Refuses unset ids, before any SQL.
pub(super) fn check(row: &dyn AnyModel, mode: SaveMode) -> Result<()> {
    let meta = row.any_meta();
    if let SaveMode::Update(fields) = mode {
        check_fields(fields)?;
        if row.is_unset() {
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
fn check_key(row: &dyn AnyModel) -> Result<()> {
    let (meta, key) = (row.any_meta(), row.key());
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

/// Whether a save is more than one statement.
fn is_several_steps(meta: &'static Meta) -> bool {
    let Lifecycle { pre_save, post_save, .. } = &meta.lifecycle;
    pre_save.has_receivers() || post_save.has_receivers() || meta.lifecycle.notes_rows() || meta.read_only != 0
}

/// A save of one row.
struct Save<'a> {
    row: &'a mut dyn AnyModel,
    /// Whether `#[default]` has just generated the key: no row has it.
    is_new: bool,
    exec: Exec<'a>,
    mode: &'a SaveMode,
}

// These futures borrow what they need from `self`: arguments would be copied into each of them.
impl Save<'_> {
    fn meta(&self) -> &'static Meta {
        self.row.any_meta()
    }

    async fn run(&mut self) -> Result<()> {
        if self.mode.fields().is_some_and(FieldSet::is_empty) {
            return Ok(());
        }
        self.fill();
        let meta = self.meta();
        let checked = check(self.row, *self.mode);
        match self.exec.target {
            DbOrTx::Tx(tx) => {
                let unfinished = tx.unfinished();
                let saved = match checked {
                    Err(error) => Err(error),
                    Ok(()) if is_several_steps(meta) => self.write_with_signals(tx).await,
                    Ok(()) => self.write().await.map(drop),
                };
                unfinished.finish(saved)
            }
            DbOrTx::Db(_) if checked.is_err() => checked,
            DbOrTx::Db(db) if is_several_steps(meta) => {
                let mut tx = db.begin_at(self.exec.at).await?;
                let (is_new, exec) = (self.is_new, Exec::within(&tx));
                let saved = Save { row: &mut *self.row, is_new, exec, mode: self.mode }.write_with_signals(&tx).await;
                tx.end(saved).await
            }
            DbOrTx::Db(_) => self.write().await.map(drop),
        }
    }

    /// Sets the columns with `#[update]` and a key with `#[default]`, and rounds values to what is stored. The `#[version]` is set
    /// when the row is written.
    fn fill(&mut self) {
        let had_key = self.row.has_primary_key();
        let mode = *self.mode;
        self.row.fill_columns(&|index| mode.writes(index) && !mode.is_raw());
        self.row.settle_columns();
        self.is_new = !had_key && self.row.has_primary_key();
    }

    /// Whether the row may exist.
    fn may_exist(&self) -> bool {
        !self.is_new && !self.row.is_unset()
    }

    /// Writes the row, and calls the receivers before and after.
    async fn write_with_signals(&mut self, tx: &Tx) -> Result<()> {
        // If the transaction is broken, no receiver is called.
        tx.check()?;
        let (meta, raw) = (self.meta(), self.mode.is_raw());
        let lifecycle = &meta.lifecycle;
        let update_fields = self.mode.fields();
        if lifecycle.pre_save.has_receivers() {
            let adding = self.adding(lifecycle.pre_save.reads_costly_fields()).await?;
            let event = PreSave { instance: self.row, adding, update_fields, raw, tx: &mut tx.handle() };
            tx.inside(pin!(send(&lifecycle.pre_save, event))).await?;
            self.row.settle_columns();
            check(self.row, *self.mode)?;
        }
        let reads_previous = lifecycle.reads_previous();
        let before = if self.may_exist() { self.before(tx, reads_previous).await? } else { None };
        let created = self.write().await?;
        if meta.read_only != 0 {
            self.read_back().await?;
        }
        let previous = before.as_deref().filter(|_| reads_previous);
        if lifecycle.notes_rows() {
            let fields = update_fields.map(|fields| fields | FieldSet::read_only_of(meta));
            let written = Written { fields, created, raw };
            commit::saved(self.row, written, (before.as_deref(), previous), tx, self.exec.at);
        }
        if lifecycle.post_save.has_receivers() {
            let changes = FieldSet::changed_in(previous, self.row);
            let written = update_fields.map(|fields| fields | FieldSet::read_only_of(meta));
            let changes = written.map_or(changes, |fields| changes.intersection(fields));
            let (instance, handle) = (&*self.row, &mut tx.handle());
            let event = PostSave { instance, created, previous, changes, update_fields, raw, tx: handle };
            tx.inside(pin!(send(&lifecycle.post_save, event))).await?;
        }
        if lifecycle.post_commit.has_receivers() {
            commit::queue(self.row, tx);
        }
        Ok(())
    }

    /// Whether the row is new. If its key is set, only the database knows. It is asked if a receiver reads the field, and the
    /// row is locked so that the answer stays true.
    async fn adding(&mut self, is_read: bool) -> Result<bool> {
        match *self.mode {
            SaveMode::Insert => Ok(true),
            SaveMode::InsertOrUpdate | SaveMode::Raw if !self.may_exist() => Ok(true),
            SaveMode::InsertOrUpdate | SaveMode::Raw if is_read => {
                Ok(load::same_row_for_update(self.exec, self.row).await?.is_none())
            }
            SaveMode::Update(_) | SaveMode::InsertOrUpdate | SaveMode::Raw => Ok(false),
        }
    }

    /// The row before it is written, if a receiver reads it: it costs a SELECT.
    async fn before(&mut self, tx: &Tx, is_read: bool) -> Result<Option<Box<dyn AnyModel>>> {
        let is_needed = match *self.mode {
            SaveMode::Update(_) => is_read || commit::must_read_row(self.row, tx),
            SaveMode::InsertOrUpdate | SaveMode::Raw => is_read,
            SaveMode::Insert => false,
        };
        if is_needed { load::same_row_for_update(self.exec, self.row).await } else { Ok(None) }
    }

    /// Reads the columns that the database has set. In SQLite, RETURNING does not include what a trigger does.
    async fn read_back(&mut self) -> Result<()> {
        let meta = self.meta();
        if let Some(row) = load::same_row(self.exec, self.row).await? {
            self.row.copy_columns(&*row, &|index| meta.is_read_only(index));
        }
        Ok(())
    }

    /// Writes the row, and returns whether it was inserted.
    async fn write(&mut self) -> Result<bool> {
        let (mode, dialect, meta) = (self.mode, self.exec.dialect(), self.meta());
        let statements = meta.statements(dialect);
        if matches!(mode, SaveMode::InsertOrUpdate) {
            check_key(self.row)?;
        }
        match *mode {
            SaveMode::Update(fields) => {
                let update = sql::update(meta, &fields.indexes().collect::<Box<[usize]>>(), dialect);
                return if self.update(&update).await? {
                    Ok(false)
                } else if self.version().is_some() {
                    Err(meta.stale())
                } else {
                    Err(meta.not_found())
                };
            }
            SaveMode::InsertOrUpdate if self.may_exist() => {
                if self.update(&statements.update).await? {
                    return Ok(false);
                }
                // Only a row that was never saved has no version.
                if self.version().is_some_and(|version| !version.is_unset()) {
                    return Err(meta.stale());
                }
            }
            SaveMode::Raw if self.update(&statements.overwrite).await? => return Ok(false),
            SaveMode::InsertOrUpdate | SaveMode::Insert | SaveMode::Raw => {}
        }
        if let Some(version) = self.version() {
            version.start();
        }
        let has_key = !self.row.is_unset();
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

    /// Updates the row, if it exists and has the version of the draft, and returns whether it did.
    async fn update(&mut self, update: &FieldSql) -> Result<bool> {
        let meta = self.meta();
        if self.version().is_some_and(|version| !version.has_next()) {
            let message = format!("the version of this row of `{}` has reached its end: make it an `i64`", meta.name);
            return Err(Error::other(message));
        }
        let fields = RowParams::new(self.row, &update.fields);
        let names = WrittenModel::new(meta, &update.fields);
        let is_there = self.exec.run(Statement::new(&update.sql, &fields).names(&names)).await? > 0;
        if is_there && let Some(version) = self.version() {
            version.advance();
        }
        Ok(is_there)
    }

    /// The version that this save increments, if there is one. A raw save writes the given version.
    fn version(&mut self) -> Option<&mut dyn Counter> {
        if self.mode.is_raw() { None } else { self.row.version_counter() }
    }
}

/// Sets the key that the database assigned.
pub(super) fn assign(row: &mut dyn AnyModel, assigned: Option<i64>) -> Result<()> {
    let assigned = assigned.ok_or_else(|| row.any_meta().not_inserted())?;
    row.assign_primary_key(Some(assigned));
    Ok(())
}
