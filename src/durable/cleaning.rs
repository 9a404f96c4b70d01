//! Deletes events that no call needs any more: their last calls ended at the same time, or the events were kept for a replay.

use std::time::Duration;

use tokio::time::Instant;

use super::claim::{duration, now};
use crate::db::Db;
use crate::error::Result;

/// How long after all events were looked at they are looked at again.
const PAUSE: Duration = Duration::from_mins(10);
/// How long after some events were looked at the next ones are.
const STEP: Duration = Duration::from_millis(500);
/// How many events are looked at together: a million at once would take seconds, and in SQLite nothing else could be written.
const TOGETHER: u32 = 2_000;

/// How far the events were looked at.
#[derive(Debug)]
pub(super) struct Cleaning {
    keep: Duration,
    /// The number of the last event that was looked at.
    after: i64,
    next: Instant,
}

impl Cleaning {
    /// Events are kept for a time.
    pub(super) fn new(keep: Duration) -> Self {
        Self { keep, after: 0, next: Instant::now() }
    }

    /// Looks at some events, if it is time.
    pub(super) async fn go_on(&mut self, db: &Db) -> Result<()> {
        if Instant::now() >= self.next {
            self.step(db).await?;
        }
        Ok(())
    }

    /// Looks at all events that were not looked at yet, if it is time.
    pub(super) async fn finish(&mut self, db: &Db) -> Result<()> {
        let mut is_open = self.after > 0 || Instant::now() >= self.next;
        while is_open {
            is_open = self.step(db).await?;
        }
        Ok(())
    }

    /// Looks at some events. Returns whether there are more.
    async fn step(&mut self, db: &Db) -> Result<bool> {
        let (after, now, keep) = (self.after, now(db.dialect()), duration(self.keep));
        let some = format!("SELECT id FROM signals_event WHERE id > ? ORDER BY id LIMIT {TOGETHER}");
        let last: Option<i64> = db.query_one(&format!("SELECT MAX(id) FROM ({some}) AS few"), &(after,)).await?;
        self.next = Instant::now() + if last.is_some() { STEP } else { PAUSE };
        self.after = last.unwrap_or_default();
        let Some(last) = last else { return Ok(false) };
        // The numbers are part of the statement, so that PostgreSQL knows that they are few.
        let sql = format!(
            "DELETE FROM signals_event WHERE id > {after} AND id <= {last} AND at <= {now} - {keep} AND NOT EXISTS (\
             SELECT 1 FROM signals_todo t WHERE t.event = signals_event.id)"
        );
        db.execute(&sql, &()).await?;
        Ok(true)
    }
}
