//! The driver's own connection, inside a transaction.

use super::Tx;
use crate::error::Result;

impl Tx {
    /// Lends the connection to SQLite, for what SQL with parameters cannot do: blobs in pieces, functions of your own, backups.
    ///
    /// What is done with it is part of the transaction, and of the savepoint that this is a handle in. A closure that ends the
    /// transaction breaks it, and a savepoint that it leaves open is released. Settings of the connection stay, also for those
    /// who have it after you.
    ///
    /// [`signals::db::rusqlite`](crate::db::rusqlite) is the driver in the version that this library has.
    ///
    /// # Errors
    /// What the closure returns, in the words of this library, [`ErrorKind::Unique`](crate::ErrorKind::Unique) for example; an error
    /// also if the database is PostgreSQL.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// # let db = signals::db::Db::connect("sqlite::memory:").await?;
    /// # db.execute("CREATE TABLE cities (name TEXT)", &()).await?;
    /// let tx = db.begin().await?;
    /// let last = tx.sqlite(|connection| {
    ///     // A statement that is held.
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

    /// Lends the connection to PostgreSQL, for what SQL with parameters cannot do: COPY, arrays, types of your own.
    ///
    /// What is done with it is part of the transaction, and of the savepoint that this is a handle in. A closure that ends the
    /// transaction breaks it, and so does a statement that fails, whatever the closure returns. Afterwards the connection
    /// prepares its statements anew, because the closure may have altered tables; and it is asked whether the transaction is
    /// still there, which is a round trip.
    ///
    /// [`signals::db::tokio_postgres`](crate::db::tokio_postgres) is the driver in the version that this library has.
    ///
    /// # Errors
    /// What the closure returns, in the words of this library, [`ErrorKind::Unique`](crate::ErrorKind::Unique) for example; an error
    /// also if the database is SQLite.
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
