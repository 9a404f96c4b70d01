//! The time that a receiver has, if it has a limit.

use core::fmt;
use core::task::{Context, Poll};
use core::time::Duration;
use std::error::Error as StdError;

use crate::panics::Panicked;
use crate::payload::{BoxFuture, Reply};

/// Returns a future that is ready after a duration. The kernel has none, because a timer belongs to a runtime.
#[doc(hidden)]
pub type Timer = fn(Duration) -> BoxFuture<'static, ()>;

/// The signals of a crate that only uses the kernel have no timer.
#[doc(hidden)]
pub const TIMER: Option<Timer> = None;

/// A receiver did not return in the time that it has: its future was dropped.
///
/// It is the error of the receiver, [`ReceiverError::inner`](crate::ReceiverError::inner). The time is that of `timeout = ".."` in its attribute, or of the
/// sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedOut {
    /// The time that the receiver had.
    pub limit: Duration,
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it did not return within {:?}", self.limit)
    }
}

impl StdError for TimedOut {}

/// The limit of one call, if there is one.
pub(crate) struct Limit {
    limit: Duration,
    sleep: BoxFuture<'static, ()>,
}

impl Limit {
    /// A limit that begins now.
    #[inline]
    pub(crate) fn of(limit: Option<Duration>, timer: Option<Timer>) -> Option<Self> {
        let (limit, timer) = limit.zip(timer)?;
        Some(Self { limit, sleep: timer(limit) })
    }

    /// Fails a call that is still pending, if the time is over.
    #[cold]
    pub(crate) fn check<O>(&mut self, task: &mut Context<'_>) -> Poll<Result<Reply<O>, Panicked>> {
        let limit = self.limit;
        self.sleep.as_mut().poll(task).map(|()| Ok(Err(TimedOut { limit }.into())))
    }
}
