//! The statements of workers: which call is next, and what becomes of it.
//!
//! A call may begin if it is due and the first of its receiver and key. The clock is that of the database.

use std::time::{Duration, SystemTime};

use serde_json::Value as Json;

use super::receivers::Durables;
use crate::column::read_around;
use crate::db::{Db, Dialect, FromRow, Row, Tx};
use crate::delivery::{AROUND, Fields};
use crate::error::{Error, ErrorKind, Result};
use crate::fault::{self, Rule};
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
    /// The worker that it was leased to before, if that lease has ended and was not released.
    pub(super) worker: Option<i64>,
    /// When it was due, in microseconds since 1970.
    pub(super) due: i64,
    /// How long ago that was.
    pub(super) overdue: Duration,
    pub(super) signal: String,
    pub(super) sender: String,
    pub(super) version: u32,
    pub(super) payload: String,
    pub(super) context: Option<String>,
    pub(super) at: SystemTime,
}

/// What [`Claimed`] reads of a call `t` and its event `e`.
pub(super) fn columns(dialect: Dialect) -> String {
    let now = now(dialect);
    format!(
        "t.id, t.event, t.receiver, t.key, t.attempts, t.due, {now} - t.due, e.signal, e.sender, e.version, e.payload, e.context, e.at, t.worker"
    )
}

#[diagnostic::do_not_recommend]
impl FromRow for Claimed {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            event: row.get(1)?,
            receiver: row.get(2)?,
            key: row.get(3)?,
            attempts: row.get(4)?,
            due: row.get(5)?,
            overdue: Duration::from_micros(row.get::<i64>(6)?.try_into().unwrap_or_default()),
            signal: row.get(7)?,
            sender: row.get(8)?,
            version: row.get(9)?,
            payload: row.get(10)?,
            context: row.get(11)?,
            at: time(row.get(12)?),
            worker: row.get(13)?,
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

/// What makes a SELECT lock its rows, and leave out those that others have locked. In SQLite only one transaction can write.
pub(super) fn skip_locked(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
        Dialect::Sqlite => "",
    }
}

/// The receivers as a table `r`: `column1` is the name, and `column2` whether dead calls do not hold back the next ones of their key.
/// Their names are the first parameters.
pub(super) fn table(receivers: &[&str], durables: &Durables) -> String {
    let rows: Vec<String> =
        receivers.iter().zip(1..).map(|(name, n)| format!("(${n}, {})", skips(durables, name))).collect();
    format!("(VALUES {}) AS r", rows.join(", "))
}

/// Whether dead calls of the receiver do not hold back the next ones of their key, in SQL.
pub(super) fn skips(durables: &Durables, receiver: &str) -> &'static str {
    if durables.skips_dead(receiver) { "TRUE" } else { "FALSE" }
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

/// Which calls a worker asks for.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) receivers: &'a [&'static str],
    pub(super) durables: &'a Durables,
    pub(super) among: Among,
    /// The calls that this worker runs: after a long pause their leases may have ended.
    running: String,
    dialect: Dialect,
}

/// Among which calls the next one is looked for.
#[derive(Debug)]
pub(super) enum Among {
    /// Those that are due for the longest time, up to [`CANDIDATES`] of each receiver.
    Due,
    /// These calls.
    These(String),
}

/// How many calls of a receiver are asked whether they are the first of their key. If as many are due and none may begin, because they
/// wait for a call that runs, fails or is dead, [`heads`](super::heads) finds the first calls of other keys: to ask all that wait takes seconds if
/// they are a million.
pub(super) const CANDIDATES: usize = 100;

/// The receiver of a row of [`table`].
const OF_ROW: &str = "r.column1";

/// The calls of a receiver that are due for the longest time, as a table `n`.
fn due(receiver: &str, dialect: Dialect) -> String {
    format!(
        "(SELECT f.id, f.due FROM signals_todo f WHERE f.receiver = {receiver} AND f.due <= {} ORDER BY f.due, f.id \
         LIMIT {CANDIDATES}) AS n",
        now(dialect)
    )
}

impl<'a> Wanted<'a> {
    pub(super) fn new(
        receivers: &'a [&'static str],
        durables: &'a Durables,
        running: &[i64],
        dialect: Dialect,
    ) -> Self {
        Self { receivers, durables, among: Among::Due, running: array(running, dialect), dialect }
    }

    /// Only these calls.
    pub(super) fn among(self, calls: &[i64]) -> Self {
        Self { among: Among::These(array(calls, self.dialect)), ..self }
    }

    /// The next call of these receivers. In PostgreSQL it is locked until the end of the transaction, and calls that others have
    /// locked are skipped.
    pub(super) async fn lock_next(&self, tx: &Tx) -> Result<Option<Claimed>> {
        tx.query_optional(&self.select_next(), &&self.params()[..]).await
    }

    /// As [`lock_next`](Self::lock_next), for several calls of the only receiver.
    #[cfg(feature = "nats")]
    pub(super) async fn lock_some(&self, tx: &Tx, most: usize) -> Result<Vec<Claimed>> {
        let lock = match self.dialect {
            Dialect::Postgres => " FOR UPDATE OF t SKIP LOCKED",
            Dialect::Sqlite => "",
        };
        let (table, candidates, is_next) = (self.table(), self.candidates("$1"), is_next(self.dialect));
        let (columns, is_other) = (columns(self.dialect), self.is_other());
        let sql = format!(
            "SELECT {columns} FROM {table}, {candidates} JOIN signals_todo t ON t.id = n.id JOIN signals_event e ON e.id = t.event \
             WHERE {is_next} AND {is_other} ORDER BY n.due, n.id LIMIT {most}{lock}"
        );
        tx.query_as(&sql, &&self.params()[..]).await
    }

    /// Whether one of these calls may begin.
    pub(super) async fn exists(&self, db: &Db) -> Result<bool> {
        let (table, candidates, is_next, is_other) =
            (self.table(), self.candidates(OF_ROW), is_next(self.dialect), self.is_other());
        let sql = format!(
            "SELECT 1 FROM {table} WHERE EXISTS (SELECT 1 FROM {candidates} JOIN signals_todo t ON t.id = n.id WHERE {is_next} AND {is_other}) \
             LIMIT 1"
        );
        Ok(db.query_optional::<i64>(&sql, &&self.params()[..]).await?.is_some())
    }

    /// Selects the next call of these receivers, as `c`: the one that is due for the longest time.
    ///
    /// The calls of a receiver are read from an index in the order in which they are due, until one is the first of its key and not
    /// locked. A join of all receivers would have to sort all calls that are due.
    pub(super) fn select_next(&self) -> String {
        let (table, candidates, is_next) = (self.table(), self.candidates(OF_ROW), is_next(self.dialect));
        let (columns, is_other, now) = (columns(self.dialect), self.is_other(), now(self.dialect));
        match self.dialect {
            // The receiver whose oldest call is due for the longest time is asked first, and one call is locked at most.
            Dialect::Postgres => format!(
                "SELECT c.* FROM (SELECT r.column1, r.column2 FROM {table}, LATERAL (SELECT f.due, f.id FROM signals_todo f \
                 WHERE f.receiver = r.column1 AND f.due <= {now} ORDER BY f.due, f.id LIMIT 1) AS f ORDER BY f.due, f.id) AS r, \
                 LATERAL (SELECT {columns} FROM {candidates} JOIN signals_todo t ON t.id = n.id JOIN signals_event e ON e.id = t.event \
                 WHERE {is_next} AND {is_other} ORDER BY n.due, n.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED) AS c LIMIT 1"
            ),
            // The candidates are read in their order until one is next: to ask for an order would first look at all of them.
            Dialect::Sqlite => format!(
                "SELECT {columns} FROM (SELECT (SELECT t.id FROM {candidates} CROSS JOIN signals_todo t ON t.id = n.id \
                 WHERE {is_next} AND {is_other} LIMIT 1) AS id FROM {table}) AS n \
                 JOIN signals_todo t ON t.id = n.id JOIN signals_event e ON e.id = t.event ORDER BY t.due, t.id LIMIT 1"
            ),
        }
    }

    fn table(&self) -> String {
        table(self.receivers, self.durables)
    }

    fn candidates(&self, receiver: &str) -> String {
        let calls = self.receivers.len() + 2;
        match (&self.among, self.dialect) {
            (Among::Due, dialect) => due(receiver, dialect),
            (Among::These(_), Dialect::Postgres) => {
                format!("(SELECT f.id, f.due FROM signals_todo f WHERE f.id = ANY (${calls}::text::bigint[])) AS n")
            }
            (Among::These(_), Dialect::Sqlite) => {
                format!("(SELECT f.id, f.due FROM json_each(${calls}) AS j JOIN signals_todo f ON f.id = j.value) AS n")
            }
        }
    }

    /// Whether the call is none of those that this worker runs.
    fn is_other(&self) -> String {
        let running = self.receivers.len() + 1;
        match self.dialect {
            Dialect::Postgres => format!("t.id <> ALL (${running}::text::bigint[])"),
            Dialect::Sqlite => format!("t.id NOT IN (SELECT value FROM json_each(${running}))"),
        }
    }

    pub(super) fn params(&self) -> Vec<ValueRef<'_>> {
        let mut params = names(self.receivers);
        params.push(ValueRef::Text(&self.running));
        if let Among::These(calls) = &self.among {
            params.push(ValueRef::Text(calls));
        }
        params
    }
}

/// The parameters of [`table`].
fn names<'a>(receivers: &[&'a str]) -> Vec<ValueRef<'a>> {
    receivers.iter().map(|name| ValueRef::Text(name)).collect()
}

/// The numbers of calls as one parameter.
fn array(ids: &[i64], dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => format!("{{{}}}", list(ids)),
        Dialect::Sqlite => format!("[{}]", list(ids)),
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

/// What one receiver has to do.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) receiver: String,
    /// Whether a call may begin.
    pub(super) is_due: bool,
    /// Whether more calls are due than were asked whether they may begin.
    pub(super) is_crowded: bool,
    /// How long until the next call is due, as far as it is not due yet.
    pub(super) later: Option<Duration>,
}

impl FromRow for Work {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let later: Option<i64> = row.get(3)?;
        let later = later.map(|later| Duration::from_micros(u64::try_from(later).unwrap_or_default()));
        let is_crowded = usize::try_from(row.get::<i64>(2)?).is_ok_and(|due| due >= CANDIDATES);
        Ok(Self { receiver: row.get(0)?, is_due: row.get::<i64>(1)? > 0, is_crowded, later })
    }
}

/// What these receivers have to do, by one statement: it is what an idle worker asks.
pub(super) async fn work(db: &Db, receivers: &[&'static str], durables: &Durables) -> Result<Vec<Work>> {
    let dialect = db.dialect();
    let (now, table, candidates, is_next) =
        (now(dialect), table(receivers, durables), due(OF_ROW, dialect), is_next(dialect));
    let sql = format!(
        "SELECT r.column1, CASE WHEN EXISTS (SELECT 1 FROM {candidates} JOIN signals_todo t ON t.id = n.id WHERE {is_next}) \
         THEN 1 ELSE 0 END, (SELECT COUNT(*) FROM {candidates}), \
         (SELECT MIN(t.due) FROM signals_todo t WHERE t.receiver = r.column1 AND t.due > {now} AND t.due < {NEVER}) - {now} \
         FROM {table}"
    );
    db.query_as(&sql, &&names(receivers)[..]).await
}
