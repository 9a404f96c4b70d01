//! What one dispatch did, for the tests that record it.

use std::sync::Arc;

use crate::id::ReceiverId;
use crate::rules::{Effect, Rule};
use crate::sent_signal::{Call, SentSignal};
use crate::source::SignalOf;
use crate::store::Store;

/// The entries of one dispatch in what tests record. They are complete when it is dropped.
pub(crate) struct Journal {
    entries: Vec<(Arc<Store<SentSignal>>, u64)>,
}

impl Journal {
    /// Begins the entries of a dispatch that these rules apply to, if some of them record it.
    pub(crate) fn begin(rules: &[Arc<Rule>], name: SignalOf) -> Option<Self> {
        let entries: Vec<_> = rules
            .iter()
            .filter_map(|rule| match &rule.effect {
                Effect::Record(store) => Some((Arc::clone(store), store.begin(SentSignal::new(name)))),
                _ => None,
            })
            .collect();
        (!entries.is_empty()).then_some(Self { entries })
    }

    /// A receiver is about to be called.
    pub(crate) fn calls(&self, receiver: &ReceiverId) {
        self.change(|sent| sent.calls.push(Call { receiver: receiver.clone(), failed: false }));
    }

    /// A receiver has failed, or its filter.
    pub(crate) fn failed(&self, receiver: &ReceiverId) {
        self.change(|sent| match sent.calls.last_mut() {
            Some(call) if call.receiver == *receiver => call.failed = true,
            _ => sent.calls.push(Call { receiver: receiver.clone(), failed: true }),
        });
    }

    fn change(&self, change: impl Fn(&mut SentSignal)) {
        for (store, number) in &self.entries {
            store.change(*number, &change);
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        for (store, number) in &self.entries {
            store.complete(*number);
        }
    }
}
