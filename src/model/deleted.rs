//! What a delete returns.

use std::cmp::Ordering;
use std::{fmt, iter};

use super::{Meta, ModelInternals};

/// How many rows of which models a delete removed.
#[derive(Clone, Default)]
pub struct Deleted {
    /// The first model, which needs no allocation: most deletes remove one row.
    first: Option<(&'static Meta, u64)>,
    others: Vec<(&'static Meta, u64)>,
}

impl Deleted {
    /// The number of rows of all models.
    pub fn total(&self) -> u64 {
        self.by_model().map(|(_, rows)| rows).sum()
    }

    /// The number of rows of one model.
    pub fn of<M: ModelInternals>(&self) -> u64 {
        self.of_model(M::MODEL)
    }

    /// Each model that lost rows, and how many. Cascades of the database are not counted.
    pub fn by_model(&self) -> impl Iterator<Item = (&'static Meta, u64)> {
        self.first.iter().chain(&self.others).copied()
    }

    pub(super) fn of_model(&self, meta: &Meta) -> u64 {
        self.by_model().find(|(known, _)| std::ptr::eq(*known, meta)).map_or(0, |(_, rows)| rows)
    }

    pub(super) fn of_one(meta: &'static Meta, rows: u64) -> Self {
        Self { first: (rows > 0).then_some((meta, rows)), others: Vec::new() }
    }

    pub(super) fn add(&mut self, meta: &'static Meta, rows: u64) {
        if rows == 0 {
            return;
        }
        let Some(first) = &mut self.first else {
            self.first = Some((meta, rows));
            return;
        };
        match iter::once(first).chain(&mut self.others).find(|(known, _)| std::ptr::eq(*known, meta)) {
            Some((_, count)) => *count += rows,
            None => self.others.push((meta, rows)),
        }
    }
}

/// `{"User": 1, "Post": 3}`
impl fmt::Debug for Deleted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.by_model().map(|(meta, rows)| (meta.name, rows))).finish()
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
