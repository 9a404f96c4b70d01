//! Mistakes that the compiler cannot see, because they are mistakes of the whole program.

use core::any::TypeId;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::id::ReceiverId;
use crate::index::ReceiverIndex;
use crate::location::SourceLocation;
use crate::registry;
use crate::source::Source;
use crate::wiring_error::WiringError;

/// Lists the mistakes of the whole program that the compiler cannot see.
///
/// These are cycles through `before`, functions that one signal would call twice, `after` and `before` without effect, two
/// receivers with one id, crates of `apps!` that declare nothing, and a linker that dropped receivers.
///
/// Call it when the program starts. It reads the registry once and sends nothing.
///
/// ```
/// fn main() {
///     for error in signals_core::check().err().into_iter().flatten() {
///         eprintln!("{error}");
///     }
/// }
/// # #[signals_core::signal]
/// # struct OrderPaid {}
/// ```
///
/// # Errors
/// All mistakes, in an order that is the same in every build.
pub fn check() -> Result<(), Vec<WiringError>> {
    // All other mistakes would follow from this one.
    if let Some(error) = registry::incomplete(None) {
        return Err(vec![error]);
    }
    let index = ReceiverIndex::of_program();
    let mut errors = same_ids(&index);
    errors.extend(faults(&index));
    errors.extend(orders_without_effect(&index));
    errors.extend(empty_apps());
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn same_ids(index: &ReceiverIndex) -> Vec<WiringError> {
    let mut functions: BTreeMap<&str, BTreeMap<(SourceLocation, TypeId), &ReceiverId>> = BTreeMap::new();
    for receiver in index.receivers() {
        let key = (receiver.id.location, receiver.function);
        functions.entry(&receiver.id.name).or_default().insert(key, &receiver.id);
    }
    let pairs = functions.values().flat_map(|same| same.values().zip(same.values().skip(1)));
    pairs.map(|(&first, &second)| WiringError::SameId { first: first.clone(), second: second.clone() }).collect()
}

/// Signals whose receivers have no order.
fn faults(index: &ReceiverIndex) -> Vec<WiringError> {
    let fault = |source: Source| {
        let fault = index.sorted(&source).err()?;
        // A mistake among receivers of any sender is reported once, and not for each sender.
        let is_its_own = fault.receivers().iter().any(|receiver| receiver.key() == source.own);
        is_its_own.then(|| fault.error(&source))
    };
    let mut errors: Vec<_> = index.sources().filter_map(fault).collect();
    errors.sort_by_cached_key(ToString::to_string);
    errors
}

/// `after` and `before` between functions that no signal calls both.
fn orders_without_effect(index: &ReceiverIndex) -> Vec<WiringError> {
    let pairs = |function, other| {
        let receivers = index.of_function(function).iter();
        let pairs = receivers.flat_map(move |one| index.of_function(other).iter().map(move |other| (one, other)));
        pairs.filter(|(one, other)| one.shares_a_signal_with(other))
    };
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    for receiver in index.receivers().iter().filter(|receiver| seen.insert(receiver.function)) {
        for (key, others) in [("after", receiver.after), ("before", receiver.before)] {
            let apart =
                others.iter().filter(|&&other| pairs(receiver.function, other).all(|(one, other)| one.excludes(other)));
            errors.extend(apart.filter_map(|&function| {
                let (id, other) = (receiver.id.clone(), index.of_function(function).first()?.id.clone());
                Some(match pairs(receiver.function, function).next() {
                    Some(_) => WiringError::NeverTogether { receiver: id, key, other },
                    None => WiringError::NoCommonSignal { receiver: id, key, other },
                })
            }));
        }
    }
    errors
}

fn empty_apps() -> impl Iterator<Item = WiringError> {
    let linked: BTreeSet<&str> = registry::linked_crates();
    registry::apps()
        .filter(move |(name, _)| !linked.contains(name))
        .map(|(name, location)| WiringError::EmptyApp { name, location })
}
