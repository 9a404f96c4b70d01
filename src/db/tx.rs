//! Transactions.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use signals_core::__private::{LazyScopeId, Scope, ScopeId, ScopeKind, Scopes};
use signals_core::BoxFuture;

use super::answer::Answer;
use super::driver::Session;
use super::hook::{Hook, HookFuture, TransactionHook};
use super::hooks::{self, Hooks};
use super::savepoint_stack::{ChangedModel, RowChanges, RowKey, SavepointStack, SavepointState, SharedStack};
use super::sql::refuse_transaction_control;
#[cfg(feature = "durable")]
use super::statement::LastStatement;
use super::statement::Statement;
use super::transaction_state::TransactionState;
use super::{Db, Params, Row, nesting, placeholders};
use crate::error::{Error, ErrorKind, Result};
use crate::transaction_end::TransactionEnd;

/// A transaction. [`commit`](Self::commit) applies all of its changes at once.
///
/// Dropping it rolls it back. A COMMIT that has been sent to a server cannot be cancelled: if the future of
/// [`commit`](Self::commit) is dropped then, a task waits for the answer and runs the hooks. Receivers get a
/// `&mut Tx`, which can do everything except end the transaction.
///
/// In SQLite a failed statement of raw SQL only undoes that statement. In PostgreSQL it breaks the transaction. In both, a failed
/// save or delete of a model breaks it: every further use is [`ErrorKind::Broken`], which names the first failure, until the
/// transaction is rolled back. Run code that may fail in a [`savepoint`](Self::savepoint).
#[must_use = "a transaction is rolled back when it is dropped without `commit`, and `with` returns another handle of it"]
pub struct Tx {
    shared: Arc<Shared>,
    /// The number of its savepoint; 0 is the transaction itself.
    pub(super) savepoint: u32,
    /// Whether this is the handle that `begin` returned, and has not ended yet. Other handles cannot end the transaction.
    root: bool,
    /// The database in the context of this handle, if it is not that of the transaction.
    own_db: Option<Arc<Db>>,
}

/// Whether a transaction has stored events of durable receivers.
#[derive(Clone, Copy, PartialEq)]
enum StoresEvents {
    No,
    Yes,
}

struct Shared {
    db: Db,
    session: Session,
    began: &'static Location<'static>,
    /// Never locked while the session is called.
    savepoints: SharedStack,
    /// Tests mute and record receivers in it.
    scope: LazyScopeId,
}

impl Tx {
    pub(super) fn new(db: Db, session: Session, began: &'static Location<'static>) -> Self {
        let shared = Shared { db, session, began, savepoints: SharedStack::new(began), scope: LazyScopeId::default() };
        Self { shared: Arc::new(shared), savepoint: 0, root: true, own_db: None }
    }

    /// The database of the transaction. Statements on the returned `Db` are not part of the transaction.
    pub fn db(&self) -> &Db {
        self.own_db.as_deref().unwrap_or(&self.shared.db)
    }

    /// The database in the context of this handle, if it is not that of the transaction.
    pub(crate) fn own_db(&self) -> Option<Arc<Db>> {
        self.own_db.clone()
    }

    /// How long each receiver may take.
    #[inline]
    pub(crate) fn receiver_timeout(&self) -> Option<Duration> {
        self.db().receiver_timeout()
    }

    /// Where the signals of this transaction are sent.
    pub(crate) fn scopes(&self) -> Scopes {
        self.db().scopes().with(self.shared.scope.get())
    }

    /// Executes one statement and returns how many rows it changed.
    ///
    /// Rows that the statement returns are ignored. BEGIN, COMMIT and similar statements are refused.
    pub async fn execute(&self, sql: &str, params: &dyn Params) -> Result<u64> {
        refuse_transaction_control(sql, self.db().dialect())?;
        let sql = placeholders::of_statement(sql, params.len(), self.db().dialect())?;
        self.exec(self.shared.began).run(Statement::any(&sql, params)).await
    }

    /// Executes one statement and passes each row that it returns to `each`. An error of `each` ends the query and is
    /// returned; the changes of the statement stay.
    ///
    /// `each` is called while the connection is in use, and cannot await another statement of this transaction.
    pub async fn for_each_row(
        &self,
        sql: &str,
        params: &dyn Params,
        each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        refuse_transaction_control(sql, self.db().dialect())?;
        let sql = placeholders::of_statement(sql, params.len(), self.db().dialect())?;
        self.exec(self.shared.began).run(Statement::query(&sql, params, each)).await?;
        Ok(())
    }

    /// Executes several statements without parameters. When one fails, those before it stay done.
    pub async fn batch(&self, sql: &str) -> Result<()> {
        self.exec(self.shared.began).run(Statement::batch(sql)).await?;
        Ok(())
    }

    /// Queues a hook that runs after the commit, with the database and no transaction. A function that may be called without a
    /// transaction as well takes a `&dyn Executor`, and calls [its `on_commit`](trait.Executor.html#method.on_commit).
    ///
    /// Hooks run in the order in which they were queued, before `commit` returns. All of them run, even if one fails: a failure
    /// or a panic is reported to the handler of [`ConnectOptions::on_error`](super::ConnectOptions::on_error), and the commit
    /// stays. A rollback drops them. If the future of `commit` is dropped after the commit, the remaining hooks run as a task.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// # let db = signals::db::Db::connect("sqlite::memory:").await?;
    /// let tx = db.begin().await?;
    /// tx.on_commit(async |_db| {
    ///     println!("this runs second");
    ///     Ok(())
    /// });
    /// println!("this runs first");
    /// tx.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn on_commit<Fut, Kind>(&self, hook: impl TransactionHook<Fut, Kind> + Send + 'static)
    where
        Fut: HookFuture<Kind> + Future<Output = Result<()>> + Send + 'static,
    {
        self.queue(TransactionEnd::Commit, Location::caller(), hook);
    }

    /// Queues a hook that runs after a rollback, to undo effects outside of the database. A commit drops it.
    ///
    /// Apart from this it is like a hook of [`on_commit`](Self::on_commit). If it was queued in a savepoint that is rolled back, it
    /// runs at the end of the transaction, even after a commit. It does not run if the result of the COMMIT is unknown,
    /// [`ErrorKind::CommitUnknown`].
    #[track_caller]
    pub fn on_rollback<Fut, Kind>(&self, hook: impl TransactionHook<Fut, Kind> + Send + 'static)
    where
        Fut: HookFuture<Kind> + Future<Output = Result<()>> + Send + 'static,
    {
        self.queue(TransactionEnd::Rollback, Location::caller(), hook);
    }

    /// Commits. The transaction has ended afterwards: after an error it is rolled back.
    pub async fn commit(
        mut self, // a `&mut Tx` is committed for you: when the receivers have returned, or the body has returned `Ok`
    ) -> Result<()> {
        self.conclude().await
    }

    async fn conclude(&mut self) -> Result<()> {
        self.must_be_root()?;
        let ready = match self.check() {
            Ok(()) => self.prepare().await,
            Err(broken) => Err(broken),
        };
        let stores = match ready {
            Ok(stores) => stores,
            Err(error) => return self.roll_back().await.and(Err(error)),
        };
        let committed = self.shared.session.commit().await;
        self.root = false;
        match &committed {
            Ok(()) => {
                if stores == StoresEvents::Yes {
                    #[cfg(feature = "durable")]
                    crate::fault::point("after_commit");
                    self.shared.db.events_were_stored();
                }
                self.run_hooks(TransactionEnd::Commit).await;
            }
            // It is unknown whether it was committed, so that neither kind of hook can run.
            Err(error) if matches!(error.kind(), ErrorKind::CommitUnknown { .. }) => {
                self.shared.savepoints.take().discard();
            }
            Err(_) => self.run_hooks(TransactionEnd::Rollback).await,
        }
        committed
    }

    /// What is left to do before the commit.
    async fn prepare(&self) -> Result<StoresEvents> {
        self.read_again().await?;
        self.store_events().await
    }

    /// Stores the events of durable receivers.
    #[cfg(feature = "durable")]
    async fn store_events(&self) -> Result<StoresEvents> {
        if self.shared.savepoints.is_unused() {
            return Ok(StoresEvents::No);
        }
        let mut state = self.savepoints().lend_transaction();
        let events = state.take_events(self);
        *self.savepoints().transaction() = state;
        let events = events?;
        if events.is_empty() {
            return Ok(StoresEvents::No);
        }
        #[cfg(signals_faults)]
        if crate::fault::breaks(crate::fault::Rule::StoredBeforeCommit) {
            self.on_commit(|db| store_later(db, events));
            return Ok(StoresEvents::Yes);
        }
        crate::fault::point("before_store");
        self.store(&events).await?;
        crate::fault::point("before_commit");
        Ok(StoresEvents::Yes)
    }

    #[cfg(not(feature = "durable"))]
    #[expect(clippy::unused_async, reason = "there are no durable receivers")]
    async fn store_events(&self) -> Result<StoresEvents> {
        Ok(StoresEvents::No)
    }

    /// Executes a statement at the end of the transaction, on PostgreSQL in the round trip of COMMIT. It is an INSERT, UPDATE or DELETE. If
    /// it fails then, the commit fails with its error.
    #[cfg(feature = "durable")]
    pub(crate) async fn execute_last(&self, statement: LastStatement) -> Result<()> {
        if let Some(statement) = self.shared.session.send_last(statement) {
            self.exec(self.shared.began).run(Statement::new(&statement.sql, &statement)).await?;
        }
        Ok(())
    }

    /// Queues an event, which is stored before the commit.
    #[cfg(feature = "durable")]
    pub(crate) fn queue_event(&self, event: super::OutgoingEvent) {
        self.with_state(|state| state.queue_event(event));
    }

    /// Reads rows again that were changed after they were stored, so that the hooks after the commit have the last values.
    async fn read_again(&self) -> Result<()> {
        if self.shared.savepoints.is_unused() {
            return Ok(());
        }
        let out_of_date = self.savepoints().out_of_date();
        for (model, keys) in out_of_date {
            model.read_again(self, keys).await?;
        }
        Ok(())
    }

    /// Rolls back. Hooks of [`on_commit`](Self::on_commit) are dropped; those of [`on_rollback`](Self::on_rollback) and
    /// `post_rollback` run before this returns.
    ///
    /// Dropping also rolls back; the hooks then run as a task.
    pub async fn rollback(
        mut self, // a `&mut Tx` is rolled back for you: when a receiver or the body returns an error
    ) -> Result<()> {
        self.roll_back().await
    }

    async fn roll_back(&mut self) -> Result<()> {
        self.must_be_root()?;
        let rolled_back = self.shared.session.rollback().await;
        self.root = false;
        self.run_hooks(TransactionEnd::Rollback).await;
        rolled_back
    }

    async fn run_hooks(&self, end: TransactionEnd) {
        if self.shared.savepoints.is_unused() {
            return;
        }
        let hooks = self.shared.savepoints.take().hooks(end);
        if !hooks.is_empty() {
            Hooks::new(self.db().clone(), hooks).await;
        }
    }

    /// Another handle of the same transaction, which cannot end it: receivers get a `&mut` of one.
    pub(crate) fn handle(&self) -> Self {
        self.in_savepoint(self.savepoint)
    }

    /// Another handle, in a savepoint.
    pub(super) fn in_savepoint(&self, savepoint: u32) -> Self {
        Self { shared: Arc::clone(&self.shared), savepoint, root: false, own_db: self.own_db() }
    }

    /// Another handle, with another context.
    pub(crate) fn in_db(&self, db: Db) -> Self {
        let mut handle = self.handle();
        handle.own_db = Some(Arc::new(db));
        handle
    }

    /// Ends the transaction of a single save or delete: commits if `result` is `Ok`, and otherwise rolls back and returns the
    /// error.
    pub(crate) async fn end<T>(&mut self, result: Result<T>) -> Result<T> {
        let ended = match result {
            Ok(value) => self.conclude().await.map(|()| value),
            Err(error) => {
                self.undo().await;
                Err(error)
            }
        };
        // The caller has no transaction that could be broken.
        ended.map_err(Error::swallowed)
    }

    /// Rolls back because of an error, which must not be replaced by an error of the rollback.
    pub(super) fn undo(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Err(error) = self.roll_back().await {
                self.db().report(error);
            }
        })
    }

    /// Runs an operation that completes or breaks the transaction. Dropping its future breaks the transaction too, because the
    /// changes until then must not be committed.
    pub(crate) async fn whole<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        // No receiver is called for an operation that cannot succeed.
        self.check()?;
        let unfinished = self.unfinished();
        unfinished.finish(work.await)
    }

    /// Like [`whole`](Self::whole), for a future that should not be moved.
    pub(crate) fn unfinished(&self) -> Unfinished<'_> {
        Unfinished(Some(self))
    }

    /// Runs receivers in this transaction. As in the body of [`Db::transaction`], a nested transaction is refused.
    pub(crate) fn inside<E: Into<Error>>(
        &self,
        receivers: Pin<&mut impl Future<Output = Result<(), E>>>,
    ) -> impl Future<Output = Result<()>> {
        nesting::body(self.db(), self.shared.began, receivers)
    }

    /// Records changes of the row with this key, until the end of the transaction or savepoint.
    pub(crate) fn record(&self, key: RowKey, changes: Box<dyn RowChanges>) {
        self.savepoints().record(self.savepoint, key, changes);
    }

    /// Reads the recorded changes of the row with this key, unless they are out of date.
    pub(crate) fn recorded<R: RowChanges, T>(&self, key: &RowKey, look: impl FnOnce(&R) -> Option<T>) -> Option<T> {
        if self.records_nothing() { None } else { look(self.savepoints().recorded(key)?) }
    }

    /// Notes that unknown rows of a model were changed, whose changes may be recorded.
    pub(crate) fn change(&self, model: &'static dyn ChangedModel) {
        if !self.records_nothing() {
            self.savepoints().change(model);
        }
    }

    /// Whether this is true of changes of the row with this key that are recorded in the transaction or in an open savepoint.
    pub(crate) fn has_recorded<R: RowChanges>(&self, key: &RowKey, is: impl Fn(&R) -> bool) -> bool {
        !self.records_nothing() && self.savepoints().has_recorded(key, is)
    }

    /// Notes that rows were deleted, on which recorded changes may depend.
    pub(crate) fn note_delete(&self) {
        if !self.records_nothing() {
            self.savepoints().delete();
        }
    }

    /// Corrects the changes of the row with this key that are recorded in the transaction, or in the savepoint of this handle.
    pub(crate) fn correct<R: RowChanges, T>(&self, key: &RowKey, correct: impl FnOnce(&mut R) -> T) -> Option<T> {
        self.savepoints().correct(self.savepoint, key, correct)
    }

    /// Whether no hook waits for the end of the transaction.
    pub(crate) fn records_nothing(&self) -> bool {
        self.shared.savepoints.is_unused()
    }

    /// Where it began.
    pub(crate) fn began(&self) -> &'static Location<'static> {
        self.shared.began
    }

    /// Queues the hook of a changed row for this end.
    pub(crate) fn queue_row(&self, end: TransactionEnd, key: RowKey) {
        self.with_state(|state| state.queue_row(end, key));
    }

    pub(super) fn queue<Fut>(
        &self,
        end: TransactionEnd,
        place: &'static Location<'static>,
        hook: impl FnOnce(Db) -> Fut + Send + 'static,
    ) where
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        let own_db = self.own_db();
        self.with_state(|state| state.queue(end, Hook::new(end, place, own_db, hook)));
    }

    /// Breaks the transaction, or the savepoint that this is a handle in. The text of the first failure is kept.
    pub(crate) fn fail(&self, error: &Error) {
        // Every use of a broken transaction is an error, which is not a new failure.
        if !matches!(error.kind(), ErrorKind::Broken { .. }) {
            self.with_state(|state| state.fail(error));
        }
    }

    /// Whether something can be done in it.
    #[inline]
    pub(crate) fn check(&self) -> Result<()> {
        self.shared.savepoints.check(self.savepoint)
    }

    /// Executes a statement, unless the transaction is broken.
    #[inline]
    pub(super) fn run<'a>(&'a self, statement: &mut Statement<'a>) -> Answer<'a, u64> {
        match self.check() {
            Ok(()) => self.session().run(statement, |result| self.observe(result)),
            Err(error) => Answer::Failed(error),
        }
    }

    /// Notes what the failure of a statement did to the transaction. `ON CONFLICT ROLLBACK` or a full disk may have ended it:
    /// statements after that would be committed one by one.
    #[inline]
    pub(super) fn observe<T>(&self, result: Result<T>) -> Result<T> {
        result.inspect_err(|error| self.note_failure(error))
    }

    #[cold]
    fn note_failure(&self, error: &Error) {
        match self.session().state() {
            TransactionState::Open => {}
            TransactionState::Failed => self.fail(error),
            TransactionState::Ended => {
                // No savepoint can restore it.
                self.savepoints().transaction().fail(error);
                self.fail(error);
            }
        }
    }

    fn must_be_root(&self) -> Result<()> {
        // A receiver could swap its `&mut Tx` for one that it owns.
        if self.root { Ok(()) } else { Err(ErrorKind::NotYours.into()) }
    }

    pub(super) fn session(&self) -> &Session {
        &self.shared.session
    }

    pub(super) fn savepoints(&self) -> MutexGuard<'_, SavepointStack> {
        self.shared.savepoints.lock()
    }

    /// Changes the state of the savepoint of this handle, unless it has ended: a handle may outlive its savepoint.
    fn with_state(&self, work: impl FnOnce(&mut SavepointState)) {
        if let Some(state) = self.savepoints().get(self.savepoint) {
            work(state);
        }
    }
}

/// Stores events in a transaction of their own, which breaks a rule on purpose.
#[cfg(signals_faults)]
fn store_later(db: Db, events: Vec<super::OutgoingEvent>) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        let tx = db.begin().await?;
        tx.store(&events).await?;
        tx.commit().await
    })
}

/// Work that was begun and not ended.
pub(crate) struct Unfinished<'a>(Option<&'a Tx>);

impl Unfinished<'_> {
    /// The work has completed or failed.
    pub(crate) fn finish<T>(mut self, result: Result<T>) -> Result<T> {
        if let (Some(tx), Err(error)) = (self.0.take(), &result) {
            tx.fail(error);
        }
        result
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(tx) = self.0 {
            tx.fail(&Error::other("the future of a save or delete was dropped before its end"));
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if self.root {
            // Other handles must not keep alive what the hooks own.
            let state = self.shared.savepoints.take();
            if let Some(outcome) = self.shared.session.unanswered_commit() {
                hooks::after(self.db().clone(), state, outcome);
            } else {
                self.shared.session.abandon();
                // No caller awaits them, so that they become a task.
                drop(Hooks::new(self.db().clone(), state.hooks(TransactionEnd::Rollback)));
            }
        }
    }
}

#[diagnostic::do_not_recommend]
impl Scope for Tx {
    fn scope_id(&self) -> ScopeId {
        self.shared.scope.get_or_init()
    }

    const KIND: ScopeKind = ScopeKind::Transaction;
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx")
            .field("db", self.db())
            .field("began", &format_args!("{}", self.shared.began))
            .field("broken", &self.savepoints().transaction().broken())
            .finish_non_exhaustive()
    }
}
