//! For the tests of an application: checking what is linked, muting receivers, and recording signals.
//!
#![doc = include_str!("docs/testing.md")]

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signals_core::__private::{Scope, mute as mute_in, unmute as unmute_in};
pub use signals_core::testing::{assert_linked, assert_linked_except};
use signals_core::{ReceiverGuard, ReceiverName};

use crate::db::Db;
use crate::model::Model;

/// Mutes a receiver on this database until the guard is dropped: it is not called. Other databases, such as those of tests
/// that run at the same time, are not affected.
///
/// The receiver is named by its path, as in `after = [..]`. In Django, `mute_signals` of `factory_boy` does this for a whole
/// signal.
///
/// ```rust,standalone_crate
/// use signals::prelude::*;
/// use signals::testing::mute;
///
/// #[model]
/// #[derive(Default)]
/// struct User {
///     #[key]
///     id: Id<User>,
/// }
///
/// #[receiver(post_save, sender = User)]
/// fn refuse(instance: &User) -> Result<(), String> {
///     Err("no new users".to_owned())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// let db = Db::connect("sqlite::memory:").await?;
/// db.create_tables().await?;
/// let muted = mute::<refuse>(&db);
/// User::default().save(&db).await?;
/// drop(muted);
/// assert!(User::default().save(&db).await.is_err());
/// # Ok(())
/// # }
/// ```
///
/// # Panics
/// If the receiver receives a signal that is not sent in a database, such as one of your own or `post_load`: it would be called
/// anyway.
#[must_use = "the receiver is called again when this is dropped"]
#[track_caller]
pub fn mute<R: ReceiverName>(db: &Db) -> Muted {
    mute_in::<R>(db.scope());
    Muted { db: db.clone(), unmute: unmute_in::<R> }
}

/// The guard of [`mute`]: the receiver is not called until this is dropped.
#[must_use = "the receiver is called again when this is dropped"]
pub struct Muted {
    db: Db,
    unmute: fn(&Scope),
}

impl Drop for Muted {
    fn drop(&mut self) {
        (self.unmute)(self.db.scope());
    }
}

impl fmt::Debug for Muted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Muted").field("db", &self.db).finish_non_exhaustive()
    }
}

/// Records the signals of a model that are sent on this database, until the guard is dropped: `pre_save`, `post_save`,
/// `pre_delete`, `post_delete`, `post_commit`, `post_rollback`, `post_delete_commit` and `post_delete_rollback`.
///
/// ```rust,standalone_crate
/// use signals::prelude::*;
/// use signals::testing::record;
///
/// #[model]
/// #[derive(Debug, Default, PartialEq)]
/// struct User {
///     #[key]
///     id: Id<User>,
///     name: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// let db = Db::connect("sqlite::memory:").await?;
/// db.create_tables().await?;
/// let recorded = record::<User>(&db);
/// User { name: "ann".to_owned(), ..User::default() }.save(&db).await?;
///
/// let sent = recorded.take();
/// assert_eq!(sent.iter().map(|sent| sent.signal).collect::<Vec<_>>(), ["pre_save", "post_save", "post_commit"]);
/// assert_eq!((sent[1].created, &*sent[1].instance.name), (Some(true), "ann"));
/// # Ok(())
/// # }
/// ```
///
/// Like a closure of `connect`, it is called after all receivers. So it does not record a signal whose receiver fails, or a raw
/// write of a fixture. Unlike such a closure, it ignores other databases.
#[must_use = "recording ends when this is dropped"]
#[track_caller]
pub fn record<M: Model>(db: &Db) -> Recorded<M> {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let recorder = |signal: &'static str| {
        let (db, sent) = (db.clone(), Arc::clone(&sent));
        move |at: &Db, instance: &M, created: Option<bool>| {
            if db.is(at) {
                let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
                sent.push(Sent { signal, instance: instance.clone_columns(), created });
            }
        }
    };
    let (pre_save, post_save, pre_delete) = (recorder("pre_save"), recorder("post_save"), recorder("pre_delete"));
    let (post_delete, commit, rollback) = (recorder("post_delete"), recorder("post_commit"), recorder("post_rollback"));
    let (delete_commit, delete_rollback) = (recorder("post_delete_commit"), recorder("post_delete_rollback"));
    let guards = vec![
        M::PRE_SAVE.connect_scoped(move |event| pre_save(event.tx.db(), event.instance, None)),
        M::POST_SAVE.connect_scoped(move |event| post_save(event.tx.db(), event.instance, Some(event.created))),
        M::PRE_DELETE.connect_scoped(move |event| pre_delete(event.tx.db(), event.instance, None)),
        M::POST_DELETE.connect_scoped(move |event| post_delete(event.tx.db(), event.instance, None)),
        M::POST_COMMIT.connect_scoped(move |event| commit(event.db, event.instance, Some(event.created))),
        M::POST_ROLLBACK.connect_scoped(move |event| rollback(event.db, event.instance, Some(event.created))),
        M::POST_DELETE_COMMIT.connect_scoped(move |event| delete_commit(event.db, event.instance, None)),
        M::POST_DELETE_ROLLBACK.connect_scoped(move |event| delete_rollback(event.db, event.instance, None)),
    ];
    Recorded { sent, guards }
}

/// The guard of [`record`], and the signals that were sent since.
#[must_use = "recording ends when this is dropped"]
pub struct Recorded<M> {
    sent: Arc<Mutex<Vec<Sent<M>>>>,
    guards: Vec<ReceiverGuard>,
}

/// A signal that was sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Sent<M> {
    /// Its name.
    pub signal: &'static str,
    /// A copy of the instance when the signal was sent. Fields with `#[skip]` have their `Default`.
    pub instance: M,
    /// Whether the row was inserted, if the signal says so.
    pub created: Option<bool>,
}

impl<M> Recorded<M> {
    /// Takes the signals that were recorded since the last call, in the order in which they were sent.
    pub fn take(&self) -> Vec<Sent<M>> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Sent<M>>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M> fmt::Debug for Recorded<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signals: Vec<&str> = self.lock().iter().map(|sent| sent.signal).collect();
        f.debug_struct("Recorded").field("sent", &signals).field("guards", &self.guards.len()).finish()
    }
}
