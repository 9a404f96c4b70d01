//! Migrations, and the signals before and after tables are created or migrated.
//!
//! What this folder may use: models as data, transactions, refinery, which records the applied migrations, and `write/`, which
//! writes them.

#[cfg(feature = "migrate")]
mod embedded;
#[cfg(feature = "migrate")]
mod folder;
#[cfg(feature = "migrate")]
mod foreign_keys;
#[cfg(feature = "migrate")]
mod history;
#[cfg(feature = "migrate")]
mod migrations;
mod plan;
#[cfg(feature = "migrate")]
mod replay;
#[cfg(feature = "migrate")]
mod scratch;
#[cfg(all(test, feature = "migrate"))]
mod tests;

use std::pin::pin;

use signals_core::Context;
use signals_macros::signal;

pub use self::PostMigrate as post_migrate;
pub use self::PreMigrate as pre_migrate;
#[cfg(feature = "migrate")]
pub use self::embedded::Embedded;
#[cfg(feature = "migrate")]
pub use self::migrations::Migrations;
pub use self::plan::{Plan, PlannedMigration};
#[cfg(feature = "migrate")]
pub use self::replay::{Replay, assert_complete};
#[cfg(feature = "migrate")]
pub use refinery_core::{Migration, Runner, Target};
#[cfg(feature = "migrate")]
#[doc(inline)]
pub use signals_macros::embed_migrations;

use crate::db::{Dialect, Tx};
use crate::error::Result;

/// Sent before `create_tables` creates tables and before [`Db::migrate`](crate::Db::migrate) applies migrations, also when there
/// is nothing to do. Receivers are written as in Django, `#[receiver(pre_migrate)]`.
///
/// An error undoes everything, and nothing is created.
#[signal(async, name = "pre_migrate", crate = crate)]
#[derive(Debug)]
#[non_exhaustive]
pub struct PreMigrate<'a> {
    /// What will be done.
    pub plan: &'a Plan,
    /// The transaction in which it will be done.
    pub tx: &'a mut Tx,
    /// What the caller has passed to receivers, see [`Context`].
    pub context: &'a Context,
}

/// Sent after `create_tables` has created tables and after [`Db::migrate`](crate::Db::migrate) has applied migrations, also when
/// there was nothing to do. Receivers are written as in Django, `#[receiver(post_migrate)]`.
///
/// Use it for rows that must exist: they and the tables are created in one transaction, so that the database has both or
/// neither. An error undoes everything.
///
/// ```rust,standalone_crate
/// use signals::migrate::Plan;
/// use signals::prelude::*;
/// use signals::migrate::post_migrate;
///
/// #[model]
/// #[derive(Debug, Default)]
/// struct Country { #[key] code: String, name: String }
///
/// #[receiver(post_migrate)]
/// async fn countries(tx: &mut Tx) -> Result<()> {
///     for (code, name) in [("be", "Belgium"), ("jp", "Japan")] {
///         Country { code: code.to_owned(), name: name.to_owned() }.save(tx).await?;
///     }
///     Ok(())
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<()> {
///     let db = Db::connect("sqlite::memory:").await?;
///     db.create_tables().await?;
///     assert_eq!(Country::all(&db).await?.len(), 2);
///     db.create_tables().await // the rows are there already, and are saved again
/// }
/// ```
#[signal(async, name = "post_migrate", crate = crate)]
#[derive(Debug)]
#[non_exhaustive]
pub struct PostMigrate<'a> {
    /// What was done.
    pub plan: &'a Plan,
    /// The transaction in which it was done.
    pub tx: &'a mut Tx,
    /// What the caller has passed to receivers, see [`Context`].
    pub context: &'a Context,
}

/// Whether the signals have receivers.
pub(crate) fn is_received() -> bool {
    PreMigrate::SIGNAL.has_receivers() || PostMigrate::SIGNAL.has_receivers()
}

/// Does the work between the two signals.
pub(crate) async fn between_signals(tx: &Tx, plan: &Plan, work: impl Future<Output = Result<()>>) -> Result<()> {
    let handle = &mut tx.handle();
    tx.inside(pin!(PreMigrate { plan, tx: handle, context: tx.context() }.send())).await?;
    work.await?;
    let handle = &mut tx.handle();
    tx.inside(pin!(PostMigrate { plan, tx: handle, context: tx.context() }.send())).await
}

/// Waits until no other process or task creates tables, and makes others wait until the commit.
pub(crate) async fn one_at_a_time(tx: &Tx) -> Result<()> {
    match tx.db().dialect() {
        // The transaction already has the write lock.
        Dialect::Sqlite => Ok(()),
        // Two processes that both find a table missing would both create it, and one would fail. Any number works, as long as
        // all use the same. The changes of the others must be visible afterwards, with any default isolation level.
        Dialect::Postgres => {
            let wait = "SELECT pg_advisory_xact_lock(7303014532671074419)";
            tx.batch(&format!("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; {wait}")).await
        }
    }
}
