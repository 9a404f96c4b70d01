//! Opening a connection, up to the receivers of `connection_created`.

use std::any::Any;

use signals_core::BoxFuture;

use super::connection::Connection;
use super::notifications::Notifications;
use super::server::{NotOpened, Server};
use crate::db::created::{self, DriverConnection};
use crate::db::sql::Dialect;
use crate::db::{Params, Row};
use crate::error::Result;

/// Opens a connection, which may listen to notifications, and sends `connection_created`.
pub(super) async fn open(server: &Server, notifications: Option<Notifications>) -> Result<Connection, NotOpened> {
    let mut connection = server.open(notifications).await?;
    created::send(&mut connection, server.opened()).await?;
    Ok(connection)
}

impl DriverConnection for Connection {
    fn execute<'a>(&'a mut self, sql: &'a str, params: &'a dyn Params) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async move {
            Self::execute(self, sql, params).await.map_err(|failure| failure.into_error(sql, self.died()))
        })
    }

    fn for_each_row<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a dyn Params,
        each: &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.query(sql, params, each).await.map(drop).map_err(|failure| failure.into_error(sql, self.died()))
        })
    }

    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn is_read_only(&self) -> bool {
        false
    }

    fn raw(&self) -> &dyn Any {
        self.client()
    }
}
