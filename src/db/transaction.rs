//! `db.transaction(..)`

use std::panic::Location;
use std::pin::pin;

use super::{BodyKind, Db, TransactionBody, TransactionOptions, Tx, nesting};
use crate::error::Result;

impl Db {
    /// Runs `body` in a transaction: commits when it returns `Ok`, rolls back when it returns an error, panics, or its
    /// future is dropped.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// # let db = signals::db::Db::connect("sqlite::memory:").await?;
    /// # db.execute("CREATE TABLE accounts (name TEXT UNIQUE, balance INTEGER CHECK (balance >= 0))", &()).await?;
    /// # db.execute("INSERT INTO accounts VALUES ('ann', 10), ('bob', 10)", &()).await?;
    /// let moved = db
    ///     .transaction(async |tx| {
    ///         tx.execute("UPDATE accounts SET balance = balance + ? WHERE name = 'bob'", &(50,)).await?;
    ///         tx.execute("UPDATE accounts SET balance = balance - ? WHERE name = 'ann'", &(50,)).await?;
    ///         Ok(())
    ///     })
    ///     .await;
    /// assert!(matches!(moved.unwrap_err().kind(), signals::ErrorKind::Check { .. }));
    /// # let mut balances = Vec::new();
    /// # db.for_each_row("SELECT balance FROM accounts", &(), &mut |row| { balances.push(row.get::<i64>(0)?); Ok(()) }).await?;
    /// # assert_eq!(balances, [10, 10]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// In the body of another transaction of the same database, and in a receiver of a save or a delete, it is
    /// [`ErrorKind::NestedTransaction`](crate::ErrorKind::NestedTransaction), because it would not be part of the outer transaction.
    /// Use [`Tx::savepoint`] for a part of it, like Django's `atomic` in `atomic`, and [`begin`](Self::begin) for an independent
    /// transaction. In SQLite, where only one transaction can write, an independent one waits for the end of the outer one: run it
    /// as a task, or afterwards.
    #[track_caller]
    pub fn transaction<T, Kind: BodyKind<Output = Result<T>>>(
        &self,
        body: impl TransactionBody<T, Kind>,
    ) -> Kind::Future<impl Future<Output = Result<T>>> {
        Kind::future(self.transaction_at(TransactionOptions::new(), Location::caller(), body))
    }

    /// Like [`transaction`](Self::transaction), with an isolation level, or read-only.
    ///
    /// It is not repeated automatically: a body that failed with [`ErrorKind::Serialization`](crate::ErrorKind::Serialization) may have
    /// sent an email.
    #[track_caller]
    pub fn transaction_with<T, Kind: BodyKind<Output = Result<T>>>(
        &self,
        options: TransactionOptions,
        body: impl TransactionBody<T, Kind>,
    ) -> Kind::Future<impl Future<Output = Result<T>>> {
        Kind::future(self.transaction_at(options, Location::caller(), body))
    }

    async fn transaction_at<T>(
        &self,
        options: TransactionOptions,
        began: &'static Location<'static>,
        body: impl AsyncFnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        nesting::refuse(self)?;
        let mut tx = self.begin_with_at(options, began).await?;
        let result = nesting::body(self, began, pin!(body(&mut tx))).await;
        if result.is_err() {
            tx.undo().await;
            return result;
        }
        tx.commit().await?;
        result
    }
}
