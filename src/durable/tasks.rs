//! What the tasks of a worker share: they claim calls, hold them while their receivers run, and count them.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::call::{Attempt, Outcome};
use super::claim::{self, Claimed, Wanted};
use super::fence::Fence;
use super::heads::Heads;
use super::lease::{self, Lease};
use super::options::{Options, Ran};
use super::receivers::Durables;
use super::seen::Seen;
use super::suspicion::Suspicion;
use crate::db::{Db, Dialect, Tx};
use crate::error::Result;
use crate::fault;

/// How a receiver is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// In a transaction, which has locked its call: the receiver takes `tx`.
    Locked,
    /// Outside of a transaction, with a lease.
    Leased,
}

pub(super) const MODES: [Mode; 2] = [Mode::Leased, Mode::Locked];

/// Whether a task has claimed calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claims {
    None,
    Some,
    /// The end of the last one could not be stored.
    Failed,
}

/// What the tasks of a worker share.
pub(super) struct Shared {
    pub(super) db: Db,
    pub(super) durables: Durables,
    pub(super) options: Options,
    /// The id of the worker, which changes if its presence is lost.
    worker: AtomicI64,
    /// How many calls of each receiver are running.
    counts: Mutex<HashMap<&'static str, u32>>,
    /// The calls that this worker holds, with the numbers of their attempts.
    held: Mutex<HashMap<(i64, u32), LeaseState>>,
    /// By [`Mode`]: one task at a time claims a call, if a receiver runs only as often as its `concurrency`, or if only one transaction can write.
    claiming: [Option<tokio::sync::Mutex<()>>; 2],
    /// The receivers of which more calls are due than are looked at, and how far their keys were looked at.
    crowded: Mutex<Vec<&'static str>>,
    heads: tokio::sync::Mutex<Heads>,
    /// The attempts that were counted and have not begun.
    uncalled: Mutex<Vec<Fence>>,
    /// What is known of calls with `tx`, to see which have failed without a trace.
    suspicion: Mutex<Suspicion>,
    /// A task has claimed a call: there may be more.
    pub(super) more: Notify,
    /// Whether no further calls are claimed.
    is_stopping: AtomicBool,
    succeeded: AtomicU64,
    failed: AtomicU64,
}

/// What is known of a lease that this worker holds.
struct LeaseState {
    /// Notified if another worker has taken the call.
    lost: Arc<Notify>,
    /// Whether its transaction has locked it, so that its lease is not renewed.
    is_locked: bool,
}

impl Shared {
    pub(super) fn new(db: Db, durables: Durables, options: Options, worker: i64) -> Self {
        let turn = |mode: Mode| {
            let mut all = durables.names().filter_map(|name| durables.durability(name));
            let has_limit = all.any(|known| known.concurrency.is_some() && known.takes_tx == (mode == Mode::Locked));
            (has_limit || db.dialect() == Dialect::Sqlite).then(tokio::sync::Mutex::default)
        };
        let claiming = [turn(Mode::Locked), turn(Mode::Leased)];
        Self {
            db,
            durables,
            options,
            worker: AtomicI64::new(worker),
            counts: Mutex::default(),
            held: Mutex::default(),
            claiming,
            crowded: Mutex::default(),
            heads: tokio::sync::Mutex::default(),
            uncalled: Mutex::default(),
            suspicion: Mutex::default(),
            more: Notify::new(),
            is_stopping: AtomicBool::new(false),
            succeeded: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    pub(super) fn ran(&self) -> Ran {
        Ran { succeeded: self.succeeded.load(Ordering::Relaxed), failed: self.failed.load(Ordering::Relaxed) }
    }

    /// No task claims a further call.
    pub(super) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Drops the receivers that are running outside of a transaction: others take over their calls.
    pub(super) fn lose_leases(&self) {
        lock(&self.held).values().for_each(|held| held.lost.notify_one());
    }

    /// The worker has another id.
    pub(super) fn rename(&self, worker: i64) {
        self.worker.store(worker, Ordering::Relaxed);
    }

    /// Of these receivers, more calls are due than are looked at.
    pub(super) fn crowded(&self, receivers: Vec<&'static str>) {
        *lock(&self.crowded) = receivers;
    }

    /// Calls one receiver after the other, until no call is due or the end of one cannot be stored, which is reported.
    ///
    /// # Errors
    /// A claim has failed.
    pub(super) async fn run_calls(&self, mode: Mode) -> Result<Claims> {
        let mut claims = Claims::None;
        while !self.is_stopping.load(Ordering::Relaxed) {
            let Some(call) = self.claim(mode).await? else { break };
            self.more.notify_one();
            if let Err(error) = self.run(call).await {
                self.db.report(error);
                return Ok(Claims::Failed);
            }
            claims = Claims::Some;
        }
        Ok(claims)
    }

    /// Calls the receiver of a call.
    async fn run(&self, call: RunningCall<'_>) -> Result<()> {
        let RunningCall { claimed, held, _count } = call;
        fault::point("after_claim");
        let attempt = Attempt { db: &self.db, durables: &self.durables, keep: self.options.keep };
        let seen = Seen::delivery(&self.db, &claimed);
        let outcome = match held {
            Held::Locked { tx, counted } => {
                let worker = counted.as_ref().map(|lease| lease.worker);
                let outcome = seen.around(attempt.run_in(tx, &claimed, worker)).await?;
                lock(&self.suspicion).ended(claimed);
                outcome
            }
            Held::Leased(lease) => seen.around(attempt.run_leased(&claimed, lease.worker, &lease.lost)).await?,
        };
        match outcome {
            Outcome::Succeeded => _ = self.succeeded.fetch_add(1, Ordering::Relaxed),
            Outcome::Failed | Outcome::Dead => _ = self.failed.fetch_add(1, Ordering::Relaxed),
            Outcome::Lost => {}
        }
        Ok(())
    }

    /// Claims the next call, and counts it.
    async fn claim(&self, mode: Mode) -> Result<Option<RunningCall<'_>>> {
        let _turn = match &self.claiming[mode as usize] {
            Some(turn) => Some(turn.lock().await),
            None => None,
        };
        let names = self.free_receivers(mode);
        if names.is_empty() {
            return Ok(None);
        }
        let held = self.held_calls();
        let wanted = || Wanted::new(&names, &self.durables, &held, self.db.dialect());
        let claimed = match self.claim_one(mode, &wanted()).await {
            Ok(None) => match &self.heads_of(&names).await?[..] {
                [] => Ok(None),
                heads => self.claim_one(mode, &wanted().among(heads)).await,
            },
            claimed => claimed,
        };
        match claimed {
            Err(error) if claim::is_busy(&error) => Ok(None),
            claimed => claimed,
        }
    }

    fn held_calls(&self) -> Vec<i64> {
        lock(&self.held).keys().map(|(call, _)| *call).collect()
    }

    async fn claim_one(&self, mode: Mode, wanted: &Wanted<'_>) -> Result<Option<RunningCall<'_>>> {
        // In SQLite, a transaction would wait for the one that writes.
        if self.db.dialect() == Dialect::Sqlite && !wanted.exists(&self.db).await? {
            return Ok(None);
        }
        match mode {
            Mode::Locked => self.lock_next(wanted).await,
            Mode::Leased => {
                let lease = self.lease();
                let claimed = lease.claim_next(&self.db, wanted).await?;
                Ok(claimed.map(|claimed| {
                    let lease = HeldLease::new(self, &claimed, lease.worker, false);
                    RunningCall::new(self, claimed, Held::Leased(lease))
                }))
            }
        }
    }

    /// Calls that are the first of their keys, of receivers of which more calls are due than are looked at.
    async fn heads_of(&self, names: &[&'static str]) -> Result<Vec<i64>> {
        let crowded = lock(&self.crowded).clone();
        let mut found = Vec::new();
        if crowded.is_empty() {
            return Ok(found);
        }
        let mut heads = self.heads.lock().await;
        for name in crowded.into_iter().filter(|name| names.contains(name)) {
            found.extend(heads.next(&self.db, name, &self.durables).await?);
        }
        Ok(found)
    }

    async fn lock_next(&self, wanted: &Wanted<'_>) -> Result<Option<RunningCall<'_>>> {
        // Before the claim, because several tasks claim at the same time.
        let latest = lock(&self.suspicion).latest.clone();
        let tx = self.db.begin_at(Location::caller()).await?;
        let Some(claimed) = wanted.lock_next(&tx).await? else {
            return tx.rollback().await.map(|()| None);
        };
        let receiver = self.durables.name(&claimed.receiver);
        if !receiver.is_some_and(|receiver| lock(&self.suspicion).suspects(receiver, &claimed, &latest)) {
            return Ok(Some(RunningCall::new(self, claimed, Held::Locked { tx, counted: None })));
        }
        let lease = self.lease();
        lease.begin_in(&tx, &claimed).await?;
        tx.commit().await?;
        let counted = Some(HeldLease::new(self, &claimed, lease.worker, true));
        let fence = Fence { id: claimed.id, worker: Some(lease.worker), attempts: claimed.attempts + 1 };
        let begun = self.db.begin_at(Location::caller()).await;
        let tx = begun.inspect_err(|_| lock(&self.uncalled).push(fence))?;
        if fence.lock(&tx).await? {
            return Ok(Some(RunningCall::new(self, claimed, Held::Locked { tx, counted })));
        }
        tx.rollback().await.map(|()| None)
    }

    pub(super) fn lease(&self) -> Lease {
        Lease { worker: self.worker.load(Ordering::Relaxed), time: self.options.lease }
    }

    /// Uncounts the attempts that were counted and have not begun, because no transaction could begin. Returns whether there were some.
    pub(super) async fn uncount(&self) -> Result<bool> {
        let mut is_due = false;
        loop {
            let Some(fence) = lock(&self.uncalled).last().copied() else { return Ok(is_due) };
            fence.uncount(&self.db).await?;
            lock(&self.uncalled).retain(|uncalled| (uncalled.id, uncalled.attempts) != (fence.id, fence.attempts));
            is_due = true;
        }
    }

    /// Takes over the calls of workers whose process has ended. Returns whether there were some.
    pub(super) async fn take_over(&self) -> Result<bool> {
        let mut workers = lease::workers(&self.db).await?;
        workers.retain(|worker| *worker != self.worker.load(Ordering::Relaxed));
        let gone = if workers.is_empty() { Vec::new() } else { self.db.gone(&workers).await? };
        Ok(!gone.is_empty() && lease::take_over(&self.db, &gone).await? > 0)
    }

    fn receivers(&self, mode: Mode) -> impl Iterator<Item = &'static str> {
        let takes_tx = |name| self.durables.durability(name).map(|durability| durability.takes_tx);
        self.durables.names().filter(move |name| takes_tx(name) == Some(mode == Mode::Locked))
    }

    /// The receivers of which another call may run.
    pub(super) fn free_receivers(&self, mode: Mode) -> Vec<&'static str> {
        let counts = lock(&self.counts);
        let is_free = |name: &&'static str| {
            let running = counts.get(name).copied().unwrap_or_default();
            self.durables.durability(name).and_then(|known| known.concurrency).is_none_or(|most| running < most)
        };
        self.receivers(mode).filter(is_free).collect()
    }

    /// Renews the leases of the calls that are running. A receiver whose call another worker has taken is dropped. A call whose claim was
    /// not answered becomes due again.
    pub(super) async fn renew_leases(&self) -> Result<()> {
        self.lease().release_lost(&self.db, &self.held_calls()).await?;
        let is_renewed = |(call, lease): (&(i64, u32), &LeaseState)| (!lease.is_locked).then_some(*call);
        let calls: Vec<(i64, u32)> = lock(&self.held).iter().filter_map(is_renewed).collect();
        if calls.is_empty() {
            return Ok(());
        }
        let renewed = self.lease().renew(&self.db, &calls).await?;
        let held = lock(&self.held);
        for lease in calls.iter().filter(|(call, _)| !renewed.contains(call)).filter_map(|call| held.get(call)) {
            lease.lost.notify_one();
        }
        Ok(())
    }
}

/// A call that is running, which is counted until this is dropped.
struct RunningCall<'a> {
    claimed: Claimed,
    held: Held<'a>,
    _count: Count<'a>,
}

/// What keeps a call from other workers.
enum Held<'a> {
    /// Its receiver takes this transaction, which has locked it. If the attempt was counted before it began, there is a lease as well.
    Locked { tx: Tx, counted: Option<HeldLease<'a>> },
    /// Its receiver runs outside of a transaction.
    Leased(HeldLease<'a>),
}

impl<'a> RunningCall<'a> {
    fn new(shared: &'a Shared, claimed: Claimed, held: Held<'a>) -> Self {
        let receiver = shared.durables.name(&claimed.receiver);
        if let Some(receiver) = receiver {
            *lock(&shared.counts).entry(receiver).or_default() += 1;
        }
        Self { claimed, held, _count: Count { shared, receiver } }
    }
}

/// One of the calls of a receiver that are running.
struct Count<'a> {
    shared: &'a Shared,
    receiver: Option<&'static str>,
}

impl Drop for Count<'_> {
    fn drop(&mut self) {
        let mut counts = lock(&self.shared.counts);
        if let Some(count) = self.receiver.and_then(|receiver| counts.get_mut(receiver)) {
            *count -= 1;
        }
    }
}

/// A lease that the worker holds until this is dropped.
struct HeldLease<'a> {
    shared: &'a Shared,
    /// The id of the worker when it was claimed.
    worker: i64,
    call: (i64, u32),
    /// Notified if another worker has taken the call.
    lost: Arc<Notify>,
}

impl<'a> HeldLease<'a> {
    fn new(shared: &'a Shared, claimed: &Claimed, worker: i64, is_locked: bool) -> Self {
        let (call, lost) = ((claimed.id, claimed.attempts + 1), Arc::new(Notify::new()));
        lock(&shared.held).insert(call, LeaseState { lost: Arc::clone(&lost), is_locked });
        Self { shared, worker, call, lost }
    }
}

impl Drop for HeldLease<'_> {
    fn drop(&mut self) {
        lock(&self.shared.held).remove(&self.call);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
