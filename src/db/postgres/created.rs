//! A connection on its way from being opened to its first use.

use super::connection::Connection;
use super::server::{NotOpened, Server};
use crate::db::created::{self, Opened as OfAny};
use crate::db::{Params, Row};
use crate::error::Result;

/// A connection that nobody has used yet.
pub(in crate::db) struct Opened<'a>(&'a Connection);

/// Opens a connection, and tells those who receive `connection_created`.
pub(super) async fn open(server: &Server) -> Result<Connection, NotOpened> {
    let connection = server.open().await?;
    if created::is_received() {
        Box::pin(created::tell(OfAny::Postgres(Opened(&connection)), server.url())).await?;
    }
    Ok(connection)
}

impl Opened<'_> {
    pub(in crate::db) async fn execute(&self, sql: &str, params: &dyn Params) -> Result<u64> {
        self.0.execute(sql, params).await.map_err(|failure| failure.into_error(sql, self.0))
    }

    pub(in crate::db) async fn query(
        &self,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        self.0.query(sql, params, each).await.map_err(|failure| failure.into_error(sql, self.0))
    }

    pub(in crate::db) fn raw(&self) -> &tokio_postgres::Client {
        self.0.client()
    }
}
