//! What is measured.

use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Insert,
    Update,
    Delete,
    /// 1,000 rows, whose ids are known afterwards.
    CreateMany,
    /// A pair of a many-to-many relation is added and removed.
    AddAndRemove,
    /// A row and the 1,000 rows that reference it.
    Cascade,
    Read(Read),
}

/// What is read into structs, of the rows of [`place::rows`](crate::place::rows).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// The first of the rows that two conditions find, in order.
    List,
    /// The first children of a parent, each with the parent.
    Join,
    /// The number of the children of a parent.
    Count,
}

pub(crate) const MANY: usize = 1000;
/// How many rows are read, as in the SQL by hand.
pub(crate) const FEW: u8 = 20;
/// The least age, in a condition.
pub(crate) const AGE: i64 = 50;
/// The parent, in a condition.
pub(crate) const PARENT: i64 = 3;
/// How many children it has.
pub(crate) const CHILDREN: i64 = 100;

/// An operation under some circumstances.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    pub(crate) operation: Operation,
    /// In a transaction that is open already.
    pub(crate) is_inside: bool,
    /// Two receivers, or hooks that do the same.
    pub(crate) has_receivers: bool,
}

impl Work {
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for operation in [
            Operation::Insert,
            Operation::Update,
            Operation::Delete,
            Operation::CreateMany,
            Operation::AddAndRemove,
            Operation::Cascade,
            Operation::Read(Read::List),
            Operation::Read(Read::Join),
            Operation::Read(Read::Count),
        ] {
            for is_inside in [false, true] {
                for has_receivers in [false, true] {
                    all.push(Self { operation, is_inside, has_receivers });
                }
            }
        }
        // Neither the creation of many rows nor a query sends signals, as in Django. For the others here a transaction makes no difference that counts.
        all.retain(|work| match work.operation {
            Operation::CreateMany | Operation::Read(_) => !work.has_receivers && !work.is_inside,
            Operation::AddAndRemove | Operation::Cascade => !work.is_inside,
            _ => true,
        });
        all
    }

    pub(crate) fn name(self) -> String {
        let operation = match self.operation {
            Operation::Insert => "insert",
            Operation::Update => "update",
            Operation::Delete => "delete",
            Operation::CreateMany => "create 1,000",
            Operation::AddAndRemove => "add, remove a pair",
            Operation::Cascade => "cascade of 1 + 1,000",
            Operation::Read(Read::List) => "read 20 rows of 1,000",
            Operation::Read(Read::Join) => "read 20 rows of a join",
            Operation::Read(Read::Count) => "read a count",
        };
        let inside = if self.is_inside { ", in a transaction" } else { "" };
        let receivers = if self.has_receivers { ", 2 receivers" } else { "" };
        format!("{operation}{receivers}{inside}")
    }

    /// Whether the operation itself begins a transaction and commits it: with receivers, and for several statements.
    pub(crate) fn begins(self) -> bool {
        let is_several = matches!(self.operation, Operation::CreateMany | Operation::Cascade);
        !self.is_inside && (self.has_receivers || is_several)
    }
}

/// Rows that each library has under its own name for it.
pub(crate) const NAME: &str = "ann";
pub(crate) const EMAIL: &str = "ann@example.org";

/// How long the repetitions take that the body is.
#[macro_export]
macro_rules! timed {
    ($times:expr, $body:expr) => {{
        let start = std::time::Instant::now();
        for _ in 0..$times {
            $body
        }
        start.elapsed()
    }};
}

/// Adds up parts of a turn, so that their preparation is not measured.
#[derive(Default)]
pub(crate) struct Watch {
    pub(crate) elapsed: Duration,
    start: Option<Instant>,
}

impl Watch {
    pub(crate) fn start(&mut self) {
        self.start = Some(Instant::now());
    }

    pub(crate) fn stop(&mut self) {
        self.elapsed += self.start.take().map_or(Duration::ZERO, |start| start.elapsed());
    }
}
