//! Opening a connection, up to the receivers of `connection_created`.

use std::any::Any;

use signals_core::BoxFuture;

use super::connection::{Connection, Place};
use super::patience::Patience;
use crate::db::begin::Access;
use crate::db::created::{self, DriverConnection};
use crate::db::sql::Dialect;
use crate::db::{Params, Row};
use crate::error::Result;

/// Opens a connection, and sends `connection_created`.
pub(super) async fn open(place: &Place, access: Access, patience: &Patience, url: &str) -> Result<Connection> {
    let mut connection = Connection::open(place, access, patience).await?;
    if created::send(&mut Opened { connection: &mut connection, patience, access }, url).await? {
        // A transaction that a receiver left open would be that of the next user of the connection.
        patience.retry(|| connection.by_itself(|_| Ok(()))).await?;
    }
    Ok(connection)
}

/// A connection before its first use.
struct Opened<'a> {
    connection: &'a mut Connection,
    patience: &'a Patience,
    access: Access,
}

impl DriverConnection for Opened<'_> {
    fn execute<'a>(&'a mut self, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<u64>> {
        let Self { connection, patience, .. } = self;
        Box::pin(async move {
            Ok(patience.retry(|| connection.by_itself(|connection| connection.execute(sql, params))).await?)
        })
    }

    fn for_each_row<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> BoxFuture<'a, Result<()>> {
        let Self { connection, patience, .. } = self;
        Box::pin(async move {
            Ok(patience.retry(|| connection.by_itself(|connection| connection.query(sql, params, each))).await?)
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
