//! An empty database for a test: SQLite in memory, or a schema of PostgreSQL that is dropped afterwards.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use super::folder::mistake;
use crate::db::{ConnectOptions, Db, Dialect};
use crate::error::Result;
use crate::model::sql::quoted;

pub(super) struct Scratch {
    db: Db,
    /// The connection that drops the schema, and its name.
    schema: Option<(Db, String)>,
}

impl Scratch {
    /// A new one of the database of this URL.
    pub(super) async fn new(url: &str) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if url.starts_with("sqlite:") {
            if url != "sqlite::memory:" {
                return Err(mistake(
                    "migrations are replayed on an empty database, and this is a file: use `sqlite::memory:`"
                        .to_owned(),
                ));
            }
            return Ok(Self { db: Db::connect(url).await?, schema: None });
        }
        let server = ConnectOptions::new(url).pool_size(1).connect().await?;
        debug_assert_eq!(server.dialect(), Dialect::Postgres, "there are two databases");
        let name = format!("signals_replay_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        server.batch(&format!("CREATE SCHEMA {}", quoted(&name))).await?;
        match ConnectOptions::new(in_schema(url, &name)).pool_size(1).connect().await {
            Ok(db) => Ok(Self { db, schema: Some((server, name)) }),
            Err(error) => {
                server.batch(&drop_schema(&name)).await?;
                Err(error)
            }
        }
    }

    pub(super) fn db(&self) -> &Db {
        &self.db
    }

    /// Drops what was created.
    pub(super) async fn drop(self) -> Result<()> {
        match self.schema {
            Some((server, name)) => server.batch(&drop_schema(&name)).await,
            None => Ok(()),
        }
    }
}

fn drop_schema(name: &str) -> String {
    format!("DROP SCHEMA {} CASCADE", quoted(name))
}

/// The URL with this schema as the whole `search_path`.
fn in_schema(url: &str, schema: &str) -> String {
    let setting = format!("-c%20search_path%3D{schema}");
    // Only one `options` counts. The last setting of a name wins.
    match url.split_once("options=") {
        Some((before, rest)) => {
            let (options, rest) = rest.split_at(rest.find('&').unwrap_or(rest.len()));
            format!("{before}options={options}%20{setting}{rest}")
        }
        None => format!("{url}{}options={setting}", if url.contains('?') { '&' } else { '?' }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_added_to_the_settings_of_a_url() {
        for (url, expected) in [
            ("postgres://a@b/c", "postgres://a@b/c?options=-c%20search_path%3Dnew"),
            ("postgres://a@b/c?d=e", "postgres://a@b/c?d=e&options=-c%20search_path%3Dnew"),
            ("postgres://b?options=-c%20f%3Dg&d=e", "postgres://b?options=-c%20f%3Dg%20-c%20search_path%3Dnew&d=e"),
        ] {
            assert_eq!(in_schema(url, "new"), expected);
        }
    }
}
