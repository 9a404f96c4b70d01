//! What a delete returns.

use std::cmp::Ordering;
use std::fmt;

use super::{Meta, ModelInternals};

/// How many rows of which models a delete removed.
#[derive(Debug, Clone, Default)]
pub struct Deleted {
    counts: Vec<(&'static Meta, u64)>,
}

impl Deleted {
    /// The number of rows of all models.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|(_, rows)| rows).sum()
    }

    /// The number of rows of one model.
    pub fn of<M: ModelInternals>(&self) -> u64 {
        self.counts.iter().filter(|(meta, _)| std::ptr::eq(*meta, M::MODEL)).map(|(_, rows)| rows).sum()
    }

    /// Each model that lost rows, and how many. Cascades of the database are not counted.
    pub fn by_model(&self) -> impl Iterator<Item = (&'static Meta, u64)> {
        self.counts.iter().copied()
    }

    pub(super) fn of_one(meta: &'static Meta, rows: u64) -> Self {
        let mut deleted = Self::default();
        deleted.add(meta, rows);
        deleted
    }

    pub(super) fn add(&mut self, meta: &'static Meta, rows: u64) {
        if rows == 0 {
            return;
        }
        match self.counts.iter_mut().find(|(known, _)| std::ptr::eq(*known, meta)) {
            Some((_, count)) => *count += rows,
            None => self.counts.push((meta, rows)),
        }
    }
}

/// The number of rows of all models.
impl From<Deleted> for u64 {
    fn from(deleted: Deleted) -> Self {
        deleted.total()
    }
}

/// The number of rows of all models.
impl fmt::Display for Deleted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.total().fmt(f)
    }
}

/// Compares the number of rows of all models.
impl PartialEq<u64> for Deleted {
    fn eq(&self, rows: &u64) -> bool {
        self.total() == *rows
    }
}

/// Compares the number of rows of all models.
impl PartialOrd<u64> for Deleted {
    fn partial_cmp(&self, rows: &u64) -> Option<Ordering> {
        self.total().partial_cmp(rows)
    }
}
