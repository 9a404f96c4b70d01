//! What transactions note of saved and deleted rows, for the signals after their end.

use std::panic::Location;

use signals_core::BoxFuture;

use super::row_history::{Removed, RowHistory, Saved};
use super::sql::keys::{KEYS, borrowed, padded};
use super::sql::{self, Lock};
use super::{AnyModel, AnyRow, FieldSet, Meta, load};
use crate::db::{ChangedModel, Exec, RowKey, TransactionEnd, Tx};
use crate::error::Result;
use crate::value::{Value, ValueRef};

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
    instance.any_meta().lifecycle.notes_saves() && recall(&key(instance), tx, |_| ()).is_none()
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
    if !meta.lifecycle.notes_saves() {
        if created {
            inserted(instance, tx);
        }
        return;
    }
    let row = fields.and_then(|fields| {
        let before = before.map(AnyRow::boxed_columns);
        let mut row = before.or_else(|| recall(&key, tx, AnyRow::boxed_columns))?;
        row.copy_columns(instance, &|index| fields.has_index(index) || Some(index) == meta.version);
        Some(row)
    });
    let (instance, previous) = (row.unwrap_or_else(|| instance.boxed_columns()), previous.map(AnyRow::boxed_columns));
    tx.record(
        key.clone(),
        Box::new(RowHistory::of_save(Saved { instance, created, previous, raw, place, db: tx.own_db() })),
    );
    if meta.lifecycle.post_rollback.has_receivers() {
        tx.queue_row(TransactionEnd::Rollback, key);
    }
}

/// Queues the `post_commit` of a saved row, unless the transaction has queued it already.
pub(super) fn queue(instance: &dyn AnyModel, tx: &Tx) {
    tx.queue_row(TransactionEnd::Commit, key(instance));
}

/// Notes that a row was inserted without the signals of a save: if it is deleted in the same transaction, nothing is sent.
pub(super) fn inserted(instance: &dyn AnyModel, tx: &Tx) {
    inserted_key(instance.any_meta(), instance.key(), tx);
}

/// Like [`inserted`], for a row of which only the key is known.
pub(super) fn inserted_key(meta: &'static Meta, key: ValueRef<'_>, tx: &Tx) {
    if meta.lifecycle.notes_deletes() {
        tx.record(RowKey::new(meta, key), Box::new(RowHistory::of_insert()));
    }
}

/// Whether the row that a delete started from existed. The rows of its cascade do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Existed,
    Missing,
}

/// Notes that a row was deleted, before its receivers are called, which may save it again or fail.
pub(super) fn deleting(instance: &dyn AnyModel, origin: Origin, tx: &Tx) {
    let lifecycle = &instance.any_meta().lifecycle;
    if !notes_delete(instance.any_meta(), tx) {
        return;
    }
    let key = key(instance);
    let existed = origin == Origin::Existed && !tx.has_recorded(&key, RowHistory::is_replaced);
    let removed = (existed && lifecycle.notes_deletes()).then(|| Removed {
        instance: instance.boxed_columns(),
        place: tx.began(),
        db: tx.own_db(),
    });
    let is_undone = removed.is_some() && lifecycle.post_delete_rollback.has_receivers();
    tx.record(key.clone(), Box::new(RowHistory::of_delete(removed)));
    if is_undone {
        tx.queue_row(TransactionEnd::Rollback, key);
    }
}

/// Notes that the receivers of a delete have returned: earlier changes of the row in this transaction cause neither `post_commit`
/// nor `post_rollback`. Queues its `post_delete_commit`.
pub(super) fn deleted(instance: &dyn AnyModel, tx: &Tx) {
    let meta = instance.any_meta();
    if notes_delete(meta, tx) {
        let key = key(instance);
        let is_sent = tx.correct(&key, RowHistory::finish_delete) == Some(true);
        if is_sent && meta.lifecycle.commits_deletes() {
            tx.queue_row(TransactionEnd::Commit, key);
        }
    }
}

/// Notes that a row was deleted without signals, of which only the key is known.
pub(super) fn deleted_key(meta: &'static Meta, key: ValueRef<'_>, tx: &Tx) {
    if notes_delete(meta, tx) {
        tx.record(RowKey::new(meta, key), Box::new(RowHistory::of_silent_delete()));
    }
}

/// Whether the transaction knows that the row does not exist any more.
pub(super) fn is_deleted(instance: &dyn AnyModel, tx: &Tx) -> bool {
    tx.has_recorded(&key(instance), |history: &RowHistory| !history.exists())
}

fn notes_delete(meta: &'static Meta, tx: &Tx) -> bool {
    // If nothing is recorded, there is nothing to cancel.
    meta.lifecycle.notes_deletes() || meta.lifecycle.notes_rows() && !tx.records_nothing()
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
    tx.recorded(key, |history: &RowHistory| history.instance().map(look))
}

fn key(instance: &dyn AnyModel) -> RowKey {
    RowKey::new(instance.any_meta(), instance.key())
}
