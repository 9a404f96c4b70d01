//! The rules of tests: what is muted, recorded or reordered in a scope.
//!
//! While there are rules, or if the program writes down what it covers, every signal that was resolved has the flag [`WATCHED`], and its dispatches look here. In a program
//! without rules, a dispatch reads the flags that it reads anyway.

use core::any::TypeId;
use core::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::covered;
use crate::orders::Orders;
use crate::scope::{ScopeId, Scopes};
use crate::select::Selector;
use crate::sent_signal::SentSignal;
use crate::source::SourceKey;
use crate::store::Store;

/// The flag of every signal while there are rules.
pub(crate) const WATCHED: u8 = 128;

/// What applies in one scope, until it is removed.
pub(crate) struct Rule {
    pub(crate) scope: ScopeId,
    pub(crate) effect: Effect,
}

/// What a rule does.
pub(crate) enum Effect {
    /// These are not called.
    Mute(Selector),
    /// Only these are called.
    Only(Selector),
    /// Each dispatch is recorded.
    Record(Arc<Store<SentSignal>>),
    /// Receivers are called in these orders.
    Order(Arc<Orders>),
}

impl Rule {
    /// Whether a signal calls the receivers of this function, or a closure.
    pub(crate) fn allows(&self, signal: SourceKey, function: Option<TypeId>) -> bool {
        match &self.effect {
            Effect::Mute(selected) => !selected.selects(signal, function),
            Effect::Only(selected) => selected.selects(signal, function),
            Effect::Record(_) | Effect::Order(_) => true,
        }
    }
}

struct State {
    rules: Vec<Arc<Rule>>,
    /// The flags of each signal that was resolved.
    signals: Vec<&'static AtomicU8>,
}

static STATE: Mutex<State> = Mutex::new(State { rules: Vec::new(), signals: Vec::new() });

/// A rule that applies until this is dropped.
pub(crate) struct RuleGuard {
    rule: Arc<Rule>,
}

impl RuleGuard {
    /// Applies a rule from now on.
    pub(crate) fn new(scope: ScopeId, effect: Effect) -> Self {
        let rule = Arc::new(Rule { scope, effect });
        let mut state = lock();
        state.rules.push(Arc::clone(&rule));
        state.signals.iter().for_each(|flags| _ = flags.fetch_or(WATCHED, Ordering::Release));
        Self { rule }
    }
}

impl Drop for RuleGuard {
    fn drop(&mut self) {
        let mut state = lock();
        state.rules.retain(|rule| !Arc::ptr_eq(rule, &self.rule));
        if state.rules.is_empty() && !covered::is_on() {
            state.signals.iter().for_each(|flags| _ = flags.fetch_and(!WATCHED, Ordering::Release));
        }
    }
}

/// Adds a signal that was resolved, before it is sent. Two threads may resolve one signal.
pub(crate) fn register(flags: &'static AtomicU8) {
    let mut state = lock();
    if !state.signals.iter().any(|known| core::ptr::eq(*known, flags)) {
        state.signals.push(flags);
    }
    if !state.rules.is_empty() || covered::is_on() {
        flags.fetch_or(WATCHED, Ordering::Release);
    }
}

/// The rules that apply to what is sent in these scopes, in the order in which they were made.
pub(crate) fn within(scopes: Scopes) -> Vec<Arc<Rule>> {
    lock().rules.iter().filter(|rule| scopes.contain(rule.scope)).cloned().collect()
}

fn lock() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}
