//! Dead calls, which wait for a decision.

use std::time::SystemTime;

use super::claim::time;
use super::receivers::Durables;
use crate::db::{Db, FromRow, Row};
use crate::error::{Error, Result};

/// A call that is not repeated: its last attempt has failed, or the receiver gave up. It stays until [`retry`] or [`discard`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadCall {
    /// The number of the call.
    pub id: i64,
    /// The id of the receiver.
    pub receiver: String,
    /// The key in whose order the receiver is called; empty if it is called in no order.
    pub key: String,
    /// The number of the event.
    pub event: i64,
    /// The signal: `post_commit`, or the name of a durable signal.
    pub signal: String,
    /// The payload, as JSON.
    pub payload: String,
    /// How many attempts there were.
    pub attempts: u32,
    /// How the last one failed.
    pub error: String,
    /// When the event was stored.
    pub at: SystemTime,
}

#[diagnostic::do_not_recommend]
impl FromRow for DeadCall {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            receiver: row.get(1)?,
            key: row.get(2)?,
            event: row.get(3)?,
            signal: row.get(4)?,
            payload: row.get(5)?,
            attempts: row.get(6)?,
            error: row.get::<Option<String>>(7)?.unwrap_or_default(),
            at: time(row.get(8)?),
        })
    }
}

/// Makes the dead calls due again, with all of their attempts.
pub(super) const RETRY: &str = "UPDATE signals_todo SET dead = FALSE, attempts = 0, due = 0 WHERE dead";
/// Deletes the dead calls.
pub(super) const DISCARD: &str = "DELETE FROM signals_todo WHERE dead";

/// How many attempts there were.
pub(super) fn attempts(count: u32) -> String {
    if count == 1 { "1 attempt".to_owned() } else { format!("{count} attempts") }
}

/// How many dead calls are read at once.
pub(super) const AT_ONCE: usize = 100;

/// Up to 100 dead calls, in the order in which they were stored: those whose numbers are higher than `after`, which is 0 for the first ones. After a
/// day without a mail server there may be many; [`status`](super::status()) counts them.
///
/// ```
/// use signals::durable;
/// use signals::prelude::*;
///
/// async fn print_all(db: &Db) -> Result<()> {
///     let mut after = 0;
///     loop {
///         let calls = durable::dead_calls(db, after).await?;
///         let Some(last) = calls.last() else { return Ok(()) };
///         after = last.id;
///         for call in &calls {
///             println!("{} of event {} failed: {}", call.receiver, call.event, call.error);
///         }
///     }
/// }
/// ```
///
/// # Errors
/// Errors of the database.
pub async fn dead_calls(db: &Db, after: i64) -> Result<Vec<DeadCall>> {
    let sql = format!(
        "SELECT t.id, t.receiver, t.key, t.event, e.signal, e.payload, t.attempts, t.error, e.at FROM signals_todo t \
         JOIN signals_event e ON e.id = t.event WHERE t.dead AND t.id > ? ORDER BY t.id LIMIT {AT_ONCE}"
    );
    db.query_as(&sql, &(after,)).await
}

/// Makes a dead call due again, with all of its attempts. Returns false if it is not dead any more.
///
/// # Errors
/// Errors of the database.
pub async fn retry(db: &Db, call: i64) -> Result<bool> {
    let retried = db.execute(&format!("{RETRY} AND id = ?"), &(call,)).await? > 0;
    if retried {
        db.events_were_stored();
    }
    Ok(retried)
}

/// Deletes a dead call, so that the next calls of its key may run. A worker that was paused while it ran the receiver may still finish it.
/// Returns false if it is not dead any more. Its event stays for [`replay`](super::replay()): workers delete it like any other that no call needs, see
/// [`Worker::keep_events`](super::Worker::keep_events).
///
/// # Errors
/// Errors of the database.
pub async fn discard(db: &Db, call: i64) -> Result<bool> {
    let discarded = db.execute(&format!("{DISCARD} AND id = ?"), &(call,)).await? > 0;
    db.events_were_stored();
    Ok(discarded)
}

/// Deletes all calls of a receiver that is no longer linked, and returns how many there were. Their events stay, as after [`discard`].
///
/// # Errors
/// The receiver is linked; errors of the database.
pub async fn discard_all(db: &Db, retired: &str) -> Result<u64> {
    if Durables::linked().knows(retired) {
        return Err(Error::other(format!(
            "the receiver `{retired}` is linked into this program, and its calls are not discarded"
        )));
    }
    db.execute("DELETE FROM signals_todo WHERE receiver = ?", &(retired,)).await
}
