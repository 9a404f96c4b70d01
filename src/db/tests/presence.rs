//! Workers in other processes, which are killed or paused.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::*;
use crate::db::presence::{Presence, Woken};

on_each_database!(
    a_killed_worker_is_gone_within_a_second,
    a_worker_whose_program_ends_is_gone,
    a_paused_worker_is_not_gone,
    a_worker_exists_until_its_presence_is_dropped,
    workers_do_not_hold_connections_of_the_pool,
);

const URL: &str = "SIGNALS_TEST_WORKER";

/// Announces a worker, and waits until the input ends. Does nothing unless a test starts it.
#[tokio::test]
async fn worker() -> TestResult {
    let Ok(url) = std::env::var(URL) else { return Ok(()) };
    let presence = patient_options(&url).connect().await?.announce().await?;
    println!("announced {}", presence.id());
    // On this thread, so that no destructor runs when the process exits.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    std::process::exit(0);
}

fn patient_options(url: &str) -> ConnectOptions {
    let timeout = Duration::from_mins(1);
    ConnectOptions::new(url).pool_timeout(timeout).busy_timeout(timeout)
}

/// A worker in another process, which is killed when this is dropped.
pub(in crate::db) struct Worker {
    process: Child,
    pub(in crate::db) id: i64,
}

impl Worker {
    pub(in crate::db) fn start(url: &str, directory: &Path) -> TestResult<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["--exact", "db::tests::presence::worker", "--nocapture"])
            .env(URL, url)
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(process.stdout.take().ok_or("it has no output")?).lines();
        let id = lines.map_while(std::result::Result::ok).find_map(|line| {
            let (_, id) = line.split_once("announced ")?;
            id.parse().ok()
        });
        Ok(Self { id: id.ok_or("the worker is not announced")?, process })
    }

    fn of(database: &Database) -> TestResult<Self> {
        Self::start(&database.several().url, Path::new("."))
    }

    /// Kills the process, and waits until it has ended.
    pub(in crate::db) fn kill(&mut self) -> TestResult {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    fn signal(&self, name: &str) -> TestResult {
        let status = Command::new("kill").args([name, &self.process.id().to_string()]).status()?;
        assert!(status.success(), "{status}");
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// How long it takes until the worker is gone, since `began`.
async fn time_until_gone(db: &Db, id: i64, began: Instant) -> TestResult<Duration> {
    while db.gone(&[id]).await?.is_empty() {
        if began.elapsed() > Duration::from_secs(10) {
            return Err("the worker is not gone".into());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(began.elapsed())
}

async fn a_killed_worker_is_gone_within_a_second(database: &Database) -> TestResult {
    let db = database.several().connect().await?;
    let here = db.announce().await?;
    let (mut killed, other) = (Worker::of(database)?, Worker::of(database)?);
    assert_eq!(db.gone(&[killed.id, other.id, here.id()]).await?, [0_i64; 0]);
    let began = Instant::now();
    killed.kill()?;
    let time = time_until_gone(&db, killed.id, began).await?;
    println!("gone after {time:?}");
    assert!(time < Duration::from_secs(1), "{time:?}");
    // It stays so, also for the question of another process.
    assert_eq!(db.gone(&[other.id, killed.id, here.id()]).await?, [killed.id]);
    assert_eq!(database.several().connect().await?.gone(&[killed.id, other.id]).await?, [killed.id]);
    Ok(())
}

async fn a_worker_whose_program_ends_is_gone(database: &Database) -> TestResult {
    let db = database.several().connect().await?;
    let mut worker = Worker::of(database)?;
    drop(worker.process.stdin.take());
    worker.process.wait()?;
    assert!(time_until_gone(&db, worker.id, Instant::now()).await? < Duration::from_secs(1));
    Ok(())
}

async fn a_paused_worker_is_not_gone(database: &Database) -> TestResult {
    let db = database.several().connect().await?;
    let mut worker = Worker::of(database)?;
    worker.signal("-STOP")?;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        assert_eq!(db.gone(&[worker.id]).await?, [0_i64; 0]);
        db.wake_others().await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    worker.signal("-CONT")?;
    assert_eq!(db.gone(&[worker.id]).await?, [0_i64; 0]);
    worker.kill()?;
    time_until_gone(&db, worker.id, Instant::now()).await?;
    Ok(())
}

async fn a_worker_exists_until_its_presence_is_dropped(database: &Database) -> TestResult {
    for db in database.each().await? {
        let (one, two) = (db.announce().await?, db.announce().await?);
        let ids = [one.id(), two.id()];
        assert!(ids[0] > 0 && ids[1] > 0 && ids[0] != ids[1], "{ids:?}");
        assert_eq!(db.gone(&ids).await?, [0_i64; 0]);
        assert_eq!(db.clone().gone(&[]).await?, [0_i64; 0]);
        drop(one);
        time_until_gone(&db, ids[0], Instant::now()).await?;
        assert_eq!(db.gone(&ids).await?, [ids[0]]);
        drop(two);
        time_until_gone(&db, ids[1], Instant::now()).await?;
        assert_eq!(db.gone(&ids).await?, ids);
        // A worker that never was.
        assert_eq!(db.gone(&[12_345]).await?, [12_345]);
    }
    Ok(())
}

async fn workers_do_not_hold_connections_of_the_pool(database: &Database) -> TestResult {
    let db = with_numbers(database.one().connect().await?).await?;
    let mut presence = db.announce().await?;
    let tx = db.begin().await?;
    add(&tx, 1).await?;
    assert!(!is_woken(&mut presence, Duration::from_millis(20)).await?);
    tx.commit().await?;
    db.wake_others().await?;
    assert_eq!(numbers(&db).await?, [1]);
    // The workers of this `Db` are woken without the database.
    assert!(!is_woken(&mut presence, Duration::from_millis(200)).await?);
    Ok(())
}

/// Whether the worker is woken within a time.
pub(in crate::db) async fn is_woken(presence: &mut Presence, within: Duration) -> Result<bool> {
    match tokio::time::timeout(within, presence.woken()).await {
        Ok(Woken::Woken) => Ok(true),
        Ok(Woken::Lost(error)) => Err(error),
        Err(_) => Ok(false),
    }
}
