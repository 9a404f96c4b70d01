//! Recording the signals of one model.

use signals_core::testing::{Recorded, record_with};

use crate::db::Db;
use crate::model::Model;

/// Records the signals of a model that are sent on this database, until the guard is dropped: `pre_save`, `post_save`,
/// `pre_delete`, `post_delete`, `post_commit`, `post_rollback`, `post_delete_commit` and `post_delete_rollback`, and `post_bulk_create` once for
/// each row.
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
/// write of a fixture. Unlike such a closure, it ignores other databases. [`record_with`] records the signals that have no row, such as
/// `post_bulk_update`, and those of other senders, such as `m2m_changed`.
#[track_caller]
pub fn record<M: Model>(db: &Db) -> Recorded<Sent<M>> {
    record_with(db, M::PRE_SAVE, |event| Sent::of("pre_save", event.instance, None))
        .and_with(db, M::POST_SAVE, |event| Sent::of("post_save", event.instance, Some(event.created)))
        .and_with(db, M::PRE_DELETE, |event| Sent::of("pre_delete", event.instance, None))
        .and_with(db, M::POST_DELETE, |event| Sent::of("post_delete", event.instance, None))
        .and_with(db, M::POST_COMMIT, |event| Sent::of("post_commit", event.instance, Some(event.created)))
        .and_with(db, M::POST_ROLLBACK, |event| Sent::of("post_rollback", event.instance, Some(event.created)))
        .and_with(db, M::POST_DELETE_COMMIT, |event| Sent::of("post_delete_commit", event.instance, None))
        .and_with(db, M::POST_DELETE_ROLLBACK, |event| Sent::of("post_delete_rollback", event.instance, None))
        .and_each_with(db, M::POST_BULK_CREATE, |event| {
            event.instances.iter().map(|instance| Sent::of("post_bulk_create", instance, Some(true))).collect()
        })
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

impl<M: Model> Sent<M> {
    fn of(signal: &'static str, instance: &M, created: Option<bool>) -> Self {
        Self { signal, instance: instance.clone_columns(), created }
    }
}
