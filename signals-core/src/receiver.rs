//! What is known of a receiver that the linker collected.

use core::any::{Any, TypeId};
use core::fmt;
use core::time::Duration;

use crate::binding::{Binding, Bound};
use crate::context::ContextNeed;
use crate::durability::Durability;
use crate::id::ReceiverId;
use crate::location::SourceLocation;
use crate::payload::Payload;
use crate::source::{Source, SourceKey};

/// A receiver of one signal from one sender, as the linker collected it.
///
/// A function that names several signals or senders is several of these with the same id.
/// [`receivers`](crate::receivers) lists them. Only `#[receiver]` makes one: it has hidden fields, which may change in any version.
pub struct Receiver {
    /// Its name and location.
    pub id: ReceiverId,
    /// The module that declares it, `crate::module`.
    pub module: &'static str,
    /// Its filters as the attribute has them, such as `created = true`.
    pub filters: &'static [&'static str],
    /// The fields of the payload that it reads; `event` for all of them.
    pub reads: &'static [&'static str],
    /// Whether it is also called for raw writes.
    pub raw: bool,
    /// The time that it has to return, if its attribute says so: `timeout = "5s"`.
    pub timeout: Option<Duration>,
    /// How it is delivered, if its attribute says `durable`.
    pub durable: Option<&'static Durability>,
    /// The values of the context that it takes, in the order of its parameters.
    pub context: &'static [ContextNeed],
    #[doc(hidden)]
    pub function: TypeId,
    #[doc(hidden)]
    pub after: &'static [TypeId],
    #[doc(hidden)]
    pub before: &'static [TypeId],
    #[doc(hidden)]
    pub bound: &'static dyn Bound,
}

impl Receiver {
    /// The crate that declares it.
    pub fn crate_name(&self) -> &'static str {
        crate_of(self.module)
    }

    /// The signal, as the attribute names it.
    pub fn signal(&self) -> &'static str {
        self.source().signal
    }

    /// The sender's type; `None` for any sender, and for a signal without senders.
    pub fn sender(&self) -> Option<&'static str> {
        self.source().sender
    }

    /// Whether it names no sender, although the signal has senders: it is called for each of them.
    pub fn receives_any_sender(&self) -> bool {
        self.source().is_any
    }

    /// Whether it is an `async fn`.
    pub fn is_async(&self) -> bool {
        self.bound.is_async()
    }

    /// How it is called, if this is a receiver of the signal that has this payload for any sender.
    pub(crate) fn binding<P: Payload>(&self) -> Option<Binding<P>> {
        let bound: &dyn Any = self.bound;
        bound.downcast_ref().copied()
    }

    /// What it receives.
    pub(crate) fn source(&self) -> Source {
        self.bound.source()
    }

    /// Whether some sender's signal calls both.
    pub(crate) fn shares_a_signal_with(&self, other: &Self) -> bool {
        let (own, others) = (self.source(), other.source());
        own.own == others.own || own.any == Some(others.own) || others.any == Some(own.own)
    }

    /// Whether no dispatch calls both: one is called for inserts alone, and the other for updates.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        let has = |receiver: &Self, filter| receiver.filters.contains(&filter);
        let (inserts, updates) = ("created = true", "created = false");
        (has(self, inserts) && has(other, updates)) || (has(self, updates) && has(other, inserts))
    }

    /// What it receives: the same for all receivers of one signal and sender, by whatever names they call them.
    pub(crate) fn key(&self) -> SourceKey {
        self.source().own
    }

    /// Orders receivers that `after` and `before` leave free: the same in every build, and source order within a file.
    pub(crate) fn position(&self) -> (&'static str, &'static str, SourceLocation, &str) {
        (self.crate_name(), self.module, self.id.location, &self.id.name)
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("id", &self.id)
            .field("signal", &self.signal())
            .field("sender", &self.sender())
            .field("filters", &self.filters)
            .finish_non_exhaustive()
    }
}

/// The first segment of a module's path.
pub(crate) fn crate_of(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}
