//! Which receivers each signal of the program calls, and in which order.
//!
//! [`wiring`] collects them, and a [`Wiring`] prints as a table. The feature `wiring` adds other forms of it: JSON, graphs, a page of HTML,
//! and a lock file that a test compares.

#[cfg(feature = "wiring")]
mod graph;
#[cfg(feature = "wiring")]
mod json;
#[cfg(feature = "wiring")]
mod lock;
#[cfg(feature = "wiring")]
mod page;
mod table;

use std::collections::{BTreeSet, HashMap, HashSet};

use signals_core::__private::{ReceiverIndex, Source, SourceKey};
#[doc(inline)]
pub use signals_core::WiringError;
use signals_core::{Durability, OnDead, Receiver, ReceiverId};

use crate::model::{Meta, registered_models};

/// The receivers of each signal of this program, in the order in which they are called.
///
/// ```rust,standalone_crate
/// use signals::prelude::*;
///
/// #[model]
/// struct User {
///     #[key]
///     id: Id<User>,
/// }
///
/// #[receiver(post_save, sender = User, created = true)]
/// fn welcome(instance: &User) {}
///
/// #[receiver([post_save, post_delete])]
/// fn audit(instance: &dyn AnyModel) {}
///
/// # fn main() {
/// print!("{}", signals::wiring().of_sender("User"));
/// # let wiring = signals::wiring().of_sender("User");
/// # assert_eq!(wiring.signals.iter().map(|signal| signal.receivers.len()).collect::<Vec<_>>(), [2, 1]);
/// # }
/// ```
///
/// prints, with their locations:
///
/// ```text
/// User (shop::accounts)
///   post_save
///     1  shop::accounts::welcome  created = true  src/accounts.rs:9:1
///     2  shop::accounts::audit    any sender      src/accounts.rs:12:1
///   post_delete
///     1  shop::accounts::audit    any sender      src/accounts.rs:12:1
/// ```
pub fn wiring() -> Wiring {
    Wiring::of(registered_models().into_iter().flat_map(Meta::sources).collect())
}

/// The receivers of each signal of this program, in the order in which they are called.
///
/// It has the receivers that the linker collected. Closures that are connected at run time are not in it, and neither are
/// signals without receivers.
///
/// `{}` prints it as a table.
#[cfg_attr(
    feature = "wiring",
    doc = "[`to_json`](Self::to_json) is for programs, [`to_mermaid`](Self::to_mermaid) and [`to_dot`](Self::to_dot) are graphs, \
           [`to_html`](Self::to_html) is a page with a search field, and [`assert_locked`](Self::assert_locked) compares it with a \
           file in a test, so that a review shows when a receiver is added or removed."
)]
#[cfg_attr(
    not(feature = "wiring"),
    doc = "With the feature `wiring`, it also prints as JSON, as a graph and as a page of HTML, and `assert_locked` compares it with \
           a file in a test, so that a review shows when a receiver is added or removed."
)]
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Wiring {
    /// The signals that have receivers: by the name of the sender, or of the signal if it has none.
    pub signals: Vec<WiredSignal>,
}

/// A signal from one sender, and the receivers that it calls.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WiredSignal {
    /// The signal, as receivers name it.
    pub signal: &'static str,
    /// The sender's type; `None` for a signal without senders, and for the receivers of any sender.
    pub sender: Option<&'static str>,
    /// The module of the sender's type, or of a signal without senders, where it is known.
    pub module: Option<&'static str>,
    /// Whether this stands for every sender: receivers of any sender are listed here and for each sender that is known.
    pub any_sender: bool,
    /// The receivers, in the order in which they are called.
    pub receivers: Vec<WiredReceiver>,
    /// The error that sending returns, if the receivers have no order or one of them would be called twice.
    pub error: Option<WiringError>,
}

/// A receiver of a signal.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WiredReceiver {
    /// The receiver.
    pub receiver: &'static Receiver,
    /// Whether it names no sender.
    pub any_sender: bool,
    /// The receivers that its `after` names.
    pub after: Vec<&'static ReceiverId>,
    /// The receivers that its `before` names.
    pub before: Vec<&'static ReceiverId>,
}

impl Wiring {
    /// The wiring of these signals, in this order for each sender, and of all others that have receivers.
    fn of(mut sources: Vec<Source>) -> Self {
        let index = ReceiverIndex::of_program();
        let known: HashSet<SourceKey> = sources.iter().map(|source| source.own).collect();
        let mut found: Vec<Source> = index.sources().filter(|source| !known.contains(&source.own)).collect();
        let rank = |signal: &str| sources.iter().position(|source| source.signal == signal).unwrap_or(sources.len());
        found.sort_by_key(|source| (rank(source.signal), source.signal));
        sources.extend(found);
        add_modules(&mut sources);
        let wired = sources.iter().map(|source| WiredSignal::of(source, &index));
        let mut signals: Vec<WiredSignal> = wired.filter(|signal| !signal.receivers.is_empty()).collect();
        // The sort is stable: the signals of one sender keep their order. Those of any sender are last.
        signals.sort_by_key(|signal| (signal.any_sender, signal.title(), signal.module));
        Self { signals }
    }

    /// The wiring of one sender, or of a signal without senders.
    ///
    /// ```
    /// print!("{}", signals::wiring().of_sender("User"));
    /// ```
    #[must_use]
    pub fn of_sender(&self, name: &str) -> Self {
        Self { signals: self.signals.iter().filter(|signal| signal.title() == name).cloned().collect() }
    }

    /// The signals, grouped by their headings.
    fn by_heading(&self) -> impl Iterator<Item = &[WiredSignal]> {
        self.signals.chunk_by(|a, b| a.heading() == b.heading())
    }
}

/// Adds the modules of senders to signals that do not know them, where only one module has a sender of that name.
fn add_modules(sources: &mut [Source]) {
    let mut modules: HashMap<&str, BTreeSet<&'static str>> = HashMap::new();
    for source in &*sources {
        if let (Some(sender), Some(module)) = (source.sender, source.sender_module) {
            modules.entry(sender).or_default().insert(module);
        }
    }
    for source in sources.iter_mut().filter(|source| source.sender_module.is_none()) {
        if let Some(modules) = source.sender.and_then(|sender| modules.get(sender))
            && modules.len() == 1
        {
            source.sender_module = modules.first().copied();
        }
    }
}

impl WiredSignal {
    fn of(source: &Source, index: &ReceiverIndex) -> Self {
        let Source { signal, sender, is_any, .. } = *source;
        let module = if sender.is_some() { source.sender_module } else { source.module };
        let (receivers, error) = index.called_by(source);
        let wired = |receiver: &'static Receiver| WiredReceiver {
            receiver,
            any_sender: receiver.receives_any_sender(),
            after: index.after(receiver),
            before: index.before(receiver),
        };
        let receivers = receivers.into_iter().map(wired).collect();
        Self { signal, sender, module, any_sender: is_any, receivers, error }
    }

    /// Its sender, or itself if it has none.
    fn title(&self) -> &'static str {
        match self.sender {
            None if self.any_sender => "any sender",
            sender => sender.unwrap_or(self.signal),
        }
    }

    /// The title with its module: two crates may have a `User`.
    fn heading(&self) -> String {
        match self.module {
            Some(module) => format!("{} ({module})", self.title()),
            None => self.title().to_owned(),
        }
    }

    /// The keys in the attribute of one of its receivers, except the signal and the sender.
    fn conditions(&self, wired: &WiredReceiver) -> String {
        let names = |key: &str, receivers: &[&ReceiverId]| {
            let names: Vec<&str> = receivers.iter().map(|id| &*id.name).collect();
            (!names.is_empty()).then(|| format!("{key} = [{}]", names.join(", ")))
        };
        let any = (wired.any_sender && !self.any_sender).then(|| "any sender".to_owned());
        let filters = wired.receiver.filters.iter().map(|&filter| filter.to_owned());
        let timeout = wired.receiver.timeout.map(|timeout| format!("timeout = {timeout:?}"));
        let (after, before) = (names("after", &wired.after), names("before", &wired.before));
        let needs: Vec<String> = wired.receiver.context.iter().map(ToString::to_string).collect();
        let context = (!needs.is_empty()).then(|| format!("context = [{}]", needs.join(", ")));
        any.into_iter()
            .chain(filters)
            .chain(wired.receiver.durable.map(delivery).into_iter().flatten())
            .chain(timeout)
            .chain(context)
            .chain(after)
            .chain(before)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Whether its receivers are durable. Those are listed apart from the others of the signal.
    fn is_durable(&self) -> bool {
        self.receivers.iter().all(|wired| wired.receiver.durable.is_some())
    }

    /// What stands between its heading and its receivers, if the heading does not say it all.
    fn label(&self) -> Option<String> {
        match (self.has_sender(), self.is_durable()) {
            (true, false) => Some(self.signal.to_owned()),
            (true, true) => Some(format!("{} (durable)", self.signal)),
            (false, true) => Some("(durable)".to_owned()),
            (false, false) => None,
        }
    }

    /// Whether its title is a sender, and not its own name.
    fn has_sender(&self) -> bool {
        self.sender.is_some() || self.any_sender
    }
}

/// What the attribute of a durable receiver says of its delivery, except what is usual.
fn delivery(durable: &Durability) -> Vec<String> {
    let usual = Durability::NEW;
    let key = durable.key.map(|field| format!("key = {field}"));
    let retries = (durable.retries != usual.retries).then(|| format!("retries = {}", durable.retries));
    let backoff = (durable.backoff != usual.backoff).then(|| format!("backoff = {:?}", durable.backoff));
    let concurrency = durable.concurrency.map(|limit| format!("concurrency = {limit}"));
    let on_dead = (durable.on_dead == OnDead::Skip).then(|| "on_dead = skip".to_owned());
    let tx = durable.takes_tx.then(|| "with tx".to_owned());
    [tx, key, retries, backoff, concurrency, on_dead].into_iter().flatten().collect()
}
