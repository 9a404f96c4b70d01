//! Whether a database can be written: what calls receivers on one that is read-only would call them again and again, and end no call.

use crate::db::{Db, Dialect};
use crate::error::{Error, Result};

/// Fails if the database is read-only, with what to do. The table exists.
pub(super) async fn check(db: &Db, table: &str) -> Result<()> {
    match db.dialect() {
        Dialect::Postgres => {
            let read_only: String = db.query_one("SELECT current_setting('transaction_read_only')", &()).await?;
            if read_only == "on" { Err(read_only_server()) } else { Ok(()) }
        }
        // It changes no row. That another transaction is writing is no reason not to begin.
        Dialect::Sqlite => match db.execute(&format!("DELETE FROM {table} WHERE FALSE"), &()).await {
            Err(error) if !super::claim::is_busy(&error) => Err(error),
            _ => Ok(()),
        },
    }
}

fn read_only_server() -> Error {
    Error::other(
        "the database is read-only, and the calls of durable receivers end with a write: connect to the primary server, without \
         `default_transaction_read_only=on`",
    )
}
