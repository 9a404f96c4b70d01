//! The pool of connections.

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use deadpool::managed::{self, Metrics, PoolError, RecycleError, RecycleResult, Timeouts};

use super::connection::Connection;
use super::created;
use super::lease::Lease;
use super::server::Server;
use crate::db::ConnectOptions;
use crate::error::{Error, Result};

/// A connection that goes back to the pool when it is dropped.
pub(super) type Pooled = managed::Object<Manager>;

/// Connections, given in the order in which they were asked for.
pub(super) struct Pool {
    pool: managed::Pool<Manager>,
    holders: Holders,
}

/// The places that have a connection.
#[derive(Clone, Default)]
pub(super) struct Holders(Arc<Mutex<Vec<&'static Location<'static>>>>);

/// How the pool makes connections and looks at those that come back.
pub(super) struct Manager {
    server: Arc<Server>,
}

impl Pool {
    pub(super) fn new(options: &ConnectOptions) -> Result<Self> {
        let manager = Manager { server: Arc::new(Server::new(options)?) };
        let wait = Some(options.pool_timeout);
        let pool = managed::Pool::builder(manager)
            .max_size(options.pool_size)
            .runtime(deadpool::Runtime::Tokio1)
            // The manager limits the rest itself, with messages that say what it waited for.
            .timeouts(Timeouts { wait, create: None, recycle: None })
            .build()
            .map_err(Error::other)?;
        Ok(Self { pool, holders: Holders::default() })
    }

    pub(super) async fn lease(&self, at: &'static Location<'static>) -> Result<Lease> {
        let began = Instant::now();
        match self.pool.get().await {
            Ok(connection) => {
                self.holders.lock().push(at);
                let server = Arc::clone(&self.pool.manager().server);
                Ok(Lease::new(connection, server, self.holders.clone(), at))
            }
            Err(PoolError::Backend(error)) => Err(error),
            Err(PoolError::Timeout(_)) => Err(Error::PoolBusy { waited: began.elapsed(), held: self.holders.places() }),
            Err(error) => Err(Error::other(error)),
        }
    }

    /// How many connections there are.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.pool.status().size
    }
}

impl Holders {
    pub(super) fn remove(&self, at: &'static Location<'static>) {
        let mut holders = self.lock();
        if let Some(index) = holders.iter().position(|holder| std::ptr::eq(*holder, at)) {
            holders.swap_remove(index);
        }
    }

    /// Each place, and how many connections it has.
    fn places(&self) -> Vec<(&'static Location<'static>, usize)> {
        let mut places = BTreeMap::new();
        for &holder in self.lock().iter() {
            *places.entry(holder).or_default() += 1;
        }
        places.into_iter().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<&'static Location<'static>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection> {
        created::open(&self.server).await
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<Error> {
        if connection.is_closed() {
            return Err(RecycleError::message("the connection was lost"));
        }
        Ok(())
    }
}
