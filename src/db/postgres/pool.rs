//! The pool of connections.

use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deadpool::managed::{self, Metrics, PoolError, RecycleError, RecycleResult, Timeouts};
use tokio::sync::Notify;

use super::connection::Connection;
use super::lease::Lease;
use super::open;
use super::server::{NotOpened, Server};
use crate::db::ConnectOptions;
use crate::db::holders::Holders;
use crate::db::options::PoolOptions;
use crate::error::{Error, ErrorKind, Result};

/// A connection that is returned to the pool when it is dropped.
pub(super) type Pooled = managed::Object<Manager>;

/// The connections. Callers get them in the order in which they asked.
pub(super) struct Pool {
    connections: managed::Pool<Manager>,
    holders: Holders,
    /// Notified when a connection is returned, for callers that the server refused a new one.
    returned: Arc<Notify>,
    limit: Duration,
}

/// How the pool opens connections and checks those that were returned.
pub(super) struct Manager {
    server: Arc<Server>,
    check_after_idle: Duration,
    /// When a connection was last found to be dead. Connections that were last used before that are dead for the same reason, and
    /// checking each would take long.
    found_dead: Mutex<Option<Instant>>,
}

impl Pool {
    pub(super) fn new(options: &ConnectOptions) -> Result<Self> {
        let server = Arc::new(Server::new(options)?);
        let PoolOptions { size, timeout, check_after_idle, .. } = options.pool();
        let manager = Manager { server, check_after_idle, found_dead: Mutex::default() };
        let connections = managed::Pool::builder(manager)
            .max_size(size)
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(Error::other)?;
        Ok(Self { connections, holders: Holders::default(), returned: Arc::default(), limit: timeout })
    }

    pub(super) async fn lease(&self, at: &'static Location<'static>) -> Result<Lease> {
        const LONGEST: Duration = Duration::from_millis(200);
        let began = Instant::now();
        let mut delay = Duration::from_millis(10);
        let mut full = None;
        loop {
            let left = self.limit.saturating_sub(began.elapsed());
            // The manager limits the other times itself, with messages that name what it waited for.
            match self.connections.timeout_get(&Timeouts { wait: Some(left), create: None, recycle: None }).await {
                Ok(connection) => {
                    self.holders.add(at);
                    let server = Arc::clone(&self.connections.manager().server);
                    return Ok(Lease::new(connection, server, self.holders.clone(), Arc::clone(&self.returned), at));
                }
                Err(PoolError::Backend(NotOpened::Failed(error))) => return Err(error),
                Err(PoolError::Backend(NotOpened::Full(reason))) if !left.is_zero() => {
                    full = Some(reason);
                    // Until a connection is returned, or the server may accept another one.
                    let _ = tokio::time::timeout(delay.min(left), self.returned.notified()).await;
                    delay = (delay * 2).min(LONGEST);
                }
                Err(PoolError::Backend(NotOpened::Full(reason))) => return Err(self.full(reason, began)),
                Err(PoolError::Timeout(_)) => {
                    return Err(match full {
                        Some(reason) => self.full(reason, began),
                        None => ErrorKind::PoolBusy { waited: began.elapsed(), held: self.holders.places() }.into(),
                    });
                }
                Err(_) => return Err(Error::database("the pool of connections is closed")),
            }
        }
    }

    fn full(&self, reason: String, began: Instant) -> Error {
        ErrorKind::TooManyConnections { reason, waited: began.elapsed(), held: self.holders.places() }.into()
    }

    /// How many connections there are.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.connections.status().size
    }
}

impl Manager {
    fn found_dead(&self) -> MutexGuard<'_, Option<Instant>> {
        self.found_dead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = NotOpened;

    async fn create(&self) -> Result<Connection, NotOpened> {
        open::open(&self.server).await
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<NotOpened> {
        let used = metrics.recycled.unwrap_or(metrics.created);
        if connection.is_closed() || self.found_dead().is_some_and(|found| used < found) {
            return Err(RecycleError::message("the connection was lost"));
        }
        if used.elapsed() < self.check_after_idle {
            return Ok(());
        }
        if tokio::time::timeout(self.server.limit(), connection.is_answered()).await == Ok(true) {
            return Ok(());
        }
        *self.found_dead() = Some(Instant::now());
        Err(RecycleError::message("the connection gave no sign of life"))
    }
}
