//! The processes that are killed: producers and workers. They end only by a kill.

use std::time::Duration;

use signals::ConnectOptions;
use signals::durable::Worker;
use signals::prelude::*;
use tokio::time::sleep;

use crate::program::{Item, Kind, Paid};
use crate::random::Random;

/// How many rows all producers share. They are never deleted.
pub(crate) const SHARED: i64 = 6;
/// Producers wait while more calls than this are waiting.
const ENOUGH: i64 = 120;

async fn connect(url: &str, is_verbose: bool) -> Db {
    loop {
        let options = ConnectOptions::new(url).pool_size(6).on_error(move |error| {
            if is_verbose {
                eprintln!("{}: {error}", std::process::id());
            }
        });
        match options.connect().await {
            Ok(db) => return db,
            Err(_) => sleep(Duration::from_millis(30)).await,
        }
    }
}

fn is_verbose() -> bool {
    std::env::var_os("SIGNALS_KILLS_VERBOSE").is_some()
}

/// Calls receivers, until it is killed.
pub(crate) async fn work(url: &str, lease: Duration) -> ! {
    let db = connect(url, is_verbose()).await;
    loop {
        let worker = Worker::new(&db).poll_every(Duration::from_millis(100)).lease(lease);
        // It fails only while the database does not answer.
        if let Err(error) = worker.run(std::future::pending()).await
            && is_verbose()
        {
            eprintln!("{}: {error}", std::process::id());
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Changes rows and sends signals, until it is killed. Its operations have numbers that no other process has.
pub(crate) async fn produce(url: &str, number: u64) -> ! {
    let db = connect(url, is_verbose()).await;
    let mut producer =
        Producer { random: Random::new(number), op: i64::try_from(number * 1_000_000).unwrap_or_default() };
    loop {
        let waiting = db.query_one::<i64>("SELECT COUNT(*) FROM signals_todo WHERE NOT dead", &()).await;
        if waiting.is_ok_and(|waiting| waiting < ENOUGH) {
            // A transaction that fails is rolled back, or its end is unknown: the ledger says which.
            if let Err(error) = producer.transaction(&db).await
                && is_verbose()
            {
                eprintln!("{}: {error}", std::process::id());
            }
        }
        sleep(Duration::from_millis(producer.random.below(20))).await;
    }
}

struct Producer {
    random: Random,
    op: i64,
}

impl Producer {
    fn next_op(&mut self) -> i64 {
        self.op += 1;
        self.op
    }

    async fn transaction(&mut self, db: &Db) -> Result<()> {
        let mut tx = db.begin().await?;
        let first = 1 + i64::try_from(self.random.below(SHARED.unsigned_abs())).unwrap_or_default();
        self.change(&mut tx, first).await?;
        if first < SHARED && self.random.chance(30) {
            self.change(&mut tx, first + 1).await?;
        }
        if self.random.chance(50) {
            self.pay(&mut tx).await?;
        }
        if self.random.chance(25) {
            self.delete(&mut tx).await?;
        }
        // Afterwards, because a row that is created and deleted in one transaction sends nothing.
        if self.random.chance(25) {
            self.create(&mut tx).await?;
        }
        if self.random.chance(20) {
            self.undone(&mut tx).await?;
        }
        if self.random.chance(20) { tx.rollback().await } else { tx.commit().await }
    }

    /// Changes a shared row. The first statement locks it, so that `seq` counts the commits.
    async fn change(&mut self, tx: &mut Tx, id: i64) -> Result<()> {
        let op = self.next_op();
        tx.execute("UPDATE kill_item SET seq = seq + 1 WHERE id = ?", &(id,)).await?;
        let mut item = Item::filter(|item| item.id.eq(Id::new(id))).one(&*tx).await?;
        item.op = op;
        item.save(&*tx).await?;
        committed(tx, op, Kind::Saved, item.seq, false).await
    }

    async fn create(&mut self, tx: &mut Tx) -> Result<()> {
        let op = self.next_op();
        Item { op, ..Item::default() }.save(&*tx).await?;
        committed(tx, op, Kind::Saved, 0, false).await
    }

    /// Deletes a row that is not shared. One that this transaction has created sends nothing, and is not in the ledger afterwards.
    async fn delete(&mut self, tx: &mut Tx) -> Result<()> {
        let mut item = Item::default();
        let is_new = self.random.chance(20);
        if is_new {
            item.op = self.next_op();
            item.save(&*tx).await?;
        } else {
            let Some(id) = tx.query_optional::<i64>(OLDEST, &(SHARED,)).await? else { return Ok(()) };
            item = Item::filter(|item| item.id.eq(Id::new(id))).one(&*tx).await?;
        }
        let (op, seq) = (item.op, item.seq);
        item.delete(&*tx).await?;
        if is_new { Ok(()) } else { committed(tx, op, Kind::Deleted, seq + 1, false).await }
    }

    async fn pay(&mut self, tx: &mut Tx) -> Result<()> {
        let (op, account) = (self.next_op(), i64::try_from(self.random.below(4)).unwrap_or_default());
        let is_poison = self.random.chance(4);
        Paid { op, account, is_poison }.send(&mut *tx).await?;
        committed(tx, op, Kind::Paid, 0, is_poison).await
    }

    /// A savepoint that is rolled back: no receiver is called for it.
    async fn undone(&mut self, tx: &mut Tx) -> Result<()> {
        let (saved, paid) = (self.next_op(), self.next_op());
        let undone: Result<()> = tx
            .savepoint(async |tx| {
                Item { op: saved, ..Item::default() }.save(&*tx).await?;
                Paid { op: paid, account: 0, is_poison: false }.send(&mut *tx).await?;
                Err(signals::Error::other("undone"))
            })
            .await;
        // The connection may be gone: then the transaction is as well.
        drop(undone);
        Ok(())
    }
}

const OLDEST: &str = "SELECT id FROM kill_item WHERE id > ? ORDER BY id LIMIT 1";

/// Notes what the transaction does, in the transaction itself: so the database knows what was committed.
async fn committed(tx: &Tx, op: i64, kind: Kind, seq: i64, is_poison: bool) -> Result<()> {
    let sql = "INSERT INTO kill_ledger (op, kind, seq, is_poison) VALUES (?, ?, ?, ?)";
    tx.execute(sql, &(op, kind.name(), seq, is_poison)).await.map(drop)
}
