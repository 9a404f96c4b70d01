//! How a transaction begins.

/// How a transaction begins, where [`Db::begin`](super::Db::begin) does not suffice.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// # let db = signals::db::Db::connect("sqlite::memory:").await?;
/// use signals::db::{IsolationLevel, TransactionOptions};
///
/// let report = TransactionOptions::new().isolation(IsolationLevel::RepeatableRead).read_only();
/// db.transaction_with(report, async |tx| {
///     // Whatever is read here is of one moment, however long it takes, and nobody who writes is kept waiting.
/// #   tx.for_each_row("SELECT 1", &(), &mut |_| Ok(())).await?;
///     Ok(())
/// })
/// .await
/// # }
/// ```
///
/// | | SQLite | PostgreSQL |
/// |---|---|---|
/// | nothing | [`Serializable`](IsolationLevel::Serializable) | what the server says, mostly [`ReadCommitted`](IsolationLevel::ReadCommitted) |
/// | [`isolation`](Self::isolation) | as if nothing was said: one transaction writes at a time, so all are `Serializable` | as named |
/// | [`read_only`](Self::read_only) | reads beside the one that writes what was committed before its first statement; in memory there is one connection, and it waits for that | `READ ONLY`; one moment for the whole transaction with `RepeatableRead` |
/// | [`deferrable`](Self::deferrable) | nothing to wait for | `DEFERRABLE` |
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use = "options do nothing until a transaction begins with them"]
pub struct TransactionOptions {
    pub(super) isolation: Option<IsolationLevel>,
    pub(super) access: Access,
    pub(super) waiting: Waiting,
}

/// What a transaction may see of others that run at the same time, from little care to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IsolationLevel {
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// Every statement sees what was committed before the first one. To write a row that somebody else has written since is
    /// [`ErrorKind::Serialization`](crate::ErrorKind::Serialization).
    RepeatableRead,
    /// As if one transaction ran after the other. Where that cannot be, one of them fails with
    /// [`ErrorKind::Serialization`](crate::ErrorKind::Serialization), in any statement or in its commit: do all of it again.
    Serializable,
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Access {
    #[default]
    Write,
    Read,
}

/// Whether to wait for a moment in which nothing can go wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Waiting {
    #[default]
    No,
    Deferrable,
}

impl TransactionOptions {
    /// The options of [`Db::begin`](super::Db::begin).
    pub fn new() -> Self {
        Self::default()
    }

    /// What the transaction may see of others.
    pub fn isolation(mut self, isolation: IsolationLevel) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// The transaction only reads: a statement that writes is
    /// [`ErrorKind::ReadOnlyTransaction`](crate::ErrorKind::ReadOnlyTransaction).
    pub fn read_only(mut self) -> Self {
        self.access = Access::Read;
        self
    }

    /// With [`IsolationLevel::Serializable`] and [`read_only`](Self::read_only): PostgreSQL waits until it can begin in a moment
    /// from which it runs to its end without failing, which is for long reports.
    pub fn deferrable(mut self) -> Self {
        self.waiting = Waiting::Deferrable;
        self
    }
}
