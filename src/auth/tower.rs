//! `Session` for tower-sessions.

use signals_core::BoxFuture;
use tower_sessions_core::Session as TowerSession;

use super::Session;
use crate::error::{Error, Result};

/// The values are JSON strings. A value of the same name that is not a string is an error.
impl Session for TowerSession {
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move { self.get(name).await.map_err(Error::other) })
    }

    fn insert<'a>(&'a self, name: &'a str, value: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.insert(name, value).await.map_err(Error::other) })
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.remove_value(name).await.map(drop).map_err(Error::other) })
    }

    fn cycle(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.cycle_id().await.map_err(Error::other) })
    }

    fn flush(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.flush().await.map_err(Error::other)?;
            // Otherwise the next insert would use the old id.
            self.cycle_id().await.map_err(Error::other)
        })
    }
}
