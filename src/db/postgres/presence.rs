//! The presence of workers: a connection per worker that holds an advisory lock, and listens to a channel.
//!
//! The key of the lock is the id of the worker. The server releases the lock when the connection is closed, as the operating system
//! does when the process ends. The locks of a database are in one view, `pg_locks`. The connection is idle, outside of a
//! transaction, so that it does not hold back VACUUM.
//!
//! An odd id is that of a worker with a lock. An even one is that of a worker without a connection of its own, because a pooler gives
//! each transaction another connection: it is never gone.

use std::panic::Location;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_postgres::SimpleQueryMessage;

use super::Postgres;
use super::connection::Connection;
use super::errors::{self, Failure};
use super::notifications::Notifications;
use super::open;
use super::server::NotOpened;
use crate::db::Row;
use crate::db::statement::Statement;
use crate::db::worker_id;
use crate::error::{Error, ErrorKind, Result};

/// The channel of the schema, as an expression. The channels and the locks of databases are separate.
macro_rules! channel {
    () => {
        "'signals_durable_' || to_hex(hashtextextended(coalesce(current_schema()::text, ''), 0))"
    };
}

const CHANNEL: &str = concat!("SELECT ", channel!());
const NOTIFY: &str = concat!("SELECT pg_notify(", channel!(), ", $1::text)");

/// The workers whose locks are not held. The two halves of a key are in two columns.
const GONE: &str = "
    SELECT id FROM unnest($1::text::bigint[]) AS worker (id)
    WHERE id NOT IN (
        SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )";

/// Makes the server notice within half a minute that the machine of a worker is gone, and keep the idle connection.
///
/// It sets no `tcp_user_timeout`, which would end the connection of a paused process. Older servers do not have all settings.
const SETTINGS: &str = "
    SELECT set_config(name, CASE name
        WHEN 'tcp_keepalives_idle' THEN '10' WHEN 'tcp_keepalives_interval' THEN '5' WHEN 'tcp_keepalives_count' THEN '3'
        ELSE '0' END, false)
    FROM pg_settings
    WHERE name IN ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count', 'idle_session_timeout')";

/// How long a notification may take before the connection counts as one that receives none. It takes milliseconds.
const PROBE: Duration = Duration::from_secs(2);

/// The presence of a worker.
pub(in crate::db) struct Presence {
    id: i64,
    /// `None` with a pooler that has no sessions.
    session: Option<Box<Session>>,
}

/// A connection that receives notifications.
struct Session {
    connection: Connection,
    /// Changes with each notification, and is closed when the connection ends.
    notified: watch::Receiver<()>,
}

impl Postgres {
    pub(in crate::db) async fn announce(&self, at: &'static Location<'static>) -> Result<Presence> {
        let mut session = self.listen().await?;
        // Only a connection that belongs to this client alone receives a notification while it is idle.
        self.notify("", at).await?;
        let Ok(notified) = tokio::time::timeout(PROBE, session.notified.changed()).await else {
            return Ok(Presence { id: worker_id::random() & !1, session: None });
        };
        notified.map_err(|_| session.lost())?;
        let id = self.in_time(session.lock()).await?;
        Ok(Presence { id, session: Some(Box::new(session)) })
    }

    pub(in crate::db) async fn gone(&self, workers: &[i64], at: &'static Location<'static>) -> Result<Vec<i64>> {
        let locked: Vec<_> = workers.iter().filter(|id| **id & 1 == 1).map(ToString::to_string).collect();
        let mut gone = Vec::new();
        if locked.is_empty() {
            return Ok(gone);
        }
        let each = &mut |row: &Row<'_>| {
            gone.push(row.get(0)?);
            Ok(())
        };
        self.run(Statement::query(GONE, &(format!("{{{}}}", locked.join(",")),), each), at).await?;
        Ok(gone)
    }

    /// Wakes all workers but those of this pool.
    pub(in crate::db) async fn wake_others(&self, at: &'static Location<'static>) -> Result<()> {
        self.notify(&self.name, at).await
    }

    async fn notify(&self, payload: &str, at: &'static Location<'static>) -> Result<()> {
        self.run(Statement::query(NOTIFY, &(payload,), &mut |_| Ok(())), at).await?;
        Ok(())
    }

    /// Opens a connection that listens to the channel of the schema.
    async fn listen(&self) -> Result<Session> {
        let began = Instant::now();
        let (sender, notified) = watch::channel(());
        let notifications = Notifications::new(self.name.clone(), sender);
        let connection =
            open::open(self.pool.server(), Some(notifications)).await.map_err(|not_opened| match not_opened {
                NotOpened::Failed(error) => error,
                NotOpened::Full(reason) => self.pool.full(reason, began),
            })?;
        let mut session = Session { connection, notified };
        self.in_time(async {
            let channel = session.value(CHANNEL).await?;
            session.value(&format!("LISTEN {channel}")).await
        })
        .await?;
        session.notified.mark_unchanged();
        Ok(session)
    }

    /// A server that is silent makes no caller wait forever.
    async fn in_time<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.pool.server().limit();
        tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
            Err(ErrorKind::ConnectionLost { reason: format!("the server did not answer for {limit:.1?}") }.into())
        })
    }
}

impl Presence {
    pub(in crate::db) fn id(&self) -> i64 {
        self.id
    }

    /// A setting of the connection.
    #[cfg(test)]
    pub(super) async fn setting(&self, name: &str) -> Result<String> {
        let Some(session) = &self.session else { return Err(Error::database("it has no connection")) };
        session.value(&format!("SHOW {name}")).await
    }

    /// Waits for a notification. The error is that of a lost connection.
    pub(in crate::db) async fn woken(&mut self) -> Result<()> {
        let Some(session) = &mut self.session else { return std::future::pending().await };
        session.notified.changed().await.map_err(|_| session.lost())
    }
}

impl Session {
    /// Takes the lock of a new worker, and returns its id.
    async fn lock(&self) -> Result<i64> {
        self.value(SETTINGS).await?;
        loop {
            let id = worker_id::random() | 1;
            // An application may use locks with any key.
            if self.value(&format!("SELECT pg_try_advisory_lock({id})")).await? == "t" {
                return Ok(id);
            }
        }
    }

    /// Executes a statement without preparing it, and returns the last value of its first column.
    async fn value(&self, sql: &str) -> Result<String> {
        let answer = self.connection.client().simple_query(sql).await;
        let messages = answer.map_err(|error| Failure::from(error).into_error(sql, self.connection.died()))?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        Ok(rows.last().unwrap_or_default().to_owned())
    }

    fn lost(&self) -> Error {
        errors::lost(self.connection.died(), None)
    }
}
