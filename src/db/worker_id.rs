//! The ids of workers.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// A new id: a positive number of 63 random bits, so that no two workers have the same one.
pub(super) fn random() -> i64 {
    // The operating system seeds the first hasher of a thread, and each further one has another key.
    let bits = RandomState::new().build_hasher().finish();
    (bits >> 1).cast_signed().max(1)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_positive_and_differ() {
        let ids: HashSet<_> = (0..1000).map(|_| random()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| *id > 0));
        // All bits are used.
        assert_eq!(ids.iter().fold(0, |all, id| all | id), i64::MAX);
    }
}
