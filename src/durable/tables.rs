//! The two tables, which are models like any other. They belong to a program only if it has a durable receiver.

use std::sync::OnceLock;

use super::receivers::relays;
use crate::model::{Id, LeftOut, Meta, Model};

/// An event: a durable signal that was sent, or a row that was saved or deleted. The payload is stored once, for all of its receivers.
#[crate::model(crate = crate, table = "signals_event")]
#[derive(Debug)]
pub struct Event {
    /// The number of the event.
    #[key]
    pub id: Id<Event>,
    /// The name of the signal: `post_commit`, or that of a durable signal.
    pub signal: String,
    /// The table of the model that sent it; empty for a signal without senders.
    pub sender: String,
    /// The key of the row; empty for a signal without senders.
    pub key: String,
    /// The version of the payload.
    pub version: i64,
    /// The payload, as JSON.
    pub payload: String,
    /// The values of the context that are carried, as JSON.
    pub context: Option<String>,
    /// When it was stored, in microseconds since the beginning of 1970 in UTC.
    pub at: i64,
}

/// A call that has not succeeded yet: one receiver of one event. The row is deleted when the receiver has succeeded.
#[crate::model(crate = crate, table = "signals_todo", unique(receiver, key, event), index(receiver, due, id))]
#[derive(Debug)]
pub struct Todo {
    /// The number of the call.
    #[key]
    pub id: Id<Todo>,
    /// The event.
    #[foreign_key(on_delete = do_nothing)]
    #[column(name = "event")]
    pub event: Id<Event>,
    /// The id of the receiver.
    pub receiver: String,
    /// The key in whose order the receiver is called; empty if it is called in no order.
    pub key: String,
    /// When the next attempt is due, or the lease of the running one ends, in microseconds since the beginning of 1970 in UTC.
    pub due: i64,
    /// How many attempts have begun.
    pub attempts: i64,
    /// The worker that is running it outside of a transaction.
    #[index]
    pub worker: Option<i64>,
    /// How the last attempt failed.
    pub error: Option<String>,
    /// Whether no attempt follows.
    pub dead: bool,
}

/// Whether the program has durable receivers, or sends durable signals to other programs.
pub(crate) fn is_used() -> bool {
    static IS_USED: OnceLock<bool> = OnceLock::new();
    let has_receivers = || signals_core::receivers().any(|receiver| receiver.durable.is_some());
    *IS_USED.get_or_init(|| has_receivers() || relays().next().is_some())
}

signals_core::__private::register!(
    LEFT_OUT,
    signals_core::__private::Entry::Declared { module: module_path!(), value: &LeftOut(left_out) }
);

/// The tables of a program without durable receivers are not created, and not checked.
fn left_out(meta: &'static Meta) -> bool {
    (std::ptr::eq(meta, Event::META) || std::ptr::eq(meta, Todo::META)) && !is_used()
}
