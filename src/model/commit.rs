//! What waits for the end of the transaction: `post_commit` and `post_rollback`, once per row.

use std::any::Any;
use std::panic::Location;

use signals_core::__private::asynchronous::send_reporting;

use super::{FieldSet, Model, PostCommit, PostRollback};
use crate::db::{Db, End, Hook, Remembered, Tx};
use crate::value::Value;

/// What was done to a row in a transaction, or in a savepoint of it.
struct Done<M> {
    /// Whether it was deleted: what was done to it before does not count any more.
    deleted: bool,
    /// What is left of the row, if anything is.
    saved: Option<Saved<M>>,
}

/// A row that is there.
struct Saved<M> {
    /// As it was saved last.
    instance: M,
    /// Whether it was inserted.
    created: bool,
    /// As it was before, if it was there and somebody asks for it.
    previous: Option<M>,
    /// Whether every write of it was a raw one.
    raw: bool,
    /// Where it was saved.
    place: &'static Location<'static>,
}

/// Whether anybody receives what is sent at the end.
pub(super) fn listens<M: Model>() -> bool {
    M::POST_COMMIT.has_receivers() || M::POST_ROLLBACK.has_receivers()
}

/// Whether anybody asks what the row was before.
pub(super) fn asks_for_costly<M: Model>() -> bool {
    M::POST_COMMIT.asks_for_costly() || M::POST_ROLLBACK.asks_for_costly()
}

/// Notes that a row was saved, before its receivers are told: they may save it again, or fail.
pub(super) fn saved<M: Model>(
    instance: &M,
    (created, raw): (bool, bool),
    previous: Option<&M>,
    tx: &Tx,
    place: &'static Location<'static>,
) {
    let saved = Saved { instance: instance.snapshot(), created, previous: previous.map(M::snapshot), raw, place };
    let key = key(instance);
    tx.remember(&key, Done { deleted: false, saved: Some(saved) });
    if M::POST_ROLLBACK.has_receivers() {
        tx.queue_row::<Done<M>>(End::Rollback, &key);
    }
}

/// Queues the `post_commit` of a row that was saved, if the transaction has not queued it yet.
pub(super) fn queue<M: Model>(instance: &M, tx: &Tx) {
    tx.queue_row::<Done<M>>(End::Commit, &key(instance));
}

/// Notes that a row was deleted: what was done to it before in this transaction has neither `post_commit` nor
/// `post_rollback`.
pub(super) fn deleted<M: Model>(instance: &M, tx: &Tx) {
    deleted_key::<M>(&key(instance), tx);
}

/// As [`deleted`], for a row of which nothing but its key is known.
pub(super) fn deleted_key<M: Model>(key: &Value, tx: &Tx) {
    if listens::<M>() {
        tx.remember(key, Done::<M> { deleted: true, saved: None });
    }
}

fn key<M: Model>(instance: &M) -> Value {
    instance.value(M::META.key).into()
}

impl<M: Model> Remembered for Done<M> {
    fn absorb(&mut self, later: Box<dyn Remembered>) {
        let later: Box<dyn Any> = later;
        let Ok(later) = later.downcast::<Self>() else { return };
        if later.deleted {
            *self = *later;
            return;
        }
        let Some(mut last) = later.saved else { return };
        if let Some(first) = self.saved.take() {
            // What the row was before is what the first of its saves found.
            last.created |= first.created;
            last.raw &= first.raw;
            last.previous = first.previous;
            last.place = first.place;
        }
        self.saved = Some(last);
    }

    fn hook(self: Box<Self>, end: End) -> Option<Hook> {
        let saved = self.saved?;
        Some(Hook::new(end, saved.place, async move |db| {
            match end {
                End::Commit => committed(saved, db).await,
                End::Rollback => rolled_back(saved, db).await,
            }
            Ok(())
        }))
    }
}

async fn committed<M: Model>(saved: Saved<M>, db: Db) {
    let Saved { instance, created, previous, raw, .. } = &saved;
    let (created, raw, previous) = (*created, *raw, previous.as_ref());
    let changes = FieldSet::changed(previous, instance);
    let payload = PostCommit { instance, created, previous, changes, raw, db: &db };
    send_reporting(M::POST_COMMIT, payload, |error| db.report(error.into())).await;
}

async fn rolled_back<M: Model>(saved: Saved<M>, db: Db) {
    let Saved { instance, created, previous, raw, .. } = &saved;
    let (created, raw, previous) = (*created, *raw, previous.as_ref());
    let changes = FieldSet::changed(previous, instance);
    let payload = PostRollback { instance, created, previous, changes, raw, db: &db };
    send_reporting(M::POST_ROLLBACK, payload, |error| db.report(error.into())).await;
}
