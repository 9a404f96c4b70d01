//! The statements that store the events of a transaction.

use std::borrow::Cow;
use std::time::SystemTime;

use serde_json::json;

use super::outgoing::{CallOrder, OutgoingEvent, micros};
use super::{Dialect, Exec, LastStatement, Statement, Tx};
use crate::error::{Error, Result};
use crate::value::Value;

impl Tx {
    /// Stores events of this transaction.
    pub(super) async fn store(&self, events: &[OutgoingEvent]) -> Result<()> {
        match self.db().dialect() {
            Dialect::Postgres => store_in_postgres(self, events).await,
            Dialect::Sqlite => store_in_sqlite(self, events).await,
        }
    }
}

/// One statement, in the round trip of COMMIT, unless the events are very large: a list of JSON is the only parameter. The numbers are taken in the order of the list.
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
            CallOrder::OfField(_) => Some(format!("{}:{}", call.receiver, call.order.key()).into()),
            CallOrder::OfRow(_) | CallOrder::Free => None,
        })
        .collect();
    if !locks.is_empty() {
        let locks = json!(locks).to_string();
        Exec::within(tx).run(Statement::query(LOCK, &(locks,), &mut |_| Ok(()))).await?;
    }
    let mut rest = events;
    loop {
        let (part, others) = split(rest);
        if others.is_empty() {
            return tx.execute_last(LastStatement::new(STORE, vec![Value::Text(list(part))])).await;
        }
        Exec::within(tx).run(Statement::new(STORE, &(list(part),))).await?;
        rest = others;
    }
}

/// How many bytes of payloads one statement stores, and one more payload: PostgreSQL refuses lists of 256 MB.
const PART: usize = 32 << 20;

/// The events that are stored first, and those that are left.
fn split(events: &[OutgoingEvent]) -> (&[OutgoingEvent], &[OutgoingEvent]) {
    let mut size = 0;
    let is_last = |event: &OutgoingEvent| {
        size += event.payload.len();
        size > PART
    };
    let end = events.iter().position(is_last).map_or(events.len(), |last| last + 1);
    events.split_at(end)
}

/// The parameter of [`STORE`].
fn list(events: &[OutgoingEvent]) -> String {
    let list: Vec<_> = events
        .iter()
        .map(|event| {
            let calls = event.calls.iter().map(|call| json!({"receiver": call.receiver, "key": call.order.key()}));
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
    serde_json::Value::from(list).to_string()
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
            exec.run(Statement::new(CALL, &(id, call.receiver, &*call.order.key(), at))).await?;
        }
    }
    Ok(())
}
