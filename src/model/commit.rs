//! What waits for the commit: `post_commit`, once per row and transaction.

use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signals_core::__private::asynchronous::send_robust;

use super::{FieldSet, Model, PostCommit};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::value::Value;

/// What a transaction has done to a row so far.
struct Pending<M>(Mutex<State<M>>);

/// A row that is there at the commit.
struct Saved<M> {
    /// As it was saved last.
    instance: M,
    /// Whether it was inserted in the transaction.
    created: bool,
    /// As it was before the transaction, if it was there and somebody asks for it.
    previous: Option<M>,
}

struct State<M> {
    /// What is left of the row, if anything is.
    saved: Option<Saved<M>>,
    /// Whether its hook stands in the queue: it keeps the place of the first save.
    queued: bool,
}

impl<M> Pending<M> {
    fn lock(&self) -> MutexGuard<'_, State<M>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M> Default for Pending<M> {
    fn default() -> Self {
        Self(Mutex::new(State { saved: None, queued: false }))
    }
}

/// Notes that a row was saved.
pub(super) fn saved<M: Model>(
    instance: &M,
    created: bool,
    before: Option<M>,
    tx: &Tx,
    place: &'static Location<'static>,
) {
    let pending = pending(instance, tx);
    let mut state = pending.lock();
    // What the row was before the transaction is what the first of its saves found.
    let (created, previous) = match state.saved.take() {
        Some(first) => (created || first.created, first.previous),
        None => (created, before),
    };
    state.saved = Some(Saved { instance: instance.snapshot(), created, previous });
    if !std::mem::replace(&mut state.queued, true) {
        drop(state);
        tx.on_commit_at(place, move |db| committed(pending, db));
    }
}

/// Notes that a row was deleted: what was done to it in this transaction has no `post_commit`.
pub(super) fn deleted<M: Model>(instance: &M, tx: &Tx) {
    if M::POST_COMMIT.has_receivers() {
        pending(instance, tx).lock().saved = None;
    }
}

fn pending<M: Model>(instance: &M, tx: &Tx) -> Arc<Pending<M>> {
    tx.row(&Value::from(instance.value(M::META.key)))
}

async fn committed<M: Model>(pending: Arc<Pending<M>>, db: Db) -> Result<()> {
    let saved = pending.lock().saved.take();
    let Some(Saved { instance, created, previous }) = saved else { return Ok(()) };
    let (instance, previous) = (&instance, previous.as_ref());
    let changes = FieldSet::changed(previous, instance);
    match send_robust(M::POST_COMMIT, PostCommit { instance, created, previous, changes, db: &db }).await {
        Ok(answers) => {
            for error in answers.into_iter().filter_map(|(_, answer)| answer.err()) {
                db.report(&Error::Receiver(error));
            }
        }
        Err(error) => db.report(&error.into()),
    }
    Ok(())
}
