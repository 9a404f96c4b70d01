//! The pool of connections.

use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool::managed::{self, PoolError, Timeouts};
use tokio::sync::Notify;

use super::lease::Lease;
use super::manager::Manager;
use super::server::{NotOpened, Server};
use crate::db::ConnectOptions;
use crate::db::holders::Holders;
use crate::db::options::PoolOptions;
use crate::error::{Error, ErrorKind, Result};

/// The connections. Callers get them in the order in which they asked.
pub(super) struct Pool {
    connections: managed::Pool<Manager>,
    holders: Holders,
    /// Notified when a connection is returned, for callers that the server refused a new one.
    returned: Arc<Notify>,
    limit: Duration,
}

impl Pool {
    pub(super) fn new(options: &ConnectOptions) -> Result<Self> {
        let server = Arc::new(Server::new(options)?);
        let PoolOptions { size, timeout, check_after_idle, .. } = options.pool();
        let manager = Manager::new(server, check_after_idle);
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
                    let server = Arc::clone(self.connections.manager().server());
                    return Ok(Lease::new(connection, server, self.holders.clone(), Arc::clone(&self.returned), at));
                }
                Err(PoolError::Backend(NotOpened::Failed(error))) => return Err(error),
                Err(PoolError::Backend(NotOpened::Full(reason))) if !left.is_zero() => {
                    full = Some(reason);
                    // Until a connection is returned, or the server may accept another one.
                    let _ = Box::pin(tokio::time::timeout(delay.min(left), self.returned.notified())).await;
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

    /// The server, for a connection outside of the pool.
    #[cfg(feature = "durable")]
    pub(super) fn server(&self) -> &Server {
        self.connections.manager().server()
    }

    /// The error of a server that accepts no further connection.
    pub(super) fn full(&self, reason: String, began: Instant) -> Error {
        ErrorKind::TooManyConnections { reason, waited: began.elapsed(), held: self.holders.places() }.into()
    }

    /// How many connections there are.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.connections.status().size
    }
}
