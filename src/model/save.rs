//! Saving: `pre_save`, the statement, `post_save`, in one transaction.

use std::panic::Location;

use signals_core::__private::asynchronous::send;

use super::draft::{Draft, Fields, named_fields};
use super::sql::{self, Statement};
use super::{FieldSet, Key, Model, PostSave, PreSave, commit, load};
use crate::db::{Exec, Tx};
use crate::error::{Error, Result, SlimResult};

/// What to write, and how.
pub(super) enum How<M: Model> {
    /// Every field: UPDATE, and INSERT if there was no row.
    InsertOrUpdate,
    /// Every field: INSERT.
    Insert,
    /// These fields: UPDATE.
    Update(FieldSet<M>),
    /// Every field as it is given, key and version among them: UPDATE, and INSERT if there was no row.
    #[cfg_attr(not(feature = "fixtures"), expect(dead_code, reason = "fixtures alone are written so"))]
    Raw,
}

impl<M: Model> Clone for How<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model> Copy for How<M> {}

impl<M: Model> How<M> {
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

pub(super) async fn save<M: Model>(
    instance: &mut M,
    exec: Exec<'_>,
    how: How<M>,
    place: &'static Location<'static>,
) -> Result<()> {
    if how.fields().is_some_and(FieldSet::is_empty) {
        return Ok(());
    }
    let mut draft = Draft::new(instance, &|index| how.writes(index) && !how.is_raw());
    let checked = check(&*draft, how);
    match exec {
        Exec::Tx(tx) => {
            let unfinished = tx.unfinished();
            let saved = match checked {
                Err(error) => Err(error),
                Ok(()) if has_receivers::<M>() => save_in(&mut draft, tx, how, place).await,
                Ok(()) => write(&mut draft, exec, how, place).await.map(drop),
            };
            unfinished.finish(saved)?;
        }
        Exec::Db(_) if checked.is_err() => checked?,
        Exec::Db(db) if has_receivers::<M>() => {
            let tx = db.begin_at(place).await?;
            let saved = save_in(&mut draft, &tx, how, place).await;
            tx.end(saved).await?;
        }
        Exec::Db(_) => {
            write(&mut draft, exec, how, place).await?;
        }
    }
    draft.keep();
    Ok(())
}

/// Refuses ids that are not set, before any SQL.
pub(super) fn check<M: Model>(draft: &M, how: How<M>) -> SlimResult<()> {
    if how.fields().is_some() && draft.key().is_unset() {
        return Err(M::META.unset_id(M::META.key_field().name).into());
    }
    check_values(draft, |index| how.writes(index))
}

/// Refuses ids that are not set in the fields that are written.
pub(super) fn check_values<M: Model>(draft: &M, is_written: impl Fn(usize) -> bool) -> SlimResult<()> {
    if !M::META.may_be_unset {
        return Ok(());
    }
    for (index, field) in M::META.fields.iter().enumerate() {
        if field.may_be_unset() && is_written(index) && field.is_unset(draft.value(index)) {
            return Err(M::META.unset_id(field.name).into());
        }
    }
    Ok(())
}

fn has_receivers<M: Model>() -> bool {
    M::PRE_SAVE.has_receivers() || M::POST_SAVE.has_receivers() || commit::listens::<M>()
}

async fn save_in<M: Model>(
    draft: &mut Draft<'_, M>,
    tx: &Tx,
    how: How<M>,
    place: &'static Location<'static>,
) -> SlimResult<()> {
    let (update_fields, raw) = (how.fields(), how.is_raw());
    if M::PRE_SAVE.has_receivers() {
        send(M::PRE_SAVE, PreSave { instance: &mut **draft, update_fields, raw, tx: &mut tx.handle() }).await?;
        draft.settle();
        check(&**draft, how)?;
    }
    let before = if draft.may_exist() { before(&**draft, tx, how, place).await? } else { None };
    let created = write(draft, Exec::Tx(tx), how, place).await?;
    if commit::listens::<M>() {
        commit::saved(&**draft, (created, raw), before.as_ref(), tx, place);
    }
    if M::POST_SAVE.has_receivers() {
        let (instance, previous): (&M, _) = (draft, before.as_ref());
        let changes = FieldSet::changed(previous, instance);
        let changes = update_fields.map_or(changes, |fields| changes.intersection(fields));
        let tx = &mut tx.handle();
        send(M::POST_SAVE, PostSave { instance, created, previous, changes, update_fields, raw, tx }).await?;
    }
    if M::POST_COMMIT.has_receivers() {
        commit::queue(&**draft, tx);
    }
    Ok(())
}

/// The row as it is before it is written, if somebody asks for it: it costs a SELECT.
async fn before<M: Model>(draft: &M, tx: &Tx, how: How<M>, place: &'static Location<'static>) -> Result<Option<M>> {
    let is_asked_for = M::POST_SAVE.asks_for_costly() || commit::asks_for_costly::<M>();
    match how {
        How::InsertOrUpdate | How::Update(_) | How::Raw if is_asked_for => {
            load::by_key(Exec::Tx(tx), draft.key(), place).await
        }
        _ => Ok(None),
    }
}

/// Writes the row, and says whether it was inserted.
async fn write<M: Model>(
    draft: &mut Draft<'_, M>,
    exec: Exec<'_>,
    how: How<M>,
    place: &'static Location<'static>,
) -> SlimResult<bool> {
    let statements = M::META.statements(exec.dialect());
    let has_key = !draft.key().is_unset();
    match how {
        How::Update(fields) => {
            let update = sql::update(M::META, &fields.indexes().collect::<Box<[usize]>>(), exec.dialect());
            return if update_row(draft, exec, &update, place).await? {
                Ok(false)
            } else if draft.version().is_some() {
                Err(M::META.stale().into())
            } else {
                Err(M::META.not_found().into())
            };
        }
        How::InsertOrUpdate if draft.may_exist() && update_row(draft, exec, &statements.update, place).await? => {
            return Ok(false);
        }
        // Only a row that was never saved has no version.
        How::InsertOrUpdate if draft.may_exist() && draft.version().is_some_and(|version| !version.is_unset()) => {
            return Err(M::META.stale().into());
        }
        How::Raw if execute(&**draft, exec, &statements.overwrite, place).await? > 0 => return Ok(false),
        How::InsertOrUpdate | How::Insert | How::Raw => {}
    }
    if !how.is_raw()
        && let Some(version) = draft.version()
    {
        version.start();
    }
    let insert = if has_key { &statements.insert_with_key } else { &statements.insert };
    let fields = Fields { instance: &**draft, fields: &insert.fields };
    let assigned = exec.insert(place, &insert.sql, &fields).await;
    let assigned = assigned.map_err(named_fields::<M>(exec, 0, &insert.fields))?;
    if !has_key {
        assign(&mut **draft, assigned)?;
    }
    Ok(true)
}

/// Sets the key that the database gave to the row.
pub(super) fn assign<M: Model>(row: &mut M, assigned: Option<i64>) -> SlimResult<()> {
    let assigned = assigned.ok_or_else(|| M::META.not_inserted())?;
    if let Some(key) = M::Key::assigned(assigned) {
        row.set_key(key);
    }
    Ok(())
}

/// Updates the row if it is there and has the version of the draft, and says whether it was.
async fn update_row<M: Model>(
    draft: &mut Draft<'_, M>,
    exec: Exec<'_>,
    update: &Statement,
    place: &'static Location<'static>,
) -> SlimResult<bool> {
    if draft.version().is_some_and(|version| !version.has_next()) {
        let message = format!("the version of this row of `{}` has reached its end: make it an `i64`", M::META.name);
        return Err(Error::other(message).into());
    }
    let is_there = execute(&**draft, exec, update, place).await? > 0;
    if is_there && let Some(version) = draft.version() {
        version.advance();
    }
    Ok(is_there)
}

async fn execute<M: Model>(
    instance: &M,
    exec: Exec<'_>,
    statement: &Statement,
    place: &'static Location<'static>,
) -> SlimResult<u64> {
    let fields = Fields { instance, fields: &statement.fields };
    exec.execute(place, &statement.sql, &fields).await.map_err(named_fields::<M>(exec, 0, &statement.fields))
}
