//! Where a login is stored between requests.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use signals_core::BoxFuture;

use crate::error::Result;

/// A session: named strings, found by a key that the client usually keeps in a cookie. Names that begin with `_auth_` are reserved
/// for the library.
///
/// With the feature `tower-sessions`, `tower_sessions::Session` implements this trait (version 0.15; version 0.14 with the feature
/// `tower-sessions-0_14`). Implement five functions to
/// use any other session:
///
/// ```
/// use signals::auth::{MemorySession, Session};
/// use signals::dispatch::BoxFuture;
/// use signals::prelude::*;
///
/// /// Adds a prefix to each name.
/// struct Prefixed(MemorySession);
///
/// impl Session for Prefixed {
///     fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
///         Box::pin(async move { self.0.get(&format!("login-{name}")).await })
///     }
///
///     fn insert<'a>(&'a self, name: &'a str, value: &'a str) -> BoxFuture<'a, Result<()>> {
///         Box::pin(async move { self.0.insert(&format!("login-{name}"), value).await })
///     }
///
///     fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
///         Box::pin(async move { self.0.remove(&format!("login-{name}")).await })
///     }
///
///     fn cycle(&self) -> BoxFuture<'_, Result<()>> {
///         self.0.cycle()
///     }
///
///     fn flush(&self) -> BoxFuture<'_, Result<()>> {
///         self.0.flush()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session",
    label = "not a session",
    note = "sessions are `signals::auth::MemorySession`, with the feature `tower-sessions` also `tower_sessions::Session`, and each \
            type that implements `signals::auth::Session`"
)]
pub trait Session: Send + Sync {
    /// The value of this name, if there is one.
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<String>>>;

    /// Sets the value of this name.
    fn insert<'a>(&'a self, name: &'a str, value: &'a str) -> BoxFuture<'a, Result<()>>;

    /// Removes the value of this name, if there is one.
    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>>;

    /// Gives the session a new key and keeps its values. The old key becomes invalid, which prevents session fixation.
    fn cycle(&self) -> BoxFuture<'_, Result<()>>;

    /// Removes all values and the key. Values that are inserted afterwards get a new key.
    fn flush(&self) -> BoxFuture<'_, Result<()>>;
}

/// A session in memory, for tests and for programs that are not web servers.
///
/// ```
/// use signals::auth::{MemorySession, Session};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// let session = MemorySession::new();
/// let key = session.key();
/// session.insert("cart", "3 books").await?;
/// session.cycle().await?;
/// assert_ne!(session.key(), key);
/// assert_eq!(session.get("cart").await?.as_deref(), Some("3 books"));
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct MemorySession(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    key: u64,
    values: BTreeMap<String, String>,
}

impl MemorySession {
    /// An empty session.
    pub fn new() -> Self {
        Self::default()
    }

    /// Its key, which is the number of times that the key has changed.
    pub fn key(&self) -> u64 {
        self.kept().key
    }

    /// The names of its values.
    pub fn names(&self) -> Vec<String> {
        self.kept().values.keys().cloned().collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session for MemorySession {
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move { Ok(self.kept().values.get(name).cloned()) })
    }

    fn insert<'a>(&'a self, name: &'a str, value: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.kept().values.insert(name.to_owned(), value.to_owned());
            Ok(())
        })
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.kept().values.remove(name);
            Ok(())
        })
    }

    fn cycle(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.kept().key += 1;
            Ok(())
        })
    }

    fn flush(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let mut kept = self.kept();
            kept.values.clear();
            kept.key += 1;
            Ok(())
        })
    }
}

/// Leaves the values out.
impl fmt::Debug for MemorySession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySession").field("key", &self.key()).field("names", &self.names()).finish_non_exhaustive()
    }
}
