//! What one dispatch did, for the tests that record it.

use std::sync::Arc;

use crate::covered::{self, Event};
use crate::id::ReceiverId;
use crate::receiver::Receiver;
use crate::rules::{Effect, Rule};
use crate::sent_signal::{Call, SentSignal};
use crate::source::{SignalOf, Source};
use crate::store::Store;

/// The entries of one dispatch in what tests record. They are complete when it is dropped.
pub(crate) struct Journal {
    entries: Vec<(Arc<Store<SentSignal>>, u64)>,
}

impl Journal {
    /// Begins the entries of a dispatch that these rules apply to, if it is noted anywhere.
    pub(crate) fn begin(rules: &[Arc<Rule>], source: &Source) -> Option<Self> {
        let name = SignalOf(source.signal, source.sender);
        let begin = |rule: &Arc<Rule>| match &rule.effect {
            Effect::Record(store) => Some((Arc::clone(store), store.begin(SentSignal::new(name)))),
            _ => None,
        };
        covered::note_sent(source);
        let entries: Vec<_> = rules.iter().filter_map(begin).collect();
        (!entries.is_empty() || covered::is_on()).then_some(Self { entries })
    }

    /// A receiver is about to be called, which is not linked if it is a closure.
    pub(crate) fn calls(&self, id: &ReceiverId, linked: Option<&Receiver>) {
        if let Some(receiver) = linked {
            covered::note_receiver(Event::Called, receiver);
        }
        self.change(|sent| sent.calls.push(Call { receiver: id.clone(), failed: false }));
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
