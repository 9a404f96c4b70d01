//! Workers: tasks that call durable receivers, in this process or in one of their own.

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use signals_core::BoxFuture;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::options::{Options, Ran, pause};
use super::running::Running;
use crate::db::Db;
use crate::error::{Error, Result};

/// The longest time for which a worker that stops waits: the clock of a process has an end.
const LONGEST: Duration = Duration::from_hours(24 * 365);

/// Calls the durable receivers of this program, whichever process has stored their events.
///
/// Any number of workers may run, on any number of machines: each call is taken by one of them. [`Db::work`] runs one in the program
/// itself; a process that does nothing else runs one until a signal ends it:
///
/// ```no_run
/// use signals::durable::Worker;
/// use signals::prelude::*;
///
/// #[tokio::main]
/// async fn main() -> Result<()> {
///     let db = Db::connect("postgres://localhost/shop").await?;
///     Worker::new(&db).run(shutdown()).await
/// }
///
/// /// Ready when the process is told to end: for example after `tokio::signal::ctrl_c().await`.
/// async fn shutdown() {
///     # std::future::pending().await
/// }
/// ```
#[derive(Clone)]
#[must_use = "a worker does nothing until `run` is called"]
pub struct Worker {
    db: Db,
    options: Options,
}

impl Worker {
    /// A worker for the receivers of the program, in this database.
    pub fn new(db: &Db) -> Self {
        let options = Options {
            concurrency: 4,
            poll: Duration::from_secs(1),
            lease: Duration::from_secs(30),
            grace: Duration::from_secs(30),
            keep: Duration::ZERO,
        };
        Self { db: db.clone(), options }
    }

    /// How many receivers may run at the same time. The default is 4. On PostgreSQL each that takes `tx` uses a connection of the
    /// pool. On SQLite those that take `tx` run one after the other, because only one transaction can write.
    ///
    /// # Panics
    /// If it is 0.
    pub fn concurrency(mut self, receivers: usize) -> Self {
        assert!(receivers > 0, "a worker that calls no receivers does nothing");
        self.options.concurrency = receivers;
        self
    }

    /// How often the worker looks for calls that it was not told of. The default is 1 second. A worker in the process that stores
    /// an event is told at once, and on PostgreSQL those of other processes too. The shortest time is a millisecond, and the longest one a
    /// day.
    pub fn poll_every(mut self, time: Duration) -> Self {
        self.options.poll = pause(time);
        self
    }

    /// How long a call without `tx` belongs to a worker that is not heard of. The default is 30 seconds. A worker renews its leases while it runs,
    /// so that a receiver may take longer. If the process of a worker has ended, its calls are taken over at once; the lease is for a
    /// machine that has disappeared.
    pub fn lease(mut self, time: Duration) -> Self {
        self.options.lease = time.max(Duration::from_millis(100));
        self
    }

    /// How long [`run`](Self::run) waits for receivers that are running when it ends. The default is 30 seconds. Afterwards they are
    /// dropped, and called again by another worker.
    pub fn grace(mut self, time: Duration) -> Self {
        self.options.grace = time.min(LONGEST);
        self
    }

    /// How long events are kept after their last call, for [`replay`](super::replay()). The default is not at all.
    pub fn keep_events(mut self, time: Duration) -> Self {
        self.options.keep = time;
        self
    }

    /// Calls receivers until `until` is ready. Then it begins no further calls, and waits for those that are running.
    ///
    /// A future with another output than `()` is awaited in a block: `run(async { _ = tokio::signal::ctrl_c().await })`.
    ///
    /// Failures of receivers and of the database are reported to the handler of
    /// [`ConnectOptions::on_error`](crate::db::ConnectOptions::on_error), and the worker goes on. While the database fails, the pauses between its
    /// attempts double, up to ten seconds.
    ///
    /// # Errors
    /// The tables do not exist, the database is read-only, or two receivers have one id.
    pub fn run<'a>(self, until: impl Future<Output = ()> + Send + 'a) -> BoxFuture<'a, Result<()>> {
        // The future of a generic `async fn` would report what is not a future at each of its uses.
        Box::pin(self.run_until(until))
    }

    async fn run_until(self, until: impl Future<Output = ()>) -> Result<()> {
        let (mut until, grace) = (pin!(until), self.options.grace);
        let mut start = pin!(Running::start(self.db, self.options));
        let started = tokio::select! {
            biased;
            started = &mut start => started?,
            // Whether the tables exist is said all the same, unless the database lets it wait.
            () = &mut until => match timeout(grace, start).await {
                Ok(Ok(Some(running))) => {
                    running.stop().await;
                    return Ok(());
                }
                Ok(started) => return started.map(drop),
                Err(_) => return Ok(()),
            },
        };
        let Some(running) = started else {
            until.await;
            return Ok(());
        };
        call_until(running, until).await;
        Ok(())
    }

    /// Runs the worker as a task: see [`Db::work`]. If it cannot begin, because its tables do not exist or the database is read-only, this is reported to the handler of
    /// [`ConnectOptions::on_error`](crate::db::ConnectOptions::on_error), and [`Working::stop`] returns it.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn spawn(self) -> Working {
        let (stop, stopped) = oneshot::channel::<()>();
        let db = self.db.clone();
        let task = tokio::spawn(async move {
            let ran = self.run_until(async { _ = stopped.await }).await;
            if let Err(error) = &ran {
                db.report(Error::other(format!("the worker of durable receivers cannot begin: {error}")));
            }
            ran
        });
        Working { stop: Some(stop), task }
    }

    /// Calls receivers until no call is due, and returns how many there were: for tests, and for programs that a timer starts.
    ///
    /// # Errors
    /// Like [`run`](Self::run); errors of the database.
    pub async fn run_due(self) -> Result<Ran> {
        let Some(mut running) = Running::start(self.db, self.options).await? else { return Ok(Ran::default()) };
        loop {
            running.fill().await;
            if running.is_idle() {
                running.keep_house().await;
                running.clean().await;
                let ran = running.shared.ran();
                running.stop().await;
                return Ok(ran);
            }
            let shared = Arc::clone(&running.shared);
            let round = running.round();
            tokio::select! {
                () = running.changed() => {}
                () = shared.more.notified() => {}
                () = sleep(round) => {}
            }
            running.keep_leases().await;
        }
    }
}

/// Calls receivers until `until` is ready, and waits for those that are running.
async fn call_until(mut running: Running, mut until: Pin<&mut impl Future<Output = ()>>) {
    let shared = Arc::clone(&running.shared);
    // It is registered at all times, and again before the database is asked, so that nothing that is stored in between is missed.
    let mut stored = pin!(shared.db.stored());
    stored.as_mut().enable();
    loop {
        // The database may let it wait, for a connection that a receiver has.
        let pause = tokio::select! {
            biased;
            () = &mut until => break,
            pause = running.fill() => pause.min(running.round()),
        };
        tokio::select! {
            biased;
            () = &mut until => break,
            () = running.changed() => {}
            () = shared.more.notified() => {}
            () = stored.as_mut() => {
                stored.set(shared.db.stored());
                stored.as_mut().enable();
                running.wake();
            }
            () = sleep(pause) => running.end_round(),
        }
        tokio::select! {
            biased;
            () = &mut until => break,
            () = running.keep_house() => {}
        }
    }
    running.stop().await;
}

impl Db {
    /// Runs a [`Worker`] as a task of this process, until the returned handle is stopped or dropped. It is the simplest way to call durable
    /// receivers, and on SQLite the usual one.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn work(&self) -> Working {
        Worker::new(self).spawn()
    }
}

/// A worker that runs as a task. When it is dropped, the worker begins no further calls, and ends as soon as those that are running have
/// ended.
#[derive(Debug)]
#[must_use = "the worker ends when this is dropped"]
pub struct Working {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<()>>,
}

impl Working {
    /// Ends the worker, and waits for the receivers that are running.
    ///
    /// # Errors
    /// The worker could not begin: its tables do not exist, or the database is read-only.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.stop.take());
        (&mut self.task).await.map_err(Error::other)?
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("db", &self.db).field("options", &self.options).finish()
    }
}
