//! The events that a transaction stores before it commits, for receivers that run later: in this process or another one.
//!
//! An event is a row of `signals_event`, and each receiver that has not finished with it is a row of `signals_todo`. They are written
//! at the end of the transaction, while it holds the locks of the rows that it has written: a second transaction with the same row gets
//! a larger number, so that the numbers of one row are in the order of the commits.

use std::borrow::Cow;
use std::time::SystemTime;

use serde_json::json;

use super::{Dialect, Exec, LastStatement, Statement, Tx};
use crate::error::{Error, Result};
use crate::value::Value;

/// An event, and the receivers that it is stored for.
#[derive(Debug)]
pub(crate) struct OutgoingEvent {
    /// The name of the signal.
    pub(crate) signal: &'static str,
    /// The table of the model that sends it; empty for a signal without senders.
    pub(crate) sender: &'static str,
    /// The key of the row; empty for a signal without senders.
    pub(crate) key: String,
    /// The version of the payload.
    pub(crate) version: u32,
    /// The payload, as JSON.
    pub(crate) payload: String,
    /// The values of the context that are carried, as JSON.
    pub(crate) context: Option<String>,
    pub(crate) calls: Vec<OutgoingCall>,
}

/// The call of one receiver.
#[derive(Debug)]
pub(crate) struct OutgoingCall {
    /// The id of the receiver.
    pub(crate) receiver: &'static str,
    pub(crate) order: CallOrder,
}

/// Among which calls of a receiver one keeps its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallOrder {
    /// Those of the same row, whose lock the transaction holds.
    OfRow,
    /// Those with the same value of a field.
    OfField(String),
    /// None: they may run at the same time.
    Free,
}

impl OutgoingEvent {
    fn key_of<'a>(&'a self, call: &'a OutgoingCall) -> &'a str {
        call.order.key(&self.key)
    }
}

impl CallOrder {
    /// The key of a call, as it is stored, for an event of the row with this key. Calls in no order have the empty key.
    pub(crate) fn key<'a>(&'a self, row: &'a str) -> &'a str {
        match self {
            Self::OfRow => row,
            Self::OfField(key) => key,
            Self::Free => "",
        }
    }
}

/// Stores the events of a transaction.
pub(super) async fn store(tx: &Tx, events: &[OutgoingEvent]) -> Result<()> {
    match tx.db().dialect() {
        Dialect::Postgres => store_in_postgres(tx, events).await,
        Dialect::Sqlite => store_in_sqlite(tx, events).await,
    }
}

/// One statement, in the round trip of COMMIT, however many events there are: a list of JSON is the only parameter. The numbers are taken in the order of the list.
const STORE: &str = "WITH given AS MATERIALIZED (\
    SELECT nextval(pg_get_serial_sequence('signals_event', 'id')) AS id, \
    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS at, e.* FROM jsonb_to_recordset($1::text::jsonb) \
    AS e(signal text, sender text, key text, version bigint, payload text, context text, calls jsonb)), \
    events AS (INSERT INTO signals_event (id, signal, sender, key, version, payload, context, at) \
    SELECT id, signal, sender, key, version, payload, context, at FROM given) \
    INSERT INTO signals_todo (event, receiver, key, due, attempts, dead) \
    SELECT given.id, c.receiver, c.key, given.at, 0, false FROM given, jsonb_to_recordset(given.calls) AS c(receiver text, key text)";

/// The locks of keys that are not those of rows, in one order for all transactions.
const LOCK: &str = "SELECT pg_advisory_xact_lock(key) FROM (\
    SELECT DISTINCT hashtextextended(k, 8244) AS key FROM jsonb_array_elements_text($1::text::jsonb) AS k ORDER BY 1) AS keys";

async fn store_in_postgres(tx: &Tx, events: &[OutgoingEvent]) -> Result<()> {
    let locks: Vec<Cow<'_, str>> = events
        .iter()
        .flat_map(|event| event.calls.iter())
        .filter_map(|call| match &call.order {
            CallOrder::OfField(key) => Some(format!("{}:{key}", call.receiver).into()),
            CallOrder::OfRow | CallOrder::Free => None,
        })
        .collect();
    if !locks.is_empty() {
        let locks = json!(locks).to_string();
        Exec::within(tx).run(Statement::query(LOCK, &(locks,), &mut |_| Ok(()))).await?;
    }
    let list: Vec<_> = events
        .iter()
        .map(|event| {
            let calls = event.calls.iter().map(|call| json!({"receiver": call.receiver, "key": event.key_of(call)}));
            json!({
                "signal": event.signal,
                "sender": event.sender,
                "key": event.key,
                "version": event.version,
                "payload": event.payload,
                "context": event.context,
                "calls": calls.collect::<Vec<_>>(),
            })
        })
        .collect();
    let list = serde_json::Value::from(list).to_string();
    tx.execute_last(LastStatement::new(STORE, vec![Value::Text(list)])).await
}

async fn store_in_sqlite(tx: &Tx, events: &[OutgoingEvent]) -> Result<()> {
    const EVENT: &str =
        "INSERT INTO signals_event (signal, sender, key, version, payload, context, at) VALUES (?, ?, ?, ?, ?, ?, ?)";
    const CALL: &str = "INSERT INTO signals_todo (event, receiver, key, due, attempts, dead) VALUES (?, ?, ?, ?, 0, 0)";
    let exec = Exec::within(tx);
    for event in events {
        let OutgoingEvent { signal, sender, key, version, payload, context, calls } = event;
        let mut id = None;
        let version = i64::from(*version);
        let at = micros(SystemTime::now());
        let params = (*signal, *sender, &**key, version, &**payload, context.as_deref(), at);
        exec.run(Statement::insert(EVENT, &params, &mut id)).await?;
        let id = id.ok_or_else(|| Error::database("the event of a durable receiver was not inserted"))?;
        for call in calls {
            exec.run(Statement::new(CALL, &(id, call.receiver, event.key_of(call), at))).await?;
        }
    }
    Ok(())
}

/// Microseconds since the beginning of 1970 in UTC.
pub(crate) fn micros(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
