//! The locations in the program that hold connections, for the error of a call that waits for one too long.

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The locations that hold connections of a pool.
#[derive(Clone, Default)]
pub(super) struct Holders(Arc<Mutex<Vec<&'static Location<'static>>>>);

impl Holders {
    pub(super) fn add(&self, at: &'static Location<'static>) {
        self.lock().push(at);
    }

    pub(super) fn remove(&self, at: &'static Location<'static>) {
        let mut holders = self.lock();
        if let Some(index) = holders.iter().position(|holder| std::ptr::eq(*holder, at)) {
            holders.swap_remove(index);
        }
    }

    /// Each location, and how many connections it holds.
    pub(super) fn places(&self) -> Vec<(&'static Location<'static>, usize)> {
        let mut places = BTreeMap::new();
        for &holder in self.lock().iter() {
            *places.entry(holder).or_default() += 1;
        }
        places.into_iter().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<&'static Location<'static>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
