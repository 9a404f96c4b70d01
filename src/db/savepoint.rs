//! Savepoints: parts of a transaction that can be undone alone.

use std::panic::Location;

use super::Tx;
use super::level;
use crate::error::{Error, Result};

impl Tx {
    /// Runs `body` in a savepoint of this transaction: what it did stays when it returns `Ok`, and is undone when it returns
    /// an error, panics, or its future is dropped. The transaction goes on in either case.
    ///
    /// A failed save, and in PostgreSQL any failed statement, breaks the innermost savepoint and not what is round it. A body
    /// that goes on after such a failure and returns `Ok` is undone as well, and the answer is [`ErrorKind::Swallowed`](crate::ErrorKind::Swallowed).
    ///
    /// Hooks of [`on_commit`](Self::on_commit) that were queued in a savepoint that is undone are dropped, and nothing that
    /// was saved in it reaches `post_commit`; its `post_rollback` comes at the end of the transaction. Savepoints may stand in one another, and receivers may use them. A savepoint
    /// costs PostgreSQL no round trip of its own: it begins and ends with the statements in it and behind it.
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
    pub fn savepoint<T>(&mut self, body: impl AsyncFnOnce(&mut Tx) -> Result<T>) -> impl Future<Output = Result<T>> {
        self.savepoint_at(Location::caller(), body)
    }

    /// As [`savepoint`](Self::savepoint), for whoever has but a `&Tx`. What is done in the transaction meanwhile, and not
    /// in the savepoint, is an error.
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
struct Savepoint {
    /// A handle of the transaction, in this savepoint.
    tx: Tx,
    is_open: bool,
}

impl Savepoint {
    fn open(outer: &Tx, began: &'static Location<'static>) -> Result<Self> {
        // The session is not called with the levels locked: a function for a row is called with the session locked, and may
        // queue a hook.
        let (number, depth) = outer.levels().open(outer.level, began)?;
        let mut savepoint = Self { tx: outer.at_level(number), is_open: false };
        if let Err(error) = outer.session().savepoint(depth) {
            savepoint.tx.levels().take(number);
            return Err(error);
        }
        savepoint.is_open = true;
        Ok(savepoint)
    }

    fn end<T>(mut self, result: Result<T>) -> Result<T> {
        let result = result.and_then(|value| self.release().map(|()| value));
        if result.is_err() {
            self.rollback();
        }
        result
    }

    fn release(&mut self) -> Result<()> {
        let depth = self.tx.levels().innermost_depth(self.tx.level).map_err(Error::swallowed)?;
        self.tx.session().release(depth)?;
        self.tx.levels().release();
        self.is_open = false;
        Ok(())
    }

    /// Undoes it, without waiting for anybody: whatever comes next comes after it.
    fn rollback(&mut self) {
        if !std::mem::replace(&mut self.is_open, false) {
            return;
        }
        let Some((depth, undone)) = self.tx.levels().take(self.tx.level) else { return };
        let rolled_back = self.tx.session().rollback_to(depth);
        // What people queued is dropped without the lock.
        let hooks = level::undo(undone);
        let mut levels = self.tx.levels();
        levels.undone(hooks);
        if let Err(error) = rolled_back {
            // What it did is still there, or the whole transaction is gone.
            levels.transaction().fail(&error);
        }
    }
}

impl Drop for Savepoint {
    fn drop(&mut self) {
        self.rollback();
    }
}
