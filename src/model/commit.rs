//! What waits for the commit: `post_commit`, once per row and transaction.

use std::sync::{Arc, Mutex, PoisonError};

use signals_core::__private::asynchronous::send_robust;

use super::{Model, PostCommit};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::value::Value;

/// The last state of a row that was saved in a transaction; `None` if nothing is left of it.
struct Pending<M>(Mutex<Option<(M, bool)>>);

/// Notes that a row was saved. The first save of a row takes its place in the queue of hooks.
pub(super) fn saved<M: Model>(instance: &M, created: bool, tx: &Tx) {
    let (pending, first) = tx.row(key(instance), || Pending::<M>(Mutex::new(None)));
    {
        let mut state = pending.0.lock().unwrap_or_else(PoisonError::into_inner);
        let created = created || state.as_ref().is_some_and(|(_, created)| *created);
        *state = Some((instance.snapshot(), created));
    }
    if first {
        tx.on_commit(move |db| committed(pending, db));
    }
}

/// Notes that a row was deleted: what was done to it in this transaction has no post_commit.
pub(super) fn deleted<M: Model>(instance: &M, tx: &Tx) {
    if M::POST_COMMIT.has_receivers() {
        let (pending, _) = tx.row(key(instance), || Pending::<M>(Mutex::new(None)));
        *pending.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn key<M: Model>(instance: &M) -> Value {
    instance.value(M::META.key).into()
}

async fn committed<M: Model>(pending: Arc<Pending<M>>, db: Db) -> Result<()> {
    let state = pending.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some((instance, created)) = state else { return Ok(()) };
    let answers = send_robust(M::POST_COMMIT, PostCommit { instance: &instance, created, db: &db }).await?;
    for (_, answer) in answers {
        if let Err(error) = answer {
            db.report(&Error::Receiver(error));
        }
    }
    Ok(())
}
