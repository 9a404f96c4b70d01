//! Options of a transaction.

/// Options of a transaction, for [`Db::begin_with`](super::Db::begin_with) and [`Db::transaction_with`](super::Db::transaction_with).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// # let db = signals::db::Db::connect("sqlite::memory:").await?;
/// use signals::db::{IsolationLevel, TransactionOptions};
///
/// let report = TransactionOptions::new().isolation(IsolationLevel::RepeatableRead).read_only();
/// db.transaction_with(report, async |tx| {
///     // All queries see the same state of the database, and do not block transactions that write.
/// #   tx.for_each_row("SELECT 1", &(), &mut |_| Ok(())).await?;
///     Ok(())
/// })
/// .await
/// # }
/// ```
///
/// | | SQLite | PostgreSQL |
/// |---|---|---|
/// | the default | [`Serializable`](IsolationLevel::Serializable) | the default of the server, usually [`ReadCommitted`](IsolationLevel::ReadCommitted) |
/// | [`isolation`](Self::isolation) | no effect: only one transaction can write, so that all are `Serializable` | the given level |
/// | [`read_only`](Self::read_only) | reads what was committed before its first statement, concurrently with the transaction that writes; a database in memory has one connection, for which it waits | `READ ONLY`; the same state for the whole transaction with `RepeatableRead` |
/// | [`deferrable`](Self::deferrable) | no effect | `DEFERRABLE` |
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use = "options do nothing until a transaction begins with them"]
pub struct TransactionOptions {
    pub(super) isolation: Option<IsolationLevel>,
    pub(super) access: Access,
    pub(super) waiting: Waiting,
    pub(super) foreign_keys: ForeignKeys,
}

/// What a transaction may see of concurrent ones, from the weakest level to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IsolationLevel {
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// Every statement sees what was committed before the first one. Writing a row that another transaction has written since is
    /// [`ErrorKind::Serialization`](crate::ErrorKind::Serialization).
    RepeatableRead,
    /// The result is as if transactions ran one after the other. Where this is impossible, one of them fails with
    /// [`ErrorKind::Serialization`](crate::ErrorKind::Serialization), in a statement or in its commit: repeat the whole transaction.
    Serializable,
}

/// Whether a transaction writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Access {
    #[default]
    Write,
    Read,
}

/// Whether to wait until the transaction cannot fail with a serialization error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Waiting {
    #[default]
    No,
    Deferrable,
}

/// Whether SQLite checks foreign keys and follows `ON DELETE`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ForeignKeys {
    #[default]
    On,
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "migrate")),
        expect(dead_code, reason = "only migrations turn them off")
    )]
    Off,
}

impl TransactionOptions {
    /// The options of [`Db::begin`](super::Db::begin).
    pub fn new() -> Self {
        Self::default()
    }

    /// What the transaction may see of concurrent ones.
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

    /// With [`IsolationLevel::Serializable`] and [`read_only`](Self::read_only): PostgreSQL waits with the beginning until the
    /// transaction cannot fail because of others. This is for long reports.
    pub fn deferrable(mut self) -> Self {
        self.waiting = Waiting::Deferrable;
        self
    }

    /// SQLite neither checks foreign keys nor follows `ON DELETE`: for migrations that create a table again.
    #[cfg(feature = "migrate")]
    pub(crate) fn without_foreign_keys(mut self) -> Self {
        self.foreign_keys = ForeignKeys::Off;
        self
    }
}
