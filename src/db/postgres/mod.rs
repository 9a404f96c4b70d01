//! PostgreSQL.
//!
//! A pool of connections, each of which prepares a statement once, unless the options forbid it. Over a network, round trips cost
//! most: BEGIN is sent together with the first statement, and a transaction without statements sends nothing.

mod command;
mod connection;
mod epoch;
mod errors;
mod lease;
mod literals;
mod manager;
mod many;
#[cfg_attr(not(feature = "durable"), allow(dead_code, reason = "only workers of durable receivers listen"))]
mod notifications;
mod open;
mod params;
mod pending;
mod pool;
#[cfg(feature = "durable")]
mod presence;
mod rows;
mod server;
mod statements;
#[cfg(test)]
pub(super) mod tests;
mod transaction;

use std::panic::Location;
use std::pin::pin;

#[cfg(feature = "durable")]
pub(super) use self::presence::Presence;
pub(super) use self::transaction::{CommitOutcome, Transaction};

use self::pool::Pool;
use super::begin::Access;
use super::statement::{Statement, Wants};
use super::{ConnectOptions, TransactionOptions};
use crate::error::Result;

/// The connections to one database.
pub(super) struct Postgres {
    pool: Pool,
    /// Sent with notifications, so that the workers of this pool ignore them.
    #[cfg(feature = "durable")]
    name: String,
}

impl Postgres {
    pub(super) async fn connect(options: &ConnectOptions, at: &'static Location<'static>) -> Result<Self> {
        let pool = Pool::new(options)?;
        // A wrong server, user or database is an error here and not of the first query.
        drop(pool.lease(at).await?);
        Ok(Self {
            pool,
            #[cfg(feature = "durable")]
            name: super::worker_id::random().to_string(),
        })
    }

    pub(super) async fn begin(
        &self,
        options: TransactionOptions,
        at: &'static Location<'static>,
    ) -> Result<Transaction> {
        Ok(Transaction::new(self.pool.lease(at).await?, options))
    }

    /// Executes a statement, which commits by itself.
    pub(super) async fn run(&self, mut statement: Statement<'_>, at: &'static Location<'static>) -> Result<u64> {
        let access = match statement.wants {
            Wants::Rows(_) => Access::Read,
            _ => Access::Write,
        };
        let lease = self.pool.lease(at).await?;
        let result = {
            let operation = pin!(lease.run(access, &mut statement));
            lease.guard(operation).await
        };
        result.map_err(|failure| statement.error(failure.into_error(statement.sql, lease.died())))
    }
}
