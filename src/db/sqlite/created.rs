//! A connection on its way from being opened to its first use.

use super::connection::{Connection, Place};
use super::patience::Patience;
use crate::db::begin::Access;
use crate::db::created::{self, Opened as OfAny};
use crate::db::{Params, Row};
use crate::error::Result;

/// A connection that nobody has used yet.
pub(in crate::db) struct Opened<'a> {
    connection: &'a mut Connection,
    patience: &'a Patience,
    access: Access,
}

/// Opens a connection, and tells those who receive `connection_created`.
pub(super) async fn open(place: &Place, access: Access, patience: &Patience, url: &str) -> Result<Connection> {
    let mut connection = Connection::open(place, access, patience).await?;
    if created::is_received() {
        let opened = Opened { connection: &mut connection, patience, access };
        // Boxed, so that the future of every query does not have the room for it.
        Box::pin(created::tell(OfAny::Sqlite(opened), url)).await?;
        // A transaction that was left open would be that of whoever comes next.
        patience.retry(|| connection.by_itself(|_| Ok(()))).await?;
    }
    Ok(connection)
}

impl Opened<'_> {
    pub(in crate::db) async fn execute(&mut self, sql: &str, params: &dyn Params) -> Result<u64> {
        let Self { connection, patience, .. } = self;
        Ok(patience.retry(|| connection.by_itself(|connection| connection.execute(sql, params))).await?)
    }

    pub(in crate::db) async fn query(
        &mut self,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        let Self { connection, patience, .. } = self;
        Ok(patience.retry(|| connection.by_itself(|connection| connection.query(sql, params, each))).await?)
    }

    pub(in crate::db) fn is_read_only(&self) -> bool {
        self.access == Access::Read
            || self.connection.raw().is_readonly("main").unwrap_or_else(|_| unreachable!("every connection has `main`"))
    }

    pub(in crate::db) fn raw(&mut self) -> &rusqlite::Connection {
        self.connection.raw()
    }
}
