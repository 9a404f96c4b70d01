//! Which workers exist: the presence of a worker ends with its process, however the process ends.
//!
//! A worker that runs a receiver without a transaction marks the row with its id and a lease. If its process is killed, [`Db::gone`]
//! says so within milliseconds, and another worker takes the row without waiting for the end of the lease. A process that is only
//! paused is not gone.
//!
//! | | a worker exists while | it is woken by |
//! |---|---|---|
//! | PostgreSQL | a connection of its own holds an advisory lock | NOTIFY |
//! | a file of SQLite | a file next to the database is locked | nothing: it polls |
//! | SQLite in memory | its id is in a set of the process | nothing: there is no other process |
//!
//! A lost presence does not mean that the process has ended, for example after a failure of the network. Its rows are then taken a
//! second time while it still runs their receivers, as they are after the end of a lease.
#![cfg_attr(
    not(feature = "postgres"),
    allow(unused_variables, reason = "only a pool of connections needs to know where a connection was taken")
)]

use std::panic::Location;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::futures::Notified;
use tokio::time::sleep;

use super::driver::Driver;
#[cfg(feature = "postgres")]
use super::postgres;
#[cfg(feature = "sqlite")]
use super::sqlite;
use super::{Db, Dialect};
use crate::error::{Error, Result};

/// For how long transactions are gathered before the workers of other processes are woken.
const TOGETHER: Duration = Duration::from_millis(5);

/// The presence of a worker. While it exists, the worker is alive; dropping it ends the presence.
///
/// In PostgreSQL it belongs to the Tokio runtime in which it was announced, and is lost when that ends.
pub(crate) struct Presence(Inner);

enum Inner {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Presence),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Presence),
}

/// Why [`Presence::woken`] has returned.
#[derive(Debug)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "SQLite wakes no other process"))]
pub(crate) enum Woken {
    /// Another process has called [`Db::wake_others`].
    Woken,
    /// The presence is lost, and other workers take over the rows of this one: announce a new one, which has another id.
    Lost(Error),
}

impl Presence {
    /// The id of the worker: random, unique and positive.
    pub(crate) fn id(&self) -> i64 {
        match self.0 {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(ref presence) => presence.id(),
            #[cfg(feature = "postgres")]
            Inner::Postgres(ref presence) => presence.id(),
        }
    }

    /// Waits until another process wakes this one, or until the presence is lost. Several calls of [`Db::wake_others`] may wake it
    /// once. If the future is dropped, the next call returns what this one would have returned.
    ///
    /// It never returns for SQLite, and with a pooler that has no sessions: see [`Db::announce`]. Poll as well.
    pub(crate) async fn woken(&mut self) -> Woken {
        match self.0 {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(_) => std::future::pending().await,
            #[cfg(feature = "postgres")]
            Inner::Postgres(ref mut presence) => match presence.woken().await {
                Ok(()) => Woken::Woken,
                Err(error) => Woken::Lost(error),
            },
        }
    }
}

impl Db {
    /// Announces a worker of this process. Look for rows afterwards: commits from before are not notified.
    ///
    /// In PostgreSQL it opens a connection in addition to those of the pool, with the same options. It also takes one of the pool for
    /// a moment.
    ///
    /// A pooler that gives each transaction another connection, such as pgbouncer with `pool_mode = transaction`, supports neither
    /// LISTEN nor locks of sessions. This is detected. The worker then has no connection of its own, [`woken`](Presence::woken) never
    /// returns, and [`gone`](Self::gone) never returns its id: what is left are polling and the end of the lease.
    ///
    /// # Errors
    ///
    /// The connection cannot be opened, or the pool has none that is free; for a file of SQLite, the file of the worker cannot be
    /// created or locked.
    #[track_caller]
    pub(crate) fn announce(&self) -> impl Future<Output = Result<Presence>> + Send {
        let at = Location::caller();
        async move {
            let inner = match *self.driver() {
                #[cfg(feature = "sqlite")]
                Driver::Sqlite(ref driver) => Inner::Sqlite(driver.workers().announce()?),
                #[cfg(feature = "postgres")]
                Driver::Postgres(ref driver) => Inner::Postgres(driver.announce(at).await?),
            };
            Ok(Presence(inner))
        }
    }

    /// Of these workers, the ones that no longer exist: their process has ended, or their presence was dropped or lost.
    ///
    /// It is one query on PostgreSQL, and for SQLite it opens one small file per worker.
    #[track_caller]
    pub(crate) fn gone(&self, workers: &[i64]) -> impl Future<Output = Result<Vec<i64>>> + Send {
        let at = Location::caller();
        async move {
            match *self.driver() {
                #[cfg(feature = "sqlite")]
                Driver::Sqlite(ref driver) => driver.workers().gone(workers),
                #[cfg(feature = "postgres")]
                Driver::Postgres(ref driver) => driver.gone(workers, at).await,
            }
        }
    }

    /// Wakes the workers of other processes, more exactly of every other `Db` on the same database and schema. It does nothing for
    /// SQLite.
    ///
    /// Call it after the commit and never inside of a transaction of the user: NOTIFY takes a lock of the whole server at commit.
    #[track_caller]
    pub(crate) fn wake_others(&self) -> impl Future<Output = Result<()>> + Send {
        let at = Location::caller();
        async move {
            match *self.driver() {
                #[cfg(feature = "sqlite")]
                Driver::Sqlite(_) => Ok(()),
                #[cfg(feature = "postgres")]
                Driver::Postgres(ref driver) => driver.wake_others(at).await,
            }
        }
    }
}

impl Db {
    /// Wakes the workers: a transaction has stored events.
    pub(crate) fn events_were_stored(&self) {
        self.shared.wake.stored.notify_waiters();
        self.wake_others_soon();
    }

    /// Ready when a transaction of this process has stored events.
    pub(crate) fn stored(&self) -> Notified<'_> {
        self.shared.wake.stored.notified()
    }

    /// Wakes the workers of other processes, once for all transactions of a few milliseconds. It is only a hint: workers also poll.
    fn wake_others_soon(&self) {
        let Ok(runtime) = Handle::try_current() else { return };
        if self.dialect() == Dialect::Sqlite || self.shared.wake.is_waking.swap(true, Ordering::AcqRel) {
            return;
        }
        let db = self.clone();
        runtime.spawn(async move {
            sleep(TOGETHER).await;
            db.shared.wake.is_waking.store(false, Ordering::Release);
            if let Err(error) = db.wake_others().await {
                db.report(error);
            }
        });
    }
}
