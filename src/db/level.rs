//! What a transaction, or a savepoint in it, remembers until it ends.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use signals_core::__private::discard;
use signals_core::BoxFuture;

use super::Tx;
use super::hooks::Hook;
use crate::error::{Error, ErrorKind, Result};
use crate::transaction_end::TransactionEnd;
use crate::value::Value;

/// The changes of a row, as the models store them.
pub(crate) trait Remembered: Any + Send {
    /// Adds later changes of the same row.
    fn absorb(&mut self, later: Box<dyn Remembered>);

    /// The key of the row, if the row exists, and the function that reads it again.
    fn source(&self) -> Option<(Value, ReadAgain)>;

    /// The hook that runs after this end.
    fn hook(self: Box<Self>, end: TransactionEnd) -> Option<Hook>;
}

/// Reads rows with these keys again, and stores their current values.
pub(crate) type ReadAgain = for<'a> fn(&'a Tx, Vec<Value>) -> BoxFuture<'a, Result<()>>;

/// Identifies a row: the type of its stored changes, and its key as a string.
///
/// All keys of one model have the same type, so that different keys have different strings.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct RowKey(TypeId, Arc<str>);

impl RowKey {
    pub(super) fn of<R: Remembered>(key: &Value) -> Self {
        Self(TypeId::of::<R>(), format!("{key:?}").into())
    }
}

/// A transaction, or a savepoint in it.
pub(super) struct Level {
    /// The number of the savepoint; 0 is the transaction.
    number: u32,
    began: &'static Location<'static>,
    /// The text of the first failure.
    broken: Option<String>,
    queue: Vec<Queued>,
    rows: HashMap<RowKey, Row>,
}

/// A row whose changes are stored.
struct Row {
    done: Box<dyn Remembered>,
    /// When it was stored, by the clock of [`Levels`].
    at: u64,
    /// Whether it is in the queue already, for each end.
    queued: [bool; 2],
}

/// An entry of the queue, which runs after the end of the transaction.
enum Queued {
    /// A hook for this end of its level.
    Hook(TransactionEnd, Hook),
    /// The hook of a row for this end, once per row.
    Row(TransactionEnd, RowKey),
    /// A hook for any end: it was queued in a savepoint that has been rolled back already.
    Due(Hook),
}

impl Level {
    fn new(number: u32, began: &'static Location<'static>) -> Self {
        Self { number, began, broken: None, queue: Vec::new(), rows: HashMap::new() }
    }

    /// The text of the first failure, if there was one.
    pub(super) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Breaks the level. Only the first failure is stored.
    pub(super) fn fail(&mut self, error: &Error) {
        self.broken.get_or_insert_with(|| error.to_string());
    }

    pub(super) fn queue(&mut self, end: TransactionEnd, hook: Hook) {
        self.queue.push(Queued::Hook(end, hook));
    }

    /// Queues the hook of a stored row. It keeps its first position in the queue.
    pub(super) fn queue_row(&mut self, end: TransactionEnd, key: RowKey) {
        if let Some(row) = self.rows.get_mut(&key)
            && !std::mem::replace(&mut row.queued[end as usize], true)
        {
            self.queue.push(Queued::Row(end, key));
        }
    }

    fn remember(&mut self, key: RowKey, done: Box<dyn Remembered>, at: u64) {
        match self.rows.entry(key) {
            Entry::Occupied(row) => {
                let row = row.into_mut();
                row.done.absorb(done);
                row.at = at;
            }
            Entry::Vacant(place) => _ = place.insert(Row { done, at, queued: [false; 2] }),
        }
    }

    /// The hooks for this end, in the order in which they were queued.
    pub(super) fn hooks(self, end: TransactionEnd) -> Vec<Hook> {
        let Self { queue, mut rows, .. } = self;
        let run = |queued| match queued {
            Queued::Hook(when, hook) if when == end => Some(hook),
            Queued::Row(when, row) if when == end => rows.remove(&row)?.done.hook(end),
            Queued::Due(hook) => Some(hook),
            Queued::Hook(..) | Queued::Row(..) => {
                discard(queued);
                None
            }
        };
        let hooks = queue.into_iter().filter_map(run).collect();
        rows.into_values().for_each(discard);
        hooks
    }

    /// Drops the hooks one by one. Their `Drop` may panic, which would look as if the commit had failed, and two such panics at
    /// once would abort the program.
    pub(super) fn discard(self) {
        self.queue.into_iter().for_each(discard);
        self.rows.into_values().for_each(discard);
    }

    /// Adds the changes of a savepoint that is released.
    fn absorb(&mut self, savepoint: Self) {
        self.queue.extend(savepoint.queue);
        for (key, later) in savepoint.rows {
            match self.rows.entry(key) {
                Entry::Occupied(row) => {
                    let row = row.into_mut();
                    row.done.absorb(later.done);
                    row.at = later.at;
                    row.queued = [row.queued[0] || later.queued[0], row.queued[1] || later.queued[1]];
                }
                Entry::Vacant(place) => _ = place.insert(later),
            }
        }
    }

    /// Adds the hooks of a savepoint that was rolled back. They wait for the end of the transaction, because until then
    /// the transaction holds the connection.
    fn add_due(&mut self, hooks: Vec<Hook>) {
        self.queue.extend(hooks.into_iter().map(Queued::Due));
    }
}

/// [`Levels`] with a lock. Most transactions never store anything, and the most frequent check does not take the lock.
pub(super) struct Memory {
    began: &'static Location<'static>,
    levels: OnceLock<Box<Mutex<Levels>>>,
    /// Whether nothing has failed and no savepoint is open.
    is_calm: AtomicBool,
}

impl Memory {
    pub(super) fn new(began: &'static Location<'static>) -> Self {
        Self { began, levels: OnceLock::new(), is_calm: AtomicBool::new(true) }
    }

    /// Checks whether this level can be used.
    #[inline]
    pub(super) fn check(&self, number: u32) -> Result<()> {
        if number == 0 && self.is_calm.load(Ordering::Acquire) { Ok(()) } else { self.lock().check(number) }
    }

    /// Whether nothing was ever stored.
    #[inline]
    pub(super) fn is_unused(&self) -> bool {
        self.levels.get().is_none()
    }

    pub(super) fn lock(&self) -> Unlocked<'_> {
        let levels = self.levels.get_or_init(|| Box::new(Mutex::new(Levels::new(self.began))));
        Unlocked { levels: levels.lock().unwrap_or_else(PoisonError::into_inner), is_calm: &self.is_calm }
    }

    /// Takes the stored changes, at the end.
    pub(super) fn take(&self) -> Level {
        if self.is_unused() {
            return Level::new(0, self.began);
        }
        let levels = std::mem::replace(&mut *self.lock(), Levels::new(self.began));
        // The hooks of users are dropped without the lock.
        levels.end()
    }
}

/// The levels, while they are unlocked.
pub(super) struct Unlocked<'a> {
    levels: MutexGuard<'a, Levels>,
    is_calm: &'a AtomicBool,
}

impl Deref for Unlocked<'_> {
    type Target = Levels;

    fn deref(&self) -> &Levels {
        &self.levels
    }
}

impl DerefMut for Unlocked<'_> {
    fn deref_mut(&mut self) -> &mut Levels {
        &mut self.levels
    }
}

impl Drop for Unlocked<'_> {
    fn drop(&mut self) {
        self.is_calm.store(self.levels.are_calm(), Ordering::Release);
    }
}

/// A transaction and its open savepoints.
pub(super) struct Levels {
    transaction: Level,
    /// The innermost is the last.
    savepoints: Vec<Level>,
    /// How many savepoints there were.
    opened: u32,
    /// How often changes were stored or rows changed.
    clock: u64,
    /// When rows of a model were changed last without a word on each: by an UPDATE of many, or by the database itself. What was
    /// remembered before is out of date, or may be.
    changed: HashMap<TypeId, u64>,
}

impl Levels {
    fn new(began: &'static Location<'static>) -> Self {
        let (savepoints, changed) = (Vec::new(), HashMap::new());
        Self { transaction: Level::new(0, began), savepoints, opened: 0, clock: 0, changed }
    }

    pub(super) fn transaction(&mut self) -> &mut Level {
        &mut self.transaction
    }

    /// The level of this number, if it is still open.
    pub(super) fn get(&mut self, number: u32) -> Option<&mut Level> {
        self.all_mut().find(|level| level.number == number)
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Level> {
        std::iter::once(&mut self.transaction).chain(&mut self.savepoints)
    }

    /// Stores changes of a row in the level with this number.
    pub(super) fn remember<R: Remembered>(&mut self, number: u32, key: &Value, done: R) {
        self.clock += 1;
        let at = self.clock;
        if let Some(level) = self.get(number) {
            level.remember(RowKey::of::<R>(key), Box::new(done), at);
        }
    }

    /// What is remembered of a row, if that is what the row is now.
    pub(super) fn recall<R: Remembered>(&self, key: &Value) -> Option<&R> {
        let key = RowKey::of::<R>(key);
        let mut levels = self.savepoints.iter().rev().chain([&self.transaction]);
        let row = levels.find_map(|level| level.rows.get(&key))?;
        let done: &dyn Any = &*row.done;
        if self.is_out_of_date(&key, row) { None } else { done.downcast_ref() }
    }

    /// Notes that rows were changed of which this is remembered.
    pub(super) fn change<R: Remembered>(&mut self) {
        self.clock += 1;
        self.changed.insert(TypeId::of::<R>(), self.clock);
    }

    fn is_out_of_date(&self, RowKey(model, _): &RowKey, row: &Row) -> bool {
        self.changed.get(model).is_some_and(|changed| *changed > row.at)
    }

    /// The rows that have to be read again before the commit, by their models: something is to run for them which needs what
    /// they are then.
    pub(super) fn out_of_date(&self) -> Vec<(ReadAgain, Vec<Value>)> {
        let mut rows: HashMap<TypeId, (ReadAgain, Vec<Value>)> = HashMap::new();
        if self.changed.is_empty() {
            return Vec::new();
        }
        for (key, row) in &self.transaction.rows {
            if row.queued[TransactionEnd::Commit as usize]
                && self.is_out_of_date(key, row)
                && let Some((value, read_again)) = row.done.source()
            {
                rows.entry(key.0).or_insert_with(|| (read_again, Vec::new())).1.push(value);
            }
        }
        rows.into_values().collect()
    }

    /// Corrects the stored changes of a row.
    pub(super) fn correct<R: Remembered>(&mut self, key: &Value, correct: impl FnOnce(&mut R)) {
        if let Some(row) = self.transaction.rows.get_mut(&RowKey::of::<R>(key)) {
            let done: &mut dyn Any = &mut *row.done;
            done.downcast_mut().map(correct);
        }
    }

    /// Whether something can be done in this level: neither it nor one round it is broken, and it is the innermost.
    pub(super) fn check(&self, number: u32) -> Result<()> {
        let mut levels = std::iter::once(&self.transaction).chain(&self.savepoints);
        for level in levels.by_ref() {
            if let Some(first) = &level.broken {
                return Err(ErrorKind::Broken { first: first.clone() }.into());
            }
            if level.number == number {
                // What is done now would be done in the other savepoint, and undone with it.
                return levels
                    .next()
                    .map_or(Ok(()), |inner| Err(ErrorKind::SavepointOpen { began: inner.began }.into()));
            }
        }
        Err(ErrorKind::Ended.into())
    }

    /// Opens a savepoint in this level. Returns its number and its depth in other savepoints.
    pub(super) fn open(&mut self, number: u32, began: &'static Location<'static>) -> Result<(u32, usize)> {
        self.check(number)?;
        self.opened += 1;
        self.savepoints.push(Level::new(self.opened, began));
        Ok((self.opened, self.savepoints.len()))
    }

    /// The depth of the savepoint with this number, if it can be released.
    pub(super) fn innermost_depth(&self, number: u32) -> Result<usize> {
        self.check(number)?;
        Ok(self.savepoints.len())
    }

    /// Moves the stored changes of the innermost savepoint to the level around it.
    pub(super) fn release(&mut self) {
        if let Some(savepoint) = self.savepoints.pop() {
            self.innermost().absorb(savepoint);
        }
    }

    /// Removes this savepoint and those that are open in it, and returns its depth.
    pub(super) fn take(&mut self, number: u32) -> Option<(usize, Vec<Level>)> {
        let index = self.savepoints.iter().position(|savepoint| savepoint.number == number)?;
        Some((index + 1, self.savepoints.split_off(index)))
    }

    /// Adds the hooks of savepoints that were removed to be rolled back.
    pub(super) fn undone(&mut self, hooks: Vec<Hook>) {
        self.innermost().add_due(hooks);
    }

    /// Whether nothing has failed and no savepoint is open.
    fn are_calm(&self) -> bool {
        self.savepoints.is_empty() && self.transaction.broken.is_none()
    }

    /// The transaction at its end. Savepoints that are still open are rolled back, even if the transaction commits.
    fn end(self) -> Level {
        let Self { mut transaction, savepoints, .. } = self;
        transaction.add_due(undo(savepoints));
        transaction
    }

    fn innermost(&mut self) -> &mut Level {
        self.savepoints.last_mut().unwrap_or(&mut self.transaction)
    }
}

/// The hooks that run because these levels were rolled back.
pub(super) fn undo(levels: Vec<Level>) -> Vec<Hook> {
    levels.into_iter().flat_map(|level| level.hooks(TransactionEnd::Rollback)).collect()
}
