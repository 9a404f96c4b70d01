//! What a test records, and waiting for it.

use core::borrow::Borrow;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::error::Error;
use std::sync::Arc;

use crate::alarm::Alarm;
use crate::connect::ReceiverGuard;
use crate::diagnostics::{ReceiverClosure, SharedClosure};
use crate::payload::{Payload, assert_sent_in};
use crate::rules::RuleGuard;
use crate::scope::Scope;
use crate::signal::Signal;
use crate::store::Store;

/// How long a test waits, unless it says otherwise.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The guard of a recording, and what was recorded since.
#[must_use = "recording ends when this is dropped"]
pub struct Recorded<T> {
    store: Arc<Store<T>>,
    /// What ends the recording when it is dropped.
    receivers: Vec<ReceiverGuard>,
    _rule: Option<RuleGuard>,
}

impl<T> Recorded<T> {
    pub(crate) fn new(rule: impl FnOnce(&Arc<Store<T>>) -> Option<RuleGuard>) -> Self {
        let store = Arc::new(Store::default());
        Self { _rule: rule(&store), store, receivers: Vec::new() }
    }

    /// Records what a closure reads from another signal as well, so that the order of both can be tested. See
    /// [`record_with`](crate::testing::record_with).
    ///
    /// ```
    /// use signals_core::testing::record_with;
    /// use signals_core::{Context, signal};
    ///
    /// #[signal]
    /// struct Paid<'a> {
    ///     context: &'a Context,
    /// }
    ///
    /// #[signal]
    /// struct Shipped<'a> {
    ///     context: &'a Context,
    /// }
    ///
    /// let context = Context::new();
    /// let sent = record_with(&context, Paid::SIGNAL, |_| "paid").and_with(&context, Shipped::SIGNAL, |_| "shipped");
    /// Paid { context: &context }.send()?;
    /// Shipped { context: &context }.send()?;
    /// assert_eq!(sent.take(), ["paid", "shipped"]);
    /// # Ok::<(), signals_core::SignalError>(())
    /// ```
    ///
    /// # Panics
    /// If the signal is not sent in such a scope.
    #[track_caller]
    pub fn and_with<P: Payload, K>(
        mut self,
        scope: &(impl Scope + ?Sized),
        signal: impl Borrow<Signal<P>>,
        read: impl ReceiverClosure<P, T, K> + SharedClosure + 'static,
    ) -> Self
    where
        T: Send + 'static,
    {
        assert_sent_in::<P>(scope);
        let store = Arc::clone(&self.store);
        self.receivers.push(signal.borrow().record(scope.scope_id(), move |payload| store.push(read(payload))));
        self
    }

    /// Like [`and_with`](Self::and_with), for a signal from which several values are recorded, such as one for each row of a bulk operation.
    ///
    /// # Panics
    /// If the signal is not sent in such a scope.
    #[track_caller]
    pub fn and_each_with<P: Payload, K>(
        mut self,
        scope: &(impl Scope + ?Sized),
        signal: impl Borrow<Signal<P>>,
        read: impl ReceiverClosure<P, Vec<T>, K> + SharedClosure + 'static,
    ) -> Self
    where
        T: Send + 'static,
    {
        assert_sent_in::<P>(scope);
        let store = Arc::clone(&self.store);
        let record = move |payload: &mut P::Of<'_>| read(payload).into_iter().for_each(|value| store.push(value));
        self.receivers.push(signal.borrow().record(scope.scope_id(), record));
        self
    }

    /// Takes what was recorded since the last call, in the order in which it was sent.
    pub fn take(&self) -> Vec<T> {
        self.store.take()
    }

    /// Waits until `count` signals were recorded, and takes the first `count`. What is recorded wakes the task that waits: there is no
    /// polling. It works on every executor.
    ///
    /// Use it for what a spawned task sends, or for what is sent after a commit in another task.
    ///
    /// # Errors
    /// [`NotRecorded`] after 5 seconds, or after [`timeout`](Wait::timeout). It contains what was recorded, which stays there for
    /// [`take`](Self::take).
    pub fn wait_for(&self, count: usize) -> Wait<'_, T> {
        Wait { recorded: self, count, timeout: TIMEOUT, alarm: None }
    }

    /// Waits for one signal, and takes it: see [`wait_for`](Self::wait_for).
    ///
    /// # Errors
    /// [`NotRecorded`] after 5 seconds.
    pub async fn next(&self) -> Result<T, NotRecorded>
    where
        T: fmt::Debug,
    {
        let mut taken = self.wait_for(1).await?;
        Ok(taken.swap_remove(0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Recorded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.look(|values| f.debug_list().entries(values).finish())
    }
}

/// The future of [`Recorded::wait_for`].
#[must_use = "a future does nothing unless it is awaited"]
pub struct Wait<'a, T> {
    recorded: &'a Recorded<T>,
    count: usize,
    timeout: Duration,
    alarm: Option<Alarm>,
}

impl<T> Wait<'_, T> {
    /// Waits at most so long, instead of 5 seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }
}

impl<T: fmt::Debug> Future for Wait<'_, T> {
    type Output = Result<Vec<T>, NotRecorded>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { recorded, count, timeout, alarm } = &mut *self;
        if let Some(taken) = recorded.store.take_first(*count, task.waker()) {
            return Poll::Ready(Ok(taken));
        }
        if !alarm.get_or_insert_with(|| Alarm::start(*timeout)).is_over(task.waker()) {
            return Poll::Pending;
        }
        let known = recorded.store.look(|values| values.map(|value| format!("{value:?}")).collect());
        Poll::Ready(Err(NotRecorded { expected: *count, within: *timeout, recorded: known }))
    }
}

impl<T> fmt::Debug for Wait<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("count", &self.count).field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// Fewer signals were recorded than a test waited for.
///
/// `{:?}` prints the same message as `{}`, so that an error that a test returns is readable.
#[derive(Clone, PartialEq, Eq)]
pub struct NotRecorded {
    expected: usize,
    within: Duration,
    recorded: Vec<String>,
}

impl fmt::Display for NotRecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, within, recorded } = self;
        let signals = if *expected == 1 { "signal" } else { "signals" };
        write!(f, "{} of {expected} {signals} recorded within {within:?}", recorded.len())?;
        for (index, value) in recorded.iter().enumerate() {
            write!(f, "{}{value}", if index == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for NotRecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Error for NotRecorded {}
