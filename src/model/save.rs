//! Saving a row: `pre_save`, the statement and `post_save`, in one transaction.

use std::pin::pin;

use signals_core::__private::asynchronous::send;

use super::commit::{self, Written};
use super::draft::Draft;
use super::params::ColumnParams;
use super::sql;
use super::sql::statements::FieldSql;
use super::{FieldSet, Key, ModelInternals, PostSave, PreSave, load};
use crate::column::Column;
use crate::column::Counter;
use crate::db::{DbOrTx, Exec, Statement, Tx};
use crate::error::{Error, Result};
use crate::model::names::WrittenModel;
use crate::value::ValueRef;

/// How a row is saved.
pub(super) enum SaveMode<M: ModelInternals> {
    /// Every field: UPDATE, and INSERT if there was no row.
    InsertOrUpdate,
    /// Every field: INSERT.
    Insert,
    /// These fields: UPDATE.
    Update(FieldSet<M>),
    /// Every field unchanged, including key and version: UPDATE, and INSERT if there was no row.
    #[cfg_attr(not(feature = "fixtures"), expect(dead_code, reason = "fixtures alone are written so"))]
    Raw,
}

impl<M: ModelInternals> Clone for SaveMode<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: ModelInternals> Copy for SaveMode<M> {}

impl<M: ModelInternals> SaveMode<M> {
    fn fields(self) -> Option<FieldSet<M>> {
        match self {
            Self::InsertOrUpdate | Self::Insert | Self::Raw => None,
            Self::Update(fields) => Some(fields),
        }
    }

    fn writes(self, index: usize) -> bool {
        self.fields().is_none_or(|fields| fields.contains(FieldSet::of(index)))
    }

    fn is_raw(self) -> bool {
        matches!(self, Self::Raw)
    }
}

pub(super) async fn save<M: ModelInternals>(instance: &mut M, exec: Exec<'_>, mode: &SaveMode<M>) -> Result<()> {
    if mode.fields().is_some_and(FieldSet::is_empty) {
        return Ok(());
    }
    let mut draft = Draft::new(instance, &|index| mode.writes(index) && !mode.is_raw());
    let checked = check(&*draft, mode);
    match exec.target {
        DbOrTx::Tx(tx) => {
            let unfinished = tx.unfinished();
            let mut save = Save { draft: &mut draft, exec, mode };
            let saved = match checked {
                Err(error) => Err(error),
                Ok(()) if is_several_steps::<M>() => save.write_with_signals(tx).await,
                Ok(()) => save.write().await.map(drop),
            };
            unfinished.finish(saved)?;
        }
        DbOrTx::Db(_) if checked.is_err() => checked?,
        DbOrTx::Db(db) if is_several_steps::<M>() => {
            let mut tx = db.begin_at(exec.at).await?;
            let saved = Save { draft: &mut draft, exec: Exec::within(&tx), mode }.write_with_signals(&tx).await;
            tx.end(saved).await?;
        }
        DbOrTx::Db(_) => {
            Save { draft: &mut draft, exec, mode }.write().await?;
        }
    }
    draft.keep();
    Ok(())
}

/// Refuses unset ids, before any SQL.
pub(super) fn check<M: ModelInternals>(draft: &M, mode: &SaveMode<M>) -> Result<()> {
    if let SaveMode::Update(fields) = *mode {
        check_fields(fields)?;
    }
    if mode.fields().is_some() && draft.primary_key().is_unset() {
        return Err(M::MODEL.unset_id(M::MODEL.key_field().name));
    }
    check_values(draft, |index| mode.writes(index))
}

/// Refuses a set of fields to write that contains the key or a field that the database sets.
pub(super) fn check_fields<M: ModelInternals>(write: FieldSet<M>) -> Result<()> {
    if write.contains(FieldSet::of(M::MODEL.key)) {
        return Err(M::MODEL.writes_key());
    }
    match write.intersection(FieldSet::read_only()).indexes().next() {
        Some(index) => Err(M::MODEL.read_only_field(&M::MODEL.fields[index])),
        None => Ok(()),
    }
}

/// Refuses an unset key that the application assigns: the UPDATE would hit an earlier row with the same unset key. Receivers of
/// `pre_save` may have set it.
fn check_key<M: ModelInternals>(draft: &M) -> Result<()> {
    let key = draft.primary_key().to_value();
    let is_default = match key {
        ValueRef::Integer(key) => key == 0,
        ValueRef::Text(key) => key.is_empty(),
        ValueRef::Blob(key) => key.is_empty(),
        ValueRef::Uuid(key) => key == [0; 16],
        _ => false,
    };
    if is_default && !M::PrimaryKey::ASSIGNED { Err(M::MODEL.unset_key(key)) } else { Ok(()) }
}

/// Refuses unset ids in the fields that are written.
pub(super) fn check_values<M: ModelInternals>(draft: &M, is_written: impl Fn(usize) -> bool) -> Result<()> {
    for index in FieldSet::<M>::that_may_be_unset().indexes() {
        let field = &M::MODEL.fields[index];
        if field.is_unset(draft.column_value(index)) && is_written(index) {
            return Err(M::MODEL.unset_id(field.name));
        }
    }
    Ok(())
}

/// Whether a receiver reads the previous row.
fn reads_costly_fields<M: ModelInternals>() -> bool {
    M::LIFECYCLE.post_save.reads_costly_fields() || commit::reads_costly_fields::<M>()
}

/// Whether a save is more than one statement.
fn is_several_steps<M: ModelInternals>() -> bool {
    M::LIFECYCLE.pre_save.has_receivers()
        || M::LIFECYCLE.post_save.has_receivers()
        || commit::has_receivers::<M>()
        || M::MODEL.read_only != 0
}

/// A save of one row.
struct Save<'a, 'd, M: ModelInternals> {
    draft: &'a mut Draft<'d, M>,
    exec: Exec<'a>,
    mode: &'a SaveMode<M>,
}

// These futures borrow what they need from `self`: arguments would be copied into each of them.
impl<M: ModelInternals> Save<'_, '_, M> {
    /// Writes the row, and calls the receivers before and after.
    async fn write_with_signals(&mut self, tx: &Tx) -> Result<()> {
        // If the transaction is broken, no receiver is called.
        tx.check()?;
        let (update_fields, raw) = (self.mode.fields(), self.mode.is_raw());
        if M::LIFECYCLE.pre_save.has_receivers() {
            let adding = self.adding().await?;
            let handle = &mut tx.handle();
            let event = PreSave { instance: &mut **self.draft, adding, update_fields, raw, tx: handle };
            tx.inside(pin!(send(&M::LIFECYCLE.pre_save, event))).await?;
            self.draft.settle_columns();
            check(&**self.draft, self.mode)?;
        }
        let before = if self.draft.may_exist() { self.before(tx).await? } else { None };
        let created = self.write().await?;
        if M::MODEL.read_only != 0 {
            self.read_back().await?;
        }
        let previous = before.as_ref().filter(|_| reads_costly_fields::<M>());
        if commit::has_receivers::<M>() {
            let fields = update_fields.map(|fields| fields | FieldSet::read_only());
            let written = Written { fields, created, raw };
            commit::saved(&**self.draft, written, (before.as_ref(), previous), tx, self.exec.at);
        }
        if M::LIFECYCLE.post_save.has_receivers() {
            let instance: &M = self.draft;
            let changes = FieldSet::changed(previous, instance);
            let written = update_fields.map(|fields| fields | FieldSet::read_only());
            let changes = written.map_or(changes, |fields| changes.intersection(fields));
            let handle = &mut tx.handle();
            let event = PostSave { instance, created, previous, changes, update_fields, raw, tx: handle };
            tx.inside(pin!(send(&M::LIFECYCLE.post_save, event))).await?;
        }
        if M::LIFECYCLE.post_commit.has_receivers() {
            commit::queue(&**self.draft, tx);
        }
        Ok(())
    }

    /// Whether the row is new. If its key is set, only the database knows. It is asked if a receiver reads the field, and the
    /// row is locked so that the answer stays true.
    async fn adding(&mut self) -> Result<bool> {
        match *self.mode {
            SaveMode::Insert => Ok(true),
            SaveMode::InsertOrUpdate | SaveMode::Raw if !self.draft.may_exist() => Ok(true),
            SaveMode::InsertOrUpdate | SaveMode::Raw if M::LIFECYCLE.pre_save.reads_costly_fields() => {
                Ok(load::by_key_for_update::<M>(self.exec, self.draft.primary_key()).await?.is_none())
            }
            SaveMode::Update(_) | SaveMode::InsertOrUpdate | SaveMode::Raw => Ok(false),
        }
    }

    /// The row before it is written, if a receiver reads it: it costs a SELECT.
    async fn before(&mut self, tx: &Tx) -> Result<Option<M>> {
        match *self.mode {
            SaveMode::Update(_) if commit::must_read_row::<M>(self.draft, tx) => {
                load::by_key_for_update(self.exec, self.draft.primary_key()).await
            }
            SaveMode::InsertOrUpdate | SaveMode::Update(_) | SaveMode::Raw if reads_costly_fields::<M>() => {
                load::by_key_for_update(self.exec, self.draft.primary_key()).await
            }
            _ => Ok(None),
        }
    }

    /// Reads the columns that the database has set. In SQLite, RETURNING does not include what a trigger does.
    async fn read_back(&mut self) -> Result<()> {
        if let Some(row) = load::by_key::<M>(self.exec, self.draft.primary_key()).await? {
            self.draft.copy_columns(&row, &|index| M::MODEL.is_read_only(index));
        }
        Ok(())
    }

    /// Writes the row, and returns whether it was inserted.
    async fn write(&mut self) -> Result<bool> {
        let (mode, dialect) = (self.mode, self.exec.dialect());
        let statements = M::MODEL.statements(dialect);
        if matches!(mode, SaveMode::InsertOrUpdate) {
            check_key(&**self.draft)?;
        }
        match *mode {
            SaveMode::Update(fields) => {
                let update = sql::update(M::MODEL, &fields.indexes().collect::<Box<[usize]>>(), dialect);
                return if self.update(&update).await? {
                    Ok(false)
                } else if self.version().is_some() {
                    Err(M::MODEL.stale())
                } else {
                    Err(M::MODEL.not_found())
                };
            }
            SaveMode::InsertOrUpdate if self.draft.may_exist() && self.update(&statements.update).await? => {
                return Ok(false);
            }
            // Only a row that was never saved has no version.
            SaveMode::InsertOrUpdate
                if self.draft.may_exist() && self.version().is_some_and(|version| !version.is_unset()) =>
            {
                return Err(M::MODEL.stale());
            }
            SaveMode::Raw if self.update(&statements.overwrite).await? => return Ok(false),
            SaveMode::InsertOrUpdate | SaveMode::Insert | SaveMode::Raw => {}
        }
        if let Some(version) = self.version() {
            version.start();
        }
        let has_key = !self.draft.primary_key().is_unset();
        let insert = if has_key { &statements.insert_with_key } else { &statements.insert };
        let fields = ColumnParams::of(&**self.draft, &insert.fields);
        let mut assigned = None;
        let names = WrittenModel::new(M::MODEL, &insert.fields);
        let statement = Statement::insert(&insert.sql, &fields, &mut assigned).names(&names);
        self.exec.run(statement).await?;
        if !has_key {
            assign(&mut **self.draft, assigned)?;
        }
        Ok(true)
    }

    /// Updates the row, if it exists and has the version of the draft, and returns whether it did.
    async fn update(&mut self, update: &FieldSql) -> Result<bool> {
        if self.version().is_some_and(|version| !version.has_next()) {
            let message =
                format!("the version of this row of `{}` has reached its end: make it an `i64`", M::MODEL.name);
            return Err(Error::other(message));
        }
        let fields = ColumnParams::of(&**self.draft, &update.fields);
        let names = WrittenModel::new(M::MODEL, &update.fields);
        let is_there = self.exec.run(Statement::new(&update.sql, &fields).names(&names)).await? > 0;
        if is_there && let Some(version) = self.version() {
            version.advance();
        }
        Ok(is_there)
    }

    /// The version that this save increments, if there is one. A raw save writes the given version.
    fn version(&mut self) -> Option<&mut dyn Counter> {
        if self.mode.is_raw() { None } else { self.draft.version_counter() }
    }
}

/// Sets the key that the database assigned.
pub(super) fn assign<M: ModelInternals>(row: &mut M, assigned: Option<i64>) -> Result<()> {
    let assigned = assigned.ok_or_else(|| M::MODEL.not_inserted())?;
    row.assign_primary_key(Some(assigned));
    Ok(())
}
