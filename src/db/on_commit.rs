//! `on_commit` of code that does not know whether it is called in a transaction.

use std::panic::Location;

use super::hook::{HookFuture, TransactionHook};
use super::{Db, DbOrTx, Executor, nesting};
use crate::error::{ErrorKind, Result};
use crate::transaction_end::TransactionEnd;

impl Db {
    /// Runs the hook now, because a `Db` has no transaction that could be rolled back, and returns its error. [`Tx::on_commit`] queues a
    /// hook until the commit, and [`on_commit`](trait.Executor.html#method.on_commit) of a `&dyn Executor` does what fits. This is Django's
    /// `transaction.on_commit` outside of `atomic`.
    ///
    /// [`Tx::on_commit`]: super::Tx::on_commit
    ///
    /// # Errors
    /// That of the hook. [`ErrorKind::HookOutsideTransaction`] in the body of a transaction of this database, and in a receiver that is
    /// called in one: the hook would run before the commit. Then the hook does not run.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// # let db = signals::db::Db::connect("sqlite::memory:").await?;
    /// db.on_commit(async |_db| {
    ///     println!("this runs now");
    ///     Ok(())
    /// })
    /// .await
    /// # }
    /// ```
    pub async fn on_commit<Fut, Kind>(&self, hook: impl TransactionHook<Fut, Kind> + Send + 'static) -> Result<()>
    where
        Fut: HookFuture<Kind> + Future<Output = Result<()>> + Send + 'static,
    {
        if let Some(outer) = nesting::outer(self) {
            return Err(ErrorKind::HookOutsideTransaction { outer }.into());
        }
        hook(self.clone()).await
    }
}

impl dyn Executor + '_ {
    /// Runs the hook after the commit: queues it in a [`Tx`](super::Tx), and runs it now on a [`Db`], which has no transaction that could be
    /// rolled back. This is Django's `transaction.on_commit`, for a function that works in both ways.
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # #[model] #[derive(Default)] struct Order { #[key] id: Id<Order> }
    /// async fn place(order: &mut Order, executor: &dyn Executor) -> Result<()> {
    ///     order.save(executor).await?;
    ///     let id = order.id;
    ///     executor.on_commit(async move |_db| Ok(println!("mail about {id}"))).await
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<Order>().await?;
    /// place(&mut Order::default(), &db).await?; // the mail is sent at once
    /// db.transaction(async |tx| place(&mut Order::default(), tx).await).await // and here after the commit
    /// # }
    /// ```
    ///
    /// # Errors
    /// On a `Db`, those of [`Db::on_commit`]. On a `Tx` that is broken or has ended, its error, because the hook could not run; the error of
    /// a hook that is queued is passed to the handler of [`ConnectOptions::on_error`](super::ConnectOptions::on_error).
    #[track_caller]
    pub fn on_commit<Fut, Kind>(
        &self,
        hook: impl TransactionHook<Fut, Kind> + Send + 'static,
    ) -> impl Future<Output = Result<()>> + Send
    where
        Fut: HookFuture<Kind> + Future<Output = Result<()>> + Send + 'static,
    {
        let exec = self.exec(Location::caller());
        async move {
            match exec.target {
                DbOrTx::Db(db) => db.on_commit(hook).await,
                DbOrTx::Tx(tx) => {
                    tx.check()?;
                    tx.queue(TransactionEnd::Commit, exec.at, hook);
                    Ok(())
                }
            }
        }
    }
}
