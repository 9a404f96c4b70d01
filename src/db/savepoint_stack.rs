//! A transaction and its savepoints, and what is stored for each until it ends: changes of rows, and hooks.

use std::any::Any;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use signals_core::__private::discard;
use signals_core::BoxFuture;

use super::Tx;
use super::hook::Hook;
#[cfg(feature = "durable")]
use super::outgoing::OutgoingEvent;
use crate::error::{Error, ErrorKind, Result};
use crate::transaction_end::TransactionEnd;
use crate::value::{Value, ValueRef};

/// The changes of a row in a transaction. The module of models defines what they are.
pub(crate) trait RowChanges: Any + Send {
    /// Adds later changes of the same row.
    fn absorb(&mut self, later: Box<dyn RowChanges>);

    /// The key of the row, if it is to be read again when it is out of date.
    fn key(&self) -> Option<Value>;

    /// Whether deletes of other rows may have undone them.
    fn depends_on_deletes(&self) -> bool {
        false
    }

    /// The event that is stored before the commit, if a durable receiver gets one.
    #[cfg(feature = "durable")]
    fn event(&self, _tx: &Tx) -> Result<Option<OutgoingEvent>> {
        Ok(None)
    }

    /// The hook that runs after this end.
    fn hook(self: Box<Self>, end: TransactionEnd) -> Option<Hook>;
}

/// The model of rows that were changed. The module of models defines what it is.
pub(crate) trait ChangedModel: Sync {
    /// Reads rows with these keys again, and corrects their changes.
    fn read_again<'a>(&'static self, tx: &'a Tx, keys: Vec<Value>) -> BoxFuture<'a, Result<()>>;
}

/// A row: its model, which is compared by address, and its key.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct RowKey(ModelAddress, KeyText);

#[derive(Clone, Copy)]
pub(super) struct ModelAddress(&'static dyn ChangedModel);

/// A key. Most are integers, which are not formatted. All keys of one model have one type, so different keys have different strings.
#[derive(Clone, PartialEq, Eq, Hash)]
enum KeyText {
    Integer(i64),
    Other(Arc<str>),
}

impl RowKey {
    pub(crate) fn new(model: &'static dyn ChangedModel, key: ValueRef<'_>) -> Self {
        let key = match key {
            ValueRef::Integer(key) => KeyText::Integer(key),
            key => KeyText::Other(format!("{:?}", Value::from(key)).into()),
        };
        Self(ModelAddress(model), key)
    }
}

impl ModelAddress {
    pub(super) async fn read_again(self, tx: &Tx, keys: Vec<Value>) -> Result<()> {
        self.0.read_again(tx, keys).await
    }

    fn address(self) -> *const () {
        std::ptr::from_ref(self.0).cast()
    }
}

impl PartialEq for ModelAddress {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.address(), other.address())
    }
}

impl Eq for ModelAddress {}

impl Hash for ModelAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

/// The state of a savepoint, or of the transaction itself.
pub(super) struct SavepointState {
    /// The number of the savepoint; 0 is the transaction itself.
    number: u32,
    began: &'static Location<'static>,
    /// The text of the first failure.
    broken: Option<String>,
    queue: Vec<Queued>,
    rows: HashMap<RowKey, ChangedRow>,
}

/// A row that was changed.
struct ChangedRow {
    changes: Box<dyn RowChanges>,
    /// When it was changed last, by the clock of [`SavepointStack`].
    at: u64,
    /// Whether it is in the queue, for each end.
    queued: [bool; 2],
    /// Whether its event was taken.
    #[cfg(feature = "durable")]
    has_event: bool,
}

impl ChangedRow {
    fn new(changes: Box<dyn RowChanges>, at: u64) -> Self {
        Self {
            changes,
            at,
            queued: [false; 2],
            #[cfg(feature = "durable")]
            has_event: false,
        }
    }
}

/// Something that runs after the end of the transaction.
enum Queued {
    /// A hook for this end.
    Hook(TransactionEnd, Hook),
    /// The hook of a row for this end, once.
    Row(TransactionEnd, RowKey),
    /// An event that is stored before the commit, until it is taken.
    #[cfg(feature = "durable")]
    Event(Option<OutgoingEvent>),
    /// A hook for any end of the transaction: it was queued in a savepoint that was rolled back.
    AnyEnd(Hook),
}

impl SavepointState {
    fn new(number: u32, began: &'static Location<'static>) -> Self {
        Self { number, began, broken: None, queue: Vec::new(), rows: HashMap::new() }
    }

    /// The text of the first failure, if there was one.
    pub(super) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Breaks it. The text of the first failure is kept.
    pub(super) fn fail(&mut self, error: &Error) {
        self.broken.get_or_insert_with(|| error.to_string());
    }

    pub(super) fn queue(&mut self, end: TransactionEnd, hook: Hook) {
        self.queue.push(Queued::Hook(end, hook));
    }

    /// Queues the hook of a changed row. A row that is queued again keeps its first position.
    pub(super) fn queue_row(&mut self, end: TransactionEnd, key: RowKey) {
        if let Some(row) = self.rows.get_mut(&key)
            && !std::mem::replace(&mut row.queued[end as usize], true)
        {
            self.queue.push(Queued::Row(end, key));
        }
    }

    #[cfg(feature = "durable")]
    pub(super) fn queue_event(&mut self, event: OutgoingEvent) {
        self.queue.push(Queued::Event(Some(event)));
    }

    /// Takes the events to store before the commit, in the order in which they were queued.
    #[cfg(feature = "durable")]
    pub(super) fn take_events(&mut self, tx: &Tx) -> Result<Vec<OutgoingEvent>> {
        let mut events = Vec::new();
        for queued in &mut self.queue {
            match queued {
                Queued::Event(event) => events.extend(event.take()),
                // A row of a savepoint may be in the queue twice.
                Queued::Row(TransactionEnd::Commit, key) => {
                    if let Some(row) = self.rows.get_mut(key)
                        && !std::mem::replace(&mut row.has_event, true)
                    {
                        events.extend(row.changes.event(tx)?);
                    }
                }
                _ => {}
            }
        }
        Ok(events)
    }

    fn record(&mut self, key: RowKey, changes: Box<dyn RowChanges>, at: u64) {
        match self.rows.entry(key) {
            Entry::Occupied(row) => {
                let row = row.into_mut();
                row.changes.absorb(changes);
                row.at = at;
            }
            Entry::Vacant(entry) => _ = entry.insert(ChangedRow::new(changes, at)),
        }
    }

    /// The hooks for this end, in the order in which they were queued.
    pub(super) fn hooks(self, end: TransactionEnd) -> Vec<Hook> {
        let Self { queue, mut rows, .. } = self;
        let run = |queued| match queued {
            Queued::Hook(when, hook) if when == end => Some(hook),
            Queued::Row(when, row) if when == end => rows.remove(&row)?.changes.hook(end),
            Queued::AnyEnd(hook) => Some(hook),
            Queued::Hook(..) | Queued::Row(..) => {
                discard(queued);
                None
            }
            #[cfg(feature = "durable")]
            Queued::Event(_) => None,
        };
        let hooks = queue.into_iter().filter_map(run).collect();
        rows.into_values().for_each(discard);
        hooks
    }

    /// Drops the hooks one by one. The `Drop` of a captured value may panic, which must not look like a failed commit, and a second
    /// panic during unwinding would abort the program.
    pub(super) fn discard(self) {
        self.queue.into_iter().for_each(discard);
        self.rows.into_values().for_each(discard);
    }

    /// Adds the changes and hooks of a savepoint that is released.
    fn absorb(&mut self, savepoint: Self) {
        self.queue.extend(savepoint.queue);
        for (key, later) in savepoint.rows {
            match self.rows.entry(key) {
                Entry::Occupied(row) => {
                    let row = row.into_mut();
                    row.changes.absorb(later.changes);
                    row.at = later.at;
                    row.queued = [row.queued[0] || later.queued[0], row.queued[1] || later.queued[1]];
                }
                Entry::Vacant(entry) => _ = entry.insert(later),
            }
        }
    }

    /// Adds the hooks of a savepoint that was rolled back. They wait for the end of the transaction, because until then
    /// the transaction holds the connection.
    fn add_for_any_end(&mut self, hooks: Vec<Hook>) {
        self.queue.extend(hooks.into_iter().map(Queued::AnyEnd));
    }
}

/// A [`SavepointStack`] in a lock. It is made at its first use: most transactions have neither savepoints, failures nor hooks.
pub(super) struct SharedStack {
    began: &'static Location<'static>,
    stack: OnceLock<Box<Mutex<SavepointStack>>>,
}

impl SharedStack {
    pub(super) fn new(began: &'static Location<'static>) -> Self {
        Self { began, stack: OnceLock::new() }
    }

    /// Fails unless statements can be executed in the savepoint of this number.
    #[inline]
    pub(super) fn check(&self, number: u32) -> Result<()> {
        if number == 0 && self.is_unused() { Ok(()) } else { self.lock().check(number) }
    }

    /// Whether the transaction has neither savepoints, failures, changed rows nor hooks.
    #[inline]
    pub(super) fn is_unused(&self) -> bool {
        self.stack.get().is_none()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, SavepointStack> {
        let stack = self.stack.get_or_init(|| Box::new(Mutex::new(SavepointStack::new(self.began))));
        stack.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the state of the transaction at its end.
    pub(super) fn take(&self) -> SavepointState {
        if self.is_unused() {
            return SavepointState::new(0, self.began);
        }
        let stack = std::mem::replace(&mut *self.lock(), SavepointStack::new(self.began));
        // Hooks are dropped without the lock, because their `Drop` is code of the user.
        stack.end()
    }
}

/// A transaction and its open savepoints.
pub(super) struct SavepointStack {
    transaction: SavepointState,
    /// The innermost is the last.
    savepoints: Vec<SavepointState>,
    /// How many savepoints were opened.
    opened: u32,
    /// The number of changes so far.
    clock: u64,
    /// When unknown rows of a model were changed last: by an UPDATE of many rows, or by the database itself. Earlier changes of rows of
    /// the model may be out of date.
    changed: HashMap<ModelAddress, u64>,
    /// Whether rows were deleted after something was recorded.
    has_deleted: bool,
}

impl SavepointStack {
    fn new(began: &'static Location<'static>) -> Self {
        let (savepoints, changed) = (Vec::new(), HashMap::new());
        let transaction = SavepointState::new(0, began);
        Self { transaction, savepoints, opened: 0, clock: 0, changed, has_deleted: false }
    }

    pub(super) fn transaction(&mut self) -> &mut SavepointState {
        &mut self.transaction
    }

    /// Takes the state of the transaction out, for code of the user that must not run in the lock, until it is put back.
    #[cfg(feature = "durable")]
    pub(super) fn lend_transaction(&mut self) -> SavepointState {
        let empty = SavepointState::new(0, self.transaction.began);
        std::mem::replace(&mut self.transaction, empty)
    }

    /// The state of the savepoint of this number, if it is still open.
    pub(super) fn get(&mut self, number: u32) -> Option<&mut SavepointState> {
        self.all_mut().find(|state| state.number == number)
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut SavepointState> {
        std::iter::once(&mut self.transaction).chain(&mut self.savepoints)
    }

    /// Records changes of a row in the savepoint of this number.
    pub(super) fn record(&mut self, number: u32, key: RowKey, changes: Box<dyn RowChanges>) {
        self.clock += 1;
        let at = self.clock;
        if let Some(state) = self.get(number) {
            state.record(key, changes, at);
        }
    }

    /// The recorded changes of a row, unless they are out of date.
    pub(super) fn recorded<R: RowChanges>(&self, key: &RowKey) -> Option<&R> {
        let mut states = self.savepoints.iter().rev().chain([&self.transaction]);
        let row = states.find_map(|state| state.rows.get(key))?;
        let changes: &dyn Any = &*row.changes;
        if self.is_out_of_date(key, row) { None } else { changes.downcast_ref() }
    }

    /// Notes that unknown rows of a model were changed.
    pub(super) fn change(&mut self, model: &'static dyn ChangedModel) {
        self.clock += 1;
        self.changed.insert(ModelAddress(model), self.clock);
    }

    /// Notes that rows were deleted.
    pub(super) fn delete(&mut self) {
        self.has_deleted = true;
    }

    fn is_out_of_date(&self, RowKey(model, _): &RowKey, row: &ChangedRow) -> bool {
        self.changed.get(model).is_some_and(|changed| *changed > row.at)
    }

    /// The rows to read again before the commit, by model: a hook of theirs is queued, and their changes are out of date.
    pub(super) fn out_of_date(&self) -> HashMap<ModelAddress, Vec<Value>> {
        let mut rows: HashMap<ModelAddress, Vec<Value>> = HashMap::new();
        if self.changed.is_empty() && !self.has_deleted {
            return rows;
        }
        for (key, row) in &self.transaction.rows {
            if row.queued[TransactionEnd::Commit as usize]
                && (self.is_out_of_date(key, row) || self.has_deleted && row.changes.depends_on_deletes())
                && let Some(value) = row.changes.key()
            {
                rows.entry(key.0).or_default().push(value);
            }
        }
        rows
    }

    /// Whether this is true of changes of a row that are recorded in the transaction or in an open savepoint.
    pub(super) fn has_recorded<R: RowChanges>(&self, key: &RowKey, is: impl Fn(&R) -> bool) -> bool {
        let mut states = self.savepoints.iter().chain([&self.transaction]);
        states.any(|state| {
            let changes: Option<&dyn Any> = state.rows.get(key).map(|row| &*row.changes as &dyn Any);
            changes.and_then(|changes| changes.downcast_ref()).is_some_and(&is)
        })
    }

    /// Corrects the changes of a row that are recorded in the savepoint of this number.
    pub(super) fn correct<R: RowChanges, T>(
        &mut self,
        number: u32,
        key: &RowKey,
        correct: impl FnOnce(&mut R) -> T,
    ) -> Option<T> {
        let row = self.get(number)?.rows.get_mut(key)?;
        let changes: &mut dyn Any = &mut *row.changes;
        changes.downcast_mut().map(correct)
    }

    /// Fails unless statements can be executed in the savepoint of this number: neither it nor a savepoint around it is broken, and
    /// it is the innermost.
    pub(super) fn check(&self, number: u32) -> Result<()> {
        let mut states = std::iter::once(&self.transaction).chain(&self.savepoints);
        for state in states.by_ref() {
            if let Some(first) = &state.broken {
                return Err(ErrorKind::Broken { first: first.clone() }.into());
            }
            if state.number == number {
                // A statement would be executed in the inner savepoint, and undone with it.
                return states
                    .next()
                    .map_or(Ok(()), |inner| Err(ErrorKind::SavepointOpen { began: inner.began }.into()));
            }
        }
        Err(ErrorKind::Ended.into())
    }

    /// Opens a savepoint in the one of this number, and returns its number and its depth.
    pub(super) fn open(&mut self, number: u32, began: &'static Location<'static>) -> Result<(u32, usize)> {
        self.check(number)?;
        self.opened += 1;
        self.savepoints.push(SavepointState::new(self.opened, began));
        Ok((self.opened, self.savepoints.len()))
    }

    /// The depth of the savepoint of this number, if it can be released.
    pub(super) fn innermost_depth(&self, number: u32) -> Result<usize> {
        self.check(number)?;
        Ok(self.savepoints.len())
    }

    /// Adds the innermost savepoint to the one around it.
    pub(super) fn release(&mut self) {
        if let Some(savepoint) = self.savepoints.pop() {
            self.innermost().absorb(savepoint);
        }
    }

    /// Removes this savepoint and those in it, and returns its depth.
    pub(super) fn take(&mut self, number: u32) -> Option<(usize, Vec<SavepointState>)> {
        let index = self.savepoints.iter().position(|savepoint| savepoint.number == number)?;
        Some((index + 1, self.savepoints.split_off(index)))
    }

    /// Adds the hooks of savepoints that were removed and rolled back.
    pub(super) fn undone(&mut self, hooks: Vec<Hook>) {
        self.innermost().add_for_any_end(hooks);
    }

    /// The transaction at its end. Savepoints that are still open count as rolled back.
    fn end(self) -> SavepointState {
        let Self { mut transaction, savepoints, .. } = self;
        transaction.add_for_any_end(undo(savepoints));
        transaction
    }

    fn innermost(&mut self) -> &mut SavepointState {
        self.savepoints.last_mut().unwrap_or(&mut self.transaction)
    }
}

/// The hooks of savepoints that were rolled back.
pub(super) fn undo(savepoints: Vec<SavepointState>) -> Vec<Hook> {
    savepoints.into_iter().flat_map(|savepoint| savepoint.hooks(TransactionEnd::Rollback)).collect()
}
