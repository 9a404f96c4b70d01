//! The work, which is the same for each library: a row and its job are stored in one transaction, and the job is executed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

/// How many jobs each worker executes at the same time.
pub(crate) const CONCURRENCY: usize = 4;
/// How often a worker looks for jobs that it was not told of. On SQLite it is all that a worker in another process has.
pub(crate) const POLL: Duration = Duration::from_secs(1);
pub(crate) const POLL_ON_SQLITE: Duration = Duration::from_millis(100);

/// What a job is given: the row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// When the save began, in microseconds; 0 if its latency is not measured.
    pub(crate) sent: i64,
}

impl Job {
    pub(crate) fn new(id: i64, sent: i64) -> Self {
        Self { id, name: NAME.to_owned(), sent }
    }

    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).expect("JSON")
    }
}

pub(crate) const NAME: &str = "ann";

/// Ready when a worker is told to end.
pub(crate) type Stop = oneshot::Receiver<()>;

/// One library.
#[async_trait]
pub(crate) trait Engine: Send + Sync {
    fn name(&self) -> &'static str;

    /// Stores a row and its job in one transaction.
    async fn save(&self, sent: i64);

    /// Stores so many jobs, which is not measured.
    async fn fill(&self, jobs: u32);

    /// Whether all jobs have ended.
    async fn is_done(&self) -> bool;

    /// Executes jobs until it is told to stop.
    async fn work(&self, stop: Stop);

    /// Executes all jobs that wait. It may go on until it is told to stop.
    async fn work_off(&self, stop: Stop) {
        self.work(stop).await;
    }

    /// Deletes all rows and jobs, and the statistics say so.
    async fn clear(&self);
}

static CALLS: AtomicU32 = AtomicU32::new(0);
static LATENCIES: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// What each job does.
pub(crate) fn called(sent: i64) {
    if sent > 0 {
        let latency = u32::try_from(micros() - sent).unwrap_or(u32::MAX);
        LATENCIES.lock().expect("no job panics").push(latency);
    }
    CALLS.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn calls() -> u32 {
    CALLS.load(Ordering::Relaxed)
}

/// The latencies of the jobs until now, in microseconds.
pub(crate) fn latencies() -> Vec<u32> {
    std::mem::take(&mut *LATENCIES.lock().expect("no job panics"))
}

pub(crate) fn micros() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
    i64::try_from(since.as_micros()).expect("a time of this century")
}

/// The time of one save.
pub(crate) async fn save(engine: &dyn Engine, times: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        engine.save(0).await;
    }
    let time = start.elapsed() / times;
    engine.clear().await;
    time
}

/// The time of one job when so many wait.
pub(crate) async fn drain(engine: &dyn Engine, jobs: u32) -> Duration {
    engine.fill(jobs).await;
    let before = calls();
    let start = Instant::now();
    let (stop, stopped) = oneshot::channel();
    let time = ending(stop, async {
        wait_until(async || calls() - before >= jobs).await;
        wait_until(async || engine.is_done().await).await;
        start.elapsed() / jobs
    });
    let time = tokio::join!(engine.work_off(stopped), time).1;
    assert_eq!(calls() - before, jobs, "{} has executed each job once", engine.name());
    engine.clear().await;
    time
}

/// What a future returns, while a worker executes jobs.
pub(crate) async fn while_working<T>(engine: &dyn Engine, work: impl Future<Output = T>) -> T {
    let (stop, stopped) = oneshot::channel();
    tokio::join!(engine.work(stopped), ending(stop, work)).1
}

/// What a future returns. Afterwards the worker ends.
async fn ending<T>(stop: oneshot::Sender<()>, work: impl Future<Output = T>) -> T {
    let returned = work.await;
    // One that has ended before needs no signal.
    let _ = stop.send(());
    returned
}

/// Waits for what no engine can say.
///
/// # Panics
/// After two minutes.
pub(crate) async fn wait_until(condition: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < Duration::from_mins(2), "the jobs have not ended: {} have run", calls());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
