//! The arguments of one `#[receiver(..)]`, as they were written.

use super::durability::Durable;
use super::timeout::Timeout;
use crate::foreign::Place;
use crate::grammar::Keys;
use syn::{Expr, Ident, LitBool, LitStr, Path, Type};

/// The arguments that have a name.
pub(super) const KEYS: Keys = Keys::new(
    Place::Receiver,
    &[
        "sender",
        "created",
        "changed",
        "raw",
        "when",
        "after",
        "before",
        "timeout",
        "id",
        "durable",
        "retries",
        "backoff",
        "concurrency",
        "key",
        "on_dead",
        "crate",
    ],
);

/// One `#[receiver(..)]`.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) signals: Vec<Path>,
    pub(super) senders: Option<Vec<Type>>,
    pub(super) created: Option<(Ident, LitBool)>,
    pub(super) changed: Option<Changed>,
    pub(super) raw: Option<(Ident, LitBool)>,
    pub(super) when: Option<Expr>,
    pub(super) after: Vec<Path>,
    pub(super) before: Vec<Path>,
    pub(super) timeout: Option<Timeout>,
    pub(super) durable: Durable,
    pub(super) id: Option<LitStr>,
    pub(super) root: Option<Path>,
}

impl Arguments {
    /// The word `raw` of `raw = true`.
    pub(super) fn takes_raw(&self) -> Option<&Ident> {
        self.raw.as_ref().filter(|(_, value)| value.value).map(|(word, _)| word)
    }
}

/// `changed(email, name)`
pub(super) struct Changed {
    pub(super) word: Ident,
    pub(super) fields: Vec<Ident>,
}
