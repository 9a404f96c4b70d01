//! The statements that end an attempt.

use std::time::Duration;

use super::claim::{self, NEVER, duration, now};
use crate::db::{Db, DbOrTx, Dialect, LastStatement, Params, Tx};
use crate::error::Result;
use crate::fault::{self, Rule};
use crate::value::Value;

async fn execute(on: DbOrTx<'_>, sql: &str, params: &dyn Params) -> Result<u64> {
    match on {
        DbOrTx::Db(db) => db.execute(sql, params).await,
        DbOrTx::Tx(tx) => tx.execute(sql, params).await,
    }
}

/// Which attempt of a call a statement belongs to: a worker that was paused, and whose call another one has taken, changes nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fence {
    pub(super) id: i64,
    /// The worker that it is leased to. If the attempt is not counted before it ends, because its transaction has locked the call, that is
    /// none or one whose lease has ended.
    pub(super) worker: Option<i64>,
    pub(super) attempts: u32,
}

impl Fence {
    /// Its parameters are the first two: `id` and `attempts`. The worker is part of the SQL, which is prepared once for each worker.
    fn condition(&self) -> String {
        if fault::breaks(Rule::Fence) {
            return "id = $1 AND CAST($2 AS BIGINT) >= 0 AND NOT dead".to_owned();
        }
        let worker = self.worker.map_or_else(|| "worker IS NULL".to_owned(), |worker| format!("worker = {worker}"));
        format!("id = $1 AND attempts = $2 AND NOT dead AND {worker}")
    }

    /// Locks the call until the end of the transaction. Returns false if another worker has it now.
    pub(super) async fn lock(&self, tx: &Tx) -> Result<bool> {
        let sql =
            format!("SELECT id FROM signals_todo WHERE {}{}", self.condition(), claim::skip_locked(tx.db().dialect()));
        Ok(tx.query_optional::<i64>(&sql, &(self.id, i64::from(self.attempts))).await?.is_some())
    }

    /// The attempt was counted, and has not begun: it does not count, and the call is due again.
    pub(super) async fn uncount(&self, db: &Db) -> Result<()> {
        let sql = format!(
            "UPDATE signals_todo SET due = 0, worker = NULL, attempts = attempts - 1 WHERE {}",
            self.condition()
        );
        db.execute(&sql, &(self.id, i64::from(self.attempts))).await.map(drop)
    }

    /// The call has succeeded, and the event is deleted with its last call if `event` is given. Returns false if another worker has it
    /// now.
    pub(super) async fn finish(&self, on: DbOrTx<'_>, dialect: Dialect, event: Option<i64>) -> Result<bool> {
        let attempts = i64::from(self.attempts);
        match (dialect, event) {
            (Dialect::Postgres, Some(_)) => Ok(execute(on, &self.finish_in_one(), &(self.id, attempts)).await? > 0),
            (_, event) => {
                let finish = format!("DELETE FROM signals_todo WHERE {}", self.condition());
                let finished = execute(on, &finish, &(self.id, attempts)).await? > 0;
                fault::point("after_finish");
                if let (true, Some(event)) = (finished, event) {
                    delete_event(on, event).await?;
                }
                Ok(finished)
            }
        }
    }

    /// Deletes the call and, if it was the last one, its event: one statement of PostgreSQL. Both deletes see the rows of the beginning.
    fn finish_in_one(&self) -> String {
        format!(
            "WITH done AS (DELETE FROM signals_todo WHERE {} RETURNING id, event), gone AS (DELETE FROM signals_event USING done \
             WHERE signals_event.id = done.event AND NOT EXISTS (SELECT 1 FROM signals_todo t \
             WHERE t.event = done.event AND t.id <> done.id)) SELECT 1 FROM done",
            self.condition()
        )
    }

    /// The same at the end of the transaction that has locked the call, so that no other worker can have it. In PostgreSQL it is sent
    /// with the COMMIT.
    pub(super) async fn finish_locked(&self, tx: &Tx, event: Option<i64>) -> Result<bool> {
        if tx.db().dialect() == Dialect::Sqlite {
            return self.finish(DbOrTx::Tx(tx), Dialect::Sqlite, event).await;
        }
        let sql = match event {
            Some(_) => self.finish_in_one(),
            None => format!("DELETE FROM signals_todo WHERE {}", self.condition()),
        };
        let params = vec![Value::Integer(self.id), Value::Integer(i64::from(self.attempts))];
        tx.execute_last(LastStatement::new(sql, params)).await?;
        Ok(true)
    }

    /// The attempt has failed, and the next one is due after `delay`; without one, the call is dead.
    pub(super) async fn fail(
        &self,
        on: DbOrTx<'_>,
        dialect: Dialect,
        attempts: u32,
        delay: Option<Duration>,
        error: &str,
    ) -> Result<bool> {
        let set = "UPDATE signals_todo SET worker = NULL, attempts = $3, error = $4";
        let (condition, before) = (self.condition(), i64::from(self.attempts));
        let attempts = i64::from(attempts);
        let failed = if let Some(delay) = delay {
            let sql = format!("{set}, due = {} + $5 WHERE {condition}", now(dialect));
            execute(on, &sql, &(self.id, before, attempts, error, duration(delay))).await?
        } else {
            let sql = format!("{set}, due = {NEVER}, dead = TRUE WHERE {condition}");
            execute(on, &sql, &(self.id, before, attempts, error)).await?
        };
        Ok(failed > 0)
    }
}

/// Deletes an event whose last call has succeeded.
pub(super) async fn delete_event(on: DbOrTx<'_>, event: i64) -> Result<()> {
    let sql = "DELETE FROM signals_event WHERE id = ? AND NOT EXISTS (SELECT 1 FROM signals_todo t WHERE t.event = signals_event.id)";
    execute(on, sql, &(event,)).await.map(drop)
}
