//! What a test records, and the tasks that wait for it.

use core::task::Waker;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A list of what was recorded.
pub(crate) struct Store<T> {
    list: Mutex<List<T>>,
}

struct List<T> {
    entries: Vec<Entry<T>>,
    next: u64,
    /// The tasks that wait for more entries.
    waiting: Vec<Waker>,
}

struct Entry<T> {
    number: u64,
    value: T,
    /// Whether nothing is added to it any more.
    is_complete: bool,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self { list: Mutex::new(List { entries: Vec::new(), next: 0, waiting: Vec::new() }) }
    }
}

impl<T> Store<T> {
    /// Adds an entry.
    pub(crate) fn push(&self, value: T) {
        self.complete(self.begin(value));
    }

    /// Adds an entry that is not complete, and returns its number.
    pub(crate) fn begin(&self, value: T) -> u64 {
        let mut list = self.lock();
        let number = list.next;
        list.next += 1;
        list.entries.push(Entry { number, value, is_complete: false });
        number
    }

    /// Changes the entry with this number, unless it was taken.
    pub(crate) fn change(&self, number: u64, change: impl FnOnce(&mut T)) {
        if let Some(entry) = self.lock().entries.iter_mut().find(|entry| entry.number == number) {
            change(&mut entry.value);
        }
    }

    /// Completes the entry with this number, and wakes the tasks that wait.
    pub(crate) fn complete(&self, number: u64) {
        let waiting = {
            let mut list = self.lock();
            if let Some(entry) = list.entries.iter_mut().find(|entry| entry.number == number) {
                entry.is_complete = true;
            }
            core::mem::take(&mut list.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Takes all entries.
    pub(crate) fn take(&self) -> Vec<T> {
        let entries = core::mem::take(&mut self.lock().entries);
        entries.into_iter().map(|entry| entry.value).collect()
    }

    /// Takes the first `count` entries, if so many are complete; otherwise wakes the task when there are more.
    pub(crate) fn take_first(&self, count: usize, task: &Waker) -> Option<Vec<T>> {
        let mut list = self.lock();
        if list.entries.iter().take(count).filter(|entry| entry.is_complete).count() < count {
            list.waiting.push(task.clone());
            return None;
        }
        Some(list.entries.drain(..count).map(|entry| entry.value).collect())
    }

    /// Looks at all entries.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&mut dyn Iterator<Item = &T>) -> R) -> R {
        look(&mut self.lock().entries.iter().map(|entry| &entry.value))
    }

    fn lock(&self) -> MutexGuard<'_, List<T>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
