//! Durable receivers of this library, with `tx` and without.

use async_trait::async_trait;
use signals::durable::{Event, Todo, Worker};
use signals::prelude::*;

use crate::engine::{CONCURRENCY, Engine, NAME, POLL, POLL_ON_SQLITE, Stop, called};
use crate::place::Mode;

/// Without receivers.
#[model]
#[derive(Debug, Default)]
struct Plain {
    #[key]
    id: Id<Plain>,
    name: String,
    sent: i64,
}

/// Its receiver takes part in the transaction that ends its call.
#[model]
#[derive(Debug, Default)]
struct Locked {
    #[key]
    id: Id<Locked>,
    name: String,
    sent: i64,
}

/// Its receiver runs outside of a transaction.
#[model]
#[derive(Debug, Default)]
struct Leased {
    #[key]
    id: Id<Leased>,
    name: String,
    sent: i64,
}

#[receiver(post_commit, sender = Locked, durable, id = "locked")]
async fn locked(instance: &Locked, tx: &mut Tx) {
    std::hint::black_box(tx);
    called(instance.sent);
}

#[receiver(post_commit, sender = Leased, durable, id = "leased")]
async fn leased(instance: &Leased) {
    called(instance.sent);
}

pub(crate) struct WithSignals {
    mode: Mode,
    db: Db,
    is_sqlite: bool,
}

impl WithSignals {
    pub(crate) async fn connect(url: &str, mode: Mode) -> Self {
        let db = Db::connect(url).await.expect("a database");
        // The two columns share the tables of PostgreSQL, and so does the worker in another process.
        if db.query_optional::<i64>("SELECT 1 FROM leaseds", &()).await.is_err() {
            db.create_tables_of::<(Plain, Locked, Leased, Event, Todo)>().await.expect("tables");
        }
        Self { mode, db, is_sqlite: url.starts_with("sqlite:") }
    }

    async fn save_with(&self, executor: &dyn Executor, sent: i64) {
        let name = NAME.to_owned();
        match self.mode {
            Mode::Tx => Locked { name, sent, ..Locked::default() }.save(executor).await.expect("a row"),
            Mode::None => Plain { name, sent, ..Plain::default() }.save(executor).await.expect("a row"),
            Mode::Lease => Leased { name, sent, ..Leased::default() }.save(executor).await.expect("a row"),
        }
    }
}

#[async_trait]
impl Engine for WithSignals {
    fn name(&self) -> &'static str {
        match self.mode {
            Mode::Tx => "signals, tx",
            Mode::Lease => "signals, lease",
            Mode::None => "signals, no job",
        }
    }

    async fn save(&self, sent: i64) {
        self.save_with(&self.db, sent).await;
    }

    async fn fill(&self, jobs: u32) {
        let tx = self.db.begin().await.expect("a transaction");
        for _ in 0..jobs {
            self.save_with(&tx, 0).await;
        }
        tx.commit().await.expect("COMMIT");
        self.db.execute("ANALYZE", &()).await.expect("ANALYZE");
    }

    async fn is_done(&self) -> bool {
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM signals_todo LIMIT 1) AS t";
        self.db.query_one::<i64>(sql, &()).await.expect(sql) == 0
    }

    async fn work(&self, stop: Stop) {
        let poll = if self.is_sqlite { POLL_ON_SQLITE } else { POLL };
        let worker = Worker::new(&self.db).concurrency(CONCURRENCY).poll_every(poll);
        // Without a sender it ends as well.
        worker.run(async { _ = stop.await }).await.expect("the worker has ended");
    }

    async fn clear(&self) {
        let sql = if self.is_sqlite {
            "DELETE FROM signals_todo; DELETE FROM signals_event; DELETE FROM lockeds; DELETE FROM leaseds; ANALYZE"
        } else {
            "TRUNCATE signals_todo, signals_event, lockeds, leaseds; ANALYZE"
        };
        self.db.batch(sql).await.expect(sql);
    }
}
