//! For the tests of an application: what is linked, and receivers that are left out or listened to.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signals_core::__private::{mute as mute_in, unmute as unmute_in};
pub use signals_core::testing::{assert_linked, assert_linked_except};
use signals_core::{ReceiverGuard, ReceiverName};

use crate::db::Db;
use crate::model::Model;

/// A receiver is not called for what is done on this database, until the guard is dropped. Other databases, such as those of
/// tests that run at the same time, do not notice.
///
/// A receiver is named as in `after = [..]`, by its path. This is what `mute_signals` of `factory_boy` is to Django, for one
/// receiver and not for a signal.
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
///     Err("nobody is let in".to_owned())
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
/// If the receiver receives a signal that is not sent in a database, one of your own or `post_load`: it would be called all the
/// same.
#[must_use = "the receiver is called again when this is dropped"]
#[track_caller]
pub fn mute<R: ReceiverName>(db: &Db) -> Muted<R> {
    mute_in::<R>(db.scope());
    Muted { db: db.clone(), receiver: PhantomData }
}

/// A receiver that is not called until this is dropped.
#[must_use = "the receiver is called again when this is dropped"]
pub struct Muted<R: ReceiverName> {
    db: Db,
    receiver: PhantomData<fn() -> R>,
}

impl<R: ReceiverName> Drop for Muted<R> {
    fn drop(&mut self) {
        unmute_in::<R>(self.db.scope());
    }
}

impl<R: ReceiverName> fmt::Debug for Muted<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Muted").field("db", &self.db).finish_non_exhaustive()
    }
}

/// Notes the signals of a model that are sent on this database, until the guard is dropped: `pre_save`, `post_save`,
/// `pre_delete`, `post_delete`, `post_commit` and `post_rollback`.
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
/// It is called after all receivers, as a closure of `connect` is: a signal whose receiver fails is not noted, and neither are
/// raw writes of fixtures. Unlike such a closure, it leaves out what is done on other databases.
#[must_use = "nothing is noted any more when this is dropped"]
#[track_caller]
pub fn record<M: Model>(db: &Db) -> Recorded<M> {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let note = |signal: &'static str| {
        let (db, sent) = (db.clone(), Arc::clone(&sent));
        move |at: &Db, instance: &M, created: Option<bool>| {
            if db.is(at) {
                let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
                sent.push(Sent { signal, instance: instance.clone_columns(), created });
            }
        }
    };
    let (pre_save, post_save, pre_delete) = (note("pre_save"), note("post_save"), note("pre_delete"));
    let (post_delete, commit, rollback) = (note("post_delete"), note("post_commit"), note("post_rollback"));
    let guards = vec![
        M::PRE_SAVE.connect_scoped(move |event| pre_save(event.tx.db(), event.instance, None)),
        M::POST_SAVE.connect_scoped(move |event| post_save(event.tx.db(), event.instance, Some(event.created))),
        M::PRE_DELETE.connect_scoped(move |event| pre_delete(event.tx.db(), event.instance, None)),
        M::POST_DELETE.connect_scoped(move |event| post_delete(event.tx.db(), event.instance, None)),
        M::POST_COMMIT.connect_scoped(move |event| commit(event.db, event.instance, Some(event.created))),
        M::POST_ROLLBACK.connect_scoped(move |event| rollback(event.db, event.instance, Some(event.created))),
    ];
    Recorded { sent, guards }
}

/// What was sent since [`record`] was called.
#[must_use = "nothing is noted any more when this is dropped"]
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
    /// The instance as it was then. Fields with `#[skip]` have their `Default`.
    pub instance: M,
    /// Whether the row was inserted, if the signal says so.
    pub created: Option<bool>,
}

impl<M> Recorded<M> {
    /// What was sent since the last look, in the order in which it was sent.
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
