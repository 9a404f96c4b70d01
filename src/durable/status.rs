//! What waits, runs and is dead.

use std::time::{Duration, SystemTime};

use super::claim::{now, time};
use super::receivers::{Durables, relays};
use crate::db::{Db, FromRow, Row};
use crate::error::Result;

/// The calls of one durable receiver, or the events that wait for another program. See [`status`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceiverStatus {
    /// The id of the receiver.
    pub receiver: String,
    /// Whether it is linked into this program. Otherwise its calls wait for a program that has it.
    pub linked: bool,
    /// How many calls wait, for a worker, for an earlier call of their key or for their next attempt.
    pub waiting: u64,
    /// How many run outside of a transaction. Those that run in one count as waiting, because no other transaction sees that they
    /// run.
    pub running: u64,
    /// How many of those that wait have failed at least once.
    pub late: u64,
    /// How many are dead.
    pub dead: u64,
    /// When the oldest event was stored of which a call waits or runs.
    pub oldest: Option<SystemTime>,
}

impl ReceiverStatus {
    /// How long ago the oldest event was stored of which a call waits or runs, by the clock of this machine.
    pub fn oldest_age(&self) -> Option<Duration> {
        self.oldest.map(|oldest| oldest.elapsed().unwrap_or_default())
    }
}

/// The calls of each durable receiver that is linked into this program or has calls, in the order of their ids.
///
/// ```rust,standalone_crate
/// use signals::durable;
/// use signals::prelude::*;
///
/// #[model]
/// #[derive(Debug, Default)]
/// struct User {
///     #[key]
///     id: Id<User>,
///     name: String,
/// }
///
/// #[receiver(post_commit, sender = User, created = true, durable)]
/// async fn welcome(instance: &User) {
///     println!("welcome, {}", instance.name);
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<()> {
///     let db = Db::connect("sqlite::memory:").await?;
///     db.create_tables().await?;
///     User { name: "ann".to_owned(), ..User::default() }.save(&db).await?;
///     assert_eq!(durable::status(&db).await?[0].waiting, 1);
///
///     durable::Worker::new(&db).run_due().await?; // welcome, ann
///     assert_eq!(durable::status(&db).await?[0].waiting, 0);
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Errors of the database.
pub async fn status(db: &Db) -> Result<Vec<ReceiverStatus>> {
    let now = now(db.dialect());
    let sql = format!(
        "SELECT t.receiver, SUM(CASE WHEN t.dead OR t.worker IS NOT NULL AND t.due > {now} THEN 0 ELSE 1 END), \
         SUM(CASE WHEN NOT t.dead AND t.worker IS NOT NULL AND t.due > {now} THEN 1 ELSE 0 END), \
         SUM(CASE WHEN NOT t.dead AND t.worker IS NULL AND t.attempts > 0 THEN 1 ELSE 0 END), \
         SUM(CASE WHEN t.dead THEN 1 ELSE 0 END), MIN(CASE WHEN t.dead THEN NULL ELSE e.at END) \
         FROM signals_todo t JOIN signals_event e ON e.id = t.event GROUP BY t.receiver"
    );
    let durables = Durables::linked();
    let mut known: Vec<ReceiverStatus> = db.query_as(&sql, &()).await?;
    for status in &mut known {
        status.linked = durables.knows(&status.receiver);
    }
    let idle: Vec<&str> =
        durables.names().chain(relays()).filter(|name| !known.iter().any(|status| status.receiver == *name)).collect();
    known.extend(idle.into_iter().map(ReceiverStatus::idle));
    known.sort_by(|a, b| a.receiver.cmp(&b.receiver));
    Ok(known)
}

impl ReceiverStatus {
    fn idle(receiver: &str) -> Self {
        let receiver = receiver.to_owned();
        Self { receiver, linked: true, waiting: 0, running: 0, late: 0, dead: 0, oldest: None }
    }
}

#[diagnostic::do_not_recommend]
impl FromRow for ReceiverStatus {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let count = |index| row.get::<i64>(index).map(|count| u64::try_from(count).unwrap_or_default());
        Ok(Self {
            receiver: row.get(0)?,
            linked: false,
            waiting: count(1)?,
            running: count(2)?,
            late: count(3)?,
            dead: count(4)?,
            oldest: row.get::<Option<i64>>(5)?.map(time),
        })
    }
}

/// The receivers that have calls and are not linked into this program.
pub(super) async fn unknown_receivers(db: &Db, durables: &Durables) -> Result<Vec<String>> {
    // From name to name through the index: `SELECT DISTINCT` reads all calls.
    let sql = "WITH RECURSIVE names (receiver) AS (SELECT MIN(receiver) FROM signals_todo UNION ALL \
               SELECT (SELECT MIN(t.receiver) FROM signals_todo t WHERE t.receiver > names.receiver) FROM names \
               WHERE names.receiver IS NOT NULL) SELECT receiver FROM names WHERE receiver IS NOT NULL";
    let names: Vec<String> = db.query_as(sql, &()).await?;
    Ok(names.into_iter().filter(|name| !durables.knows(name)).collect())
}
