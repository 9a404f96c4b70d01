//! The orders of receivers that a test tries: which one a dispatch uses, and which are allowed.

use core::any::TypeId;
use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::receiver::Receiver;
use crate::sent_signal::short_name;
use crate::source::{SignalOf, SourceKey};

/// A signal with more orders than this is sampled.
const LISTED: usize = 5_040;

/// The orders of one run of a test.
pub(crate) struct Orders {
    run: Mutex<Run>,
}

struct Run {
    /// The orders that are given.
    plan: Vec<(Choice, Vec<usize>)>,
    /// How the other signals are ordered.
    rest: Rest,
    /// What was chosen, in the order in which it was asked.
    made: Vec<(Choice, Vec<usize>)>,
}

/// The order of signals that no plan names.
#[derive(Clone, Copy)]
pub(crate) enum Rest {
    /// As in a program without tests.
    Usual,
    /// Random, from this state.
    Random(Random),
}

/// One signal whose receivers can be called in several orders.
#[derive(Clone)]
pub(crate) struct Choice {
    signal: SourceKey,
    name: SignalOf,
    receivers: Vec<&'static Receiver>,
    /// All orders, the usual one first; `None` if there are too many.
    pub(crate) allowed: Option<Arc<Vec<Vec<usize>>>>,
}

impl Choice {
    fn is_about(&self, signal: SourceKey, receivers: &[&'static Receiver]) -> bool {
        self.signal == signal && self.receivers.iter().map(|known| known.function).eq(functions(receivers))
    }

    /// `post_save of User -> first, second`
    pub(crate) fn line(&self, order: &[usize]) -> String {
        let names: Vec<&str> = order.iter().map(|&index| short_name(&self.receivers[index].id.name)).collect();
        let SignalOf(signal, sender) = self.name;
        let of = sender.map_or_else(String::new, |sender| format!(" of {sender}"));
        format!("{signal}{of} -> {}", names.join(", "))
    }
}

impl Orders {
    pub(crate) fn new(plan: Vec<(Choice, Vec<usize>)>, rest: Rest) -> Self {
        Self { run: Mutex::new(Run { plan, rest, made: Vec::new() }) }
    }

    /// What was chosen so far.
    pub(crate) fn made(&self) -> Vec<(Choice, Vec<usize>)> {
        self.lock().made.clone()
    }

    /// The order in which a dispatch calls these receivers, which are some of all, as indexes of `some`. A signal has one order in a run.
    pub(crate) fn order(
        &self,
        (signal, name): (SourceKey, SignalOf),
        all: &[&'static Receiver],
        some: &[&'static Receiver],
    ) -> Vec<usize> {
        let mut run = self.lock();
        let known = |(choice, _): &&(Choice, Vec<usize>)| choice.is_about(signal, some);
        if let Some((_, order)) = run.made.iter().find(known) {
            return order.clone();
        }
        let precedence = Precedence::of(all, some);
        let planned = run.plan.iter().find(known).map(|(choice, order)| (choice.allowed.clone(), order.clone()));
        let (allowed, order) = planned.unwrap_or_else(|| {
            let order = match &mut run.rest {
                Rest::Usual => (0..some.len()).collect(),
                Rest::Random(random) => precedence.random(random),
            };
            (precedence.all().map(Arc::new), order)
        });
        let choice = Choice { signal, name, receivers: some.to_vec(), allowed };
        run.made.push((choice, order.clone()));
        order
    }

    fn lock(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn functions(receivers: &[&'static Receiver]) -> impl Iterator<Item = TypeId> {
    receivers.iter().map(|receiver| receiver.function)
}

/// Which of some receivers are called before which, also because of receivers that are muted.
struct Precedence {
    /// `earlier[later][earlier]`
    earlier: Vec<Vec<bool>>,
}

impl Precedence {
    fn of(all: &[&'static Receiver], some: &[&'static Receiver]) -> Self {
        let mut earlier = vec![vec![false; all.len()]; all.len()];
        for (index, receiver) in all.iter().enumerate() {
            for (other, function) in functions(all).enumerate() {
                earlier[index][other] |= receiver.after.contains(&function);
                earlier[other][index] |= receiver.before.contains(&function);
            }
        }
        // What is before the one between is before the later one. `all` is sorted, so that the earlier ones are complete.
        for later in 0..all.len() {
            for between in 0..later {
                if earlier[later][between] {
                    let before: Vec<bool> = earlier[between].clone();
                    earlier[later].iter_mut().zip(before).for_each(|(known, new)| *known |= new);
                }
            }
        }
        let index = |receiver: &&'static Receiver| functions(all).position(|function| function == receiver.function);
        let kept: Vec<usize> = some.iter().filter_map(index).collect();
        Self { earlier: kept.iter().map(|&later| kept.iter().map(|&first| earlier[later][first]).collect()).collect() }
    }

    /// The receivers that can be next.
    fn next<'s>(&'s self, called: &'s [usize]) -> impl Iterator<Item = usize> + use<'s> {
        let is_called = |index: usize| called.contains(&index);
        let is_ready = move |&index: &usize| {
            !is_called(index) && (0..self.earlier.len()).all(|other| !self.earlier[index][other] || is_called(other))
        };
        (0..self.earlier.len()).filter(is_ready)
    }

    /// All orders, unless there are too many. The first is the usual one.
    fn all(&self) -> Option<Vec<Vec<usize>>> {
        let mut found = Vec::new();
        self.extend(&mut Vec::new(), &mut found);
        (found.len() <= LISTED).then_some(found)
    }

    fn extend(&self, called: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
        if called.len() == self.earlier.len() {
            found.push(called.clone());
            return;
        }
        let next: Vec<usize> = self.next(called).collect();
        for index in next {
            if found.len() > LISTED {
                return;
            }
            called.push(index);
            self.extend(called, found);
            called.pop();
        }
    }

    fn random(&self, random: &mut Random) -> Vec<usize> {
        let mut called = Vec::new();
        while called.len() < self.earlier.len() {
            let next: Vec<usize> = self.next(&called).collect();
            called.push(next[random.below(next.len())]);
        }
        called
    }
}

/// Random numbers that a seed repeats: splitmix64.
#[derive(Clone, Copy)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % count).unwrap_or(0)
    }
}

impl fmt::Debug for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.made();
        f.debug_list().entries(made.iter().map(|(choice, order)| choice.line(order))).finish()
    }
}
