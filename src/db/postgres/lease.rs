//! A connection that was taken out of the pool, and how it goes back.

use std::ops::Deref;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::connection::Connection;
use super::errors::Failure;
use super::pool::Pooled;
use super::server::Server;
use crate::db::holders::Holders;
use crate::error::Result;

/// How long a statement may take to its end that nobody waits for any more.
const GRACE: Duration = Duration::from_millis(200);

/// A connection for as long as somebody needs it. It goes back in no transaction, or not at all.
pub(super) struct Lease {
    /// `None` only while it is dropped.
    connection: Option<Pooled>,
    server: Arc<Server>,
    holders: Holders,
    /// Told when the connection is back.
    back: Arc<Notify>,
    at: &'static Location<'static>,
    /// How many operations are being waited for.
    running: AtomicUsize,
    /// How many of their futures were dropped: nobody knows what those have done.
    torn: AtomicUsize,
    /// Whether the connection is of no use any more.
    useless: AtomicBool,
}

impl Lease {
    pub(super) fn new(
        connection: Pooled,
        server: Arc<Server>,
        holders: Holders,
        back: Arc<Notify>,
        at: &'static Location<'static>,
    ) -> Self {
        Self {
            connection: Some(connection),
            server,
            holders,
            back,
            at,
            running: AtomicUsize::new(0),
            torn: AtomicUsize::new(0),
            useless: AtomicBool::new(false),
        }
    }

    /// How many operations were dropped before their end.
    pub(super) fn torn(&self) -> usize {
        self.torn.load(Ordering::Relaxed)
    }

    /// Whether an operation is being waited for.
    pub(super) fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed) > 0
    }

    /// Waits for an operation on the connection. If the future of this is dropped, the connection is put in order before
    /// anybody else gets it.
    pub(super) async fn run<T>(&self, operation: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let running = Running::new(self);
        let result = operation.await;
        running.end();
        if matches!(result, Err(Failure::Lost(_))) {
            self.useless.store(true, Ordering::Relaxed);
        }
        result
    }

    /// As [`run`](Self::run), for an operation that is no part of a transaction.
    pub(super) async fn alone<T>(&self, sql: &str, operation: impl Future<Output = Result<T, Failure>>) -> Result<T> {
        self.run(operation).await.map_err(|failure| failure.into_error(sql, self))
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
        self.back.notify_one();
    }
}

impl Lease {
    fn give_back(&self, connection: Pooled) {
        if self.useless.load(Ordering::Relaxed) || connection.is_closed() {
            discard(connection);
        } else if self.torn() > 0 {
            // Not in order yet: if there is no runtime, or it stops before this task is done, the connection is closed.
            let disorder = Disorder(Some(connection));
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(disorder.tidy(Arc::clone(&self.server)));
            }
        } else if connection.in_transaction() {
            connection.send_rollback();
        }
    }
}

/// Takes it out of the pool, and closes it.
fn discard(connection: Pooled) {
    drop(Pooled::take(connection));
}

/// An operation that is being waited for.
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
            lease.torn.fetch_add(1, Ordering::Relaxed);
            lease.running.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// A connection that may still be busy with what nobody waits for.
struct Disorder(Option<Pooled>);

impl Disorder {
    /// Most statements come to their end at once, and ROLLBACK is answered behind them, whether there is a transaction or
    /// not. One that does not is stopped. The request to stop it may be late and then hit whatever comes next, so nothing may
    /// come next.
    async fn tidy(mut self, server: Arc<Server>) {
        let Some(connection) = &self.0 else { return };
        match tokio::time::timeout(GRACE, connection.rollback()).await {
            Ok(Ok(())) => drop(self.0.take()),
            Ok(Err(_)) => {}
            Err(_) => server.cancel(connection.cancel_token()).await,
        }
    }
}

impl Drop for Disorder {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            discard(connection);
        }
    }
}
