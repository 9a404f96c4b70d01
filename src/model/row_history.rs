//! What was done to a row in a transaction, or in a savepoint of it, and what is sent for it at the end.

use std::any::Any;
use std::panic::Location;
use std::sync::Arc;

use signals_core::__private::asynchronous::send_reporting;

use super::{AnyModel, FieldSet, PostCommit, PostDeleteCommit, PostDeleteRollback, PostRollback};
use crate::db::{Db, Hook, RowChanges, TransactionEnd};
#[cfg(feature = "durable")]
use crate::db::{OutgoingEvent, Tx};
#[cfg(feature = "durable")]
use crate::error::Result;
use crate::value::Value;

/// What was done to a row.
pub(super) struct RowHistory {
    /// Whether the row exists now.
    exists: bool,
    /// Whether it is another row than at the beginning, or the first one: it was deleted or inserted.
    replaced: bool,
    /// Whether it was deleted, and the receivers of the delete have returned: earlier saves do not count any more.
    deleted: bool,
    /// The last save, if a receiver gets it.
    saved: Option<Saved>,
    /// The row that existed before the transaction, if it was deleted and a receiver gets it.
    removed: Option<Removed>,
}

/// A row that was saved.
pub(super) struct Saved {
    /// The row after its last save.
    pub(super) instance: Box<dyn AnyModel>,
    /// Whether it was inserted.
    pub(super) created: bool,
    /// The row before its first save, if it existed and a receiver reads it.
    pub(super) previous: Option<Box<dyn AnyModel>>,
    /// Whether all of its writes were raw.
    pub(super) raw: bool,
    /// Where it was saved.
    pub(super) place: &'static Location<'static>,
    /// The database in the context of the last save, if it is not that of the transaction.
    pub(super) db: Option<Arc<Db>>,
}

/// A row that was deleted.
pub(super) struct Removed {
    /// The row when it was deleted.
    pub(super) instance: Box<dyn AnyModel>,
    /// Where the transaction of the delete began.
    pub(super) place: &'static Location<'static>,
    /// The database in the context of the delete, if it is not that of the transaction.
    pub(super) db: Option<Arc<Db>>,
}

impl RowHistory {
    pub(super) fn of_save(saved: Saved) -> Self {
        Self { exists: true, replaced: saved.created, deleted: false, saved: Some(saved), removed: None }
    }

    /// Of an insert that no receiver gets.
    pub(super) fn of_insert() -> Self {
        Self { exists: true, replaced: true, deleted: false, saved: None, removed: None }
    }

    /// Of a delete whose receivers have not been called yet.
    pub(super) fn of_delete(removed: Option<Removed>) -> Self {
        Self { exists: false, replaced: true, deleted: false, saved: None, removed }
    }

    /// Of a delete without receivers.
    pub(super) fn of_silent_delete() -> Self {
        Self { deleted: true, ..Self::of_delete(None) }
    }

    /// The row after its last save, if it still exists.
    pub(super) fn instance(&self) -> Option<&dyn AnyModel> {
        self.saved.as_ref().filter(|_| self.exists).map(|saved| &*saved.instance)
    }

    pub(super) fn exists(&self) -> bool {
        self.exists
    }

    /// Whether the row that existed at the beginning was deleted, or there was none.
    pub(super) fn is_replaced(&self) -> bool {
        self.replaced
    }

    /// The receivers of the delete have returned, one of which may have saved the row again. Whether the delete is sent at the end.
    pub(super) fn finish_delete(&mut self) -> bool {
        self.deleted = true;
        if !self.exists {
            self.saved = None;
        }
        self.removed.is_some()
    }

    /// Replaces the row by what the database has before the commit.
    pub(super) fn correct(&mut self, row: Option<Box<dyn AnyModel>>) {
        self.exists = row.is_some();
        if let (Some(saved), Some(row)) = (&mut self.saved, row) {
            saved.instance = row;
        }
    }
}

impl RowChanges for RowHistory {
    fn key(&self) -> Option<Value> {
        let saved = self.saved.as_ref().filter(|_| self.exists).map(|saved| &saved.instance);
        // A row that was deleted may exist again, inserted by a statement that is not noted.
        let row = saved.or(self.removed.as_ref().map(|removed| &removed.instance));
        row.map(|row| row.key().into())
    }

    fn absorb(&mut self, later: Box<dyn RowChanges>) {
        let later: Box<dyn Any> = later;
        let Ok(later) = later.downcast::<Self>() else { return };
        let Self { exists, replaced, deleted, saved, removed } = *later;
        let first = self.saved.take();
        self.saved = match saved {
            None if deleted => None,
            None => first,
            Some(last) if deleted || !self.exists => Some(last),
            Some(last) => Some(last.after(first)),
        };
        self.exists = exists;
        self.replaced |= replaced;
        self.deleted |= deleted;
        self.removed = self.removed.take().or(removed);
    }

    #[cfg(feature = "durable")]
    fn event(&self, tx: &Tx) -> Result<Option<OutgoingEvent>> {
        match (&self.saved, &self.removed) {
            (Some(saved), _) if self.exists => saved.event(tx),
            (_, Some(removed)) if !self.exists => removed.event(tx),
            _ => Ok(None),
        }
    }

    // The box goes into the hook: what it contains is large.
    fn hook(mut self: Box<Self>, end: TransactionEnd) -> Option<Hook> {
        if self.exists {
            self.removed = None;
        } else if end == TransactionEnd::Commit {
            self.saved = None;
        }
        let (place, db) = match (&mut self.saved, &mut self.removed) {
            (Some(Saved { place, db, .. }), _) | (None, Some(Removed { place, db, .. })) => (*place, db.take()),
            (None, None) => return None,
        };
        Some(Hook::new(end, place, db, async move |db| {
            if let Some(saved) = &self.saved {
                saved.send_at(end, &db).await;
            }
            if let Some(removed) = &self.removed {
                removed.send_at(end, &db).await;
            }
            Ok(())
        }))
    }
}

impl Saved {
    /// This save and an earlier one as one. The previous row is that of the first.
    fn after(mut self, first: Option<Self>) -> Self {
        if let Some(first) = first {
            self.created |= first.created;
            self.raw &= first.raw;
            self.previous = first.previous;
            self.place = first.place;
        }
        self
    }

    async fn send_at(&self, end: TransactionEnd, db: &Db) {
        let Self { instance, created, previous, raw, .. } = self;
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
}

impl Removed {
    async fn send_at(&self, end: TransactionEnd, db: &Db) {
        let instance = &*self.instance;
        let lifecycle = &instance.any_meta().lifecycle;
        match end {
            TransactionEnd::Commit => {
                let payload = PostDeleteCommit { instance, db, context: db.context() };
                send_reporting(&lifecycle.post_delete_commit, payload, |error| db.report(error.into())).await;
            }
            TransactionEnd::Rollback => {
                let payload = PostDeleteRollback { instance, db, context: db.context() };
                send_reporting(&lifecycle.post_delete_rollback, payload, |error| db.report(error.into())).await;
            }
        }
    }
}
