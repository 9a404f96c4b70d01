//! What the attribute of a durable receiver says of its delivery.

use core::time::Duration;

/// How a durable receiver is called: what `#[receiver(.., durable)]` says of it.
///
/// Durable receivers need the crate `signals-rs` and a database: what they receive is stored in the transaction that sends it, and they are
/// called after its commit, also if the process ends in between. The kernel only carries this description.
///
/// ```
/// use std::time::Duration;
///
/// use signals_core::{Durability, OnDead};
///
/// const ORDERED: Durability = Durability::NEW.retries(5).backoff(Duration::from_secs(10)).key("country");
/// assert_eq!((ORDERED.retries, ORDERED.key, ORDERED.on_dead), (5, Some("country"), OnDead::BlockKey));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Durability {
    /// How many times a failed call is repeated before it is dead: `retries = 5`. 24, unless the attribute says so.
    pub retries: u32,
    /// The delay before a failed call is repeated for the first time, which then doubles: `backoff = "10s"`. One second, unless the
    /// attribute says so.
    pub backoff: Duration,
    /// How many calls run at once at most: `concurrency = 2`. `None` is no limit.
    pub concurrency: Option<u32>,
    /// The field whose value orders the calls: those with one value are called one after the other, in the order of their commits.
    /// `key = country`. `None` for receivers of a model is its primary key.
    pub key: Option<&'static str>,
    /// What a dead call means for the later ones with its key: `on_dead = skip`.
    pub on_dead: OnDead,
    /// Whether it takes `tx`: then its writes and the end of its delivery are one transaction.
    pub takes_tx: bool,
}

/// What a call that failed for the last time means for the later calls with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDead {
    /// They wait until the dead call is repeated or discarded: `on_dead = block_key`.
    #[default]
    BlockKey,
    /// They are made without it: `on_dead = skip`.
    Skip,
}

impl Durability {
    /// What `durable` alone means.
    pub const NEW: Self = Self {
        retries: 24,
        backoff: Duration::from_secs(1),
        concurrency: None,
        key: None,
        on_dead: OnDead::BlockKey,
        takes_tx: false,
    };

    /// The same with another [`retries`](Self::retries).
    #[must_use]
    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The same with another [`backoff`](Self::backoff).
    #[must_use]
    pub const fn backoff(mut self, backoff: Duration) -> Self {
        self.backoff = backoff;
        self
    }

    /// The same with a limit of [`concurrency`](Self::concurrency).
    #[must_use]
    pub const fn concurrency(mut self, concurrency: u32) -> Self {
        self.concurrency = Some(concurrency);
        self
    }

    /// The same with a [`key`](Self::key).
    #[must_use]
    pub const fn key(mut self, field: &'static str) -> Self {
        self.key = Some(field);
        self
    }

    /// The same for a receiver that skips what is dead, [`on_dead`](Self::on_dead).
    #[must_use]
    pub const fn on_dead(mut self, on_dead: OnDead) -> Self {
        self.on_dead = on_dead;
        self
    }

    /// The same for a receiver that takes `tx`, [`takes_tx`](Self::takes_tx).
    #[must_use]
    pub const fn with_tx(mut self) -> Self {
        self.takes_tx = true;
        self
    }
}

impl Default for Durability {
    fn default() -> Self {
        Self::NEW
    }
}
