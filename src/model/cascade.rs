//! The cascade of a delete: the rows that are deleted with a row.
//!
//! The algorithm is that of Django's `Collector`: collect the rows, refuse if one is protected, call the receivers, and delete
//! children before their parents.

use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};
use std::hash::Hash;
use std::sync::OnceLock;

use super::deleted::Deleted;
use super::load::{self, or_nothing};
use super::meta::{Field, Meta, OnDelete};
use super::operations::DeletedRow;
use super::sql::Lock;
use super::sql::keys::{KEYS, borrowed, padded};
use super::{AnyModel, commit, delete_signals, sql};
use crate::db::{self, Dialect, Exec, Statement, Tx};
use crate::error::{ErrorKind, Result};
use crate::model::names::ModelOfTable;
use crate::value::{Value, ValueRef};

/// Writes a statement for the rows of a model whose field has one of several values, by their number.
type Sql = fn(&Meta, usize, usize, Dialect) -> String;

/// All rows that one delete reaches.
pub(super) struct Cascade<'a> {
    /// The model of the rows that it starts from.
    meta: &'static Meta,
    /// The row that it starts from, if it is a single one.
    only_origin: Option<&'a dyn AnyModel>,
    tx: &'a Tx,
    groups: Vec<Group<'a>>,
    /// Rows that are deleted by their foreign key, without being loaded.
    unloaded: Vec<ReferencingRows>,
    /// Rows that are kept, and whose foreign key is set to another value.
    set: Vec<(ReferencingRows, Value)>,
    refused: Vec<BlockingRow>,
}

/// The loaded rows of one model, which differ.
struct Group<'a> {
    meta: &'static Meta,
    rows: Vec<DeletedRow<'a>>,
    /// They are only needed if rows of the model are reached in more than one way.
    origins: OnceLock<Origins<'a>>,
}

impl<'a> Group<'a> {
    fn new(meta: &'static Meta) -> Self {
        Self { meta, rows: Vec::new(), origins: OnceLock::new() }
    }

    /// Adds the rows that are new, of rows which may be in the group or among each other.
    fn add_new(&mut self, rows: Vec<DeletedRow<'a>>) {
        self.origins();
        let Some(origins) = self.origins.get_mut() else { return };
        self.rows.extend(rows.into_iter().filter(|row| origins.insert(row.key(), row.origin())));
    }

    fn origins(&self) -> &Origins<'a> {
        self.origins.get_or_init(|| {
            let mut origins = Origins::default();
            origins.integers.reserve(self.rows.len());
            for row in &self.rows {
                origins.insert(row.key(), row.origin());
            }
            origins
        })
    }
}

/// The keys of the rows of one model, and the row that each was reached from. Most keys are integers, which are looked up
/// without formatting them.
#[derive(Default)]
struct Origins<'a> {
    integers: HashMap<i64, &'a dyn AnyModel>,
    others: HashMap<String, &'a dyn AnyModel>,
}

impl<'a> Origins<'a> {
    /// Whether the key is new. A known key keeps its origin.
    fn insert(&mut self, key: ValueRef<'_>, origin: &'a dyn AnyModel) -> bool {
        match key {
            ValueRef::Integer(key) => insert_new(&mut self.integers, key, origin),
            key => insert_new(&mut self.others, format!("{key:?}"), origin),
        }
    }

    fn origin(&self, key: ValueRef<'_>) -> Option<&'a dyn AnyModel> {
        match key {
            ValueRef::Integer(key) => self.integers.get(&key).copied(),
            key => self.others.get(&format!("{key:?}")).copied(),
        }
    }
}

fn insert_new<K: Eq + Hash, V>(map: &mut HashMap<K, V>, key: K, value: V) -> bool {
    match map.entry(key) {
        Entry::Vacant(place) => {
            place.insert(value);
            true
        }
        Entry::Occupied(_) => false,
    }
}

/// The rows of a model whose field has one of these values.
struct ReferencingRows {
    meta: &'static Meta,
    field: usize,
    keys: Vec<Value>,
}

impl ReferencingRows {
    fn of(&self) -> (&'static Meta, usize) {
        (self.meta, self.field)
    }
}

/// Whether rows of one model are known to differ.
#[derive(Clone, Copy, PartialEq)]
enum Distinct {
    Yes,
    Unknown,
}

/// A row that may prevent the delete.
struct BlockingRow {
    meta: &'static Meta,
    key: Value,
    on_delete: OnDelete,
}

/// Notes that the database itself may have changed rows that point to deleted ones, and rows that point to those.
pub(super) fn note_database_cascade(meta: &'static Meta, tx: &Tx) {
    if tx.records_nothing() {
        return;
    }
    let (mut reached, mut next) = (vec![meta], 0);
    while let Some(&parent) = reached.get(next) {
        for &(child, field) in parent.pointed_to_by() {
            // Below a `db_cascade`, only the database knows which rows it deletes.
            let by_database = next > 0 || matches!(on_delete(child, field), OnDelete::DoNothing | OnDelete::DbCascade);
            if by_database {
                commit::changed(child, tx);
            }
            if by_database && !reached.iter().any(|known| std::ptr::eq(*known, child)) {
                reached.push(child);
            }
        }
        next += 1;
    }
}

fn on_delete(child: &Meta, field: usize) -> OnDelete {
    child.fields[field].relation.as_ref().map_or(OnDelete::DoNothing, |relation| relation.on_delete)
}

/// Whether rows of this model can be deleted without being loaded.
pub(super) fn can_skip_loading(meta: &'static Meta) -> bool {
    // RESTRICT allows the delete of a row that is deleted as well, so the row must be known.
    let restricts = meta.fields.iter().filter_map(|field| field.relation.as_ref());
    let mut restricts = restricts.filter(|relation| relation.on_delete == OnDelete::Restrict);
    let (receives, notes_rows) = (meta.lifecycle.has_delete_receivers(), meta.lifecycle.notes_saves());
    !meta.delete_reaches_others() && !receives && !notes_rows && restricts.next().is_none()
}

impl<'a> Cascade<'a> {
    /// Collects the rows that point to these, and refuses if one is protected. Each of these rows is the origin of its cascade,
    /// and of itself, even if it is also in the cascade of another one.
    pub(super) async fn collect(meta: &'static Meta, rows: &[&'a dyn AnyModel], tx: &'a Tx) -> Result<Self> {
        let (groups, unloaded, set, refused) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let only_origin = if let [row] = rows { Some(*row) } else { None };
        let mut cascade = Self { meta, only_origin, tx, groups, unloaded, set, refused };
        let keys = cascade.add(meta, rows.iter().copied().map(DeletedRow::Origin).collect(), Distinct::Yes);
        cascade.follow_all(keys).await?;
        cascade.refuse()?;
        Ok(cascade)
    }

    async fn follow_all(&mut self, keys: Vec<Value>) -> Result<()> {
        let mut waiting = VecDeque::from([(self.meta, keys)]);
        while let Some((parent, keys)) = waiting.pop_front() {
            for &(child, field) in parent.pointed_to_by() {
                let reached = self.follow((child, field), parent, &keys).await?;
                if !reached.is_empty() {
                    waiting.push_back((child, reached));
                }
            }
        }
        Ok(())
    }

    /// Collects the rows of a model that point to these keys of the parent, and returns the keys of those whose own cascade is
    /// to be collected.
    async fn follow(
        &mut self,
        (child, field): (&'static Meta, usize),
        parent: &'static Meta,
        keys: &[Value],
    ) -> Result<Vec<Value>> {
        let pointing = || ReferencingRows { meta: child, field, keys: keys.to_vec() };
        match on_delete(child, field) {
            OnDelete::DoNothing | OnDelete::DbCascade => {}
            OnDelete::SetNull => self.set.push((pointing(), Value::Null)),
            OnDelete::SetDefault => {
                let default = (child.operations.default_of)(field).unwrap_or(Value::Null);
                let Field { name, nullable, .. } = child.fields[field];
                if default == Value::Null && !nullable && !self.keys_of(child, field, keys).await?.is_empty() {
                    return Err(child.unset_id(name));
                }
                self.set.push((pointing(), default));
            }
            OnDelete::Cascade if can_skip_loading(child) => self.unloaded.push(pointing()),
            OnDelete::Cascade => {
                let mut rows = Vec::new();
                for keys in keys.chunks(KEYS) {
                    let params = padded(borrowed(keys));
                    let sql = sql::select_where(child, field, params.len(), Lock::ForDelete, self.tx.db().dialect());
                    let fetched = load::read_any(Exec::within(self.tx), child, &sql, &params).await;
                    let fetched = or_nothing(fetched, &params)?;
                    // With a collation, a foreign key may equal the key for the database, and differ here.
                    let one_of_them = || keys.first().and_then(|key| self.origin(parent, key.into()));
                    let known = |row: &dyn AnyModel| self.origin(parent, row.column_value(field)).or_else(one_of_them);
                    rows.extend(fetched.into_iter().filter_map(|row| {
                        let origin = self.only_origin.or_else(|| known(&*row))?;
                        Some(DeletedRow::Loaded(row, origin))
                    }));
                }
                // With a collation, a foreign key may equal keys in several chunks.
                let distinct = if keys.len() <= KEYS { Distinct::Yes } else { Distinct::Unknown };
                return Ok(self.add(child, rows, distinct));
            }
            on_delete @ (OnDelete::Protect | OnDelete::Restrict) => {
                let refused = self.keys_of(child, field, keys).await?;
                self.refused.extend(refused.into_iter().map(|key| BlockingRow { meta: child, key, on_delete }));
            }
        }
        Ok(Vec::new())
    }

    /// The keys of the rows of a model that point to these.
    async fn keys_of(&self, child: &'static Meta, field: usize, keys: &[Value]) -> Result<Vec<Value>> {
        let mut found = Vec::new();
        for keys in keys.chunks(KEYS) {
            let keys = padded(borrowed(keys));
            let sql = sql::select_keys(child, field, keys.len(), self.tx.db().dialect());
            let each = &mut |row: &db::Row<'_>| {
                found.push((child.operations.key_of)(row)?);
                Ok(())
            };
            let statement = Statement::query(&sql, &keys, each).names(child);
            or_nothing(Exec::within(self.tx).run(statement).await, &keys)?;
        }
        Ok(found)
    }

    /// Adds rows, and returns the keys of the new ones, if rows of other models may point to them.
    fn add(&mut self, meta: &'static Meta, rows: Vec<DeletedRow<'a>>, distinct: Distinct) -> Vec<Value> {
        let index = self.groups.iter().position(|group| std::ptr::eq(group.meta, meta)).unwrap_or_else(|| {
            self.groups.push(Group::new(meta));
            self.groups.len() - 1
        });
        let group = &mut self.groups[index];
        let known = group.rows.len();
        if known == 0 && distinct == Distinct::Yes {
            group.rows = rows;
        } else {
            group.add_new(rows);
        }
        if meta.pointed_to_by().is_empty() {
            return Vec::new();
        }
        group.rows[known..].iter().map(|row| row.key().into()).collect()
    }

    /// The row that the delete of this row started from, if it is deleted.
    fn origin(&self, meta: &'static Meta, key: ValueRef<'_>) -> Option<&'a dyn AnyModel> {
        self.groups.iter().find(|group| std::ptr::eq(group.meta, meta))?.origins().origin(key)
    }

    /// PROTECT always refuses; RESTRICT allows rows that are deleted as well.
    fn refuse(&mut self) -> Result<()> {
        let forgiven = |refused: &BlockingRow| {
            refused.on_delete == OnDelete::Restrict && self.origin(refused.meta, ValueRef::from(&refused.key)).is_some()
        };
        let mut rows: Vec<String> = Vec::new();
        for refused in self.refused.iter().filter(|refused| !forgiven(refused)) {
            let row = format!("`{}` {}", refused.meta.name, refused.key);
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        Err(ErrorKind::Protected { model: self.meta.name.to_owned(), rows }.into())
    }

    /// Calls the receivers and deletes the rows, children before their parents.
    pub(super) async fn delete(mut self) -> Result<Deleted> {
        self.sort();
        let (tx, handle) = (self.tx, &mut self.tx.handle());
        for group in self.groups.iter().filter(|group| group.meta.lifecycle.has_delete_receivers()) {
            delete_signals::pre_delete(group.meta, &group.rows, handle, tx).await?;
        }

        tx.note_delete();
        let mut deleted = Deleted::default();
        for unloaded in &self.unloaded {
            let count = self.execute_for(unloaded.of(), &borrowed(&unloaded.keys), sql::delete_where, None).await?;
            deleted.add(unloaded.meta, count);
            note_database_cascade(unloaded.meta, tx);
        }
        for (pointing, value) in &self.set {
            if self.execute_for(pointing.of(), &borrowed(&pointing.keys), sql::set_where, Some(value)).await? > 0 {
                commit::changed(pointing.meta, tx);
            }
        }
        let mut counts = vec![None; self.groups.len()];
        for (index, group) in self.groups.iter().enumerate() {
            if counts[index].is_none() {
                self.delete_group_after_referencing(index, &mut counts).await?;
            }
            let count = counts[index].unwrap_or(0);
            deleted.add(group.meta, count);
            note_database_cascade(group.meta, tx);
            if group.meta.lifecycle.has_delete_receivers() || group.meta.lifecycle.notes_rows() {
                let origin = self.origin_in(group, count);
                delete_signals::post_delete(group.meta, (&group.rows, origin), handle, tx).await?;
            }
        }
        Ok(deleted)
    }

    /// Whether the row that the delete started from existed, if it is in this group, of which so many rows were deleted. The others
    /// were found in the database.
    fn origin_in(&self, group: &Group<'_>, deleted: u64) -> commit::Origin {
        let missing = (group.rows.len() as u64).saturating_sub(deleted);
        if missing == 0 || self.only_origin.is_none() {
            return commit::Origin::Existed;
        }
        // Receivers of `pre_delete` may have deleted some.
        let known = group.rows.iter().filter(|row| commit::is_deleted(row.get(), self.tx)).count() as u64;
        if missing > known { commit::Origin::Missing } else { commit::Origin::Existed }
    }

    /// Deletes the rows of a group, after the remaining rows of the groups that point to it. No statement leaves a dangling
    /// foreign key, so no constraint needs to be deferred: neither database says how the transaction had them before, and they
    /// would have to be reset.
    async fn delete_group_after_referencing(&self, group: usize, counts: &mut [Option<u64>]) -> Result<()> {
        let is_left: Vec<usize> = (0..self.groups.len()).filter(|&index| counts[index].is_none()).collect();
        let mut left = self.groups_reaching(group, &is_left);
        // The smallest set that no other group points to: one group, or those of a cycle.
        while let Some(next) = left.iter().map(|&index| self.groups_reaching(index, &left)).min_by_key(Vec::len) {
            for (&index, count) in next.iter().zip(self.delete_groups(&next).await?) {
                counts[index] = Some(count);
            }
            left.retain(|index| !next.contains(index));
        }
        Ok(())
    }

    /// The group, and those of these groups that point to it, directly or through others.
    fn groups_reaching(&self, group: usize, among: &[usize]) -> Vec<usize> {
        let mut reached = vec![group];
        let mut next = 0;
        while let Some(&parent) = reached.get(next) {
            let points = |&child: &usize| points(self.groups[child].meta, self.groups[parent].meta, Nullable::Too);
            let children: Vec<usize> =
                among.iter().copied().filter(|child| !reached.contains(child)).filter(points).collect();
            reached.extend(children);
            next += 1;
        }
        reached
    }

    /// Deletes the rows of these groups, and returns how many of each there were.
    async fn delete_groups(&self, groups: &[usize]) -> Result<Vec<u64>> {
        if let [group] = *groups {
            let Group { meta, ref rows, .. } = self.groups[group];
            if rows.len() <= KEYS || !points(meta, meta, Nullable::Too) {
                let keys: Vec<ValueRef<'_>> = rows.iter().map(DeletedRow::key).collect();
                return Ok(vec![self.execute_for((meta, meta.key), &keys, sql::delete_where, None).await?]);
            }
        }
        let keys = |group: &Group<'_>| group.rows.iter().map(|row| row.key().into()).collect();
        let parts: Vec<(&Meta, Vec<Value>)> =
            groups.iter().map(|&group| (self.groups[group].meta, keys(&self.groups[group]))).collect();
        sql::delete_together(&parts, self.tx).await
    }

    /// Executes a statement for the rows of a model whose field has one of these values, in chunks, with a last parameter if there is
    /// one.
    async fn execute_for(
        &self,
        (meta, field): (&'static Meta, usize),
        keys: &[ValueRef<'_>],
        sql: Sql,
        last: Option<&Value>,
    ) -> Result<u64> {
        let mut count = 0;
        for keys in keys.chunks(KEYS) {
            let mut params = padded(keys.to_vec());
            let sql = sql(meta, field, params.len(), self.tx.db().dialect());
            params.extend(last.map(ValueRef::from));
            let statement = Statement::new(&sql, &params).names(&ModelOfTable);
            count += or_nothing(Exec::within(self.tx).run(statement).await, &keys)?;
        }
        Ok(count)
    }

    /// Sorts the groups so that children precede the parents that they cannot be without, and rows by their key. Models in a
    /// cycle, and models that are only connected by a nullable foreign key, keep their order.
    fn sort(&mut self) {
        for group in &mut self.groups {
            group.rows.sort_by(|a, b| compare(a.key(), b.key()));
        }
        let mut waiting = std::mem::take(&mut self.groups);
        while !waiting.is_empty() {
            let free = waiting.iter().position(|parent| !waiting.iter().any(|child| needs(child.meta, parent.meta)));
            self.groups.push(waiting.remove(free.unwrap_or(0)));
        }
    }
}

/// Whether nullable foreign keys count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nullable {
    Not,
    Too,
}

/// Whether rows of `child` point to rows of `parent`.
fn points(child: &Meta, parent: &Meta, nullable: Nullable) -> bool {
    let fields = child.fields.iter().filter(|field| nullable == Nullable::Too || !field.nullable);
    fields.filter_map(|field| field.relation.as_ref()).any(|relation| std::ptr::eq(relation.target(), parent))
}

/// Whether a row of `child` cannot exist without its row of `parent`.
fn needs(child: &Meta, parent: &Meta) -> bool {
    !std::ptr::eq(child, parent) && points(child, parent, Nullable::Not)
}

/// Compares two keys of the same model, which have the same type.
fn compare(a: ValueRef<'_>, b: ValueRef<'_>) -> std::cmp::Ordering {
    match (a.exposed(), b.exposed()) {
        (ValueRef::Text(a), ValueRef::Text(b)) => a.cmp(b),
        (ValueRef::Blob(a), ValueRef::Blob(b)) => a.cmp(b),
        (ValueRef::Integer(a), ValueRef::Integer(b))
        | (ValueRef::Timestamp(a), ValueRef::Timestamp(b))
        | (ValueRef::DateTime(a), ValueRef::DateTime(b))
        | (ValueRef::Time(a), ValueRef::Time(b)) => a.cmp(&b),
        (ValueRef::Date(a), ValueRef::Date(b)) => a.cmp(&b),
        (ValueRef::Uuid(a), ValueRef::Uuid(b)) => a.cmp(&b),
        _ => std::cmp::Ordering::Equal,
    }
}
