//! A connection that was taken out of the pool, and how it is returned.

use std::ops::Deref;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::connection::Connection;
use super::errors::Failure;
use super::manager::Pooled;
use super::server::Server;
use crate::db::holders::Holders;
use crate::error::Result;

/// How long a statement that no future waits for may still run before it is canceled.
const GRACE: Duration = Duration::from_millis(200);

/// A connection while it is in use. It is returned outside of a transaction, or closed.
pub(super) struct Lease {
    /// `None` only while it is dropped.
    connection: Option<Pooled>,
    server: Arc<Server>,
    holders: Holders,
    /// Notified when the connection is returned.
    returned: Arc<Notify>,
    at: &'static Location<'static>,
    /// How many operations are running.
    running: AtomicUsize,
    /// How many operations were abandoned: their futures were dropped, so what they have done is unknown.
    abandoned: AtomicUsize,
    /// Whether the connection is lost.
    is_lost: AtomicBool,
}

impl Lease {
    pub(super) fn new(
        connection: Pooled,
        server: Arc<Server>,
        holders: Holders,
        returned: Arc<Notify>,
        at: &'static Location<'static>,
    ) -> Self {
        Self {
            connection: Some(connection),
            server,
            holders,
            returned,
            at,
            running: AtomicUsize::new(0),
            abandoned: AtomicUsize::new(0),
            is_lost: AtomicBool::new(false),
        }
    }

    /// How many operations were abandoned.
    pub(super) fn abandoned(&self) -> usize {
        self.abandoned.load(Ordering::Relaxed)
    }

    /// Whether an operation is running.
    pub(super) fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed) > 0
    }

    /// Runs an operation on the connection. If this future is dropped, the operation is finished or canceled before the connection
    /// is used again.
    pub(super) async fn guard<T>(&self, operation: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let running = Running::new(self);
        let result = operation.await;
        running.end();
        if matches!(result, Err(Failure::Lost(_))) {
            self.is_lost.store(true, Ordering::Relaxed);
        }
        result
    }
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("only `drop` takes it")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.holders.remove(self.at);
        if let Some(connection) = self.connection.take() {
            self.give_back(connection);
        }
        self.returned.notify_one();
    }
}

impl Lease {
    fn give_back(&self, connection: Pooled) {
        if self.is_lost.load(Ordering::Relaxed) || connection.is_closed() {
            discard(connection);
        } else if self.abandoned() > 0 {
            // Without a runtime, or if it stops before this task ends, the connection is closed.
            let busy = BusyConnection(Some(connection));
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(busy.settle(Arc::clone(&self.server)));
            }
        } else if connection.in_transaction() {
            connection.send_rollback();
        }
    }
}

/// Takes a connection out of the pool, and closes it.
fn discard(connection: Pooled) {
    drop(Pooled::take(connection));
}

/// An operation that is running.
struct Running<'a>(Option<&'a Lease>);

impl<'a> Running<'a> {
    fn new(lease: &'a Lease) -> Self {
        lease.running.fetch_add(1, Ordering::Relaxed);
        Self(Some(lease))
    }

    fn end(mut self) {
        if let Some(lease) = self.0.take() {
            lease.running.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(lease) = self.0.take() {
            lease.abandoned.fetch_add(1, Ordering::Relaxed);
            lease.running.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// A connection that may still run an abandoned operation.
struct BusyConnection(Option<Pooled>);

impl BusyConnection {
    /// Most statements end soon, and ROLLBACK is answered after them, with or without a transaction. A statement that does not end is
    /// canceled. The request to cancel it may arrive late and would then cancel the next statement, so the connection is closed.
    async fn settle(mut self, server: Arc<Server>) {
        let Some(connection) = &self.0 else { return };
        match tokio::time::timeout(GRACE, connection.rollback()).await {
            Ok(Ok(())) => drop(self.0.take()),
            Ok(Err(_)) => {}
            Err(_) => server.cancel(connection.cancel_token()).await,
        }
    }
}

impl Drop for BusyConnection {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            discard(connection);
        }
    }
}
