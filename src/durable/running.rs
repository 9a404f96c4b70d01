//! A worker that runs: its tasks, each of which calls one receiver after the other, and what keeps their calls theirs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::backoff::{Failures, jittered};
use super::claim::{self, Work};
use super::cleaning::Cleaning;
use super::options::Options;
use super::receivers::Durables;
use super::tasks::{Claims, MODES, Mode, Shared};
use super::writable;
use crate::db::{Db, Dialect, Presence, Woken};
use crate::error::{Error, Result};

/// How often the calls of workers whose process has ended are looked for.
const TAKE_OVER: Duration = Duration::from_millis(500);

/// How long a worker that stops waits until its leases are released.
const RELEASE: Duration = Duration::from_secs(5);

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
    cleaning: Cleaning,
    /// Of the question what is due.
    asking: Failures,
    /// Of the claims and ends of calls.
    calling: Failures,
    /// Of renewing leases, taking over and cleaning.
    keeping: Failures,
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
        writable::check(&db, "signals_todo").await?;
        let presence = db.announce().await?;
        let cleaning = Cleaning::new(options.keep);
        let shared = Shared::new(db, durables, options, presence.id());
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
            cleaning,
            asking: Failures::default(),
            calling: Failures::default(),
            keeping: Failures::default(),
        }))
    }

    /// Something may be due that was not before.
    pub(super) fn wake(&mut self) {
        self.asking.end_pause();
        self.ask_again();
    }

    fn ask_again(&mut self) {
        self.found_none = [false; 2];
        self.idle_until = None;
    }

    /// A round has ended: the database is asked again, unless it has said that nothing is due yet, or calls have failed just now.
    pub(super) fn end_round(&mut self) {
        if self.idle_until.is_none() && self.calling.left().is_zero() {
            self.ask_again();
        }
    }

    /// Whether no task is running.
    pub(super) fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Starts a task for each mode in which calls are due. Returns how long to wait for more.
    pub(super) async fn fill(&mut self) -> Duration {
        let left = self.asking.left();
        if !left.is_zero() {
            return left;
        }
        match self.try_fill().await {
            Ok(pause) => {
                self.asking.succeeded();
                pause
            }
            Err(error) => {
                self.shared.db.report(error);
                self.asking.failed(self.round())
            }
        }
    }

    async fn try_fill(&mut self) -> Result<Duration> {
        if let Some(at) = self.idle_until {
            let left = at.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return Ok(left);
            }
            self.ask_again();
        }
        let mut pause = jittered(self.shared.options.poll);
        let names = MODES.map(|mode| self.askable(mode));
        let all = names.concat();
        if all.is_empty() {
            return Ok(pause);
        }
        let work = claim::work(&self.shared.db, &all, &self.shared.durables).await?;
        let is_crowded = |name: &&str| work.iter().any(|work| work.is_crowded && work.receiver == *name);
        self.shared.crowded(all.iter().copied().filter(is_crowded).collect());
        for (mode, names) in MODES.into_iter().zip(names) {
            let may_begin = |work: &Work| (work.is_due || work.is_crowded) && names.contains(&&*work.receiver);
            let is_due = work.iter().any(may_begin);
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
                match claims {
                    Ok(Claims::Some | Claims::None) => self.calling.succeeded(),
                    Ok(Claims::Failed) => _ = self.calling.failed(self.round()),
                    Err(error) => {
                        self.shared.db.report(error);
                        self.calling.failed(self.round());
                    }
                }
            }
            Change::Woken(Woken::Woken) => self.wake(),
            Change::Woken(Woken::Lost(error)) => {
                self.shared.db.report(error);
                self.presence = None;
            }
        }
    }

    /// Renews leases, takes over the calls of workers that are gone, and deletes events that no call needs. Failures are reported: it is
    /// tried again later.
    pub(super) async fn keep_house(&mut self) {
        if self.keeping.left().is_zero() {
            let kept = self.try_keep_house().await;
            self.note_kept(kept);
        }
    }

    /// The same, and leaves the events.
    pub(super) async fn keep_leases(&mut self) {
        if self.keeping.left().is_zero() {
            let kept = self.try_keep_leases().await;
            self.note_kept(kept);
        }
    }

    fn note_kept(&mut self, kept: Result<()>) {
        match kept {
            Ok(()) => self.keeping.succeeded(),
            Err(error) => {
                self.shared.db.report(error);
                let lease = self.shared.options.lease;
                self.keeping.failed_for(self.round(), if self.tasks.is_empty() { Duration::MAX } else { lease / 3 });
            }
        }
    }

    async fn try_keep_house(&mut self) -> Result<()> {
        self.try_keep_leases().await?;
        self.cleaning.go_on(&self.shared.db).await
    }

    async fn try_keep_leases(&mut self) -> Result<()> {
        self.announce().await?;
        let shared = Arc::clone(&self.shared);
        if shared.uncount().await? {
            self.wake();
        }
        if self.renewed.elapsed() >= shared.options.lease / 3 {
            shared.renew_leases().await?;
            self.renewed = Instant::now();
        }
        if self.took_over.elapsed() >= TAKE_OVER {
            let took_over = shared.take_over().await?;
            self.took_over = Instant::now();
            if took_over {
                self.wake();
            }
        }
        Ok(())
    }

    /// Announces the worker again if its presence was lost. Others take over what it has leased, so its receivers that are running are dropped.
    async fn announce(&mut self) -> Result<()> {
        if self.presence.is_none() {
            self.shared.lose_leases();
            let presence = self.shared.db.announce().await?;
            self.shared.rename(presence.id());
            self.presence = Some(presence);
        }
        Ok(())
    }

    /// Deletes all events that no call needs, as a worker that goes on does by and by.
    pub(super) async fn clean(&mut self) {
        if let Err(error) = self.cleaning.finish(&self.shared.db).await {
            self.shared.db.report(error);
        }
    }

    /// The longest time between two rounds.
    pub(super) fn round(&self) -> Duration {
        TAKE_OVER.min(self.shared.options.lease / 3)
    }

    /// Waits for the receivers that are running, and drops those that take too long.
    pub(super) async fn stop(mut self) {
        self.shared.stop();
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
        // Another worker may have locked a call that this one has lost. What is not released, others take over when this one is gone.
        let lease = self.shared.lease();
        if let Ok(Err(error)) = timeout(RELEASE, lease.release(&self.shared.db)).await {
            self.shared.db.report(error);
        }
    }
}
