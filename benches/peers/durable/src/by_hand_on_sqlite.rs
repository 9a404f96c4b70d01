//! By hand on SQLite: a table of jobs, and one connection that the saves and the worker share.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::engine::{CONCURRENCY, Engine, Job, NAME, POLL_ON_SQLITE, Stop, called};
use crate::place::Mode;

/// The options are those of `Db`.
const TABLES: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS rows_by_hand (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, sent INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS jobs_by_hand (
        id INTEGER PRIMARY KEY AUTOINCREMENT, payload TEXT NOT NULL,
        due INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0) STRICT;";
const NEXT: &str = "SELECT id, payload, attempts FROM jobs_by_hand WHERE due <= unixepoch() ORDER BY id LIMIT 1";
const LEASE: &str = "
    UPDATE jobs_by_hand SET due = unixepoch() + 30, attempts = attempts + 1 WHERE id = (
        SELECT id FROM jobs_by_hand WHERE due <= unixepoch() ORDER BY id LIMIT 1)
    RETURNING id, payload, attempts";
const END: &str = "DELETE FROM jobs_by_hand WHERE id = ? AND attempts = ?";

pub(crate) struct ByHandOnSqlite {
    mode: Mode,
    connection: Mutex<Connection>,
    /// Changes whenever this process stores jobs.
    stored: watch::Sender<()>,
}

/// The next job: its id, its payload and its attempts.
type Claimed = (i64, String, i64);

impl ByHandOnSqlite {
    pub(crate) fn connect(url: &str, mode: Mode) -> Self {
        let path = url.strip_prefix("sqlite:").expect("an address of SQLite");
        let connection = Connection::open(path).expect("a file");
        connection.busy_timeout(Duration::from_secs(5)).expect("a timeout");
        connection.set_prepared_statement_cache_capacity(32);
        connection.execute_batch(TABLES).expect("tables");
        Self { mode, connection: Mutex::new(connection), stored: watch::Sender::new(()) }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().expect("no job panics")
    }

    /// Executes the next job. Returns false if there is none.
    async fn run_next(&self) -> bool {
        match self.mode {
            Mode::None => false,
            Mode::Tx => self.run_next_in_tx(),
            Mode::Lease => {
                let Some((id, payload, attempts)) = claim(&self.connection(), LEASE) else { return false };
                run(&payload);
                end(&self.connection(), id, attempts);
                // The other tasks have their turn, as they would while a real job waits.
                tokio::task::yield_now().await;
                true
            }
        }
    }

    fn run_next_in_tx(&self) -> bool {
        let connection = self.connection();
        batch(&connection, "BEGIN IMMEDIATE");
        let Some((id, payload, attempts)) = claim(&connection, NEXT) else {
            batch(&connection, "ROLLBACK");
            return false;
        };
        run(&payload);
        end(&connection, id, attempts);
        batch(&connection, "COMMIT");
        true
    }

    async fn run(&self, stop: &watch::Sender<bool>) {
        let mut wake = self.stored.subscribe();
        while !*stop.borrow() {
            wake.mark_unchanged();
            if !self.run_next().await {
                let mut stopped = stop.subscribe();
                tokio::select! {
                    // After the pause the jobs are looked for in any case.
                    _ = timeout(POLL_ON_SQLITE, wake.changed()) => {}
                    _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
                }
            }
            tokio::task::yield_now().await;
        }
    }
}

fn batch(connection: &Connection, sql: &str) {
    connection.prepare_cached(sql).expect(sql).execute([]).expect(sql);
}

fn claim(connection: &Connection, sql: &str) -> Option<Claimed> {
    let mut statement = connection.prepare_cached(sql).expect(sql);
    statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional().expect(sql)
}

fn run(payload: &str) {
    let job: Job = serde_json::from_str(payload).expect("a job");
    called(job.sent);
}

fn end(connection: &Connection, id: i64, attempts: i64) {
    let ended = connection.prepare_cached(END).expect(END).execute([id, attempts]).expect(END);
    assert_eq!(ended, 1, "the job is still that of this worker");
}

#[async_trait]
impl Engine for ByHandOnSqlite {
    fn name(&self) -> &'static str {
        match self.mode {
            Mode::Tx => "by hand, tx",
            Mode::Lease => "by hand, lease",
            Mode::None => "by hand, no job",
        }
    }

    async fn save(&self, sent: i64) {
        {
            let connection = self.connection();
            let insert = |sql: &str, params: &[&dyn rusqlite::ToSql]| {
                connection.prepare_cached(sql).expect(sql).execute(params).expect(sql);
                connection.last_insert_rowid()
            };
            let row = "INSERT INTO rows_by_hand (name, sent) VALUES (?, ?)";
            if self.mode == Mode::None {
                insert(row, params![NAME, sent]);
                return;
            }
            batch(&connection, "BEGIN IMMEDIATE");
            let id = insert(row, params![NAME, sent]);
            insert("INSERT INTO jobs_by_hand (payload) VALUES (?)", params![Job::new(id, sent).json()]);
            batch(&connection, "COMMIT");
        }
        self.stored.send_replace(());
    }

    async fn fill(&self, jobs: u32) {
        let sql = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2) \
            INSERT INTO jobs_by_hand (payload) SELECT ?1 FROM n";
        let connection = self.connection();
        connection.execute(sql, params![Job::new(1, 0).json(), jobs]).expect(sql);
        connection.execute_batch("ANALYZE").expect("ANALYZE");
    }

    async fn is_done(&self) -> bool {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM jobs_by_hand)";
        self.connection().query_row(sql, [], |row| row.get(0)).expect(sql)
    }

    async fn work(&self, stop: Stop) {
        let is_stopped = watch::Sender::new(false);
        // In SQLite only one transaction writes.
        let tasks = if self.mode == Mode::Tx { 1 } else { CONCURRENCY };
        let workers = (0..tasks).map(|_| self.run(&is_stopped));
        let stop = async {
            // Without a sender it ends as well.
            let _ = stop.await;
            is_stopped.send_replace(true);
        };
        tokio::join!(futures::future::join_all(workers), stop);
    }

    async fn clear(&self) {
        let sql = "DELETE FROM jobs_by_hand; DELETE FROM rows_by_hand; ANALYZE";
        self.connection().execute_batch(sql).expect(sql);
    }
}
