//! Which workers of durable receivers are to be woken.

use std::sync::atomic::AtomicBool;

use tokio::sync::Notify;

/// Which workers are to be woken, because a transaction has stored events.
#[derive(Debug, Default)]
pub(super) struct Wake {
    /// Notifies the workers of this process.
    pub(super) stored: Notify,
    /// Whether the workers of other processes are about to be woken.
    pub(super) is_waking: AtomicBool,
}
