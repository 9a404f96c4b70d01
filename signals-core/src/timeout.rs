//! The time that a receiver has, if it has a limit.

use core::fmt;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::error::Error as StdError;

use crate::payload::{BoxFuture, Payload, Reply, Timer};

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

/// The limit of one call.
pub(crate) struct Limit {
    time: Duration,
    timer: Timer,
}

impl Limit {
    /// The limit of a receiver with this attribute, if it or the sender of the payload has one.
    #[inline]
    pub(crate) fn of<P: Payload>(attribute: Option<Duration>, sender: Option<Duration>) -> Option<Self> {
        let timer = P::TIMER?;
        attribute.or(sender).map(|time| Self { time, timer })
    }

    /// The call of a receiver, which is dropped when the time is over. It is in a box, so that a dispatch without limits does not
    /// become larger.
    #[cold]
    pub(crate) fn limit<'b, O: Send + 'b>(
        self,
        receiver: impl Future<Output = Reply<O>> + Send + 'b,
    ) -> BoxFuture<'b, Reply<O>> {
        let Self { time, timer } = self;
        Box::pin(async move {
            let (mut receiver, mut sleep) = (pin!(receiver), timer(time));
            poll_fn(|task| match receiver.as_mut().poll(task) {
                Poll::Pending => sleep.as_mut().poll(task).map(|()| Err(TimedOut { limit: time }.into())),
                reply @ Poll::Ready(_) => reply,
            })
            .await
        })
    }
}
