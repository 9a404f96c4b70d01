//! What was received: a second copy of an event changes nothing.

use std::sync::OnceLock;

use super::declare::Incoming;
use super::message::Envelope;
use crate::db::{Db, Tx};
use crate::durable::claim::now;
use crate::error::Result;
use crate::model::{Id, LeftOut, Meta, Model};

/// An event of another program that was received. The row is written by the transaction that stores the event for the receivers of this
/// program, and deleted when no copy of the event can arrive any more.
#[crate::model(crate = crate, table = "signals_inbox", unique(producer, event, at))]
#[derive(Debug)]
pub struct Inbox {
    /// The number of the row.
    #[key]
    pub id: Id<Inbox>,
    /// The name of the program that sent it.
    pub producer: String,
    /// The number of the event there.
    pub event: i64,
    /// When it was stored there, in microseconds since the beginning of 1970 in UTC. A database that was restored gives a number again.
    pub at: i64,
    /// When its program does not send it any more, in microseconds since the beginning of 1970 in UTC.
    #[index]
    pub expires: i64,
}

/// Notes that an event was received. Returns false if it was received before.
pub(super) async fn note(tx: &Tx, envelope: &Envelope) -> Result<bool> {
    let sql = "INSERT INTO signals_inbox (producer, event, at, expires) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
    let Envelope { from, event, at, expires, .. } = envelope;
    Ok(tx.execute(sql, &(&**from, *event, *at, *expires)).await? > 0)
}

/// Deletes the rows of events that are not sent any more.
pub(super) async fn clean(db: &Db) -> Result<u64> {
    db.execute(&format!("DELETE FROM signals_inbox WHERE expires < {}", now(db.dialect())), &()).await
}

/// Asks whether the table exists.
pub(super) async fn check(db: &Db) -> Result<()> {
    db.query_optional::<i64>("SELECT id FROM signals_inbox LIMIT 1", &()).await.map(drop)
}

signals_core::__private::register!(
    LEFT_OUT,
    signals_core::__private::Entry::Declared { module: module_path!(), value: &LeftOut(left_out) }
);

/// The table of a program that receives nothing is not created, and not checked.
fn left_out(meta: &'static Meta) -> bool {
    static IS_USED: OnceLock<bool> = OnceLock::new();
    std::ptr::eq(meta, Inbox::META) && !*IS_USED.get_or_init(|| Incoming::linked().next().is_some())
}
