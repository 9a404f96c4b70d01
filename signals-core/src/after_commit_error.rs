//! What can go wrong after a commit.

use core::fmt;
use std::error::Error as StdError;

use crate::error::{BoxError, ReceiverError, SignalError};
use crate::location::SourceLocation;

/// Why work after a commit failed: the argument of the handler of [`AfterCommit::run`](crate::AfterCommit::run).
///
/// The commit stays. `{}` prints where the work was queued and how it failed.
#[derive(Debug)]
pub struct AfterCommitError {
    queued: SourceLocation,
    failure: Failure,
}

#[derive(Debug)]
pub(crate) enum Failure {
    Error(BoxError),
    Panic(String),
    /// The future of `run` was dropped.
    Unfinished,
}

impl AfterCommitError {
    pub(crate) fn new(queued: SourceLocation, failure: Failure) -> Self {
        Self { queued, failure }
    }

    /// Where the work was queued.
    pub fn queued(&self) -> SourceLocation {
        self.queued
    }

    /// The receiver that failed, if the work sent a signal.
    pub fn receiver(&self) -> Option<&ReceiverError> {
        self.inner().and_then(|error| error.downcast_ref::<SignalError>()).and_then(SignalError::receiver)
    }

    /// The error that the work returned; `None` if it panicked or was not finished.
    pub fn inner(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        match &self.failure {
            Failure::Error(error) => Some(&**error),
            Failure::Panic(_) | Failure::Unfinished => None,
        }
    }

    /// The message of the panic, if the work panicked outside of a receiver.
    pub fn panic_message(&self) -> Option<&str> {
        match &self.failure {
            Failure::Panic(message) => Some(message),
            Failure::Error(_) | Failure::Unfinished => None,
        }
    }

    /// Whether the work did not run to its end, because the future of [`AfterCommit::run`](crate::AfterCommit::run) was dropped.
    pub fn is_unfinished(&self) -> bool {
        matches!(self.failure, Failure::Unfinished)
    }
}

impl fmt::Display for AfterCommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queued = self.queued;
        match &self.failure {
            Failure::Error(error) => {
                write!(f, "what was queued at {queued} failed after the commit, which stays: {error}")
            }
            Failure::Panic(message) => {
                write!(f, "what was queued at {queued} panicked after the commit, which stays: {message}")
            }
            Failure::Unfinished => write!(
                f,
                "what was queued at {queued} did not run to its end after the commit, which stays: \
                 the future of `AfterCommit::run` was dropped; run it in a task that is not canceled"
            ),
        }
    }
}

impl StdError for AfterCommitError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner().and_then(StdError::source)
    }
}
