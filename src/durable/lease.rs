//! The leases of calls whose receivers run outside of a transaction, and of those whose attempts are counted before they begin.

use std::time::Duration;

use super::claim::{self, Claimed, Wanted, duration, list, now};
use crate::db::{Db, Dialect, Tx};
use crate::error::Result;
use crate::fault;
use crate::value::ValueRef;

/// The lease of a worker.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    pub(super) worker: i64,
    pub(super) time: Duration,
}

impl Lease {
    fn end(&self, dialect: Dialect) -> String {
        format!("{} + {}", now(dialect), duration(self.time))
    }

    /// Begins an attempt of a call, in SQL: the worker is the parameter of this number.
    fn begin(&self, worker: usize, dialect: Dialect) -> String {
        let due = self.end(dialect);
        format!("UPDATE signals_todo SET due = {due}, worker = ${worker}, attempts = signals_todo.attempts + 1")
    }

    /// Leases the next call to the worker: others do not take it until the lease ends or the worker is gone.
    pub(super) async fn claim_next(&self, db: &Db, wanted: &Wanted<'_>) -> Result<Option<Claimed>> {
        match db.dialect() {
            Dialect::Postgres => {
                let mut params = wanted.params();
                params.push(ValueRef::Integer(self.worker));
                let (next, begin) = (wanted.select_next(), self.begin(params.len(), Dialect::Postgres));
                let sql = format!(
                    "WITH c AS MATERIALIZED ({next}) {begin} FROM c WHERE signals_todo.id = c.id RETURNING c.*"
                );
                db.query_written(&sql, &&params[..]).await
            }
            Dialect::Sqlite => {
                let tx = db.begin().await?;
                let Some(claimed) = wanted.lock_next(&tx).await? else {
                    tx.rollback().await?;
                    return Ok(None);
                };
                self.begin_in(&tx, &claimed).await?;
                fault::point("before_lease");
                tx.commit().await?;
                Ok(Some(claimed))
            }
        }
    }

    /// Leases a call that the transaction has locked.
    pub(super) async fn begin_in(&self, tx: &Tx, claimed: &Claimed) -> Result<()> {
        let sql = format!("{} WHERE id = $2", self.begin(1, tx.db().dialect()));
        tx.execute(&sql, &(self.worker, claimed.id)).await.map(drop)
    }

    /// Renews the leases of these attempts of calls. Returns the calls that the worker still has.
    pub(super) async fn renew(&self, db: &Db, calls: &[(i64, u32)]) -> Result<Vec<i64>> {
        let (due, worker) = (self.end(db.dialect()), self.worker);
        let attempts: Vec<String> = calls.iter().map(|(id, attempt)| format!("({id}, {attempt})")).collect();
        let mine = format!("(id, attempts) IN (VALUES {}) AND worker = {worker}", attempts.join(", "));
        let renewed = db.execute(&format!("UPDATE signals_todo SET due = {due} WHERE {mine}"), &()).await?;
        if usize::try_from(renewed).is_ok_and(|renewed| renewed == calls.len()) {
            return Ok(calls.iter().map(|(id, _)| *id).collect());
        }
        db.query_as(&format!("SELECT id FROM signals_todo WHERE {mine}"), &()).await
    }

    /// Ends all leases of the worker, which calls no receivers any more. The attempts that it has dropped do not count: they have not failed.
    pub(super) async fn release(&self, db: &Db) -> Result<()> {
        let sql = "UPDATE signals_todo SET due = 0, worker = NULL, attempts = attempts - 1 WHERE worker = ?";
        db.execute(sql, &(self.worker,)).await.map(drop)
    }

    /// Ends the leases of calls that the worker does not hold: the answer to their claim was lost. A claim whose answer is on its way is
    /// younger. Returns how many there were.
    pub(super) async fn release_lost(&self, db: &Db, held: &[i64]) -> Result<u64> {
        let (now, age) = (now(db.dialect()), duration(self.time.mul_f64(5.0 / 6.0)));
        let others = if held.is_empty() { String::new() } else { format!(" AND id NOT IN ({})", list(held)) };
        free(db, &format!("worker = {} AND due <= {now} + {age}{others}", self.worker)).await
    }
}

/// The workers that have leased calls, in any process.
pub(super) async fn workers(db: &Db) -> Result<Vec<i64>> {
    db.query_as("SELECT DISTINCT worker FROM signals_todo WHERE worker IS NOT NULL", &()).await
}

/// Frees the calls of workers that are gone, at once.
pub(super) async fn take_over(db: &Db, gone: &[i64]) -> Result<u64> {
    free(db, &format!("worker IN ({})", list(gone))).await
}

/// Makes these calls due that are leased. A call that is locked is being run by the transaction that has locked it: to wait for that one
/// would keep the worker from renewing its leases.
async fn free(db: &Db, condition: &str) -> Result<u64> {
    let calls =
        format!("SELECT id FROM signals_todo WHERE {condition} AND NOT dead{}", claim::skip_locked(db.dialect()));
    db.execute(&format!("UPDATE signals_todo SET due = 0, worker = NULL WHERE id IN ({calls})"), &()).await
}
