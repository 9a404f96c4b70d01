//! The wiring as JSON.

use serde::Serialize;
use signals_core::{Durability, OnDead, ReceiverId};

use super::{WiredReceiver, WiredSignal, Wiring};

impl Wiring {
    /// The wiring as JSON: an array with an object for each signal of each sender.
    ///
    /// ```json
    /// [
    ///   {
    ///     "signal": "post_save",
    ///     "sender": "User",
    ///     "module": "accounts",
    ///     "any_sender": false,
    ///     "error": null,
    ///     "receivers": [
    ///       {
    ///         "name": "accounts::create_profile",
    ///         "module": "accounts",
    ///         "file": "src/accounts.rs",
    ///         "line": 12,
    ///         "column": 1,
    ///         "filters": ["created = true"],
    ///         "reads": ["instance", "tx"],
    ///         "context": ["Mailer", "Option<Actor>"],
    ///         "any_sender": false,
    ///         "raw": false,
    ///         "async": true,
    ///         "durable": null,
    ///         "after": [],
    ///         "before": []
    ///       }
    ///     ]
    ///   }
    /// ]
    /// ```
    ///
    /// For a durable receiver, `durable` is an object such as
    /// `{"tx": true, "key": null, "retries": 24, "backoff": 1000, "concurrency": null, "on_dead": "block_key"}`, with the time in
    /// milliseconds.
    #[must_use]
    pub fn to_json(&self) -> String {
        let signals: Vec<SignalObject<'_>> = self.signals.iter().map(SignalObject::of).collect();
        match serde_json::to_string_pretty(&signals) {
            Ok(json) => json + "\n",
            Err(error) => unreachable!("its maps have strings as keys: {error}"),
        }
    }
}

#[derive(Serialize)]
struct SignalObject<'a> {
    signal: &'a str,
    sender: Option<&'a str>,
    module: Option<&'a str>,
    any_sender: bool,
    error: Option<String>,
    receivers: Vec<ReceiverObject<'a>>,
}

impl<'a> SignalObject<'a> {
    fn of(signal: &'a WiredSignal) -> Self {
        Self {
            signal: signal.signal,
            sender: signal.sender,
            module: signal.module,
            any_sender: signal.any_sender,
            error: signal.error.as_ref().map(ToString::to_string),
            receivers: signal.receivers.iter().map(ReceiverObject::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct ReceiverObject<'a> {
    name: &'a str,
    module: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    filters: &'a [&'a str],
    reads: &'a [&'a str],
    context: Vec<String>,
    any_sender: bool,
    raw: bool,
    #[serde(rename = "async")]
    is_async: bool,
    durable: Option<DurableObject>,
    after: Vec<&'a str>,
    before: Vec<&'a str>,
}

impl<'a> ReceiverObject<'a> {
    fn of(wired: &'a WiredReceiver) -> Self {
        let WiredReceiver { receiver, any_sender, after, before } = wired;
        let location = receiver.id.location;
        Self {
            name: &receiver.id.name,
            module: receiver.module,
            file: location.file,
            line: location.line,
            column: location.column,
            filters: receiver.filters,
            reads: receiver.reads,
            context: receiver.context.iter().map(ToString::to_string).collect(),
            any_sender: *any_sender,
            raw: receiver.raw,
            is_async: receiver.is_async(),
            durable: receiver.durable.map(DurableObject::of),
            after: names(after),
            before: names(before),
        }
    }
}

/// How a durable receiver is delivered. Times are in milliseconds.
#[derive(Serialize)]
struct DurableObject {
    tx: bool,
    key: Option<&'static str>,
    retries: u32,
    backoff: u128,
    concurrency: Option<u32>,
    on_dead: &'static str,
}

impl DurableObject {
    fn of(durable: &Durability) -> Self {
        Self {
            tx: durable.takes_tx,
            key: durable.key,
            retries: durable.retries,
            backoff: durable.backoff.as_millis(),
            concurrency: durable.concurrency,
            on_dead: match durable.on_dead {
                OnDead::BlockKey => "block_key",
                OnDead::Skip => "skip",
            },
        }
    }
}

fn names<'a>(receivers: &[&'a ReceiverId]) -> Vec<&'a str> {
    receivers.iter().map(|id| &*id.name).collect()
}
