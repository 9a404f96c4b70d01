//! Sessions in the database.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use blake2::{Blake2s256, Digest};

use super::secret::secret_column;
use crate::db::{Db, Params};
use crate::error::{ErrorKind, Result};
use crate::model::Model;
use crate::model::sql::quoted;

/// A store of sessions in the database, for the middleware of tower-sessions: logins last when the program is restarted, and are shared by
/// several processes. It is Django's `django.contrib.sessions` with its database backend.
///
/// [`session_model!`](crate::auth::session_model) declares its model, whose table `db.create_tables()` creates, and migrations like that of
/// any other model.
///
/// ```rust,standalone_crate
/// use axum::{Router, routing::get};
/// use signals::auth::{Sessions, session_model};
/// use signals::prelude::*;
/// use tower_sessions::{Session, SessionManagerLayer};
///
/// session_model! {
///     /// The sessions of this site.
///     pub struct WebSession;
/// }
///
/// async fn count(session: Session) -> String {
///     let visits: u32 = session.get("visits").await.ok().flatten().unwrap_or_default();
///     let _ = session.insert("visits", visits + 1).await;
///     format!("{visits} visits before")
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<()> {
///     let db = Db::connect("sqlite::memory:").await?;
///     db.create_tables().await?;
///     let sessions = Sessions::<WebSession>::new(&db);
///     let app: Router = Router::new().route("/", get(count)).layer(SessionManagerLayer::new(sessions));
///     # let _ = app;
///     Ok(())
/// }
/// ```
///
/// The cookie has the key of the session, and the table has a hash of it: a copy of the database does not let its reader continue the
/// sessions. A session ends at its expiry, which the layer sets. Expired rows are deleted about once an hour, when a session begins;
/// [`delete_expired`](Self::delete_expired) does it at once. A session that one request ends, by a logout, is not stored again by
/// another request that began before.
///
/// No signals are sent for its rows. To end all sessions, delete the rows: `WebSession::delete_where(&db, "true", &())`.
pub struct Sessions<M> {
    db: Db,
    /// When expired rows were last deleted, in seconds since 1970. Clones share it.
    cleaned: Arc<AtomicI64>,
    model: PhantomData<fn() -> M>,
}

/// A model that [`session_model!`](crate::auth::session_model) declared.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model of sessions",
    label = "not a model of sessions",
    note = "declare it with `signals::auth::session_model! {{ pub struct {Self}; }}`"
)]
pub trait SessionModel: Model {}

/// Declares the model of [`Sessions`](crate::auth::Sessions). Its attributes, such as documentation and `#[derive(..)]`, are yours.
///
/// ```
/// signals::auth::session_model! {
///     /// The sessions of this site.
///     pub struct WebSession;
/// }
///
/// use signals::prelude::*;
/// assert_eq!(WebSession::META.table, "web_sessions");
/// ```
///
/// Its fields are the `key`, a hash of that in the cookie, the `data`, and `expires`, in seconds since the beginning of 1970 in UTC.
#[doc(hidden)]
#[macro_export]
macro_rules! __session_model {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident $(;)?) => {
        #[$crate::model(crate = $crate)]
        $(#[$attribute])*
        #[derive(Debug)]
        $visibility struct $name {
            /// The hash of the key that the cookie has.
            #[key]
            pub key: ::std::string::String,
            /// The values of the session.
            pub data: $crate::auth::SessionData,
            /// When it expires, in seconds since the beginning of 1970 in UTC.
            #[index]
            pub expires: ::core::primitive::i64,
        }

        impl $crate::auth::SessionModel for $name {}
    };
}

/// The values of a session of [`Sessions`], as JSON. They are not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionData(String);

impl SessionData {
    /// The JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

secret_column!(SessionData);

impl<M: SessionModel> Sessions<M> {
    /// How often expired rows are deleted, in seconds.
    const CLEANED_EVERY: i64 = 60 * 60;

    /// The sessions in this database.
    pub fn new(db: &Db) -> Self {
        Self { db: db.clone(), cleaned: Arc::new(AtomicI64::new(i64::MIN)), model: PhantomData }
    }

    /// Deletes expired sessions, and returns how many there were. It is Django's `clearsessions`.
    ///
    /// # Errors
    /// Errors of the database.
    pub async fn delete_expired(&self) -> Result<u64> {
        let now = now();
        let deleted = self.execute("DELETE FROM {} WHERE expires <= ?", &(now,)).await?;
        self.cleaned.store(now, Ordering::Relaxed);
        Ok(deleted)
    }

    /// Stores a new session. Returns false if there is one with this key.
    pub(super) async fn create(&self, key: &str, data: &str, expires: i64) -> Result<bool> {
        if now().saturating_sub(self.cleaned.load(Ordering::Relaxed)) >= Self::CLEANED_EVERY
            && let Err(error) = self.delete_expired().await
        {
            // The session can be stored nevertheless.
            self.db.report(error);
        }
        let insert = "INSERT INTO {} (key, data, expires) VALUES (?, ?, ?)";
        match self.execute(insert, &(hash(key), data, expires)).await {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.kind(), ErrorKind::Unique { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Stores the values of a session that exists. One that was deleted in the meantime stays deleted.
    pub(super) async fn save(&self, key: &str, data: &str, expires: i64) -> Result<()> {
        let update = "UPDATE {} SET data = ?, expires = ? WHERE key = ?";
        self.execute(update, &(data, expires, hash(key))).await.map(drop)
    }

    /// The values and the expiry of a session, if there is one that has not expired.
    pub(super) async fn load(&self, key: &str) -> Result<Option<(String, i64)>> {
        let select = in_table::<M>("SELECT data, expires FROM {} WHERE key = ? AND expires > ?");
        self.db.query_optional::<(String, i64)>(&select, &(hash(key), now())).await
    }

    /// Deletes a session.
    pub(super) async fn delete(&self, key: &str) -> Result<()> {
        self.execute("DELETE FROM {} WHERE key = ?", &(hash(key),)).await.map(drop)
    }

    async fn execute(&self, sql: &str, params: &dyn Params) -> Result<u64> {
        self.db.execute(&in_table::<M>(sql), params).await
    }
}

/// The SQL with the table of the model.
fn in_table<M: SessionModel>(sql: &str) -> String {
    sql.replace("{}", &quoted(M::META.table))
}

fn hash(key: &str) -> String {
    format!("{:x}", Blake2s256::digest(key))
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl<M> Clone for Sessions<M> {
    fn clone(&self) -> Self {
        Self { db: self.db.clone(), cleaned: Arc::clone(&self.cleaned), model: PhantomData }
    }
}

impl<M: SessionModel> fmt::Debug for Sessions<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("model", &M::META.name).finish_non_exhaustive()
    }
}
