//! One order in every build: `after` and `before` first, then crate, module, location and name.

use core::any::TypeId;
use core::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::receiver::Receiver;
use crate::source::Source;
use crate::wiring_error::WiringError;

/// Why the receivers of one signal cannot be called one after the other.
pub(crate) enum Fault {
    /// One function would be called twice.
    Twice([&'static Receiver; 2]),
    /// Each runs before the next, and the last before the first.
    Cycle(Vec<&'static Receiver>),
}

impl Fault {
    /// The receivers concerned.
    pub(crate) fn receivers(&self) -> &[&'static Receiver] {
        match self {
            Self::Twice(receivers) => receivers,
            Self::Cycle(receivers) => receivers,
        }
    }

    /// The same as an error of the signal that has the receivers.
    pub(crate) fn error(&self, source: &Source) -> WiringError {
        let Source { signal, sender, .. } = *source;
        match self {
            Self::Twice([first, second]) => {
                let (receiver, any_sender) = (first.id.clone(), first.key() != second.key());
                WiringError::CalledTwice { receiver, signal, sender, any_sender }
            }
            Self::Cycle(cycle) => {
                let receivers = cycle.iter().map(|receiver| receiver.id.clone()).collect();
                WiringError::Cycle { signal, sender, receivers }
            }
        }
    }
}

/// Sorts the receivers of one signal.
pub(crate) fn sort(mut receivers: Vec<&'static Receiver>) -> Result<Vec<&'static Receiver>, Fault> {
    receivers.sort_by(|a, b| a.position().cmp(&b.position()));
    if let Some(twice) = same_function(&receivers) {
        return Err(Fault::Twice(twice));
    }
    if receivers.iter().all(|receiver| receiver.after.is_empty() && receiver.before.is_empty()) {
        return Ok(receivers);
    }

    let mut graph = Graph::of(&receivers);
    // The ready receiver with the smallest index is next: receivers without constraints keep their order.
    let mut ready: BinaryHeap<_> =
        (0..receivers.len()).filter(|&index| graph.waits_for[index] == 0).map(Reverse).collect();
    let mut sorted = Vec::with_capacity(receivers.len());
    while let Some(Reverse(index)) = ready.pop() {
        sorted.push(receivers[index]);
        for &next in &graph.successors[index] {
            graph.waits_for[next] -= 1;
            if graph.waits_for[next] == 0 {
                ready.push(Reverse(next));
            }
        }
    }
    if sorted.len() == receivers.len() {
        Ok(sorted)
    } else {
        Err(Fault::Cycle(graph.cycle().into_iter().map(|index| receivers[index]).collect()))
    }
}

/// The first function that two of them share.
fn same_function(receivers: &[&'static Receiver]) -> Option<[&'static Receiver; 2]> {
    let mut seen = HashMap::with_capacity(receivers.len());
    receivers.iter().find_map(|&receiver| Some([seen.insert(receiver.function, receiver)?, receiver]))
}

struct Graph {
    successors: Vec<Vec<usize>>,
    waits_for: Vec<usize>,
}

impl Graph {
    fn of(receivers: &[&'static Receiver]) -> Self {
        let mut indexes: HashMap<TypeId, Vec<usize>> = HashMap::new();
        for (index, receiver) in receivers.iter().enumerate() {
            indexes.entry(receiver.function).or_default().push(index);
        }
        let mut graph = Self { successors: vec![Vec::new(); receivers.len()], waits_for: vec![0; receivers.len()] };
        for (index, receiver) in receivers.iter().enumerate() {
            for &first in receiver.after.iter().filter_map(|function| indexes.get(function)).flatten() {
                graph.edge(first, index);
            }
            for &later in receiver.before.iter().filter_map(|function| indexes.get(function)).flatten() {
                graph.edge(index, later);
            }
        }
        graph
    }

    fn edge(&mut self, first: usize, later: usize) {
        self.successors[first].push(later);
        self.waits_for[later] += 1;
    }

    /// One cycle among the receivers that still wait. Each of them has such a predecessor, so walking back reaches one of them
    /// twice.
    fn cycle(&self) -> Vec<usize> {
        let waiting = |index: &usize| self.waits_for[*index] > 0;
        let predecessor =
            |of: usize| (0..self.waits_for.len()).filter(waiting).find(|&index| self.successors[index].contains(&of));
        let mut path: Vec<usize> = (0..self.waits_for.len()).filter(waiting).take(1).collect();
        while let Some(index) = path.last().copied().and_then(predecessor) {
            if let Some(start) = path.iter().position(|&seen| seen == index) {
                path.drain(..start);
                break;
            }
            path.push(index);
        }
        path.reverse();
        path
    }
}
