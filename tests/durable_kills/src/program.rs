//! The program that is killed: a model, two signals, and their durable receivers, which note each of their effects.

use std::time::Duration;

use signals::durable::Delivery;
use signals::prelude::*;

/// A row that producers change. `seq` is increased under the lock of the row, so it counts its commits.
#[model(table = "kill_item")]
#[derive(Debug, Default)]
pub(crate) struct Item {
    #[key]
    pub(crate) id: Id<Item>,
    /// The number of the operation that wrote it last.
    pub(crate) op: i64,
    pub(crate) seq: i64,
}

#[signal(durable)]
#[derive(Debug)]
pub(crate) struct Paid {
    pub(crate) op: i64,
    pub(crate) account: i64,
    pub(crate) is_poison: bool,
}

/// Sent by a durable receiver.
#[signal(durable)]
#[derive(Debug)]
pub(crate) struct Echo {
    pub(crate) op: i64,
}

/// Its receivers end their process, each time.
#[signal(durable)]
#[derive(Debug)]
pub(crate) struct Deadly {
    pub(crate) op: i64,
}

/// What happened in a transaction that was committed: it is noted there as well, in `kill_ledger`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Saved,
    Deleted,
    Paid,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Saved, Self::Deleted, Self::Paid];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Deleted => "deleted",
            Self::Paid => "paid",
        }
    }

    /// The receivers that must have an effect.
    pub(crate) const fn receivers(self) -> &'static [&'static str] {
        match self {
            Self::Saved => &["tx_item", "out_item"],
            Self::Deleted => &["tx_gone", "tx_echo"],
            Self::Paid => &["tx_paid", "out_paid", "out_free"],
        }
    }
}

/// The tables that are no models: what was committed, the effects of receivers with `tx`, and those of receivers without.
pub(crate) fn tables(is_sqlite: bool) -> String {
    let number = if is_sqlite { "INTEGER PRIMARY KEY AUTOINCREMENT" } else { "BIGSERIAL PRIMARY KEY" };
    format!(
        "CREATE TABLE kill_ledger (n {number}, op BIGINT NOT NULL, kind TEXT NOT NULL, seq BIGINT NOT NULL, \
         is_poison BOOLEAN NOT NULL, UNIQUE (op, kind));
         CREATE TABLE kill_effect (n {number}, receiver TEXT NOT NULL, event BIGINT NOT NULL, call_key TEXT NOT NULL, \
         op BIGINT NOT NULL, attempt BIGINT NOT NULL, phase TEXT NOT NULL);"
    )
}

const NOTE: &str = "INSERT INTO kill_effect (receiver, event, call_key, op, attempt, phase) VALUES (?, ?, ?, ?, ?, ?)";

fn note<'a>(delivery: &'a Delivery, op: i64, phase: &'static str) -> (&'a str, i64, &'a str, i64, i64, &'static str) {
    (delivery.receiver(), delivery.event(), delivery.key(), op, delivery.attempt().into(), phase)
}

async fn in_tx(tx: &Tx, delivery: &Delivery, op: i64) -> Result<()> {
    tx.execute(NOTE, &note(delivery, op, "effect")).await?;
    chance(delivery, op)
}

async fn outside(db: &Db, delivery: &Delivery, op: i64, ends: Result<()>) -> Result<()> {
    let note = async |phase| {
        let noted = db.execute(NOTE, &note(delivery, op, phase)).await;
        noted.map_err(|_| delivery.retry_after(Duration::from_millis(20)))
    };
    note("begin").await?;
    let hash = hash(delivery, op);
    // Some take longer than the lease, which is renewed.
    let time = match hash % 24 {
        0 => 700,
        1..4 => 60,
        short => short / 4,
    };
    tokio::time::sleep(Duration::from_millis(time)).await;
    ends?;
    chance(delivery, op)?;
    note("effect").await?;
    Ok(())
}

/// Fails now and then, in each way in which a receiver can.
fn chance(delivery: &Delivery, op: i64) -> Result<()> {
    match hash(delivery, op) / 24 % 16 {
        0 => Err(delivery.retry_after(Duration::from_millis(15)).into()),
        1 if delivery.attempt() < 6 => Err(signals::Error::other("chance")),
        _ => Ok(()),
    }
}

fn hash(delivery: &Delivery, op: i64) -> u64 {
    let seed = op.unsigned_abs() ^ u64::from(delivery.attempt()) << 40 ^ (delivery.receiver().len() as u64) << 50;
    crate::random::Random::new(seed).next()
}

#[receiver(post_commit, sender = Item, durable, id = "tx_item", retries = 100_000, backoff = "10ms")]
async fn tx_item(instance: &Item, tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    in_tx(tx, delivery, instance.op).await
}

#[receiver(post_commit, sender = Item, durable, id = "out_item", retries = 100_000, backoff = "10ms")]
async fn out_item(instance: &Item, db: &Db, delivery: &Delivery) -> Result<()> {
    outside(db, delivery, instance.op, Ok(())).await
}

#[receiver(post_delete_commit, sender = Item, durable, id = "tx_gone", retries = 100_000, backoff = "10ms")]
async fn tx_gone(instance: &Item, tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    Echo { op: instance.op }.send(tx).await?;
    in_tx(tx, delivery, instance.op).await
}

#[receiver(Echo, durable, id = "tx_echo", retries = 100_000, backoff = "10ms")]
async fn tx_echo(op: i64, tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    in_tx(tx, delivery, op).await
}

#[receiver(Paid, durable, key = account, id = "tx_paid", retries = 100_000, backoff = "10ms")]
async fn tx_paid(op: i64, tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    in_tx(tx, delivery, op).await
}

#[receiver(Paid, durable, key = account, id = "out_paid", retries = 100_000, backoff = "10ms")]
async fn out_paid(op: i64, db: &Db, delivery: &Delivery) -> Result<()> {
    outside(db, delivery, op, Ok(())).await
}

#[receiver(Paid, durable, id = "out_free", retries = 100_000, backoff = "10ms", on_dead = skip)]
async fn out_free(op: i64, is_poison: bool, db: &Db, delivery: &Delivery) -> Result<()> {
    let ends = if is_poison { Err(delivery.give_up("poison").into()) } else { Ok(()) };
    outside(db, delivery, op, ends).await
}

#[receiver(Deadly, durable, id = "tx_deadly", retries = 2)]
async fn tx_deadly(op: i64, tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    in_tx(tx, delivery, op).await?;
    std::process::abort()
}

#[receiver(Deadly, durable, id = "out_deadly", retries = 2)]
async fn out_deadly(op: i64, db: &Db, delivery: &Delivery) -> Result<()> {
    db.execute(NOTE, &note(delivery, op, "begin")).await?;
    std::process::abort()
}
