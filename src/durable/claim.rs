//! The statements of workers: which call is next, and what becomes of it.
//!
//! A call may begin if it is due and the first of its receiver and key. The clock is that of the database.

use std::time::{Duration, SystemTime};

use super::receivers::Durables;
use crate::db::{Db, DbOrTx, Dialect, FromRow, Params, Row, Tx, micros};
use crate::error::Result;
use crate::value::ValueRef;

/// A call that may begin, or has begun, with its event.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) id: i64,
    pub(super) event: i64,
    pub(super) receiver: String,
    pub(super) key: String,
    /// How many attempts have begun before.
    pub(super) attempts: u32,
    pub(super) signal: String,
    pub(super) sender: String,
    pub(super) version: u32,
    pub(super) payload: String,
    pub(super) context: Option<String>,
    pub(super) at: SystemTime,
}

const COLUMNS: &str =
    "t.id, t.event, t.receiver, t.key, t.attempts, e.signal, e.sender, e.version, e.payload, e.context, e.at";

impl FromRow for Claimed {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            event: row.get(1)?,
            receiver: row.get(2)?,
            key: row.get(3)?,
            attempts: u32::try_from(row.get::<i64>(4)?).unwrap_or(u32::MAX),
            signal: row.get(5)?,
            sender: row.get(6)?,
            version: u32::try_from(row.get::<i64>(7)?).unwrap_or(u32::MAX),
            payload: row.get(8)?,
            context: row.get(9)?,
            at: time(row.get(10)?),
        })
    }
}

/// The time of microseconds since 1970.
pub(super) fn time(micros: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// The time of the database, in microseconds since 1970. In SQLite that is the time of this machine.
pub(super) fn now(dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint".to_owned(),
        Dialect::Sqlite => micros(SystemTime::now()).to_string(),
    }
}

/// What makes a call the next one, for `t`. The number of receivers is that of the placeholders.
fn is_next(receivers: &[&str], skipping: &[&str], dialect: Dialect) -> String {
    let now = now(dialect);
    let list = placeholders(receivers.len());
    // Dead calls of receivers that skip them do not hold back the next ones.
    let blocks = if skipping.is_empty() {
        String::new()
    } else {
        format!(" AND NOT (p.dead AND p.receiver IN ({}))", placeholders(skipping.len()))
    };
    format!(
        "t.receiver IN ({list}) AND t.due <= {now} AND NOT t.dead AND (t.key = '' OR NOT EXISTS (SELECT 1 FROM signals_todo p \
         WHERE p.receiver = t.receiver AND p.key = t.key AND p.event < t.event{blocks}))"
    )
}

fn placeholders(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// The parameters of [`is_next`].
fn params<'a>(receivers: &'a [&str], skipping: &'a [&str]) -> Vec<ValueRef<'a>> {
    receivers.iter().chain(skipping).map(|name| ValueRef::Text(name)).collect()
}

/// The next call of these receivers. In PostgreSQL it is locked until the end of the transaction, and calls that others have locked
/// are skipped.
///
/// `running` are calls that this worker runs itself: after a long pause their leases may have ended.
pub(super) async fn lock_next(
    tx: &Tx,
    receivers: &[&'static str],
    durables: &Durables,
    running: &[i64],
) -> Result<Option<Claimed>> {
    let (skipping, dialect) = (durables.skipping(receivers), tx.db().dialect());
    let lock = match dialect {
        Dialect::Postgres => " FOR UPDATE OF t SKIP LOCKED",
        Dialect::Sqlite => "",
    };
    let others = if running.is_empty() { String::new() } else { format!(" AND t.id NOT IN ({})", list(running)) };
    let sql = format!(
        "SELECT {COLUMNS} FROM signals_todo t JOIN signals_event e ON e.id = t.event WHERE {}{others} \
         ORDER BY t.event, t.id LIMIT 1{lock}",
        is_next(receivers, &skipping, dialect)
    );
    tx.query_optional(&sql, &&params(receivers, &skipping)[..]).await
}

/// Whether a call of these receivers may begin.
pub(super) async fn has_next(db: &Db, receivers: &[&'static str], durables: &Durables) -> Result<bool> {
    let skipping = durables.skipping(receivers);
    let sql = format!("SELECT 1 FROM signals_todo t WHERE {} LIMIT 1", is_next(receivers, &skipping, db.dialect()));
    Ok(db.query_optional::<i64>(&sql, &&params(receivers, &skipping)[..]).await?.is_some())
}

/// The lease of a worker.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    pub(super) worker: i64,
    pub(super) time: Duration,
}

impl Lease {
    fn end(&self, dialect: Dialect) -> String {
        format!("{} + {}", now(dialect), duration(self.time))
    }

    /// Leases a call to the worker, whose next attempt begins: others do not take it until the lease ends or the worker is gone.
    pub(super) async fn begin(&self, tx: &Tx, call: i64) -> Result<()> {
        let (due, worker) = (self.end(tx.db().dialect()), self.worker);
        let sql = format!(
            "UPDATE signals_todo SET due = {due}, worker = {worker}, attempts = attempts + 1 WHERE id = {call}"
        );
        tx.execute(&sql, &()).await.map(drop)
    }

    /// Renews the leases of these attempts of calls. Returns the calls that the worker still has.
    pub(super) async fn renew(&self, db: &Db, calls: &[(i64, u32)]) -> Result<Vec<i64>> {
        let (due, worker) = (self.end(db.dialect()), self.worker);
        let attempts: Vec<String> = calls.iter().map(|(id, attempt)| format!("({id}, {attempt})")).collect();
        let mine = format!("(id, attempts) IN (VALUES {}) AND worker = {worker}", attempts.join(", "));
        let renewed = db.execute(&format!("UPDATE signals_todo SET due = {due} WHERE {mine}"), &()).await?;
        if usize::try_from(renewed).is_ok_and(|renewed| renewed == calls.len()) {
            return Ok(calls.iter().map(|(id, _)| *id).collect());
        }
        db.query_as(&format!("SELECT id FROM signals_todo WHERE {mine}"), &()).await
    }

    /// Ends all leases of the worker, which calls no receivers any more.
    pub(super) async fn release(&self, db: &Db) -> Result<()> {
        let sql = format!("UPDATE signals_todo SET due = 0, worker = NULL WHERE worker = {}", self.worker);
        db.execute(&sql, &()).await.map(drop)
    }
}

fn duration(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4)
}

fn list(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    ids.join(", ")
}

async fn execute(on: DbOrTx<'_>, sql: &str, params: &dyn Params) -> Result<u64> {
    match on {
        DbOrTx::Db(db) => db.execute(sql, params).await,
        DbOrTx::Tx(tx) => tx.execute(sql, params).await,
    }
}

/// Which attempt of a call a statement belongs to: a worker that was paused, and whose call another one has taken, changes nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fence {
    pub(super) id: i64,
    /// The worker that has leased it. `None` in the transaction that has locked it.
    pub(super) worker: Option<i64>,
    pub(super) attempts: u32,
}

impl Fence {
    fn condition(&self) -> String {
        let worker = self.worker.map_or_else(String::new, |worker| format!(" AND worker = {worker}"));
        format!("id = {} AND attempts = {} AND NOT dead{worker}", self.id, self.attempts)
    }

    /// The call has succeeded. Returns false if another worker has it now.
    pub(super) async fn finish(&self, on: DbOrTx<'_>) -> Result<bool> {
        let sql = format!("DELETE FROM signals_todo WHERE {}", self.condition());
        Ok(execute(on, &sql, &()).await? > 0)
    }

    /// The attempt has failed, and the next one is due after `delay`; without one, the call is dead.
    pub(super) async fn fail(
        &self,
        on: DbOrTx<'_>,
        dialect: Dialect,
        attempts: u32,
        delay: Option<Duration>,
        error: &str,
    ) -> Result<bool> {
        let due = delay.map_or_else(|| "due".to_owned(), |delay| format!("{} + {}", now(dialect), duration(delay)));
        let dead = if delay.is_none() { "TRUE" } else { "FALSE" };
        let sql = format!(
            "UPDATE signals_todo SET due = {due}, worker = NULL, attempts = {attempts}, dead = {dead}, error = ? WHERE {}",
            self.condition()
        );
        Ok(execute(on, &sql, &(error,)).await? > 0)
    }
}

/// The workers that have leased calls, in any process.
pub(super) async fn workers(db: &Db) -> Result<Vec<i64>> {
    db.query_as("SELECT DISTINCT worker FROM signals_todo WHERE worker IS NOT NULL", &()).await
}

/// Frees the calls of workers that are gone, at once.
pub(super) async fn take_over(db: &Db, gone: &[i64]) -> Result<u64> {
    let sql = format!("UPDATE signals_todo SET due = 0, worker = NULL WHERE worker IN ({}) AND NOT dead", list(gone));
    db.execute(&sql, &()).await
}

/// How long until the next call of these receivers is due, as far as it is not due yet.
pub(super) async fn next_due(db: &Db, receivers: &[&str]) -> Result<Option<Duration>> {
    let now = now(db.dialect());
    let sql = format!(
        "SELECT MIN(due) - {now} FROM signals_todo WHERE NOT dead AND due > {now} AND receiver IN ({})",
        placeholders(receivers.len())
    );
    let left: Option<i64> = db.query_one(&sql, &&params(receivers, &[])[..]).await?;
    Ok(left.map(|left| Duration::from_micros(u64::try_from(left).unwrap_or_default())))
}

/// Deletes events that no call needs any more and that are older than `age`. Returns how many.
pub(super) async fn delete_events(db: &Db, age: Duration) -> Result<u64> {
    let now = now(db.dialect());
    let sql = format!(
        "DELETE FROM signals_event WHERE at <= {now} - {} AND NOT EXISTS (SELECT 1 FROM signals_todo t WHERE t.event = \
         signals_event.id)",
        duration(age)
    );
    db.execute(&sql, &()).await
}

/// Deletes an event whose last call has succeeded.
pub(super) async fn delete_event(on: DbOrTx<'_>, event: i64) -> Result<()> {
    let sql = format!(
        "DELETE FROM signals_event WHERE id = {event} AND NOT EXISTS (SELECT 1 FROM signals_todo t WHERE t.event = {event})"
    );
    execute(on, &sql, &()).await.map(drop)
}
