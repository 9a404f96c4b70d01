//! Recording signals in one scope.

use core::borrow::Borrow;
use std::sync::Arc;

use crate::diagnostics::{ReceiverClosure, SharedClosure};
use crate::payload::Payload;
use crate::recorded::Recorded;
use crate::rules::{Effect, RuleGuard};
use crate::scope::Scope;
use crate::sent_signal::SentSignal;
use crate::signal::Signal;

/// Records what a closure reads from a signal that is sent in a scope, until the guard is dropped.
///
/// The closure is called after the receivers and the connected closures, so that it does not see a signal whose receiver fails. It is not
/// called for raw writes.
///
/// ```
/// use signals_core::testing::record_with;
/// use signals_core::{Context, signal};
///
/// #[signal]
/// struct OrderPaid<'a> {
///     number: u32,
///     context: &'a Context,
/// }
///
/// let context = Context::new();
/// let numbers = record_with(&context, OrderPaid::SIGNAL, |event| event.number);
/// OrderPaid { number: 7, context: &context }.send()?;
/// OrderPaid { number: 8, context: &Context::new() }.send()?;
/// assert_eq!(numbers.take(), [7]);
/// # Ok::<(), signals_core::SignalError>(())
/// ```
///
/// # Panics
/// If the signal is not sent in such a scope.
#[track_caller]
pub fn record_with<P: Payload, T: Send + 'static, K>(
    scope: &(impl Scope + ?Sized),
    signal: impl Borrow<Signal<P>>,
    read: impl ReceiverClosure<P, T, K> + SharedClosure + 'static,
) -> Recorded<T> {
    Recorded::new(|_| None).and_with(scope, signal, read)
}

/// Records every signal that is sent in a scope, with its sender and the receivers that were called, until the guard is dropped.
///
/// A signal whose receivers fail is recorded as well. What is not sent in a scope is not recorded, and neither is a signal of a model that
/// has no receivers, because it is not sent. A signal with durable receivers is recorded when it is sent, and again for each call of one.
///
/// ```rust,standalone_crate
/// use signals_core::testing::record_all;
/// use signals_core::{Context, receiver, signal};
///
/// #[signal]
/// struct OrderPaid<'a> {
///     context: &'a Context,
/// }
///
/// #[receiver(OrderPaid)]
/// fn book() {}
///
/// #[receiver(OrderPaid, after = [book])]
/// fn thank() -> Result<(), String> {
///     Err("no paper".to_owned())
/// }
///
/// # fn main() {
/// let context = Context::new();
/// let recorded = record_all(&context);
/// assert!(OrderPaid { context: &context }.send().is_err());
/// assert_eq!(recorded.lines(), "OrderPaid -> book, thank (failed)\n");
/// # }
/// ```
pub fn record_all(scope: &(impl Scope + ?Sized)) -> Recorded<SentSignal> {
    Recorded::new(|store| Some(RuleGuard::new(scope.scope_id(), Effect::Record(Arc::clone(store)))))
}

impl Recorded<SentSignal> {
    /// Takes what was recorded since the last call, one line for each signal.
    pub fn lines(&self) -> String {
        self.take().iter().flat_map(|sent| [sent.to_string(), "\n".to_owned()]).collect()
    }
}
