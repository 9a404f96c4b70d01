//! The first calls of keys, found without reading the calls that wait for them.
//!
//! Many calls may be due that cannot begin, because an earlier call of their key runs, fails or is dead. This walks through the index of
//! keys instead of the calls that are due: it reads the first call of a key, and jumps to the next key.

use std::collections::HashMap;

use super::claim::{now, skips};
use super::receivers::Durables;
use crate::db::{Db, Dialect, FromRow, Row};
use crate::error::Result;

/// How many calls are returned at once.
const AT_ONCE: usize = 20;
/// How many keys one statement looks at.
const STEP: i64 = 1_000;
/// How many statements one search sends. The next search goes on after the last key that was looked at.
const STEPS: usize = 8;

/// How far the keys of each receiver were looked at.
#[derive(Debug, Default)]
pub(super) struct Heads {
    after: HashMap<&'static str, Position>,
}

/// A place in the order of the keys of one receiver.
#[derive(Debug, Clone, Default)]
struct Position {
    key: String,
    /// Calls with the empty key are in no order: each of them is looked at.
    event: i64,
}

/// A call that was looked at.
struct Seen {
    id: i64,
    at: Position,
    is_due: bool,
}

impl FromRow for Seen {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let at = Position { key: row.get(1)?, event: row.get(2)? };
        Ok(Self { id: row.get(0)?, at, is_due: row.get::<i64>(3)? > 0 })
    }
}

impl Heads {
    /// Calls of a receiver that are due and the first of their keys. Others may have locked them.
    pub(super) async fn next(&mut self, db: &Db, receiver: &'static str, durables: &Durables) -> Result<Vec<i64>> {
        let after = self.after.entry(receiver).or_default();
        let sql = walk(db.dialect(), skips(durables, receiver));
        let mut has_begun_again = false;
        for _ in 0..STEPS {
            let seen: Vec<Seen> = db.query_as(&sql, &(receiver, &*after.key, after.event)).await?;
            let is_at_end = seen.is_empty();
            *after = seen.last().map(|last| last.at.clone()).unwrap_or_default();
            let due: Vec<i64> = seen.into_iter().filter(|seen| seen.is_due).map(|seen| seen.id).collect();
            if !due.is_empty() || is_at_end && has_begun_again {
                return Ok(due);
            }
            has_begun_again |= is_at_end;
        }
        Ok(Vec::new())
    }
}

/// The first calls of the keys after a position that are due, and the last call that was looked at if there may be more.
fn walk(dialect: Dialect, skips_dead: &str) -> String {
    // The order names all columns of the index: see `is_next`. In PostgreSQL, a condition on the receiver alone would begin the search at its
    // first call.
    let next = |after: &str| match dialect {
        Dialect::Postgres => format!(
            "(SELECT CASE WHEN p.receiver = $1 THEN p.id END FROM signals_todo p WHERE (p.receiver, p.key, p.event) > ($1, {after}) \
             AND NOT (p.dead AND {skips_dead}) ORDER BY p.receiver, p.key, p.event LIMIT 1)"
        ),
        Dialect::Sqlite => format!(
            "(SELECT p.id FROM signals_todo p WHERE p.receiver = $1 AND (p.key, p.event) > ({after}) \
             AND NOT (p.dead AND {skips_dead}) ORDER BY p.key, p.event LIMIT 1)"
        ),
    };
    let first = next("$2, $3");
    let following = next(&format!("c.key, CASE WHEN c.key = '' THEN c.event ELSE {} END", i64::MAX));
    let is_due = format!("t.due <= {} AND NOT t.dead", now(dialect));
    format!(
        "WITH RECURSIVE walk (id, n) AS (SELECT {first}, 1 UNION ALL \
         SELECT {following}, walk.n + 1 FROM walk JOIN signals_todo c ON c.id = walk.id WHERE walk.n < {STEP}) \
         SELECT t.id, t.key, t.event, CASE WHEN {is_due} THEN 1 ELSE 0 END FROM walk JOIN signals_todo t ON t.id = walk.id \
         WHERE {is_due} OR walk.n = {STEP} LIMIT {AT_ONCE}"
    )
}
