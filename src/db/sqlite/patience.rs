//! Waiting for the lock of another connection, without blocking the task's thread.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::errors::Failure;
use crate::error::{Error, ErrorKind, Result};

/// How long to wait for a lock, and what is locked. Clones are of one connection, or of several that are used in the same way.
#[derive(Clone)]
pub(super) struct Patience {
    limit: Duration,
    path: Arc<Path>,
    met: Arc<Mutex<Option<Met>>>,
}

/// A lock of another process that is in the way of one attempt after the other.
#[derive(Clone, Copy)]
struct Met {
    first: Instant,
    last: Instant,
}

const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(50);
/// Attempts that are further apart have met different locks.
const GAP: Duration = Duration::from_millis(250);

impl Patience {
    pub(super) fn new(limit: Duration, path: Arc<Path>) -> Self {
        Self { limit, path, met: Arc::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Attempts until it is not busy any more. Nothing may be left to tidy up after a busy attempt: the future may be
    /// dropped between two of them.
    pub(super) async fn retry<T>(&self, attempt: impl FnMut() -> Result<T, Failure> + Send) -> Result<T> {
        self.retry_since(Instant::now(), attempt).await
    }

    /// As [`retry`](Self::retry), for a caller that has waited since `asked` for its turn. As far as those before it waited for
    /// the same lock, it has waited for that lock too.
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
            let waited = self.meet().max(asked).elapsed();
            if waited >= self.limit {
                return Err(self.locked(waited).into());
            }
            tokio::time::sleep(delay.min(self.limit.saturating_sub(waited))).await;
            delay = (delay * 2).min(LONGEST);
        }
    }

    pub(super) fn locked(&self, waited: Duration) -> Error {
        ErrorKind::Locked { path: self.path.to_path_buf(), waited }.into()
    }

    /// Whether the lock of another process is in the way of the connection now.
    pub(super) fn is_tried(&self) -> bool {
        self.met().is_some_and(|met| met.last.elapsed() < GAP)
    }

    /// Notes a busy attempt; the answer is when the lock was first met.
    fn meet(&self) -> Instant {
        let now = Instant::now();
        let mut met = self.met();
        let first = met.filter(|met| now.duration_since(met.last) < GAP).map_or(now, |met| met.first);
        *met = Some(Met { first, last: now });
        first
    }

    fn met(&self) -> MutexGuard<'_, Option<Met>> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
