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
/// has no receivers, because it is not sent.
pub fn record_all(scope: &(impl Scope + ?Sized)) -> Recorded<SentSignal> {
    Recorded::new(|store| Some(RuleGuard::new(scope.scope_id(), Effect::Record(Arc::clone(store)))))
}

impl Recorded<SentSignal> {
    /// Takes what was recorded since the last call, one line for each signal.
    pub fn lines(&self) -> String {
        self.take().iter().flat_map(|sent| [sent.to_string(), "\n".to_owned()]).collect()
    }
}
