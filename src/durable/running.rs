//! A worker that runs: its tasks, each of which calls one receiver after the other, and what keeps their calls theirs.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};

use super::backoff::jittered;
use super::call::{Attempt, Outcome};
use super::claim::{self, Claimed, Lease};
use super::options::{Options, Ran};
use super::receivers::Durables;
use super::seen::Seen;
use crate::db::{Db, Dialect, Presence, Tx, Woken};
use crate::error::{Error, Result};
use crate::fault;

/// How often the calls of workers whose process has ended are looked for.
const TAKE_OVER: Duration = Duration::from_millis(500);
/// How often events that no call needs are looked for.
const CLEAN: Duration = Duration::from_mins(10);

/// How a receiver is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// In a transaction, which has locked its call: the receiver takes `tx`.
    Locked,
    /// Outside of a transaction, with a lease.
    Leased,
}

const MODES: [Mode; 2] = [Mode::Leased, Mode::Locked];

/// What the tasks of a worker share.
pub(super) struct Shared {
    pub(super) db: Db,
    durables: Durables,
    options: Options,
    /// The id of the worker, which changes if its presence is lost.
    worker: AtomicI64,
    /// How many calls of each receiver are running.
    counts: Mutex<HashMap<&'static str, u32>>,
    /// The calls that are leased, with the numbers of their attempts, and what to notify if another worker has taken one.
    leased: Mutex<HashMap<(i64, u32), Arc<Notify>>>,
    /// One task at a time claims a call, so that no receiver runs more often than its `concurrency`.
    claiming: [tokio::sync::Mutex<()>; 2],
    /// A task has claimed a call: there may be more.
    pub(super) more: Notify,
    /// Whether no further calls are claimed.
    is_stopping: AtomicBool,
    succeeded: AtomicU64,
    failed: AtomicU64,
}

/// A worker that runs.
pub(super) struct Running {
    pub(super) shared: Arc<Shared>,
    tasks: JoinSet<Result<Claims>>,
    /// The mode of each task.
    modes: HashMap<task::Id, Mode>,
    /// Whether the last task of a mode has found no call: others may have locked those that are due.
    found_none: [bool; 2],
    /// Until when the database is not asked, because nothing is due and nothing runs.
    idle_until: Option<Instant>,
    /// Other workers know by it that this one exists. `None` after it was lost, until it is announced again.
    presence: Option<Presence>,
    renewed: Instant,
    took_over: Instant,
    cleaned: Option<Instant>,
}

/// Whether a task has claimed calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claims {
    None,
    Some,
}

/// What has happened.
enum Change {
    /// A task has ended.
    Ended(Result<(task::Id, Result<Claims>), JoinError>),
    Woken(Woken),
}

async fn woken(presence: &mut Option<Presence>) -> Woken {
    match presence {
        Some(presence) => presence.woken().await,
        None => std::future::pending().await,
    }
}

impl Running {
    /// Starts a worker, if the program has durable receivers.
    pub(super) async fn start(db: Db, options: Options) -> Result<Option<Self>> {
        let durables = Durables::linked();
        if durables.is_empty() {
            return Ok(None);
        }
        durables.check()?;
        // Without the tables this is the error.
        let unknown = super::status::unknown_receivers(&db, &durables).await?;
        if !unknown.is_empty() {
            db.report(super::receivers::retired(&unknown));
        }
        let presence = db.announce().await?;
        let shared = Shared {
            db,
            durables,
            options,
            worker: AtomicI64::new(presence.id()),
            counts: Mutex::default(),
            leased: Mutex::default(),
            claiming: Default::default(),
            more: Notify::new(),
            is_stopping: AtomicBool::new(false),
            succeeded: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        };
        let now = Instant::now();
        Ok(Some(Self {
            shared: Arc::new(shared),
            tasks: JoinSet::new(),
            modes: HashMap::new(),
            found_none: [false; 2],
            idle_until: None,
            presence: Some(presence),
            renewed: now,
            took_over: now,
            cleaned: None,
        }))
    }

    /// Something may be due that was not before.
    pub(super) fn wake(&mut self) {
        self.found_none = [false; 2];
        self.idle_until = None;
    }

    /// A round has ended: the database is asked again, unless it has said that nothing is due yet.
    pub(super) fn end_round(&mut self) {
        if self.idle_until.is_none() {
            self.wake();
        }
    }

    /// Whether no task is running.
    pub(super) fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Starts a task for each mode in which calls are due. Returns how long to wait for more.
    pub(super) async fn fill(&mut self) -> Duration {
        match self.try_fill().await {
            Ok(pause) => pause,
            Err(error) => {
                self.shared.db.report(error);
                jittered(self.shared.options.poll)
            }
        }
    }

    async fn try_fill(&mut self) -> Result<Duration> {
        if let Some(at) = self.idle_until {
            let left = at.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return Ok(left);
            }
            self.wake();
        }
        let mut pause = jittered(self.shared.options.poll);
        let names = MODES.map(|mode| self.askable(mode));
        let all = names.concat();
        if all.is_empty() {
            return Ok(pause);
        }
        let work = claim::work(&self.shared.db, &all, &self.shared.durables).await?;
        for (mode, names) in MODES.into_iter().zip(names) {
            let is_due = work.iter().any(|work| work.is_due && names.contains(&&*work.receiver));
            if is_due && self.tasks.len() < self.shared.options.concurrency {
                let shared = Arc::clone(&self.shared);
                let task = self.tasks.spawn(async move { shared.run_calls(mode).await });
                self.modes.insert(task.id(), mode);
            }
        }
        if let Some(later) = work.iter().filter_map(|work| work.later).min() {
            pause = pause.min(later.max(Duration::from_millis(1)));
        }
        if self.tasks.is_empty() && self.found_none == [false; 2] {
            self.idle_until = Some(Instant::now() + pause);
        }
        Ok(pause)
    }

    /// The receivers of a mode of which the database is asked, because a task could call them.
    fn askable(&self, mode: Mode) -> Vec<&'static str> {
        let shared = &self.shared;
        let is_full = self.tasks.len() >= shared.options.concurrency
            // Only one transaction can write.
            || mode == Mode::Locked && shared.db.dialect() == Dialect::Sqlite && self.modes.values().any(|known| *known == mode);
        if is_full || self.found_none[mode as usize] { Vec::new() } else { shared.free_receivers(mode) }
    }

    /// Waits for the end of a task, or until another process has stored events.
    pub(super) async fn changed(&mut self) {
        let Self { tasks, presence, .. } = self;
        let change = tokio::select! {
            Some(ended) = tasks.join_next_with_id() => Change::Ended(ended),
            woken = woken(presence) => Change::Woken(woken),
        };
        match change {
            Change::Ended(ended) => {
                let (task, claims) = match ended {
                    Ok((task, claims)) => (task, claims),
                    Err(error) => (error.id(), Err(Error::other(error))),
                };
                if let Some(mode) = self.modes.remove(&task) {
                    self.found_none[mode as usize] = !matches!(claims, Ok(Claims::Some));
                }
                if let Err(error) = claims {
                    self.shared.db.report(error);
                }
            }
            Change::Woken(Woken::Woken) => self.wake(),
            Change::Woken(Woken::Lost(error)) => {
                self.shared.db.report(error);
                self.presence = None;
            }
        }
    }

    /// Renews leases, takes over the calls of workers that are gone, and deletes events that no call needs. Failures are reported: the
    /// next round tries it again.
    pub(super) async fn keep_house(&mut self) {
        if let Err(error) = self.try_keep_house().await {
            self.shared.db.report(error);
        }
    }

    async fn try_keep_house(&mut self) -> Result<()> {
        self.announce().await?;
        let shared = Arc::clone(&self.shared);
        if self.renewed.elapsed() >= shared.options.lease / 3 {
            self.renewed = Instant::now();
            shared.renew_leases().await?;
        }
        if self.took_over.elapsed() >= TAKE_OVER {
            self.took_over = Instant::now();
            if shared.take_over().await? {
                self.wake();
            }
        }
        if self.cleaned.is_none_or(|cleaned| cleaned.elapsed() >= CLEAN) {
            self.cleaned = Some(Instant::now());
            claim::delete_events(&shared.db, shared.options.keep).await?;
        }
        Ok(())
    }

    /// Announces the worker again if its presence was lost. Others take over what it has leased, so its receivers that are running are dropped.
    async fn announce(&mut self) -> Result<()> {
        if self.presence.is_none() {
            lock(&self.shared.leased).values().for_each(|lost| lost.notify_one());
            let presence = self.shared.db.announce().await?;
            self.shared.worker.store(presence.id(), Ordering::Relaxed);
            self.presence = Some(presence);
        }
        Ok(())
    }

    /// The longest time between two rounds.
    pub(super) fn round(&self) -> Duration {
        TAKE_OVER.min(self.shared.options.lease / 3)
    }

    /// Waits for the receivers that are running, and drops those that take too long.
    pub(super) async fn stop(mut self) {
        self.shared.is_stopping.store(true, Ordering::Relaxed);
        let deadline = Instant::now() + self.shared.options.grace;
        while !self.tasks.is_empty() && Instant::now() < deadline {
            let round = self.round().min(deadline - Instant::now());
            tokio::select! {
                () = self.changed() => {}
                () = sleep(round) => {}
            }
            // A receiver that runs may have the connection for which this waits.
            _ = timeout_at(deadline, self.keep_house()).await;
        }
        self.tasks.shutdown().await;
        if let Err(error) = self.shared.lease().release(&self.shared.db).await {
            self.shared.db.report(error);
        }
    }
}

impl Shared {
    pub(super) fn ran(&self) -> Ran {
        Ran { succeeded: self.succeeded.load(Ordering::Relaxed), failed: self.failed.load(Ordering::Relaxed) }
    }

    /// Calls one receiver after the other, until no call is due.
    async fn run_calls(&self, mode: Mode) -> Result<Claims> {
        let mut claims = Claims::None;
        while !self.is_stopping.load(Ordering::Relaxed) && self.run_next(mode).await? {
            claims = Claims::Some;
        }
        Ok(claims)
    }

    /// Calls the receiver of the next call. Returns false if no call is due.
    async fn run_next(&self, mode: Mode) -> Result<bool> {
        let Some((claimed, tx, running)) = self.claim(mode).await? else { return Ok(false) };
        self.more.notify_one();
        fault::point("after_claim");
        let attempt = Attempt { db: &self.db, durables: &self.durables, keep: self.options.keep };
        let seen = Seen::delivery(&self.db, &claimed);
        let outcome = if let Some(tx) = tx {
            seen.around(attempt.run_in(tx, claimed)).await?
        } else {
            let leased = Leased::new(self, (claimed.id, claimed.attempts + 1));
            seen.around(attempt.run_leased(claimed, running.worker, &leased.lost)).await?
        };
        match outcome {
            Outcome::Succeeded => _ = self.succeeded.fetch_add(1, Ordering::Relaxed),
            Outcome::Failed | Outcome::Dead => _ = self.failed.fetch_add(1, Ordering::Relaxed),
            Outcome::Lost => {}
        }
        Ok(true)
    }

    /// Claims the next call, and counts it. Its receiver runs in the transaction, if there is one.
    async fn claim(&self, mode: Mode) -> Result<Option<(Claimed, Option<Tx>, RunningCall<'_>)>> {
        let _claiming = self.claiming[mode as usize].lock().await;
        let names = self.free_receivers(mode);
        if names.is_empty() {
            return Ok(None);
        }
        // In SQLite, a transaction would wait for the one that writes.
        if self.db.dialect() == Dialect::Sqlite && !claim::has_next(&self.db, &names, &self.durables).await? {
            return Ok(None);
        }
        let leased: Vec<i64> = lock(&self.leased).keys().map(|(call, _)| *call).collect();
        let claimed = match mode {
            Mode::Locked => self.lock_next(&names, &leased).await,
            Mode::Leased => {
                let claimed = self.lease().claim_next(&self.db, &names, &self.durables, &leased).await;
                claimed.map(|claimed| claimed.map(|claimed| (claimed, None)))
            }
        };
        match claimed {
            Ok(claimed) => Ok(claimed.map(|(claimed, tx)| {
                let running = RunningCall::new(self, &claimed.receiver);
                (claimed, tx, running)
            })),
            Err(error) if claim::is_busy(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn lock_next(&self, names: &[&'static str], leased: &[i64]) -> Result<Option<(Claimed, Option<Tx>)>> {
        let tx = self.db.begin_at(Location::caller()).await?;
        match claim::lock_next(&tx, names, &self.durables, leased).await? {
            Some(claimed) => Ok(Some((claimed, Some(tx)))),
            None => tx.rollback().await.map(|()| None),
        }
    }

    fn lease(&self) -> Lease {
        self.lease_of(self.worker.load(Ordering::Relaxed))
    }

    fn lease_of(&self, worker: i64) -> Lease {
        Lease { worker, time: self.options.lease }
    }

    /// Takes over the calls of workers whose process has ended. Returns whether there were some.
    async fn take_over(&self) -> Result<bool> {
        let mut workers = claim::workers(&self.db).await?;
        workers.retain(|worker| *worker != self.worker.load(Ordering::Relaxed));
        let gone = if workers.is_empty() { Vec::new() } else { self.db.gone(&workers).await? };
        Ok(!gone.is_empty() && claim::take_over(&self.db, &gone).await? > 0)
    }

    /// The receivers of which another call may run.
    fn free_receivers(&self, mode: Mode) -> Vec<&'static str> {
        let counts = lock(&self.counts);
        let is_free = |name: &&'static str| {
            let Some(durability) = self.durables.durability(name) else { return false };
            let running = counts.get(name).copied().unwrap_or_default();
            durability.takes_tx == (mode == Mode::Locked) && durability.concurrency.is_none_or(|most| running < most)
        };
        self.durables.names().filter(is_free).collect()
    }

    /// Renews the leases of the calls that are running. A receiver whose call another worker has taken is dropped.
    async fn renew_leases(&self) -> Result<()> {
        let calls: Vec<(i64, u32)> = lock(&self.leased).keys().copied().collect();
        if calls.is_empty() {
            return Ok(());
        }
        let renewed = self.lease().renew(&self.db, &calls).await?;
        let leased = lock(&self.leased);
        for lost in calls.iter().filter(|(call, _)| !renewed.contains(call)).filter_map(|call| leased.get(call)) {
            lost.notify_one();
        }
        Ok(())
    }
}

/// A call that is running, which is counted until this is dropped.
struct RunningCall<'a> {
    shared: &'a Shared,
    /// The id of the worker when it was claimed.
    worker: i64,
    receiver: Option<&'static str>,
}

impl<'a> RunningCall<'a> {
    fn new(shared: &'a Shared, receiver: &str) -> Self {
        let receiver = shared.durables.names().find(|name| *name == receiver);
        if let Some(receiver) = receiver {
            *lock(&shared.counts).entry(receiver).or_default() += 1;
        }
        Self { shared, worker: shared.worker.load(Ordering::Relaxed), receiver }
    }
}

impl Drop for RunningCall<'_> {
    fn drop(&mut self) {
        let mut counts = lock(&self.shared.counts);
        if let Some(count) = self.receiver.and_then(|receiver| counts.get_mut(receiver)) {
            *count -= 1;
        }
    }
}

/// A call whose lease is renewed until this is dropped.
struct Leased<'a> {
    shared: &'a Shared,
    call: (i64, u32),
    /// Notified if another worker has taken the call.
    lost: Arc<Notify>,
}

impl<'a> Leased<'a> {
    fn new(shared: &'a Shared, call: (i64, u32)) -> Self {
        let lost = Arc::new(Notify::new());
        lock(&shared.leased).insert(call, Arc::clone(&lost));
        Self { shared, call, lost }
    }
}

impl Drop for Leased<'_> {
    fn drop(&mut self) {
        lock(&self.shared.leased).remove(&self.call);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
