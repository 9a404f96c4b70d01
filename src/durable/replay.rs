//! Calling a receiver for events that were stored before.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::panic::Location;
use std::time::SystemTime;

use signals_core::{BoxFuture, ReceiverName};

use super::claim;
use super::receivers::Durables;
use crate::db::{Db, Dialect, FromRow, Row, Tx, micros};
use crate::error::{Error, Result};

/// How many events are read at once.
const BATCH: i64 = 500;

/// Calls a durable receiver for the events that were stored at this time or later and are kept, see
/// [`Worker::keep_events`](super::Worker::keep_events): a receiver that is new, or one that did the wrong thing. Returns how many calls
/// were stored.
///
/// Its filters are asked again. Events for which a call of it waits, runs or is dead are left out. For a receiver that was called before,
/// its effects happen a second time, with the idempotency keys of the first.
///
/// ```rust,standalone_crate
/// use std::time::{Duration, SystemTime};
/// use signals::durable::{self, Worker};
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
///     let worker = Worker::new(&db).keep_events(Duration::from_secs(7 * 24 * 3600));
///     User { name: "ann".to_owned(), ..User::default() }.save(&db).await?;
///     worker.clone().run_due().await?; // welcome, ann
///
///     assert_eq!(durable::replay::<welcome>(&db, SystemTime::UNIX_EPOCH).await?, 1);
///     worker.run_due().await?; // welcome, ann
///     Ok(())
/// }
/// ```
///
/// # Errors
/// The receiver is not durable; an event cannot be read; errors of the database.
pub fn replay<R: ReceiverName>(db: &Db, since: SystemTime) -> BoxFuture<'_, Result<u64>> {
    Box::pin(replay_for(R::ID, db, since))
}

async fn replay_for(function: TypeId, db: &Db, since: SystemTime) -> Result<u64> {
    let of_function =
        signals_core::receivers().filter(|receiver| receiver.function == function && receiver.durable.is_some());
    let names: BTreeSet<&'static str> = of_function.map(|receiver| &*receiver.id.name).collect();
    if names.is_empty() {
        return Err(Error::other("a receiver whose attribute does not say `durable` has no stored events"));
    }
    let (durables, mut count) = (Durables::linked(), 0);
    for name in names {
        let mut after = 0;
        loop {
            let mut tx = db.begin_at(Location::caller()).await?;
            let batch = batch(&tx, name, &durables, (micros(since), after)).await;
            let Batch { last, stored } = tx.end(batch).await?;
            count += stored;
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
    }
    db.events_were_stored();
    Ok(count)
}

/// The events that were read at once.
struct Batch {
    /// The number of the last event, if there was one.
    last: Option<i64>,
    /// How many calls were stored.
    stored: u64,
}

struct StoredEvent {
    id: i64,
    signal: String,
    sender: String,
    version: u32,
    payload: String,
}

#[diagnostic::do_not_recommend]
impl FromRow for StoredEvent {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            signal: row.get(1)?,
            sender: row.get(2)?,
            version: row.get(3)?,
            payload: row.get(4)?,
        })
    }
}

async fn batch(tx: &Tx, name: &'static str, durables: &Durables, (since, after): (i64, i64)) -> Result<Batch> {
    // A worker deletes no event for which a call is about to be stored.
    let lock = match tx.db().dialect() {
        Dialect::Postgres => " FOR KEY SHARE OF e",
        Dialect::Sqlite => "",
    };
    let sql = format!(
        "SELECT e.id, e.signal, e.sender, e.version, e.payload FROM signals_event e WHERE e.at >= ? AND e.id > ? \
         AND NOT EXISTS (SELECT 1 FROM signals_todo t WHERE t.event = e.id AND t.receiver = ?) ORDER BY e.id LIMIT {BATCH}{lock}"
    );
    let events: Vec<StoredEvent> = tx.query_as(&sql, &(since, after, name)).await?;
    let (last, mut stored) = (events.last().map(|event| event.id), 0);
    for StoredEvent { id, signal, sender, version, payload } in events {
        let Some(call) = durables.find(name, &signal, &sender) else { continue };
        let fields = claim::fields(id, &payload)?;
        if let Some(order) = call.order(version, fields, tx.db())? {
            let insert =
                "INSERT INTO signals_todo (event, receiver, key, due, attempts, dead) VALUES (?, ?, ?, 0, 0, FALSE)";
            stored += tx.execute(insert, &(id, name, &*order.key())).await?;
        }
    }
    Ok(Batch { last, stored })
}
