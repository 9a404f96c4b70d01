//! All receivers of the program, by what they receive and by their functions.

use core::any::TypeId;
use std::collections::{HashMap, HashSet};

use crate::id::ReceiverId;
use crate::order::{self, Fault};
use crate::receiver::Receiver;
use crate::registry;
use crate::source::{Source, SourceKey};
use crate::wiring_error::WiringError;

/// All receivers that are linked into this program, in an order that is the same in every build.
#[doc(hidden)]
#[derive(Debug)]
pub struct ReceiverIndex {
    receivers: Vec<&'static Receiver>,
    by_key: HashMap<SourceKey, Vec<&'static Receiver>>,
    by_function: HashMap<TypeId, Vec<&'static Receiver>>,
}

impl ReceiverIndex {
    /// Reads the registry.
    pub fn of_program() -> Self {
        let mut receivers: Vec<&'static Receiver> = registry::receivers().collect();
        receivers.sort_by(|a, b| a.position().cmp(&b.position()));
        let mut by_key: HashMap<_, Vec<_>> = HashMap::new();
        let mut by_function: HashMap<_, Vec<_>> = HashMap::new();
        for receiver in &receivers {
            by_key.entry(receiver.key()).or_default().push(*receiver);
            by_function.entry(receiver.function).or_default().push(*receiver);
        }
        Self { receivers, by_key, by_function }
    }

    pub(crate) fn receivers(&self) -> &[&'static Receiver] {
        &self.receivers
    }

    /// The receivers of one function.
    pub(crate) fn of_function(&self, function: TypeId) -> &[&'static Receiver] {
        self.by_function.get(&function).map_or(&[], Vec::as_slice)
    }

    /// Each signal and sender that has a receiver of its own, once.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        let mut known = HashSet::new();
        let is_new = move |receiver: &&&Receiver| known.insert(receiver.key());
        self.receivers.iter().filter(is_new).map(|receiver| receiver.source())
    }

    /// The receivers that a signal calls, in their order. Without an order, they come with the error that sending it returns.
    pub fn called_by(&self, source: &Source) -> (Vec<&'static Receiver>, Option<WiringError>) {
        match self.sorted(source) {
            Ok(sorted) => (sorted, None),
            Err(fault) => (self.unsorted(source), Some(fault.error(source))),
        }
    }

    pub(crate) fn sorted(&self, source: &Source) -> Result<Vec<&'static Receiver>, Fault> {
        order::sort(self.unsorted(source))
    }

    /// The receivers of this sender, and then those of any sender.
    fn unsorted(&self, source: &Source) -> Vec<&'static Receiver> {
        let keys = [Some(source.own), source.any];
        keys.iter().flatten().filter_map(|key| self.by_key.get(key)).flatten().copied().collect()
    }

    /// The receivers that `after` of this one names.
    pub fn after(&self, receiver: &Receiver) -> Vec<&'static ReceiverId> {
        self.ids(receiver.after)
    }

    /// The receivers that `before` of this one names.
    pub fn before(&self, receiver: &Receiver) -> Vec<&'static ReceiverId> {
        self.ids(receiver.before)
    }

    fn ids(&self, functions: &[TypeId]) -> Vec<&'static ReceiverId> {
        let first = |&function| Some(&self.of_function(function).first()?.id);
        functions.iter().filter_map(first).collect()
    }
}
