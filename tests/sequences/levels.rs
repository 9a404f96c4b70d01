//! What a transaction or a savepoint of the model in memory remembers until its end.

use std::collections::BTreeMap;

use crate::rows::{Kind, Link, Row, Rows, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Commit,
    Rollback,
}

/// A transaction, or a savepoint in it.
#[derive(Debug)]
pub(crate) struct Level {
    /// The rows when it began.
    pub(crate) before: Rows,
    pub(crate) is_broken: bool,
    queue: Vec<Queued>,
    rows: BTreeMap<(Kind, Value), Remembered>,
    relations: BTreeMap<Link, Relation>,
}

/// A relation that was changed.
#[derive(Debug, Default)]
struct Relation {
    /// The rows that it was changed from, with their sides, in the order of their first changes.
    rows: Vec<(usize, Row)>,
    /// Whether each pair was related before, and the index of the row that it was changed from last.
    pairs: BTreeMap<(i64, i64), (bool, usize)>,
}

/// A row that something was done to.
#[derive(Debug, Default)]
struct Remembered {
    /// Whether it was deleted, before it was saved: what was done to it before that does not count.
    is_deleted: bool,
    saved: Option<Saved>,
    /// The row that existed before the transaction, if it was deleted with signals that are sent at the end.
    removed: Option<Row>,
    /// Whether it is not the row that existed before the transaction: it was inserted or deleted.
    is_replaced: bool,
    /// Whether it was deleted last, and not saved.
    is_gone: bool,
    queued: [bool; 2],
}

/// What is left of it.
#[derive(Debug, Clone)]
struct Saved {
    /// As it was written last.
    row: Row,
    created: bool,
    previous: Option<Row>,
}

#[derive(Debug)]
enum Queued {
    Hook(End, i64),
    Row(End, Kind, Value),
    Relation(Link),
    /// A row of a savepoint that was rolled back.
    Due(AtEnd),
}

/// What happens at the end.
#[derive(Debug, Clone)]
pub(crate) enum AtEnd {
    /// A hook runs, which has a number.
    Hook(i64),
    /// A signal is sent.
    Signal { end: End, row: Row, created: bool, previous: Option<Row> },
    /// The signal of a relation is sent.
    Related { link: Link, from: usize, row: Row, added: Vec<i64>, removed: Vec<i64> },
    /// The signal of a delete is sent.
    Deleted { end: End, row: Row },
}

impl Level {
    pub(crate) fn new(before: Rows) -> Self {
        Self { before, is_broken: false, queue: Vec::new(), rows: BTreeMap::new(), relations: BTreeMap::new() }
    }

    /// Remembers a row that was written, as it is in the database now.
    pub(crate) fn saved(&mut self, row: &Row, created: bool, previous: Option<Row>) {
        let key = (row.kind, row.key().clone());
        let remembered = self.rows.entry(key).or_default();
        let saved = Saved { row: row.clone(), created, previous };
        remembered.saved = Some(after(remembered.saved.take(), saved));
        remembered.is_replaced |= created;
        remembered.is_gone = false;
    }

    /// Remembers a row that was inserted without signals.
    pub(crate) fn inserted(&mut self, kind: Kind, key: &Value) {
        let row = self.rows.entry((kind, key.clone())).or_default();
        (row.is_replaced, row.is_gone) = (true, false);
    }

    /// Whether a row is not the one that existed before the transaction.
    pub(crate) fn is_replaced(&self, kind: Kind, key: &Value) -> bool {
        self.rows.get(&(kind, key.clone())).is_some_and(|row| row.is_replaced)
    }

    /// Remembers a row that is deleted, before its receivers are called; `removed` if it existed before the transaction.
    pub(crate) fn deleting(&mut self, (kind, key): (Kind, &Value), removed: Option<&Row>) {
        let row = self.rows.entry((kind, key.clone())).or_default();
        (row.is_replaced, row.is_gone) = (true, true);
        if removed.is_some() {
            row.removed = removed.cloned();
            self.queue(End::Rollback, kind, key);
        }
    }

    /// Forgets what was done to a row that is deleted.
    pub(crate) fn deleted(&mut self, kind: Kind, key: &Value) {
        let row = self.rows.entry((kind, key.clone())).or_default();
        (row.is_deleted, row.saved, row.is_replaced, row.is_gone) = (true, None, true, true);
        if row.removed.is_some() {
            self.queue(End::Commit, kind, key);
        }
    }

    /// Queues the signal of a row for this end. The first of its places counts.
    pub(crate) fn queue(&mut self, end: End, kind: Kind, key: &Value) {
        if let Some(row) = self.rows.get_mut(&(kind, key.clone()))
            && !std::mem::replace(&mut row.queued[end as usize], true)
        {
            self.queue.push(Queued::Row(end, kind, key.clone()));
        }
    }

    /// Remembers pairs that were related from a side of a row, or not any more.
    pub(crate) fn related(
        &mut self,
        link: Link,
        (from, row): (usize, &Row),
        pairs: Vec<(i64, i64)>,
        was_related: bool,
    ) {
        if pairs.is_empty() {
            return;
        }
        self.queue.push(Queued::Relation(link));
        let relation = self.relations.entry(link).or_default();
        let index = relation.index(from, row.clone());
        for pair in pairs {
            relation.pairs.entry(link.once(pair)).or_insert((was_related, index)).1 = index;
        }
    }

    pub(crate) fn hook(&mut self, end: End, number: i64) {
        self.queue.push(Queued::Hook(end, number));
    }

    /// What happens after this end, where these are the rows just before it.
    pub(crate) fn at_end(mut self, end: End, rows: &Rows) -> Vec<AtEnd> {
        let mut sent = Vec::new();
        for queued in self.queue {
            match queued {
                Queued::Due(due) => sent.push(due),
                Queued::Row(when, kind, key) if when == end => {
                    let Some(remembered) = self.rows.remove(&(kind, key.clone())) else { continue };
                    let stored = rows.get(kind, &key);
                    if let Some(Saved { row, created, previous }) = remembered.saved {
                        let row = match end {
                            // What the library itself wrote after the save counts as well.
                            End::Commit => stored.cloned(),
                            End::Rollback => Some(row),
                        };
                        sent.extend(row.map(|row| AtEnd::Signal { end, row, created, previous }));
                    }
                    let is_gone = match end {
                        End::Commit => stored.is_none(),
                        End::Rollback => remembered.is_gone,
                    };
                    sent.extend(remembered.removed.filter(|_| is_gone).map(|row| AtEnd::Deleted { end, row }));
                }
                Queued::Relation(link) if end == End::Commit => {
                    if let Some(relation) = self.relations.remove(&link) {
                        sent.extend(relation.differences(link, rows));
                    }
                }
                Queued::Hook(when, number) if when == end => sent.push(AtEnd::Hook(number)),
                Queued::Row(..) | Queued::Relation(_) | Queued::Hook(..) => {}
            }
        }
        sent
    }

    /// Takes over what a savepoint remembers that is released.
    pub(crate) fn release(&mut self, savepoint: Self) {
        self.queue.extend(savepoint.queue);
        self.release_relations(savepoint.relations);
        for (key, later) in savepoint.rows {
            let row = self.rows.entry(key).or_default();
            if later.is_deleted {
                (row.is_deleted, row.saved) = (true, later.saved);
            } else if let Some(saved) = later.saved {
                row.saved = Some(after(row.saved.take(), saved));
            }
            row.removed = row.removed.take().or(later.removed);
            row.is_replaced |= later.is_replaced;
            row.is_gone = later.is_gone;
            row.queued = [row.queued[0] || later.queued[0], row.queued[1] || later.queued[1]];
        }
    }

    fn release_relations(&mut self, relations: BTreeMap<Link, Relation>) {
        for (link, later) in relations {
            let relation = self.relations.entry(link).or_default();
            let indexes: Vec<usize> = later.rows.into_iter().map(|(from, row)| relation.index(from, row)).collect();
            for (pair, (was_related, index)) in later.pairs {
                relation.pairs.entry(pair).or_insert((was_related, indexes[index])).1 = indexes[index];
            }
        }
    }

    /// Keeps what is sent at the end of the transaction because a savepoint was rolled back.
    pub(crate) fn undone(&mut self, due: Vec<AtEnd>) {
        self.queue.extend(due.into_iter().map(Queued::Due));
    }
}

impl Relation {
    /// The index of a row, which is kept as it was passed last.
    fn index(&mut self, from: usize, row: Row) -> usize {
        let known = self.rows.iter().position(|(side, known)| *side == from && known.key() == row.key());
        if let Some(index) = known {
            self.rows[index].1 = row;
            return index;
        }
        self.rows.push((from, row));
        self.rows.len() - 1
    }

    /// What is sent for each row, in the order of their first changes.
    fn differences(self, link: Link, rows: &Rows) -> Vec<AtEnd> {
        let Self { rows: changed, pairs } = self;
        let related: Vec<(i64, i64)> = rows.pairs(link).map(|pair| link.once(pair)).collect();
        let mut sent = Vec::new();
        for (index, (from, row)) in changed.into_iter().enumerate() {
            let Value::Integer(id) = *row.key() else { continue };
            let other = |(first, second): (i64, i64)| {
                let is_first = if link.is_symmetrical() { first == id } else { from == 0 };
                if is_first { second } else { first }
            };
            let ids = |was: bool| -> Vec<i64> {
                let is_it = |(pair, changed): &(&(i64, i64), &(bool, usize))| {
                    **changed == (was, index) && related.contains(pair) != was
                };
                let mut ids: Vec<i64> = pairs.iter().filter(is_it).map(|(pair, _)| other(*pair)).collect();
                ids.sort_unstable();
                ids
            };
            let (added, removed) = (ids(false), ids(true));
            if !added.is_empty() || !removed.is_empty() {
                sent.push(AtEnd::Related { link, from, row, added, removed });
            }
        }
        sent
    }
}

/// Two writes of one row as one.
fn after(first: Option<Saved>, last: Saved) -> Saved {
    match first {
        None => last,
        Some(first) => Saved { row: last.row, created: first.created || last.created, previous: first.previous },
    }
}
