//! The statements of workers: which call is next, and what becomes of it.
//!
//! A call may begin if it is due and the first of its receiver and key. The clock is that of the database.

use std::time::{Duration, SystemTime};

use serde_json::Value as Json;

use super::receivers::Durables;
use crate::column::read_around;
use crate::db::{Db, DbOrTx, Dialect, FromRow, LastStatement, Params, Row, Tx};
use crate::delivery::{AROUND, Fields};
use crate::error::{Error, ErrorKind, Result};
use crate::fault::{self, Rule};
use crate::value::{Value, ValueRef};

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

pub(super) const COLUMNS: &str =
    "t.id, t.event, t.receiver, t.key, t.attempts, e.signal, e.sender, e.version, e.payload, e.context, e.at";

#[diagnostic::do_not_recommend]
impl FromRow for Claimed {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            event: row.get(1)?,
            receiver: row.get(2)?,
            key: row.get(3)?,
            attempts: row.get(4)?,
            signal: row.get(5)?,
            sender: row.get(6)?,
            version: row.get(7)?,
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

/// When a dead call is due.
pub(super) const NEVER: i64 = i64::MAX;

/// The time of the database, in microseconds since 1970. In SQLite that is the time of this machine.
///
/// In PostgreSQL it does not change during a statement: an index finds what is due only by such a time.
pub(super) fn now(dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint".to_owned(),
        // The same text each time, so that statements stay prepared. It has milliseconds, and is rounded up: what was stored is due.
        Dialect::Sqlite => "(CAST(ROUND(unixepoch('subsec') * 1000) AS INTEGER) * 1000 + 999)".to_owned(),
    }
}

/// The receivers as a table `r`: `column1` is the name, and `column2` whether dead calls do not hold back the next ones of their key.
pub(super) fn table(receivers: &[&str], durables: &Durables) -> String {
    let row = |name: &&str| if durables.skips_dead(name) { "(?, TRUE)" } else { "(?, FALSE)" };
    format!("(VALUES {}) AS r", receivers.iter().map(row).collect::<Vec<_>>().join(", "))
}

/// What makes a call `t` of the receiver `r` the next one.
///
/// In PostgreSQL, the first call of a key is found by an order that only the unique index has, whatever the statistics of the table
/// say: with conditions on the receiver and the key, it reads the whole table if most calls have the same key. SQLite would use the
/// first column alone of such an order, and read all keys before this one.
pub(super) fn is_next(dialect: Dialect) -> String {
    let is_free = if fault::breaks(Rule::OrderOfKey) { "TRUE" } else { "t.key = ''" };
    let (same_key, order) = match dialect {
        Dialect::Postgres => ("(p.receiver, p.key, p.event) >= (t.receiver, t.key, 0)", "p.receiver, p.key, p.event"),
        Dialect::Sqlite => ("p.receiver = t.receiver AND p.key = t.key", "p.event"),
    };
    format!(
        "t.receiver = r.column1 AND t.due <= {} AND NOT t.dead AND ({is_free} OR t.id = (SELECT p.id FROM signals_todo p \
         WHERE {same_key} AND NOT (p.dead AND r.column2) ORDER BY {order} LIMIT 1))",
        now(dialect)
    )
}

/// The parameters of [`table`].
pub(super) fn params<'a>(receivers: &'a [&str]) -> Vec<ValueRef<'a>> {
    receivers.iter().map(|name| ValueRef::Text(name)).collect()
}

/// Selects the next call of these receivers, as `c`: the one that is due for the longest time.
///
/// The calls of a receiver are read from an index in the order in which they are due, until one is the first of its key and not
/// locked. A join of all receivers would have to sort all calls that are due.
fn select_next(receivers: &[&str], durables: &Durables, dialect: Dialect) -> String {
    let (table, is_next, now) = (table(receivers, durables), is_next(dialect), now(dialect));
    match dialect {
        // The receiver whose oldest call is due for the longest time is asked first, and one call is locked at most.
        Dialect::Postgres => format!(
            "SELECT c.* FROM (SELECT r.column1, r.column2 FROM {table}, LATERAL (SELECT f.due, f.id FROM signals_todo f \
             WHERE f.receiver = r.column1 AND f.due <= {now} ORDER BY f.due, f.id LIMIT 1) AS f ORDER BY f.due, f.id) AS r, LATERAL (\
             SELECT {COLUMNS} FROM signals_todo t JOIN signals_event e ON e.id = t.event WHERE {is_next} \
             AND t.id <> ALL (?::text::bigint[]) ORDER BY t.due, t.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED) AS c LIMIT 1"
        ),
        Dialect::Sqlite => format!(
            "SELECT {COLUMNS} FROM (SELECT (SELECT t.id FROM signals_todo t WHERE {is_next} \
             AND t.id NOT IN (SELECT value FROM json_each(?)) ORDER BY t.due, t.id LIMIT 1) AS id FROM {table}) AS n \
             JOIN signals_todo t ON t.id = n.id JOIN signals_event e ON e.id = t.event ORDER BY t.due, t.id LIMIT 1"
        ),
    }
}

/// The parameters of [`select_next`].
fn params_of_next<'a>(receivers: &'a [&str], running: &'a str, dialect: Dialect) -> Vec<ValueRef<'a>> {
    let mut values = params(receivers);
    let at = if dialect == Dialect::Postgres { values.len() } else { 0 };
    values.insert(at, ValueRef::Text(running));
    values
}

/// The numbers of calls as one parameter.
fn array(ids: &[i64], dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => format!("{{{}}}", list(ids)),
        Dialect::Sqlite => format!("[{}]", list(ids)),
    }
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
    let dialect = tx.db().dialect();
    let sql = select_next(receivers, durables, dialect);
    tx.query_optional(&sql, &&params_of_next(receivers, &array(running, dialect), dialect)[..]).await
}

/// Whether a call of these receivers may begin.
pub(super) async fn has_next(db: &Db, receivers: &[&'static str], durables: &Durables) -> Result<bool> {
    let (table, is_next) = (table(receivers, durables), is_next(db.dialect()));
    let sql = format!("SELECT 1 FROM {table} WHERE EXISTS (SELECT 1 FROM signals_todo t WHERE {is_next}) LIMIT 1");
    Ok(db.query_optional::<i64>(&sql, &&params(receivers)[..]).await?.is_some())
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

    /// Leases the next call of these receivers to the worker: others do not take it until the lease ends or the worker is gone.
    ///
    /// `running` are calls that this worker runs itself: after a long pause their leases may have ended.
    pub(super) async fn claim_next(
        &self,
        db: &Db,
        receivers: &[&'static str],
        durables: &Durables,
        running: &[i64],
    ) -> Result<Option<Claimed>> {
        let dialect = db.dialect();
        let (next, due) = (select_next(receivers, durables, dialect), self.end(dialect));
        let begin = format!("UPDATE signals_todo SET due = {due}, worker = ?, attempts = signals_todo.attempts + 1");
        let running = array(running, dialect);
        let mut params = params_of_next(receivers, &running, dialect);
        match dialect {
            Dialect::Postgres => {
                params.push(ValueRef::Integer(self.worker));
                let sql = format!(
                    "WITH c AS MATERIALIZED ({next}) {begin} FROM c WHERE signals_todo.id = c.id RETURNING c.*"
                );
                db.query_written(&sql, &&params[..]).await
            }
            Dialect::Sqlite => {
                let tx = db.begin().await?;
                let Some(claimed) = tx.query_optional::<Claimed>(&next, &&params[..]).await? else {
                    tx.rollback().await?;
                    return Ok(None);
                };
                tx.execute(&format!("{begin} WHERE id = ?"), &(self.worker, claimed.id)).await?;
                fault::point("before_lease");
                tx.commit().await?;
                Ok(Some(claimed))
            }
        }
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
        let sql = "UPDATE signals_todo SET due = 0, worker = NULL WHERE worker = ?";
        db.execute(sql, &(self.worker,)).await.map(drop)
    }
}

/// A time in microseconds. The longest one is short enough to be added to the time of the clock.
pub(super) fn duration(time: Duration) -> i64 {
    const LONGEST: i64 = i64::MAX / 4;
    i64::try_from(time.as_micros()).map_or(LONGEST, |micros| micros.min(LONGEST))
}

pub(super) fn list(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    ids.join(", ")
}

/// The fields of a stored event.
pub(super) fn fields(event: i64, payload: &str) -> Result<Fields> {
    match read_around(payload, AROUND) {
        Ok(Json::Object(fields)) => Ok(fields),
        Ok(_) => Err(Error::other(format!("the payload of event {event} is no JSON object"))),
        Err(error) => Err(Error::other(format!("the payload of event {event} is no JSON: {error}"))),
    }
}

/// Whether a claim has failed because the program is writing for a long time: the next round tries it again.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::WriterBusy { .. } | ErrorKind::Locked { .. })
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
    /// Its parameters are the first two: `id` and `attempts`. The worker is part of the SQL, which is prepared once for each worker.
    fn condition(&self) -> String {
        if fault::breaks(Rule::Fence) {
            return "id = $1 AND CAST($2 AS BIGINT) >= 0 AND NOT dead".to_owned();
        }
        let worker = self.worker.map_or_else(String::new, |worker| format!(" AND worker = {worker}"));
        format!("id = $1 AND attempts = $2 AND NOT dead{worker}")
    }

    /// The call has succeeded, and the event is deleted with its last call if `event` is given. Returns false if another worker has it
    /// now.
    pub(super) async fn finish(&self, on: DbOrTx<'_>, dialect: Dialect, event: Option<i64>) -> Result<bool> {
        let attempts = i64::from(self.attempts);
        match (dialect, event) {
            (Dialect::Postgres, Some(_)) => Ok(execute(on, &self.finish_in_one(), &(self.id, attempts)).await? > 0),
            (_, event) => {
                let finish = format!("DELETE FROM signals_todo WHERE {}", self.condition());
                let finished = execute(on, &finish, &(self.id, attempts)).await? > 0;
                fault::point("after_finish");
                if let (true, Some(event)) = (finished, event) {
                    delete_event(on, event).await?;
                }
                Ok(finished)
            }
        }
    }

    /// Deletes the call and, if it was the last one, its event: one statement of PostgreSQL. Both deletes see the rows of the beginning.
    fn finish_in_one(&self) -> String {
        format!(
            "WITH done AS (DELETE FROM signals_todo WHERE {} RETURNING id, event), gone AS (DELETE FROM signals_event USING done \
             WHERE signals_event.id = done.event AND NOT EXISTS (SELECT 1 FROM signals_todo t \
             WHERE t.event = done.event AND t.id <> done.id)) SELECT 1 FROM done",
            self.condition()
        )
    }

    /// The same at the end of the transaction that has locked the call, so that no other worker can have it. In PostgreSQL it is sent
    /// with the COMMIT.
    pub(super) async fn finish_locked(&self, tx: &Tx, event: Option<i64>) -> Result<bool> {
        if tx.db().dialect() == Dialect::Sqlite {
            return self.finish(DbOrTx::Tx(tx), Dialect::Sqlite, event).await;
        }
        let sql = match event {
            Some(_) => self.finish_in_one(),
            None => format!("DELETE FROM signals_todo WHERE {}", self.condition()),
        };
        let params = vec![Value::Integer(self.id), Value::Integer(i64::from(self.attempts))];
        tx.execute_last(LastStatement::new(sql, params)).await?;
        Ok(true)
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
        let set = "UPDATE signals_todo SET worker = NULL, attempts = $3, error = $4";
        let (condition, before) = (self.condition(), i64::from(self.attempts));
        let attempts = i64::from(attempts);
        let failed = if let Some(delay) = delay {
            let sql = format!("{set}, due = {} + $5 WHERE {condition}", now(dialect));
            execute(on, &sql, &(self.id, before, attempts, error, duration(delay))).await?
        } else {
            let sql = format!("{set}, due = {NEVER}, dead = TRUE WHERE {condition}");
            execute(on, &sql, &(self.id, before, attempts, error)).await?
        };
        Ok(failed > 0)
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

/// What one receiver has to do.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) receiver: String,
    /// Whether a call may begin.
    pub(super) is_due: bool,
    /// How long until the next call is due, as far as it is not due yet.
    pub(super) later: Option<Duration>,
}

impl FromRow for Work {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let later: Option<i64> = row.get(2)?;
        let later = later.map(|later| Duration::from_micros(u64::try_from(later).unwrap_or_default()));
        Ok(Self { receiver: row.get(0)?, is_due: row.get::<i64>(1)? > 0, later })
    }
}

/// What these receivers have to do, by one statement: it is what an idle worker asks.
pub(super) async fn work(db: &Db, receivers: &[&'static str], durables: &Durables) -> Result<Vec<Work>> {
    let dialect = db.dialect();
    let (now, table, is_next) = (now(dialect), table(receivers, durables), is_next(dialect));
    let sql = format!(
        "SELECT r.column1, CASE WHEN EXISTS (SELECT 1 FROM signals_todo t WHERE {is_next}) THEN 1 ELSE 0 END, \
         (SELECT MIN(t.due) FROM signals_todo t WHERE t.receiver = r.column1 AND t.due > {now} AND t.due < {NEVER}) - {now} \
         FROM {table}"
    );
    db.query_as(&sql, &&params(receivers)[..]).await
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
    let sql = "DELETE FROM signals_event WHERE id = ? AND NOT EXISTS (SELECT 1 FROM signals_todo t WHERE t.event = signals_event.id)";
    execute(on, sql, &(event,)).await.map(drop)
}
