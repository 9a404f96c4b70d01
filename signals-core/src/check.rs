//! Does what is linked fit together? What only the whole program can tell.

use core::any::TypeId;
use core::fmt;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::error::Error as StdError;

use crate::error::Sent;
use crate::order::{self, Fault};
use crate::receiver::{Receiver, ReceiverId, Source, SourceLocation};
use crate::registry::{self, ByPayload};

/// A mistake in the wiring of the whole program.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WiringError {
    /// Receivers of one signal wait for one another through `after` and `before`.
    Cycle {
        /// The signal that they receive.
        signal: &'static str,
        /// The type that sends it, `None` for any.
        sender: Option<&'static str>,
        /// The receivers of the cycle, each of which runs before the next.
        receivers: Vec<ReceiverId>,
    },
    /// A function would be called twice for one signal of one sender.
    CalledTwice {
        /// The receiver.
        receiver: ReceiverId,
        /// The signal.
        signal: &'static str,
        /// The type that sends it, `None` for any, and for a signal without senders.
        sender: Option<&'static str>,
        /// Whether the function receives it from any sender as well, and does not name this sender twice.
        any_sender: bool,
    },
    /// `after` or `before` names a receiver that never receives the same signal of the same sender.
    NoCommonSignal {
        /// The receiver with the `after` or `before`.
        receiver: ReceiverId,
        /// `after` or `before`.
        key: &'static str,
        /// The receiver that it names.
        other: ReceiverId,
    },
    /// Two receivers have one name.
    SameId {
        /// The first.
        first: ReceiverId,
        /// The second.
        second: ReceiverId,
    },
    /// A crate that `apps!` names has no model, no signal and no receiver in this program.
    EmptyApp {
        /// The crate.
        name: &'static str,
        /// Where `apps!` stands.
        location: SourceLocation,
    },
    /// The linker has dropped receivers, models and signals.
    Incomplete {
        /// A module whose declarations are not there, `None` if those of any module may be missing.
        module: Option<&'static str>,
    },
}

impl WiringError {
    /// How to have the linker keep what is registered, with the file to write it to.
    const KEEP: &str = "keep it with `rustflags = [\"-C\", \"link-arg=-Wl,--no-gc-sections\"]` under \
        `[target.x86_64-pc-windows-gnu]`, or the target that you build for, in `.cargo/config.toml`";

    /// What keeps the receivers of one signal from being called.
    pub(crate) fn of(source: &Source, fault: &Fault) -> Self {
        let Source { signal, sender, .. } = *source;
        match fault {
            Fault::Twice([first, second]) => {
                let (receiver, any_sender) = (first.id.clone(), first.payload() != second.payload());
                Self::CalledTwice { receiver, signal, sender, any_sender }
            }
            Fault::Cycle(cycle) => {
                let receivers = cycle.iter().map(|receiver| receiver.id.clone()).collect();
                Self::Cycle { signal, sender, receivers }
            }
        }
    }
}

impl fmt::Display for WiringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cycle { signal, sender, receivers } => {
                write!(f, "the receivers of {} wait for one another: ", Sent(signal, *sender))?;
                for receiver in receivers {
                    write!(f, "{receiver} runs before ")?;
                }
                match receivers.first() {
                    Some(first) => write!(f, "`{}`; take one `after` or `before` out", first.name),
                    None => Ok(()),
                }
            }
            Self::CalledTwice { receiver, signal, sender, any_sender } => {
                write!(f, "{receiver} would be called twice for {}: ", Sent(signal, *sender))?;
                f.write_str(match (any_sender, sender) {
                    (true, _) => "it receives it from this sender and from any sender; keep one of the two",
                    (false, Some(_)) => {
                        "it names the signal or the sender by two names, an alias or another path; keep one of them"
                    }
                    (false, None) => "it names the signal by two paths; keep one of them",
                })
            }
            Self::NoCommonSignal { receiver, key, other } => write!(
                f,
                "{receiver} runs {key} {other}, but they never receive the same signal of the same sender, so this has no \
                 effect; take `{key}` out, or let both receive one"
            ),
            Self::SameId { first, second } => write!(
                f,
                "two receivers are called `{}`: {} and {}; give one of them an `id = \"..\"` of its own",
                first.name, first.location, second.location
            ),
            Self::Incomplete { module: None } => write!(
                f,
                "receivers, models or signals are missing in this program: the linker drops what `#[receiver]`, `#[model]` and \
                 `#[signal]` declare, because no code refers to it: {}",
                Self::KEEP,
            ),
            Self::Incomplete { module: Some(module) } => write!(
                f,
                "`{module}` declares models or signals, and they are not in the registry of this program, because they and \
                 `signals-core` are linked to different files: link this program without a Rust `dylib`. If there is none, the \
                 linker dropped them: {}",
                Self::KEEP,
            ),
            Self::EmptyApp { name, location } => write!(
                f,
                "`apps!` names the crate `{name}` ({location}), but nothing of it is linked: it declares no model, signal \
                 or receiver, or was built with other features or another version of signals"
            ),
        }
    }
}

impl StdError for WiringError {}

/// Looks at everything that is linked into this program and lists the mistakes that the compiler cannot see:
/// cycles through `before`, functions that would be called twice for one signal, `after` and `before` without effect, two
/// receivers with one id, crates of `apps!` that declare nothing, a linker that dropped receivers.
///
/// Call it when the program starts. It reads the registry once and sends nothing.
pub fn check() -> Result<(), Vec<WiringError>> {
    // What else there is to say follows from that.
    if let Some(error) = registry::incomplete(None) {
        return Err(vec![error]);
    }
    let mut receivers: Vec<&'static Receiver> = registry::receivers().collect();
    // So that the mistakes come in the same order in every build.
    receivers.sort_by(|a, b| a.position().cmp(&b.position()));
    let mut errors = same_ids(&receivers);
    errors.extend(faults(&receivers));
    errors.extend(orders_without_effect(&receivers));
    errors.extend(empty_apps());
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn same_ids(receivers: &[&'static Receiver]) -> Vec<WiringError> {
    let mut functions: BTreeMap<&str, BTreeMap<(SourceLocation, TypeId), &ReceiverId>> = BTreeMap::new();
    for receiver in receivers {
        let key = (receiver.id.location, receiver.function);
        functions.entry(&receiver.id.name).or_default().insert(key, &receiver.id);
    }
    let pairs = functions.values().flat_map(|same| same.values().zip(same.values().skip(1)));
    pairs.map(|(&first, &second)| WiringError::SameId { first: first.clone(), second: second.clone() }).collect()
}

fn faults(receivers: &[&'static Receiver]) -> Vec<WiringError> {
    let payloads = ByPayload::of(receivers);
    let fault = |source: Source| {
        let fault = order::sort(payloads.called_by(&source)).err()?;
        // What is wrong with receivers of any sender alone is one mistake, and not one for each sender.
        let is_its_own = fault.receivers().iter().any(|receiver| receiver.payload() == source.own);
        is_its_own.then(|| WiringError::of(&source, &fault))
    };
    let mut errors: Vec<_> = payloads.sources().filter_map(fault).collect();
    errors.sort_by_cached_key(ToString::to_string);
    errors
}

fn orders_without_effect(receivers: &[&'static Receiver]) -> Vec<WiringError> {
    let mut functions: HashMap<TypeId, Vec<&'static Receiver>> = HashMap::new();
    for receiver in receivers {
        functions.entry(receiver.function).or_default().push(receiver);
    }
    let meet = |function, other| {
        let all_of = |id| functions.get(&id).into_iter().flatten();
        all_of(function).any(|one| all_of(other).any(|another| one.meets(another)))
    };
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    for receiver in receivers.iter().filter(|receiver| seen.insert(receiver.function)) {
        for (key, others) in [("after", receiver.after), ("before", receiver.before)] {
            let apart = others.iter().filter(|other| !meet(receiver.function, **other));
            errors.extend(apart.filter_map(|other| {
                let (receiver, other) = (receiver.id.clone(), functions.get(other)?.first()?.id.clone());
                Some(WiringError::NoCommonSignal { receiver, key, other })
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
