//! Savepoints: parts of a transaction that can be rolled back alone.

use std::panic::Location;

use super::{BodyKind, TransactionBody, Tx, savepoint_stack};
use crate::error::{Error, Result};

impl Tx {
    /// Runs `body` in a savepoint of this transaction. Its changes stay if it returns `Ok`, and are undone if it returns
    /// an error, panics, or its future is dropped. The transaction continues in either case.
    ///
    /// A failed save, and in PostgreSQL any failed statement, only breaks the innermost savepoint. If a body continues after such a
    /// failure and returns `Ok`, it is undone as well, and the error is [`ErrorKind::Swallowed`](crate::ErrorKind::Swallowed).
    ///
    /// When a savepoint is undone, hooks of [`on_commit`](Self::on_commit) that were queued in it are dropped, and rows saved or
    /// deleted in it do not trigger `post_commit` or `post_delete_commit`. Their `post_rollback` or `post_delete_rollback` is sent at the end of
    /// the transaction. Savepoints can be nested, and
    /// receivers may use them. A savepoint costs PostgreSQL no round trip: its commands are sent together with other statements.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// # let db = signals::db::Db::connect("sqlite::memory:").await?;
    /// # db.execute("CREATE TABLE names (name TEXT UNIQUE)", &()).await?;
    /// let mut tx = db.begin().await?;
    /// for name in ["ann", "bob", "ann"] {
    ///     let added = tx.savepoint(async |tx| tx.execute("INSERT INTO names VALUES (?)", &(name,)).await).await;
    ///     if let Err(error) = added {
    ///         println!("{name} is left out: {error}");
    ///     }
    /// }
    /// tx.commit().await?;
    /// # let mut names = Vec::new();
    /// # db.for_each_row("SELECT name FROM names", &(), &mut |row| { names.push(row.get::<String>(0)?); Ok(()) }).await?;
    /// # assert_eq!(names, ["ann", "bob"]);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn savepoint<T, Kind: BodyKind<Output = Result<T>>>(
        &mut self,
        body: impl TransactionBody<T, Kind>,
    ) -> Kind::Future<impl Future<Output = Result<T>>> {
        Kind::future(self.savepoint_at(Location::caller(), body))
    }

    /// Like [`savepoint`](Self::savepoint), for callers that only have a `&Tx`. While it is open, using the transaction outside of
    /// the savepoint is an error.
    pub(crate) async fn savepoint_at<T>(
        &self,
        began: &'static Location<'static>,
        body: impl AsyncFnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let mut savepoint = Savepoint::open(self, began)?;
        let result = body(&mut savepoint.tx).await;
        savepoint.end(result)
    }
}

/// A savepoint that is open. Dropping it rolls it back.
pub(crate) struct Savepoint {
    /// A handle of the transaction, in this savepoint.
    pub(crate) tx: Tx,
    is_open: bool,
}

impl Savepoint {
    pub(crate) fn open(outer: &Tx, began: &'static Location<'static>) -> Result<Self> {
        // The stack is not locked while the session is called: a closure for a row is called with the session locked, and may
        // queue a hook.
        let (number, depth) = outer.savepoints().open(outer.savepoint, began)?;
        let mut savepoint = Self { tx: outer.in_savepoint(number), is_open: false };
        if let Err(error) = outer.session().savepoint(depth) {
            savepoint.tx.savepoints().take(number);
            return Err(error);
        }
        savepoint.is_open = true;
        Ok(savepoint)
    }

    pub(crate) fn end<T>(mut self, result: Result<T>) -> Result<T> {
        let result = result.and_then(|value| self.release().map(|()| value));
        if result.is_err() {
            self.rollback();
        }
        result
    }

    fn release(&mut self) -> Result<()> {
        let depth = self.tx.savepoints().innermost_depth(self.tx.savepoint).map_err(Error::swallowed)?;
        self.tx.session().release(depth)?;
        self.tx.savepoints().release();
        self.is_open = false;
        Ok(())
    }

    /// Undoes the savepoint without awaiting: later statements are executed after it.
    fn rollback(&mut self) {
        if !std::mem::replace(&mut self.is_open, false) {
            return;
        }
        let Some((depth, undone)) = self.tx.savepoints().take(self.tx.savepoint) else { return };
        let rolled_back = self.tx.session().rollback_to(depth);
        // The hooks of users are dropped without the lock.
        let hooks = savepoint_stack::undo(undone);
        let mut savepoints = self.tx.savepoints();
        savepoints.undone(hooks);
        if let Err(error) = rolled_back {
            // The changes of the savepoint still exist, or the whole transaction has ended.
            savepoints.transaction().fail(&error);
        }
    }
}

impl Drop for Savepoint {
    fn drop(&mut self) {
        self.rollback();
    }
}
