//! Opening a connection, up to the receivers of `connection_created`.

use std::any::Any;

use signals_core::BoxFuture;

use super::connection::{Connection, Storage};
use super::lock_wait::LockWait;
use crate::db::begin::Access;
use crate::db::created::{self, DriverConnection};
use crate::db::sql::Dialect;
use crate::db::{Params, Row};
use crate::error::Result;

/// Opens a connection, and sends `connection_created`.
pub(super) async fn open(
    storage: &Storage,
    access: Access,
    lock_wait: &LockWait,
    opened: &created::Opened,
) -> Result<Connection> {
    let mut connection = Connection::open(storage, access, lock_wait).await?;
    if created::send(&mut NewlyOpened { connection: &mut connection, lock_wait, access }, opened).await? {
        // A transaction that a receiver left open would be that of the next user of the connection.
        lock_wait.retry(|| connection.outside_transaction(|_| Ok(()))).await?;
    }
    Ok(connection)
}

/// A connection before its first use.
struct NewlyOpened<'a> {
    connection: &'a mut Connection,
    lock_wait: &'a LockWait,
    access: Access,
}

impl DriverConnection for NewlyOpened<'_> {
    fn execute<'a>(&'a mut self, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<u64>> {
        let Self { connection, lock_wait, .. } = self;
        Box::pin(async move {
            lock_wait.retry(|| connection.outside_transaction(|connection| connection.execute(sql, params))).await
        })
    }

    fn for_each_row<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> BoxFuture<'a, Result<()>> {
        let Self { connection, lock_wait, .. } = self;
        Box::pin(async move {
            lock_wait
                .retry(|| {
                    connection.outside_transaction(|connection| connection.query(Access::Write, sql, params, each))
                })
                .await
        })
    }

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn is_read_only(&self) -> bool {
        self.access == Access::Read
            || self.connection.raw().is_readonly("main").unwrap_or_else(|_| unreachable!("every connection has `main`"))
    }

    fn raw(&self) -> &dyn Any {
        self.connection.raw()
    }
}
