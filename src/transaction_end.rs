//! How a transaction ended.

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionEnd {
    /// It was committed.
    Commit,
    /// It was rolled back.
    Rollback,
}
