//! The connection of the driver's library, in a transaction.

use super::Tx;
use crate::error::Result;

impl Tx {
    /// Calls `work` with the connection to SQLite, for what SQL with parameters cannot do: blobs in pieces, SQL functions, backups.
    ///
    /// Its statements are part of the transaction, and of the savepoint that this handle belongs to. A closure that ends the
    /// transaction breaks it, and a savepoint that it leaves open is released. Settings of the connection also apply to its later
    /// users.
    ///
    /// [`signals::db::rusqlite`](crate::db::rusqlite) is the driver in the version that this library uses.
    ///
    /// # Errors
    /// The error of the closure as an error of this library, such as [`ErrorKind::Unique`](crate::ErrorKind::Unique). It is also an error if
    /// the database is PostgreSQL.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// # let db = signals::db::Db::connect("sqlite::memory:").await?;
    /// # db.execute("CREATE TABLE cities (name TEXT)", &()).await?;
    /// let tx = db.begin().await?;
    /// let last = tx.sqlite(|connection| {
    ///     // One prepared statement for all rows.
    ///     let mut insert = connection.prepare("INSERT INTO cities VALUES (?)")?;
    ///     for city in ["Ghent", "Turin", "Porto"] {
    ///         insert.execute([city])?;
    ///     }
    ///     Ok(connection.last_insert_rowid())
    /// })?;
    /// tx.commit().await?;
    /// # assert_eq!(last, 3);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "sqlite")]
    pub fn sqlite<T>(
        &self,
        work: impl FnOnce(&super::rusqlite::Connection) -> super::rusqlite::Result<T>,
    ) -> Result<T> {
        self.check()?;
        self.observe(self.session().sqlite(work))
    }

    /// Calls `work` with the connection to PostgreSQL, for what SQL with parameters cannot do: COPY, arrays, custom types.
    ///
    /// Its statements are part of the transaction, and of the savepoint that this handle belongs to. A closure that ends the
    /// transaction breaks it, and so does a statement that fails, whatever the closure returns. Afterwards the connection prepares
    /// its statements again, because the closure may have altered tables, and asks the server whether the transaction is still
    /// open, which is a round trip.
    ///
    /// [`signals::db::tokio_postgres`](crate::db::tokio_postgres) is the driver in the version that this library uses.
    ///
    /// # Errors
    /// The error of the closure as an error of this library, such as [`ErrorKind::Unique`](crate::ErrorKind::Unique). It is also an error if
    /// the database is SQLite.
    ///
    /// ```no_run
    /// # async fn names(tx: &mut signals::db::Tx) -> signals::Result<Vec<String>> {
    /// let row = tx.postgres(async |client| client.query_one("SELECT array_agg(name) FROM cities", &[]).await).await?;
    /// Ok(row.get(0))
    /// # }
    /// ```
    #[cfg(feature = "postgres")]
    pub async fn postgres<T>(
        &self,
        work: impl AsyncFnOnce(&super::tokio_postgres::Client) -> Result<T, super::tokio_postgres::Error>,
    ) -> Result<T> {
        self.check()?;
        self.observe(self.session().postgres(work).await)
    }
}
