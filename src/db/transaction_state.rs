//! What a statement may do to its transaction.

use crate::error::Error;

/// The state of a transaction in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TransactionState {
    /// It is open, or this library has ended it.
    Open,
    /// The database executes nothing in it any more, until it or its innermost savepoint is rolled back.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite undoes only the statement"))]
    Failed,
    /// A statement has ended it, with all of its savepoints.
    Ended,
}

/// The error of a statement that succeeded and ended its transaction.
pub(super) fn ended_by_statement() -> Error {
    Error::database(
        "the statement ended the transaction: leave BEGIN, COMMIT and ROLLBACK out of SQL, and use `tx.commit()` or \
         `tx.rollback()`",
    )
}
