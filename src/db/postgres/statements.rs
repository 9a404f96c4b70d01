//! The statements that a connection has prepared.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_postgres::Statement;

/// Statements by their SQL. When there are too many, the least recently used one is dropped.
pub(super) struct Statements {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    known: HashMap<Box<str>, Known>,
    /// Counts uses.
    clock: u64,
}

struct Known {
    statement: Statement,
    used: u64,
}

impl Statements {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, state: Mutex::default() }
    }

    /// Whether statements must not be prepared.
    pub(super) fn are_forbidden(&self) -> bool {
        self.capacity == 0
    }

    pub(super) fn get(&self, sql: &str) -> Option<Statement> {
        let mut state = self.lock();
        state.clock += 1;
        let now = state.clock;
        let known = state.known.get_mut(sql)?;
        known.used = now;
        Some(known.statement.clone())
    }

    pub(super) fn insert(&self, sql: &str, statement: Statement) {
        let mut state = self.lock();
        if state.known.len() >= self.capacity {
            let oldest = state.known.iter().min_by_key(|(_, known)| known.used).map(|(sql, _)| sql.clone());
            if let Some(oldest) = oldest {
                // The server deallocates it when the last copy of the statement is dropped.
                state.known.remove(&oldest);
            }
        }
        let used = state.clock;
        state.known.insert(sql.into(), Known { statement, used });
    }

    pub(super) fn clear(&self) {
        self.lock().known.clear();
    }

    pub(super) fn forget(&self, sql: &str) {
        self.lock().known.remove(sql);
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().known.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
