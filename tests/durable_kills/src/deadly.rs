//! Receivers that end their process, each time they are called: their calls are dead in the end, and all others are made.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use signals::durable;
use signals::prelude::*;
use tokio::time::sleep;

use crate::Failure;
use crate::database::{Choice, Database};
use crate::processes::{Process, Role};
use crate::program::{Deadly, Item};

/// How many rows are saved, each of which has two calls.
const ROWS: i64 = 20;
/// How long it may take. A call with `tx` is late by a second before its attempts count.
const LIMIT: Duration = Duration::from_mins(1);

/// Returns whether it was as it should be, on each database of this machine.
pub(crate) async fn receivers() -> Result<bool, Failure> {
    let mut all_are_dead = true;
    for choice in [Choice::Sqlite, Choice::Postgres] {
        let Some(database) = Database::create(choice).await? else { continue };
        let db = database.create_tables().await?;
        if let Some(proxy) = &database.proxy {
            proxy.calm();
        }
        let mistakes = one(choice, &database, &db).await?;
        all_are_dead &= mistakes.is_empty();
        for mistake in &mistakes {
            println!("BROKEN: {mistake}");
        }
        drop(db);
        database.remove().await?;
    }
    Ok(all_are_dead)
}

async fn one(choice: Choice, database: &Database, db: &Db) -> Result<Vec<String>, Failure> {
    db.transaction(async |tx| Deadly { op: 0 }.send(tx).await).await?;
    for op in 1..=ROWS {
        Item { op, ..Item::default() }.save(db).await?;
    }
    let start = || Process::start(Role::Worker, &database.child_url, None, None);
    let (mut workers, mut ended, begun) = ([start()?, start()?], 0, Instant::now());
    while waiting(db).await? > 0 && begun.elapsed() < LIMIT {
        sleep(Duration::from_millis(50)).await;
        for worker in &mut workers {
            if worker.ended()?.is_some() {
                ended += 1;
                *worker = start()?;
            }
        }
    }
    drop(workers);
    println!("{choice:?}: receivers that end their process have ended {ended}, in {:.1?}", begun.elapsed());

    let mut mistakes = Vec::new();
    let mut expect = |is_right: bool, what: String| {
        if !is_right {
            mistakes.push(what);
        }
    };
    let waiting = waiting(db).await?;
    expect(waiting == 0, format!("{waiting} calls are left"));
    let dead: BTreeMap<String, u32> =
        durable::dead_calls(db, 0).await?.into_iter().map(|call| (call.receiver, call.attempts)).collect();
    let are_both = dead.len() == 2 && dead.contains_key("tx_deadly") && dead.contains_key("out_deadly");
    expect(are_both, format!("these calls are dead: {dead:?}"));
    let count = async |condition: &str| -> Result<i64, Failure> {
        let sql = format!("SELECT COUNT(DISTINCT op) FROM kill_effect WHERE {condition}");
        Ok(db.query_one(&sql, &()).await?)
    };
    for receiver in ["tx_item", "out_item"] {
        let effects = count(&format!("receiver = '{receiver}' AND phase = 'effect'")).await?;
        expect(effects == ROWS, format!("`{receiver}` has had {effects} effects of {ROWS}"));
    }
    let of_deadly = count("receiver = 'tx_deadly'").await?;
    expect(of_deadly == 0, format!("{of_deadly} effects of a receiver with `tx` that has not ended"));
    Ok(mistakes)
}

async fn waiting(db: &Db) -> Result<i64, Failure> {
    Ok(db.query_one("SELECT COUNT(*) FROM signals_todo WHERE NOT dead", &()).await?)
}
