//! Where a login is kept from one request to the next.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use signals_core::BoxFuture;

use crate::error::Result;

/// A session: texts that belong to whoever has its key, mostly as a cookie. Names that begin with `_auth_` are kept for the library.
///
/// With the feature `tower-sessions`, `tower_sessions::Session` is one, of its version 0.15. Any other becomes one by these five
/// functions:
///
/// ```
/// use signals::auth::{MemorySession, Session};
/// use signals::dispatch::BoxFuture;
/// use signals::prelude::*;
///
/// /// With its keys in a compartment of their own.
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
pub trait Session: Send + Sync {
    /// The value of this name, if there is one.
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<String>>>;

    /// Sets the value of this name.
    fn insert<'a>(&'a self, name: &'a str, value: &'a str) -> BoxFuture<'a, Result<()>>;

    /// Removes the value of this name, if there is one.
    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>>;

    /// Gives the session another key, under which its values are kept. Who knows the key that it had before knows nothing any
    /// more.
    fn cycle(&self) -> BoxFuture<'_, Result<()>>;

    /// Removes all values and the key. What is inserted afterwards has another key.
    fn flush(&self) -> BoxFuture<'_, Result<()>>;
}

/// A session in memory, for tests, and for programs without a web.
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

    /// Its key: the number of times that it got another one.
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

/// Without its values.
impl fmt::Debug for MemorySession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySession").field("key", &self.key()).field("names", &self.names()).finish_non_exhaustive()
    }
}
