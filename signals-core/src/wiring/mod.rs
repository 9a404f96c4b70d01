//! What is wired: whom each signal calls, in which order.

mod graph;
mod json;
mod lock;
mod page;
mod table;

use core::any::TypeId;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::check::WiringError;
use crate::order;
use crate::receiver::{Receiver, ReceiverId, Source};
use crate::registry::{self, ByPayload};

/// Whom each signal of this program calls, in which order: what happens when a user is saved.
///
/// It is what the linker collected. Closures that are connected at run time are not in it, and neither is a signal that
/// nobody receives.
///
/// `{}` prints a table for people. [`to_json`](Self::to_json) is for programs, [`to_mermaid`](Self::to_mermaid) and
/// [`to_dot`](Self::to_dot) are pictures, [`to_html`](Self::to_html) is a page to look through; and
/// [`assert_locked`](Self::assert_locked) makes a test of it, so that a review shows when a receiver comes or goes.
///
/// ```
/// # use signals_core::{receiver, signal};
/// #[signal]
/// struct Paid {
///     amount: u64,
/// }
///
/// #[receiver(Paid, when = |event| event.amount > 100)]
/// fn thank() {}
///
/// println!("{}", signals_core::wiring());
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Wiring {
    /// The signals that somebody receives: by the name of the sender, or of the signal if it has none.
    pub signals: Vec<WiredSignal>,
}

/// A signal from one sender, and whom it calls.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WiredSignal {
    /// The signal, as receivers name it.
    pub signal: &'static str,
    /// The sender's type; `None` for a signal without senders, and for what receivers of any sender receive.
    pub sender: Option<&'static str>,
    /// The module of the sender's type, or of a signal without senders, where it is known.
    pub module: Option<&'static str>,
    /// Whether this is what every sender sends: receivers of any sender are listed here and with each sender that is known.
    pub any_sender: bool,
    /// Whom it calls, in this order.
    pub receivers: Vec<WiredReceiver>,
    /// The receivers wait for one another, or one of them is there twice: sending is this error.
    pub error: Option<WiringError>,
}

/// A receiver in its place in the order.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WiredReceiver {
    /// The receiver.
    pub receiver: &'static Receiver,
    /// Whether it names no sender.
    pub any_sender: bool,
}

/// Whom each signal calls that the linker found a receiver for.
///
/// An application with models asks `signals::wiring()`, which knows them.
pub fn wiring() -> Wiring {
    Wiring::of(Vec::new())
}

impl Wiring {
    /// These signals, in this order for each sender, and all others that have receivers.
    #[doc(hidden)]
    #[must_use]
    pub fn of(mut sources: Vec<Source>) -> Self {
        let mut all: Vec<&'static Receiver> = registry::receivers().collect();
        // So that what follows is the same in every build.
        all.sort_by(|a, b| a.position().cmp(&b.position()));
        let mut known: HashSet<TypeId> = sources.iter().map(|source| source.own).collect();
        let found = all.iter().filter(|receiver| known.insert(receiver.payload())).map(|receiver| receiver.source());
        let mut found: Vec<Source> = found.collect();
        let rank = |signal: &str| sources.iter().position(|source| source.signal == signal).unwrap_or(sources.len());
        found.sort_by_key(|source| (rank(source.signal), source.signal));
        sources.extend(found);
        complete(&mut sources);
        let payloads = ByPayload::of(&all);
        let wired = sources.iter().map(|source| WiredSignal::of(source, payloads.called_by(source)));
        let mut signals: Vec<WiredSignal> = wired.filter(|signal| !signal.receivers.is_empty()).collect();
        // Those of one sender stay as they are, and what any sender sends comes last.
        signals.sort_by_key(|signal| (signal.any_sender, signal.title(), signal.module));
        Self { signals }
    }

    /// What is wired to one sender, or to a signal without senders: `wiring().of_sender("User")`.
    #[must_use]
    pub fn of_sender(&self, name: &str) -> Self {
        Self { signals: self.signals.iter().filter(|signal| signal.title() == name).cloned().collect() }
    }

    /// The signals of one sender after those of another.
    fn by_heading(&self) -> impl Iterator<Item = &[WiredSignal]> {
        self.signals.chunk_by(|a, b| a.heading() == b.heading())
    }
}

/// Not every signal knows in which module its sender is. If there is only one of the name, it is there.
fn complete(sources: &mut [Source]) {
    let mut modules: HashMap<&str, BTreeSet<&'static str>> = HashMap::new();
    for source in &*sources {
        if let (Some(sender), Some(module)) = (source.sender, source.module) {
            modules.entry(sender).or_default().insert(module);
        }
    }
    for source in sources.iter_mut().filter(|source| source.module.is_none()) {
        if let Some(modules) = source.sender.and_then(|sender| modules.get(sender))
            && modules.len() == 1
        {
            source.module = modules.first().copied();
        }
    }
}

impl WiredSignal {
    fn of(source: &Source, receivers: Vec<&'static Receiver>) -> Self {
        let Source { signal, sender, module, is_any, .. } = *source;
        let (receivers, error) = match order::sort(receivers.clone()) {
            Ok(sorted) => (sorted, None),
            Err(fault) => (receivers, Some(WiringError::of(source, &fault))),
        };
        let any_sender = |receiver: &Receiver| is_any || receiver.payload() != source.own;
        let wired = |receiver| WiredReceiver { receiver, any_sender: any_sender(receiver) };
        let receivers = receivers.into_iter().map(wired).collect();
        Self { signal, sender, module, any_sender: is_any, receivers, error }
    }

    /// What it stands under: its sender, or itself.
    fn title(&self) -> &'static str {
        match self.sender {
            None if self.any_sender => "any sender",
            sender => sender.unwrap_or(self.signal),
        }
    }

    /// The same with its module: two crates may have a `User`.
    fn heading(&self) -> String {
        match self.module {
            Some(module) => format!("{} ({module})", self.title()),
            None => self.title().to_owned(),
        }
    }

    /// What the attribute of one of its receivers says, but for the signal and the sender.
    fn conditions(&self, wired: &WiredReceiver) -> String {
        let names = |key: &str, receivers: &mut dyn Iterator<Item = &'static ReceiverId>| {
            let names: Vec<&str> = receivers.map(|id| &*id.name).collect();
            (!names.is_empty()).then(|| format!("{key} = [{}]", names.join(", ")))
        };
        let receiver = wired.receiver;
        let any = (wired.any_sender && !self.any_sender).then(|| "any sender".to_owned());
        let filters = receiver.filters.iter().map(|&filter| filter.to_owned());
        let (after, before) = (names("after", &mut receiver.after()), names("before", &mut receiver.before()));
        any.into_iter().chain(filters).chain(after).chain(before).collect::<Vec<_>>().join(", ")
    }

    /// Whether it stands under a sender, and not under its own name.
    fn has_sender(&self) -> bool {
        self.sender.is_some() || self.any_sender
    }
}
