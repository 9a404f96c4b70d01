//! The faults that `tests/durable_kills` causes: points at which the process dies, and rules of durable receivers that are broken on
//! purpose.
//!
//! They exist only in a build with `--cfg signals_faults`. In any other build these functions are empty.

/// A rule of durable receivers. The environment variable `SIGNALS_MUTATION` names the one that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A worker that has lost its lease changes nothing.
    Fence,
    /// A call waits for the earlier ones of its key.
    OrderOfKey,
    /// A call is deleted after its receiver has succeeded.
    AckLast,
    /// What a receiver writes and the end of its call are in one transaction.
    #[cfg(signals_faults)]
    OneTransaction,
    /// Events are in the transaction that causes them.
    #[cfg(signals_faults)]
    StoredBeforeCommit,
}

/// Ends the process as SIGKILL would, if `SIGNALS_FAILPOINT` is `name:n` and this point is reached for the n-th time.
#[cfg(not(signals_faults))]
pub(crate) const fn point(_name: &str) {}

/// Whether a rule is broken on purpose.
#[cfg(not(signals_faults))]
pub(crate) const fn breaks(_rule: Rule) -> bool {
    false
}

#[cfg(signals_faults)]
pub(crate) use self::enabled::{breaks, point};

#[cfg(signals_faults)]
mod enabled {
    use std::env::var;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Rule;

    static MUTATION: LazyLock<Option<String>> = LazyLock::new(|| var("SIGNALS_MUTATION").ok());
    static POINT: LazyLock<Option<(String, AtomicU64)>> = LazyLock::new(|| {
        let point = var("SIGNALS_FAILPOINT").ok()?;
        let (name, count) = point.split_once(':')?;
        Some((name.to_owned(), AtomicU64::new(count.parse().ok()?)))
    });

    pub(crate) fn point(name: &str) {
        if let Some((chosen, left)) = &*POINT
            && chosen == name
            && left.fetch_sub(1, Ordering::Relaxed) == 1
        {
            std::process::abort();
        }
    }

    pub(crate) fn breaks(rule: Rule) -> bool {
        MUTATION.as_deref() == Some(&format!("{rule:?}"))
    }
}
