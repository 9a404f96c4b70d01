//! What durable receivers cost, on SQLite and, if `SIGNALS_TEST_POSTGRES` names a server, on PostgreSQL:
//! `cargo bench --features durable,postgres --bench durable -- [save | drain | latency | growth | idle]`.
//!
//! It creates and deletes its own tables, in the schema `signals_bench` of PostgreSQL.

use std::env;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use signals::ConnectOptions;
use signals::durable::{Event, Todo, Worker};
use signals::prelude::*;

#[path = "durable/by_hand.rs"]
mod by_hand;
#[path = "durable/growth.rs"]
mod growth;

/// Without receivers.
#[model]
#[derive(Default)]
struct Plain {
    #[key]
    id: Id<Plain>,
    name: String,
    sent: i64,
}

/// Its receiver runs outside of a transaction.
#[model]
#[derive(Default)]
struct Leased {
    #[key]
    id: Id<Leased>,
    name: String,
    sent: i64,
}

/// Its receiver takes part in the transaction that ends its call.
#[model]
#[derive(Default)]
struct Locked {
    #[key]
    id: Id<Locked>,
    name: String,
    sent: i64,
}

static CALLS: AtomicU64 = AtomicU64::new(0);
/// Microseconds from the beginning of a save to the call of its receiver.
static LATENCIES: Mutex<Vec<u64>> = Mutex::new(Vec::new());

#[receiver(post_commit, sender = Leased, durable, id = "leased")]
async fn leased(instance: &Leased) {
    called(instance.sent);
}

#[receiver(post_commit, sender = Locked, durable, id = "locked")]
async fn locked(instance: &Locked, tx: &mut Tx) {
    std::hint::black_box(tx);
    called(instance.sent);
}

fn called(sent: i64) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    if sent > 0 {
        let latency = u64::try_from(micros() - sent).unwrap_or_default();
        LATENCIES.lock().expect("no call panics").push(latency);
    }
}

fn micros() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or_default()
}

type Tables = (Plain, Leased, Locked, Event, Todo);

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [word, url, seconds] = &arguments[..]
        && word == "worker"
    {
        return work(url, seconds.parse().expect("a number of seconds")).await;
    }
    let runs = |part: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == part);
    let directory = env::temp_dir().join("signals-bench-durable");
    std::fs::create_dir_all(&directory).map_err(Error::other)?;
    let mut urls = Vec::new();
    if let Ok(url) = env::var("SIGNALS_TEST_POSTGRES") {
        urls.push(("postgres", format!("{url}?options=-c%20search_path%3Dsignals_bench")));
    }
    urls.push(("file", format!("sqlite:{}", directory.join("bench.db").display())));
    for (name, url) in urls {
        let db = new(&url, &directory).await?;
        if runs("save") {
            save(name, &db, &url).await?;
        }
        if runs("drain") {
            drain(name, &db, &url).await?;
        }
        if runs("latency") {
            latency(name, &db, &url).await?;
        }
        if runs("growth") {
            growth::growth(name, &db).await?;
        }
        if runs("idle") {
            idle(name, &db).await?;
        }
    }
    Ok(())
}

/// An empty database.
async fn new(url: &str, directory: &std::path::Path) -> Result<Db> {
    if url.starts_with("sqlite") {
        std::fs::remove_dir_all(directory).map_err(Error::other)?;
        std::fs::create_dir_all(directory).map_err(Error::other)?;
    }
    let db = ConnectOptions::new(url).pool_size(16).connect().await?;
    if url.starts_with("postgres") {
        db.batch("DROP SCHEMA IF EXISTS signals_bench CASCADE; CREATE SCHEMA signals_bench").await?;
    }
    db.create_tables_of::<Tables>().await?;
    Ok(db)
}

async fn save(name: &str, db: &Db, url: &str) -> Result<()> {
    const ROWS: u32 = 2_000;
    let mut times = Vec::new();
    // Turns, so that a slow moment meets all of them.
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..ROWS {
            let tx = db.begin().await?;
            Plain { name: "ann".to_owned(), ..Plain::default() }.save(&tx).await?;
            tx.commit().await?;
        }
        let plain = start.elapsed() / ROWS;
        let start = Instant::now();
        for _ in 0..ROWS {
            Leased { name: "ann".to_owned(), ..Leased::default() }.save(db).await?;
        }
        let durable = start.elapsed() / ROWS;
        let by_hand = by_hand::saves(url, ROWS).await? / ROWS;
        times.push([plain, durable, by_hand]);
        clear(db).await?;
    }
    let median = |of: usize| {
        let mut of: Vec<Duration> = times.iter().map(|times| times[of]).collect();
        of.sort();
        of[of.len() / 2]
    };
    println!(
        "{name}: save in a transaction {:.1?}, with a durable receiver {:.1?}, two inserts by hand {:.1?}",
        median(0),
        median(1),
        median(2)
    );
    Ok(())
}

async fn clear(db: &Db) -> Result<()> {
    db.execute("DELETE FROM signals_todo", &()).await?;
    db.execute("DELETE FROM signals_event", &()).await?;
    Ok(())
}

async fn drain(name: &str, db: &Db, url: &str) -> Result<()> {
    let count = if name == "postgres" { 5_000 } else { 20_000 };
    for receiver in ["leased", "locked"] {
        for keys in [count, 100] {
            for concurrency in [1, 4, 8] {
                growth::fill(db, receiver, count, keys).await?;
                settle(db).await?;
                CALLS.store(0, Ordering::Relaxed);
                let start = Instant::now();
                let ran = Worker::new(db).concurrency(concurrency).run_due().await?;
                let time = start.elapsed();
                println!(
                    "{name}: {receiver}, {keys} keys, {concurrency} at once: {:.0} calls per second ({} of {count})",
                    f64::from(u32::try_from(ran.succeeded).unwrap_or_default()) / time.as_secs_f64(),
                    ran.succeeded,
                );
            }
        }
    }
    if name == "postgres" {
        for concurrency in [1, 4, 8] {
            let rate = by_hand::drain(url, count, concurrency).await?;
            println!("{name}: by hand, {concurrency} at once: {rate:.0} calls per second");
        }
    }
    Ok(())
}

/// As a database is that has been running for a while: the tables are analyzed, and what was deleted is gone.
async fn settle(db: &Db) -> Result<()> {
    if db.url().starts_with("postgres") {
        db.execute("VACUUM ANALYZE signals_todo, signals_event", &()).await?;
        return db.execute("CHECKPOINT", &()).await.map(drop);
    }
    db.execute("ANALYZE", &()).await.map(drop)
}

async fn latency(name: &str, db: &Db, url: &str) -> Result<()> {
    clear(db).await?;
    for receiver in ["leased", "locked"] {
        let working = Worker::new(db).spawn();
        tokio::time::sleep(Duration::from_secs(1)).await;
        send(db, receiver).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        working.stop().await?;
        print_latencies(&format!("{name}: {receiver}, in this process"));
    }
    let child = Command::new(env::current_exe().map_err(Error::other)?)
        .args(["worker", url, "14"])
        .stdout(Stdio::inherit())
        .spawn();
    tokio::time::sleep(Duration::from_secs(2)).await;
    send(db, "leased").await?;
    child.and_then(|mut child| child.wait()).map_err(Error::other)?;
    Ok(())
}

async fn send(db: &Db, receiver: &str) -> Result<()> {
    for _ in 0..200 {
        let (name, sent) = ("ann".to_owned(), micros());
        match receiver {
            "leased" => Leased { name, sent, ..Leased::default() }.save(db).await?,
            _ => Locked { name, sent, ..Locked::default() }.save(db).await?,
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    Ok(())
}

fn print_latencies(name: &str) {
    let mut latencies = std::mem::take(&mut *LATENCIES.lock().expect("no call panics"));
    latencies.sort_unstable();
    let part = |percent: usize| latencies.get(latencies.len() * percent / 100).copied().unwrap_or_default();
    println!(
        "{name}: {} calls, p50 {} µs, p99 {} µs from the beginning of the save",
        latencies.len(),
        part(50),
        part(99)
    );
}

/// A worker in a process of its own.
async fn work(url: &str, seconds: u64) -> Result<()> {
    let db = Db::connect(url).await?;
    Worker::new(&db).run(tokio::time::sleep(Duration::from_secs(seconds))).await?;
    print_latencies("another process");
    Ok(())
}

/// What an idle worker costs: statements, and processor time of this process.
async fn idle(name: &str, db: &Db) -> Result<()> {
    clear(db).await?;
    let working = Worker::new(db).spawn();
    // The first rounds look for what other processes have left.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (before, start, processor) = (transactions(name, db).await?, Instant::now(), processor_time());
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (after, time, processor_after) = (transactions(name, db).await?, start.elapsed(), processor_time());
    working.stop().await?;
    if let (Some(before), Some(after)) = (before, after) {
        let count = f64::from(i32::try_from(after - before).unwrap_or_default());
        println!("{name}: an idle worker: {:.1} transactions per second", count / time.as_secs_f64());
    }
    if let (Some(before), Some(after)) = (processor, processor_after) {
        let used = after.saturating_sub(before).div_f64(time.as_secs_f64());
        println!("{name}: an idle worker: {used:.1?} of processor time per second");
    }
    Ok(())
}

/// How many transactions PostgreSQL has ended in this database, after its connections had the time to report them.
async fn transactions(name: &str, db: &Db) -> Result<Option<i64>> {
    if name != "postgres" {
        return Ok(None);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let sql = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()";
    db.query_one(sql, &()).await.map(Some)
}

/// The processor time of all threads of this process. `None` if the system is not Linux.
fn processor_time() -> Option<Duration> {
    let threads = std::fs::read_dir("/proc/self/task").ok()?;
    let of_thread = |thread: std::fs::DirEntry| {
        let times = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        times.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    };
    Some(threads.flatten().filter_map(of_thread).sum())
}
