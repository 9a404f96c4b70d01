//! `post_commit` and `post_rollback`, which are sent once per row at the end of the transaction.

use std::any::Any;
use std::panic::Location;

use signals_core::__private::asynchronous::send_reporting;

use super::sql::keys::{KEYS, padded};
use super::sql::{self, Lock};
use super::{FieldSet, ModelInternals, PostCommit, PostRollback, load};
use crate::db::{Db, Exec, Hook, ReadAgain, RowChanges, TransactionEnd, Tx};
use crate::error::Result;
use crate::value::Value;

/// What was done to a row in a transaction, or in a savepoint of it.
struct RowHistory<M> {
    /// Whether it was deleted: then earlier changes do not count any more.
    deleted: bool,
    /// The row, unless it was deleted.
    saved: Option<Saved<M>>,
}

/// A row that was saved.
struct Saved<M> {
    /// The row after its last save.
    instance: M,
    /// Whether the database itself has deleted it since.
    is_gone: bool,
    /// Whether it was inserted.
    created: bool,
    /// The row before its first save, if it existed and a receiver reads it.
    previous: Option<M>,
    /// Whether all of its writes were raw.
    raw: bool,
    /// Where it was saved.
    place: &'static Location<'static>,
}

/// Whether `post_commit` or `post_rollback` has receivers.
pub(super) fn has_receivers<M: ModelInternals>() -> bool {
    M::LIFECYCLE.post_commit.has_receivers() || M::LIFECYCLE.post_rollback.has_receivers()
}

/// Whether a receiver reads the previous row.
pub(super) fn reads_costly_fields<M: ModelInternals>() -> bool {
    M::LIFECYCLE.post_commit.reads_costly_fields() || M::LIFECYCLE.post_rollback.reads_costly_fields()
}

/// What a save wrote.
#[derive(Clone, Copy)]
pub(super) struct Written<M: ModelInternals> {
    /// The fields that were written; `None` for all of them.
    pub(super) fields: Option<FieldSet<M>>,
    /// Whether the row was inserted.
    pub(super) created: bool,
    /// Whether it was a raw write.
    pub(super) raw: bool,
}

/// Whether a save of some fields has to read the row first: the other fields of the instance may never have been written.
pub(super) fn must_read_row<M: ModelInternals>(instance: &M, tx: &Tx) -> bool {
    has_receivers::<M>() && recall(instance, tx, |_| ()).is_none()
}

/// Notes that a row was saved, before its receivers are called, which may save it again or fail. `before` is the row before the
/// save, if it was read, and `previous` the same, if a receiver reads it.
pub(super) fn saved<M: ModelInternals>(
    instance: &M,
    Written { fields, created, raw }: Written<M>,
    (before, previous): (Option<&M>, Option<&M>),
    tx: &Tx,
    place: &'static Location<'static>,
) {
    let key = key(instance);
    let row = fields.and_then(|fields| {
        let mut row = before.map(M::clone_columns).or_else(|| recall(instance, tx, M::clone_columns))?;
        row.copy_columns(instance, &|index| fields.contains(FieldSet::of(index)) || Some(index) == M::MODEL.version);
        Some(row)
    });
    let (instance, previous) = (row.unwrap_or_else(|| instance.clone_columns()), previous.map(M::clone_columns));
    let saved = Saved { instance, is_gone: false, created, previous, raw, place };
    tx.record(&key, RowHistory { deleted: false, saved: Some(saved) });
    if M::LIFECYCLE.post_rollback.has_receivers() {
        tx.queue_row::<RowHistory<M>>(TransactionEnd::Rollback, &key);
    }
}

/// Queues the `post_commit` of a saved row, unless the transaction has queued it already.
pub(super) fn queue<M: ModelInternals>(instance: &M, tx: &Tx) {
    tx.queue_row::<RowHistory<M>>(TransactionEnd::Commit, &key(instance));
}

/// Notes that a row was deleted: its earlier changes in this transaction cause neither `post_commit` nor `post_rollback`.
pub(super) fn deleted<M: ModelInternals>(instance: &M, tx: &Tx) {
    deleted_key::<M>(&key(instance), tx);
}

/// Like [`deleted`], for a row of which only the key is known.
pub(super) fn deleted_key<M: ModelInternals>(key: &Value, tx: &Tx) {
    if has_receivers::<M>() {
        tx.record(key, RowHistory::<M> { deleted: true, saved: None });
    }
}

/// Notes that rows of a model were changed or deleted without loading them. Noted rows of the model are read again before the
/// commit.
pub(super) fn changed<M: ModelInternals>(tx: &Tx) {
    tx.change::<RowHistory<M>>();
}

/// Reads rows that may have [changed] again.
async fn read_again<M: ModelInternals>(tx: &Tx, keys: Vec<Value>) -> Result<()> {
    for keys in keys.chunks(KEYS) {
        let params = padded(keys);
        let sql = sql::select_where(M::MODEL, M::MODEL.key, params.len(), Lock::None, tx.db().dialect());
        let rows = load::read::<M>(Exec::within(tx), &sql, &params).await?;
        for gone in keys {
            tx.correct::<RowHistory<M>>(gone, |history| history.correct(None));
        }
        for row in rows {
            tx.correct::<RowHistory<M>>(&key(&row), |history| history.correct(Some(row)));
        }
    }
    Ok(())
}

/// Looks at the row that the transaction has noted, if there is one.
fn recall<M: ModelInternals, T>(instance: &M, tx: &Tx, look: impl FnOnce(&M) -> T) -> Option<T> {
    tx.recorded::<RowHistory<M>, T>(&key(instance), |history| Some(look(&history.saved.as_ref()?.instance)))
}

fn key<M: ModelInternals>(instance: &M) -> Value {
    instance.column_value(M::MODEL.key).into()
}

impl<M: ModelInternals> RowHistory<M> {
    /// Replaces the row by what the database has before the commit.
    fn correct(&mut self, row: Option<M>) {
        let Some(saved) = &mut self.saved else { return };
        saved.is_gone = row.is_none();
        if let Some(row) = row {
            saved.instance = row;
        }
    }
}

impl<M: ModelInternals> RowChanges for RowHistory<M> {
    fn source(&self) -> Option<(Value, ReadAgain)> {
        let saved = self.saved.as_ref()?;
        Some((key(&saved.instance), |tx, keys| Box::pin(read_again::<M>(tx, keys))))
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
        Some(Hook::new(end, saved.place, async move |db| {
            send_at_end(saved, end, db).await;
            Ok(())
        }))
    }
}

/// Sends `post_commit` or `post_rollback`.
async fn send_at_end<M: ModelInternals>(saved: Saved<M>, end: TransactionEnd, db: Db) {
    let Saved { instance, created, previous, raw, .. } = &saved;
    let (created, raw, previous, db) = (*created, *raw, previous.as_ref(), &db);
    let changes = FieldSet::changed(previous, instance);
    match end {
        TransactionEnd::Commit => {
            let payload = PostCommit { instance, created, previous, changes, db, raw };
            send_reporting(&M::LIFECYCLE.post_commit, payload, |error| db.report(error.into())).await;
        }
        TransactionEnd::Rollback => {
            let payload = PostRollback { instance, created, previous, changes, db, raw };
            send_reporting(&M::LIFECYCLE.post_rollback, payload, |error| db.report(error.into())).await;
        }
    }
}
