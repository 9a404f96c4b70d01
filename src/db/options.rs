//! How to connect.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::{Db, url};
use crate::error::{Error, Result};

/// How to connect to a database, where [`Db::connect`] does not suffice.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// use std::time::Duration;
/// use signals::db::ConnectOptions;
///
/// let db = ConnectOptions::new("sqlite::memory:")
///     .busy_timeout(Duration::from_secs(30))
///     .on_error(|error| eprintln!("accounts: {error}"))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "options do nothing until `connect` is called"]
pub struct ConnectOptions {
    pub(super) url: String,
    pub(super) writer_timeout: Duration,
    pub(super) busy_timeout: Duration,
    on_error: Arc<dyn Fn(&Error) + Send + Sync>,
}

impl ConnectOptions {
    /// Options with their default values, for this URL: see [`Db::connect`].
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            writer_timeout: Duration::from_secs(5),
            busy_timeout: Duration::from_secs(5),
            on_error: Arc::new(|error| eprintln!("signals: {error}")),
        }
    }

    /// How long to wait for another transaction of this program before [`Error::WriterBusy`]. 5 seconds if not set.
    pub fn writer_timeout(mut self, timeout: Duration) -> Self {
        self.writer_timeout = timeout;
        self
    }

    /// How long to wait for a lock that another process holds before [`Error::Locked`]. 5 seconds if not set.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// What to do with a failure that no call can return, because the commit is done. If not set, one line is written to
    /// stderr.
    pub fn on_error(mut self, handler: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_error = Arc::new(handler);
        self
    }

    /// Connects.
    #[track_caller]
    pub fn connect(self) -> impl Future<Output = Result<Db>> + Send + use<> {
        Db::open(self, Location::caller())
    }

    pub(super) fn report(&self, error: &Error) {
        (self.on_error)(error);
    }
}

impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectOptions")
            .field("url", &url::redact(&self.url))
            .field("writer_timeout", &self.writer_timeout)
            .field("busy_timeout", &self.busy_timeout)
            .finish_non_exhaustive()
    }
}
