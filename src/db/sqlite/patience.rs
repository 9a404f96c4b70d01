//! Waiting for the lock of another connection, without blocking the task's thread.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::errors::Failure;
use crate::error::{Error, SlimResult};

/// How long to wait for a lock, and what is locked.
#[derive(Clone)]
pub(super) struct Patience {
    limit: Duration,
    path: Arc<Path>,
}

impl Patience {
    pub(super) fn new(limit: Duration, path: Arc<Path>) -> Self {
        Self { limit, path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Attempts until it is not busy any more. Nothing may be left to tidy up after a busy attempt: the future may be
    /// dropped between two of them.
    pub(super) async fn retry<T>(&self, mut attempt: impl FnMut() -> Result<T, Failure> + Send) -> SlimResult<T> {
        const SHORTEST: Duration = Duration::from_millis(1);
        const LONGEST: Duration = Duration::from_millis(50);
        let mut began = None;
        let mut delay = SHORTEST;
        loop {
            match attempt() {
                Ok(value) => return Ok(value),
                Err(Failure::Error(error)) => return Err(error),
                Err(Failure::Busy) => {}
            }
            let waited = began.get_or_insert_with(Instant::now).elapsed();
            if waited >= self.limit {
                return Err(Error::Locked { path: self.path.to_path_buf(), waited }.into());
            }
            tokio::time::sleep(delay.min(self.limit.saturating_sub(waited))).await;
            delay = (delay * 2).min(LONGEST);
        }
    }
}
