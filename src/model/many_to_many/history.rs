//! What a transaction, or a savepoint of it, did to a relation: the pairs of ids that it added and removed.

use std::any::Any;
use std::collections::hash_map::{Entry, HashMap};
use std::collections::{BTreeMap, HashSet};
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use signals_core::__private::asynchronous::send_reporting;
use signals_core::BoxFuture;

use super::M2mCommit;
use super::read::related_among;
use super::relation::{Both, Relation, Subject};
use crate::db::{ChangedModel, Db, Exec, Hook, RowChanges, RowKey, TransactionEnd, Tx};
use crate::error::Result;
use crate::model::AnyModel;
use crate::value::{Value, ValueRef};

/// The changes of a relation, from both of its sides.
struct RelationHistory {
    /// The rows that it was changed from, in the order of their first changes.
    rows: Vec<ChangedRow>,
    /// Their places in the list: whether it is the side without the field, and the id.
    places: HashMap<(bool, i64), usize>,
    pairs: HashMap<Pair, ChangedPair>,
}

/// The ids of the two sides, that with the field first. If the relation is symmetrical, the smaller one is first.
type Pair = (i64, i64);

/// A row that a relation was changed from.
struct ChangedRow {
    relation: Relation,
    id: i64,
    /// The row that the last change was called with.
    instance: Box<dyn AnyModel>,
    /// Whether all of the changes were raw.
    raw: bool,
    /// Where it was changed first.
    place: &'static Location<'static>,
    /// The database in the context of the last change, if it is not that of the transaction.
    db: Option<Arc<Db>>,
}

#[derive(Clone, Copy)]
struct ChangedPair {
    was_related: bool,
    is_related: bool,
    /// The place of the row that it was changed from last.
    row: usize,
}

/// What was done to pairs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Added,
    Removed,
}

/// Notes that the row was related to these, or is not any more. Each pair is the id of the near and of the far side. Pairs whose relation
/// was not changed may not be among them.
pub(super) fn note(
    (subject, id): (&Subject<'_>, i64),
    done: Done,
    pairs: impl IntoIterator<Item = Pair>,
    (tx, place): (&Tx, &'static Location<'static>),
) {
    let Subject { relation, row, raw, .. } = *subject;
    let pair = ChangedPair { was_related: done == Done::Removed, is_related: done == Done::Added, row: 0 };
    let pairs: HashMap<_, _> = pairs.into_iter().map(|(near, far)| (relation.pair(near, far), pair)).collect();
    if pairs.is_empty() {
        return;
    }
    let row = ChangedRow { relation, id, instance: row.boxed_columns(), raw, place, db: tx.own_db() };
    let history = RelationHistory { places: HashMap::from([(row.place(), 0)]), rows: vec![row], pairs };
    let key = relation.both.key();
    tx.record(key.clone(), Box::new(history));
    tx.queue_row(TransactionEnd::Commit, key);
}

impl Both {
    /// All changes of a relation are noted together.
    fn key(&'static self) -> RowKey {
        RowKey::new(self, ValueRef::Integer(0))
    }
}

impl ChangedModel for Both {
    /// A delete has removed pairs, or may have: reads which of the noted ones there are.
    fn read_again<'a>(&'static self, tx: &'a Tx, _keys: Vec<Value>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let key = self.key();
            let Some(Some((relation, far_of))) = tx.correct(&key, |history: &mut RelationHistory| history.by_near())
            else {
                return Ok(());
            };
            let mut related = HashSet::new();
            for (near, far) in far_of {
                let found = related_among(&relation, near, &far, Exec::within(tx)).await?;
                related.extend(found.into_iter().map(|far| relation.pair(near, far)));
            }
            tx.correct(&key, |history: &mut RelationHistory| history.correct(&related));
            Ok(())
        })
    }
}

impl Relation {
    fn pair(&self, near: i64, far: i64) -> Pair {
        match (self.is_symmetrical(), self.is_reverse) {
            (true, _) => (near.min(far), near.max(far)),
            (false, false) => (near, far),
            (false, true) => (far, near),
        }
    }

    /// The other end of a pair of the row with this id.
    fn other(&self, id: i64, (first, second): Pair) -> i64 {
        match (self.is_symmetrical(), self.is_reverse) {
            (true, _) if first != id => first,
            (false, true) => first,
            _ => second,
        }
    }
}

impl ChangedRow {
    fn place(&self) -> (bool, i64) {
        (self.relation.is_reverse, self.id)
    }

    /// Sends what changed, unless nothing did.
    async fn send(&self, added: Vec<i64>, removed: Vec<i64>, db: &Db) {
        let Self { relation, instance, raw, .. } = self;
        let (added, removed) = ((relation.typed)(&added), (relation.typed)(&removed));
        let event = M2mCommit::<dyn AnyModel> {
            reverse: relation.is_reverse,
            instance: &**instance,
            added: &*added,
            removed: &*removed,
            db,
            context: db.context(),
            model: relation.far_model,
            through: relation.through,
            raw: *raw,
            sender: PhantomData,
        };
        send_reporting(&relation.both.committed, event, |error| db.report(error.into())).await;
    }
}

impl RelationHistory {
    /// The pairs from one of the sides: its ids, and those of the other side that each was paired with.
    fn by_near(&self) -> Option<(Relation, BTreeMap<i64, Vec<i64>>)> {
        let relation = self.rows.first()?.relation;
        let mut far_of: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for &(first, second) in self.pairs.keys() {
            let is_reverse = relation.is_reverse && !relation.is_symmetrical();
            let (near, far) = if is_reverse { (second, first) } else { (first, second) };
            far_of.entry(near).or_default().push(far);
        }
        Some((relation, far_of))
    }

    fn correct(&mut self, related: &HashSet<Pair>) {
        for (pair, changed) in &mut self.pairs {
            changed.is_related = related.contains(pair);
        }
    }

    /// The rows, and what was added to each and removed from it, without those for which nothing has changed.
    fn differences(self) -> Vec<(ChangedRow, Vec<i64>, Vec<i64>)> {
        let mut rows: Vec<_> = self.rows.into_iter().map(|row| (row, Vec::new(), Vec::new())).collect();
        for (pair, ChangedPair { was_related, is_related, row }) in self.pairs {
            let (row, added, removed) = &mut rows[row];
            match (was_related, is_related) {
                (false, true) => added.push(row.relation.other(row.id, pair)),
                (true, false) => removed.push(row.relation.other(row.id, pair)),
                _ => {}
            }
        }
        rows.retain(|(_, added, removed)| !added.is_empty() || !removed.is_empty());
        for (_, added, removed) in &mut rows {
            added.sort_unstable();
            removed.sort_unstable();
        }
        rows
    }

    /// Adds a row, and returns its place. The instance is that of the last change.
    fn add_row(&mut self, row: ChangedRow) -> usize {
        match self.places.entry(row.place()) {
            Entry::Occupied(place) => {
                let index = *place.get();
                let known = &mut self.rows[index];
                known.raw &= row.raw;
                (known.instance, known.db) = (row.instance, row.db);
                index
            }
            Entry::Vacant(place) => {
                self.rows.push(row);
                *place.insert(self.rows.len() - 1)
            }
        }
    }
}

impl RowChanges for RelationHistory {
    fn key(&self) -> Option<Value> {
        Some(Value::Integer(0))
    }

    fn depends_on_deletes(&self) -> bool {
        true
    }

    fn absorb(&mut self, later: Box<dyn RowChanges>) {
        let later: Box<dyn Any> = later;
        let Ok(later) = later.downcast::<Self>() else { return };
        let places: Vec<usize> = later.rows.into_iter().map(|row| self.add_row(row)).collect();
        for (pair, last) in later.pairs {
            let row = places[last.row];
            let changed = self.pairs.entry(pair).or_insert(last);
            (changed.is_related, changed.row) = (last.is_related, row);
        }
    }

    fn hook(self: Box<Self>, end: TransactionEnd) -> Option<Hook> {
        let changes = self.differences();
        let place = changes.first()?.0.place;
        Some(Hook::new(end, place, None, async move |db| {
            for (row, added, removed) in changes {
                let db = row.db.as_deref().unwrap_or(&db);
                row.send(added, removed, db).await;
            }
            Ok(())
        }))
    }
}
