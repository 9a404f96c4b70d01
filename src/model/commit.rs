//! What waits for the commit: `post_commit`, once per row and transaction.

use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signals_core::__private::asynchronous::send_robust;

use super::{Model, PostCommit};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::value::Value;

/// What a transaction has done to a row so far.
struct Pending<M>(Mutex<State<M>>);

struct State<M> {
    /// The row as it was saved last, and whether it was inserted; `None` if nothing is left of it.
    saved: Option<(M, bool)>,
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
pub(super) fn saved<M: Model>(instance: &M, created: bool, tx: &Tx, place: &'static Location<'static>) {
    let pending = pending(instance, tx);
    let mut state = pending.lock();
    let created = created || state.saved.as_ref().is_some_and(|(_, created)| *created);
    state.saved = Some((instance.snapshot(), created));
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
    let Some((instance, created)) = saved else { return Ok(()) };
    match send_robust(M::POST_COMMIT, PostCommit { instance: &instance, created, db: &db }).await {
        Ok(answers) => {
            for error in answers.into_iter().filter_map(|(_, answer)| answer.err()) {
                db.report(&Error::Receiver(error));
            }
        }
        Err(error) => db.report(&error.into()),
    }
    Ok(())
}
