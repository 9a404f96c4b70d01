//! Waiting for the lock of another connection, without blocking the task's thread.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::errors::Failure;
use crate::error::{Error, ErrorKind, Result};

/// How long to wait for a lock of another process, and since when one is in the way. Clones belong to one connection, or to several
/// that are used in the same way.
#[derive(Clone)]
pub(super) struct LockWait {
    limit: Duration,
    path: Arc<Path>,
    contention: Arc<Mutex<Option<Contention>>>,
}

/// A lock of another process that made attempts fail.
#[derive(Clone, Copy)]
struct Contention {
    /// When it was first in the way.
    since: Instant,
    /// When it was last in the way.
    last: Instant,
}

const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(50);
/// Attempts that are further apart failed because of different locks.
const GAP: Duration = Duration::from_millis(250);

impl LockWait {
    pub(super) fn new(limit: Duration, path: Arc<Path>) -> Self {
        Self { limit, path, contention: Arc::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Repeats the attempt until it is no longer busy. A busy attempt must leave nothing to clean up: the future may be dropped
    /// between two attempts.
    pub(super) async fn retry<T>(&self, attempt: impl FnMut() -> Result<T, Failure> + Send) -> Result<T> {
        self.retry_since(Instant::now(), attempt).await
    }

    /// Like [`retry`](Self::retry), for a caller that has queued since `asked`. While the callers before it waited for the same
    /// lock, it has waited for that lock too.
    pub(super) async fn retry_since<T>(
        &self,
        asked: Instant,
        mut attempt: impl FnMut() -> Result<T, Failure> + Send,
    ) -> Result<T> {
        let mut delay = SHORTEST;
        loop {
            match attempt() {
                Ok(value) => return Ok(value),
                Err(Failure::Error(error)) => return Err(error),
                Err(Failure::Busy) => {}
            }
            let waited = self.note_contention().max(asked).elapsed();
            if waited >= self.limit {
                return Err(self.locked(waited));
            }
            tokio::time::sleep(delay.min(self.limit.saturating_sub(waited))).await;
            delay = (delay * 2).min(LONGEST);
        }
    }

    pub(super) fn locked(&self, waited: Duration) -> Error {
        ErrorKind::Locked { path: self.path.to_path_buf(), waited }.into()
    }

    /// Whether the lock of another process is in the way now.
    pub(super) fn is_contended(&self) -> bool {
        self.contention().is_some_and(|contention| contention.last.elapsed() < GAP)
    }

    /// Notes a busy attempt, and returns since when the lock is in the way.
    fn note_contention(&self) -> Instant {
        let now = Instant::now();
        let mut contention = self.contention();
        let recent = contention.filter(|contention| now.duration_since(contention.last) < GAP);
        let since = recent.map_or(now, |contention| contention.since);
        *contention = Some(Contention { since, last: now });
        since
    }

    fn contention(&self) -> MutexGuard<'_, Option<Contention>> {
        self.contention.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
