//! `post_commit` and `post_rollback`, which are sent once per row at the end of the transaction.

use std::any::Any;
use std::panic::Location;
use std::sync::Arc;

use signals_core::__private::asynchronous::send_reporting;
use signals_core::BoxFuture;

use super::sql::keys::{KEYS, borrowed, padded};
use super::sql::{self, Lock};
use super::{AnyModel, AnyRow, FieldSet, Meta, PostCommit, PostRollback, load};
use crate::db::{ChangedModel, Db, Exec, Hook, RowChanges, RowKey, TransactionEnd, Tx};
use crate::error::Result;
use crate::value::Value;

/// What was done to a row in a transaction, or in a savepoint of it.
struct RowHistory {
    /// Whether it was deleted: then earlier changes do not count any more.
    deleted: bool,
    /// The row, unless it was deleted.
    saved: Option<Saved>,
}

/// A row that was saved.
struct Saved {
    /// The row after its last save.
    instance: Box<dyn AnyModel>,
    /// Whether the database itself has deleted it since.
    is_gone: bool,
    /// Whether it was inserted.
    created: bool,
    /// The row before its first save, if it existed and a receiver reads it.
    previous: Option<Box<dyn AnyModel>>,
    /// Whether all of its writes were raw.
    raw: bool,
    /// Where it was saved.
    place: &'static Location<'static>,
    /// The database in the context of the last save, if it is not that of the transaction.
    db: Option<Arc<Db>>,
}

/// What a save wrote.
#[derive(Clone, Copy)]
pub(super) struct Written {
    /// The fields that were written; `None` for all of them.
    pub(super) fields: Option<FieldSet<dyn AnyModel>>,
    /// Whether the row was inserted.
    pub(super) created: bool,
    /// Whether it was a raw write.
    pub(super) raw: bool,
}

/// Whether a save of some fields has to read the row first: the other fields of the instance may never have been written.
pub(super) fn must_read_row(instance: &dyn AnyModel, tx: &Tx) -> bool {
    instance.any_meta().lifecycle.notes_rows() && recall(&key(instance), tx, |_| ()).is_none()
}

/// Notes that a row was saved, before its receivers are called, which may save it again or fail. `before` is the row before the
/// save, if it was read, and `previous` the same, if a receiver reads it.
pub(super) fn saved(
    instance: &dyn AnyModel,
    Written { fields, created, raw }: Written,
    (before, previous): (Option<&dyn AnyModel>, Option<&dyn AnyModel>),
    tx: &Tx,
    place: &'static Location<'static>,
) {
    let (meta, key) = (instance.any_meta(), key(instance));
    let row = fields.and_then(|fields| {
        let before = before.map(AnyRow::boxed_columns);
        let mut row = before.or_else(|| recall(&key, tx, AnyRow::boxed_columns))?;
        row.copy_columns(instance, &|index| fields.has_index(index) || Some(index) == meta.version);
        Some(row)
    });
    let (instance, previous) = (row.unwrap_or_else(|| instance.boxed_columns()), previous.map(AnyRow::boxed_columns));
    let saved = Saved { instance, is_gone: false, created, previous, raw, place, db: tx.own_db() };
    tx.record(key.clone(), Box::new(RowHistory { deleted: false, saved: Some(saved) }));
    if meta.lifecycle.post_rollback.has_receivers() {
        tx.queue_row(TransactionEnd::Rollback, key);
    }
}

/// Queues the `post_commit` of a saved row, unless the transaction has queued it already.
pub(super) fn queue(instance: &dyn AnyModel, tx: &Tx) {
    tx.queue_row(TransactionEnd::Commit, key(instance));
}

/// Notes that a row was deleted: its earlier changes in this transaction cause neither `post_commit` nor `post_rollback`.
pub(super) fn deleted(instance: &dyn AnyModel, tx: &Tx) {
    let meta = instance.any_meta();
    // If nothing is recorded, there is nothing to cancel.
    if meta.lifecycle.notes_rows() && !tx.records_nothing() {
        tx.record(key(instance), Box::new(RowHistory { deleted: true, saved: None }));
    }
}

/// Like [`deleted`], for a row of which only the key is known.
pub(super) fn deleted_key(meta: &'static Meta, key: &Value, tx: &Tx) {
    if meta.lifecycle.notes_rows() {
        tx.record(RowKey::new(meta, key.into()), Box::new(RowHistory { deleted: true, saved: None }));
    }
}

/// Notes that rows of a model were changed or deleted without loading them. Noted rows of the model are read again before the
/// commit.
pub(super) fn changed(meta: &'static Meta, tx: &Tx) {
    tx.change(meta);
}

impl ChangedModel for Meta {
    fn read_again<'a>(&'static self, tx: &'a Tx, keys: Vec<Value>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            for keys in keys.chunks(KEYS) {
                let params = padded(borrowed(keys));
                let sql = sql::select_where(self, self.key, params.len(), Lock::None, tx.db().dialect());
                let rows = load::read_any(Exec::within(tx), self, &sql, &params).await?;
                for gone in keys {
                    tx.correct(&RowKey::new(self, gone.into()), |history: &mut RowHistory| history.correct(None));
                }
                for row in rows {
                    tx.correct(&key(&*row), |history: &mut RowHistory| history.correct(Some(row)));
                }
            }
            Ok(())
        })
    }
}

/// Looks at the row that the transaction has noted, if there is one.
fn recall<T>(key: &RowKey, tx: &Tx, look: impl FnOnce(&dyn AnyModel) -> T) -> Option<T> {
    tx.recorded(key, |history: &RowHistory| Some(look(&*history.saved.as_ref()?.instance)))
}

fn key(instance: &dyn AnyModel) -> RowKey {
    RowKey::new(instance.any_meta(), instance.key())
}

impl RowHistory {
    /// Replaces the row by what the database has before the commit.
    fn correct(&mut self, row: Option<Box<dyn AnyModel>>) {
        let Some(saved) = &mut self.saved else { return };
        saved.is_gone = row.is_none();
        if let Some(row) = row {
            saved.instance = row;
        }
    }
}

impl RowChanges for RowHistory {
    fn key(&self) -> Option<Value> {
        Some(self.saved.as_ref()?.instance.key().into())
    }

    fn absorb(&mut self, later: Box<dyn RowChanges>) {
        let later: Box<dyn Any> = later;
        let Ok(later) = later.downcast::<Self>() else { return };
        if later.deleted {
            *self = *later;
            return;
        }
        let Some(mut last) = later.saved else { return };
        if let Some(first) = self.saved.take() {
            // The previous row is that of the first save.
            last.created |= first.created;
            last.raw &= first.raw;
            last.previous = first.previous;
            last.place = first.place;
        }
        self.saved = Some(last);
    }

    fn hook(self: Box<Self>, end: TransactionEnd) -> Option<Hook> {
        let saved = self.saved.filter(|saved| end == TransactionEnd::Rollback || !saved.is_gone)?;
        Some(Hook::new(end, saved.place, saved.db.clone(), async move |db| {
            send_at_end(&saved, end, &db).await;
            Ok(())
        }))
    }
}

/// Sends `post_commit` or `post_rollback`.
async fn send_at_end(saved: &Saved, end: TransactionEnd, db: &Db) {
    let Saved { instance, created, previous, raw, .. } = saved;
    let (instance, created, previous, raw) = (&**instance, *created, previous.as_deref(), *raw);
    let lifecycle = &instance.any_meta().lifecycle;
    let changes = FieldSet::changed_in(previous, instance);
    match end {
        TransactionEnd::Commit => {
            let payload = PostCommit { instance, created, previous, changes, db, context: db.context(), raw };
            send_reporting(&lifecycle.post_commit, payload, |error| db.report(error.into())).await;
        }
        TransactionEnd::Rollback => {
            let payload = PostRollback { instance, created, previous, changes, db, context: db.context(), raw };
            send_reporting(&lifecycle.post_rollback, payload, |error| db.report(error.into())).await;
        }
    }
}
