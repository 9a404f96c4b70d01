//! The statements of a relay: which event is sent next, and which has arrived.

use std::collections::BTreeMap;
use std::panic::Location;
use std::time::Duration;

use super::message::Receipt;
use crate::db::{Db, DbOrTx, Tx};
use crate::durable::backoff;
use crate::durable::claim::{self, Claimed, NEVER, Wanted, duration, list, now};
use crate::durable::fence;
use crate::durable::heads::Heads;
use crate::durable::receivers::{Durables, relays};
use crate::error::{Error, Result};

/// How many events are sent together.
const TOGETHER: usize = 100;
/// The longest time until an event is sent again whose receipt has not come back.
const LONGEST: Duration = Duration::from_mins(10);

/// The events that wait for one program.
pub(super) struct Outbox<'a> {
    pub(super) db: &'a Db,
    pub(super) durables: &'a Durables,
    /// The name under which they are stored.
    pub(super) receiver: &'static str,
    pub(super) lease: Duration,
    pub(super) max_age: Duration,
    pub(super) in_flight: usize,
}

/// The names under which events wait for programs.
pub(super) fn receivers() -> impl Iterator<Item = &'static str> {
    relays()
}

/// The program whose events wait under this name.
pub(super) fn program(receiver: &'static str) -> &'static str {
    receiver.strip_prefix("nats:").unwrap_or(receiver)
}

/// Asks whether the table exists.
pub(super) async fn check(db: &Db) -> Result<()> {
    db.query_optional::<i64>("SELECT id FROM signals_todo LIMIT 1", &()).await.map(drop)
}

impl Outbox<'_> {
    /// The name of the program.
    pub(super) fn program(&self) -> &'static str {
        program(self.receiver)
    }

    /// The events that are sent next: the first of each key. They are due again after the lease.
    pub(super) async fn claim(&self, heads: &mut Heads) -> Result<Vec<Claimed>> {
        let receivers = &[self.receiver];
        let mut wanted = Wanted::new(receivers, self.durables, &[], self.db.dialect());
        if !wanted.exists(self.db).await? {
            // Those that are due for the longest time may wait for others of their keys, which are on their way.
            let first = heads.next(self.db, self.receiver, self.durables).await?;
            if first.is_empty() {
                return Ok(Vec::new());
            }
            wanted = wanted.among(&first);
        }
        let most = TOGETHER.min(self.in_flight.saturating_sub(self.on_their_way().await?));
        if most == 0 {
            return Ok(Vec::new());
        }
        let mut tx = match self.db.begin_at(Location::caller()).await {
            Ok(tx) => tx,
            Err(error) if claim::is_busy(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let claimed = self.claim_in(&tx, &wanted, most).await;
        tx.end(claimed).await
    }

    async fn claim_in(&self, tx: &Tx, wanted: &Wanted<'_>, most: usize) -> Result<Vec<Claimed>> {
        let dialect = self.db.dialect();
        let claimed = wanted.lock_some(tx, most).await?;
        let is_old = |claimed: &Claimed| claimed.at.elapsed().is_ok_and(|age| age > self.max_age);
        let (old, claimed): (Vec<_>, Vec<_>) = claimed.into_iter().partition(is_old);
        self.bury(tx, &old).await?;
        let mut of_attempts: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        for claimed in &claimed {
            of_attempts.entry(claimed.attempts).or_default().push(claimed.id);
        }
        for (attempts, ids) in of_attempts {
            let lease = backoff::doubled(self.lease, attempts, LONGEST);
            let (now, lease, ids) = (now(dialect), duration(lease), list(&ids));
            let sql =
                format!("UPDATE signals_todo SET due = {now} + {lease}, attempts = attempts + 1 WHERE id IN ({ids})");
            tx.execute(&sql, &()).await?;
        }
        Ok(claimed)
    }

    /// Events that are too old are dead: the other program may have forgotten that it has received them.
    async fn bury(&self, tx: &Tx, old: &[Claimed]) -> Result<()> {
        for Claimed { id, event, .. } in old {
            let error = format!(
                "event {event} waited longer than {:?} for the receipt of the program `{}`",
                self.max_age,
                self.program()
            );
            tx.execute(
                &format!("UPDATE signals_todo SET due = {NEVER}, dead = TRUE, error = ? WHERE id = {id}"),
                &(&*error,),
            )
            .await?;
            self.db.report(Error::other(error));
        }
        Ok(())
    }

    async fn on_their_way(&self) -> Result<usize> {
        let (now, most) = (now(self.db.dialect()), self.in_flight);
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM signals_todo WHERE receiver = ? AND due > {now} AND due < {NEVER} LIMIT \
             {most}) AS sent"
        );
        let sent: i64 = self.db.query_one(&sql, &(self.receiver,)).await?;
        Ok(usize::try_from(sent).unwrap_or_default())
    }

    /// The broker has not taken an event: it is due after this time.
    pub(super) async fn put_back(&self, claimed: &Claimed, after: Duration, error: &str) -> Result<()> {
        let (now, after, id) = (now(self.db.dialect()), duration(after), claimed.id);
        let sql = format!("UPDATE signals_todo SET due = {now} + {after}, error = ? WHERE id = {id} AND NOT dead");
        self.db.execute(&sql, &(error,)).await.map(drop)
    }
}

/// The programs have received these events. Whichever copy it was: nothing is left to send.
pub(super) async fn finish(db: &Db, receipts: &[Receipt], forget: bool) -> Result<()> {
    if receipts.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin_at(Location::caller()).await?;
    let finished = finish_in(&tx, receipts, forget).await;
    tx.end(finished).await
}

async fn finish_in(tx: &Tx, receipts: &[Receipt], forget: bool) -> Result<()> {
    // A database that was restored gives a number again: the time tells the events apart.
    let sql = "DELETE FROM signals_todo WHERE receiver = ? AND event = ? AND EXISTS (SELECT 1 FROM signals_event e WHERE e.id = \
               signals_todo.event AND e.at = ?)";
    for Receipt { by, event, at } in receipts {
        let receiver = format!("nats:{by}");
        let finished = tx.execute(sql, &(&*receiver, *event, *at)).await? > 0;
        if finished && forget {
            fence::delete_event(DbOrTx::Tx(tx), *event).await?;
        }
    }
    Ok(())
}
