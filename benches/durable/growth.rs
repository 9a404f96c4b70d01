//! Many calls that wait.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use signals::durable::Worker;
use signals::prelude::*;

use crate::{CALLS, settle};

/// Stores calls of a receiver, whose events have this number of keys.
pub(crate) async fn fill(db: &Db, receiver: &str, count: i64, keys: i64) -> Result<()> {
    crate::clear(db).await?;
    let table = format!("{receiver}s");
    let (series, now) = if db.url().starts_with("postgres") {
        (format!("generate_series(1, {count}) AS n"), "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
    } else {
        let series =
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) SELECT n FROM n";
        (format!("({})", series.replace("{count}", &count.to_string())), "unixepoch() * 1000000")
    };
    let signal = "post_commit";
    let payload = r#"{"instance":{"id":1,"name":"ann","sent":0},"created":true,"previous":null}"#;
    let payload = payload_of(db, receiver).await?.unwrap_or_else(|| payload.to_owned());
    let event = format!(
        "INSERT INTO signals_event (id, signal, sender, key, version, payload, at) \
         SELECT n, ?, ?, CAST(n % {keys} AS TEXT), 1, ?, {now} FROM {series}"
    );
    db.execute(&event, &(signal, &*table, &*payload)).await?;
    let todo = "INSERT INTO signals_todo (event, receiver, key, due, attempts, dead) \
         SELECT id, ?, sender || ':' || key, at, 0, FALSE FROM signals_event ORDER BY id";
    db.execute(todo, &(receiver,)).await?;
    Ok(())
}

/// The payload that a save stores.
async fn payload_of(db: &Db, receiver: &str) -> Result<Option<String>> {
    match receiver {
        "leased" => crate::Leased { name: "ann".to_owned(), ..Default::default() }.save(db).await?,
        _ => crate::Locked { name: "ann".to_owned(), ..Default::default() }.save(db).await?,
    }
    let payload = db.query_optional("SELECT payload FROM signals_event", &()).await?;
    crate::clear(db).await?;
    Ok(payload)
}

/// How long the call of one receiver takes while many wait.
pub(crate) async fn growth(name: &str, db: &Db) -> Result<()> {
    const MORE: &str = "UPDATE signals_todo SET due = due + 86400000000, attempts = 1 WHERE event % 2 = 0";
    const DEAD: &str = "UPDATE signals_todo SET dead = TRUE, due = 9223372036854775807 WHERE event = 1";
    for count in [1_000, 100_000, 1_000_000] {
        for (case, keys, change, callable) in [
            ("all keys different", count, None, count),
            ("one key", 1, None, count),
            ("half of them wait for their next attempt", count, Some(MORE), count / 2),
            ("all but 100 wait for one dead call", 1, Some(DEAD), 100),
        ] {
            fill(db, "locked", count, keys).await?;
            if let Some(change) = change {
                db.execute(change, &()).await?;
            }
            if change == Some(DEAD) {
                let free = format!("UPDATE signals_todo SET key = CAST(-event AS TEXT) WHERE event > {}", count - 100);
                db.execute(&free, &()).await?;
            }
            settle(db).await?;
            let before = CALLS.load(Ordering::Relaxed);
            let calls = || CALLS.load(Ordering::Relaxed) - before;
            let start = Instant::now();
            // Until all calls that can be made are made, or for five seconds.
            let end = async {
                while calls() < callable.unsigned_abs() && start.elapsed() < Duration::from_secs(5) {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            Worker::new(db).concurrency(1).run(end).await?;
            println!("{name}: {count} calls, {case}: {} calls in {:.1?}", calls(), start.elapsed());
        }
    }
    Ok(())
}
