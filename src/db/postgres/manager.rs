//! How the pool opens connections, and checks those that were returned.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};

use super::connection::Connection;
use super::open;
use super::server::{NotOpened, Server};

/// A connection that is returned to the pool when it is dropped.
pub(super) type Pooled = managed::Object<Manager>;

/// Opens connections, and checks those that were returned.
pub(super) struct Manager {
    server: Arc<Server>,
    check_after_idle: Duration,
    /// When a connection was last found to be dead. Connections that were last used before that are dead for the same reason, and
    /// checking each would take long.
    found_dead: Mutex<Option<Instant>>,
}

impl Manager {
    pub(super) fn new(server: Arc<Server>, check_after_idle: Duration) -> Self {
        Self { server, check_after_idle, found_dead: Mutex::default() }
    }

    pub(super) fn server(&self) -> &Arc<Server> {
        &self.server
    }

    fn found_dead(&self) -> MutexGuard<'_, Option<Instant>> {
        self.found_dead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = NotOpened;

    async fn create(&self) -> Result<Connection, NotOpened> {
        // In a box, like the check below: the future that takes a connection from the pool is allocated for each transaction.
        Box::pin(open::open(&self.server, None)).await
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<NotOpened> {
        let used = metrics.recycled.unwrap_or(metrics.created);
        if connection.is_closed() || self.found_dead().is_some_and(|found| used < found) {
            return Err(RecycleError::message("the connection was lost"));
        }
        if used.elapsed() < self.check_after_idle {
            return Ok(());
        }
        if Box::pin(tokio::time::timeout(self.server.limit(), connection.is_answered())).await == Ok(true) {
            return Ok(());
        }
        *self.found_dead() = Some(Instant::now());
        Err(RecycleError::message("the connection gave no sign of life"))
    }
}
