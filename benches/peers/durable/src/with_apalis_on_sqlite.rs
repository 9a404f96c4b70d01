//! apalis on SQLite, with the hook that notifies its worker in the same process.

use apalis::prelude::*;
use apalis_sqlite::callback::HookCallbackListener;
use apalis_sqlite::{Config, SqliteStorage, queries};
use async_trait::async_trait;
use futures::StreamExt;
use sqlx::SqlitePool;

use crate::engine::{self, CONCURRENCY, Engine, Job, NAME, POLL_ON_SQLITE, Stop, called};

const QUEUE: &str = "peers";
/// As many at once as on PostgreSQL.
const BATCH: usize = 100;

pub(crate) struct WithApalisOnSqlite {
    pool: SqlitePool,
    listener: HookCallbackListener,
}

impl WithApalisOnSqlite {
    pub(crate) async fn connect(url: &str) -> Self {
        let (pool, listener) =
            SqliteStorage::connect_with_callback(&format!("{url}?mode=rwc")).expect("an address of SQLite");
        SqliteStorage::setup(&pool).await.expect("the tables of apalis");
        // `setup` turns the synchronisation of one connection off. All have the options of the other engines.
        let mut connections = Vec::new();
        for _ in 0..pool.options().get_max_connections() {
            let mut connection = pool.acquire().await.expect("a connection");
            for sql in ["PRAGMA synchronous = NORMAL", "PRAGMA foreign_keys = ON"] {
                sqlx::query(sql).execute(&mut *connection).await.expect(sql);
            }
            connections.push(connection);
        }
        drop(connections);
        let sql = "CREATE TABLE IF NOT EXISTS rows_of_apalis \
            (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, sent INTEGER NOT NULL) STRICT";
        sqlx::query(sql).execute(&pool).await.expect(sql);
        Self { pool, listener }
    }
}

fn task(job: &Job) -> Task<Vec<u8>> {
    TaskBuilder::new(job.json().into_bytes()).build()
}

async fn run(job: Job) -> Result<(), BoxDynError> {
    called(job.sent);
    Ok(())
}

#[async_trait]
impl Engine for WithApalisOnSqlite {
    fn name(&self) -> &'static str {
        "apalis"
    }

    async fn save(&self, sent: i64) {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await.expect("BEGIN");
        let sql = "INSERT INTO rows_of_apalis (name, sent) VALUES (?, ?) RETURNING id";
        let id = sqlx::query_scalar(sql).bind(NAME).bind(sent).fetch_one(&mut *tx).await.expect(sql);
        queries::push_tasks(&mut *tx, QUEUE, &[task(&Job::new(id, sent))]).await.expect("a job");
        tx.commit().await.expect("COMMIT");
    }

    async fn fill(&self, jobs: u32) {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await.expect("BEGIN");
        let tasks: Vec<_> = (0..jobs).map(|_| task(&Job::new(1, 0))).collect();
        queries::push_tasks(&mut *tx, QUEUE, &tasks).await.expect("jobs");
        tx.commit().await.expect("COMMIT");
        sqlx::query("ANALYZE").execute(&self.pool).await.expect("ANALYZE");
    }

    async fn is_done(&self) -> bool {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM Jobs WHERE status <> 'Done')";
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect(sql)
    }

    async fn work(&self, stop: Stop) {
        let config = Config::default().queue(QUEUE).batch_size(BATCH).lock_tasks(false);
        let strategy = Strategy::new().stream(self.listener.clone().ready_chunks(BATCH)).interval(POLL_ON_SQLITE);
        let backend = SqliteStorage::<Job>::new(&self.pool).with_config(config).poll_with_strategy(strategy);
        let name = format!("worker-{}", engine::micros());
        let worker = WorkerBuilder::new(name.as_str()).backend(backend).concurrency(CONCURRENCY).build(run);
        // Without a sender it ends as well.
        let stopped = async { Ok::<_, WorkerError>(_ = stop.await) };
        worker.run_until(stopped).await.expect("the worker has ended");
    }

    async fn clear(&self) {
        for sql in ["DELETE FROM Jobs", "DELETE FROM rows_of_apalis", "ANALYZE"] {
            sqlx::query(sql).execute(&self.pool).await.expect(sql);
        }
    }
}
