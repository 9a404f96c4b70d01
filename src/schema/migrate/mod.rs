//! Making tables and changing them, and the signals that are sent round it.
//!
//! What this folder may use: models as data, transactions, and refinery, which keeps the books of migrations. A driver knows
//! nothing of it.

#[cfg(feature = "migrate")]
mod embedded;
#[cfg(feature = "migrate")]
mod history;
#[cfg(feature = "migrate")]
mod migrations;
mod plan;

use std::pin::pin;

use signals_macros::signal;

pub use self::PostMigrate as post_migrate;
pub use self::PreMigrate as pre_migrate;
#[cfg(feature = "migrate")]
pub use self::embedded::Embedded;
#[cfg(feature = "migrate")]
pub use self::migrations::Migrations;
pub use self::plan::{Plan, PlannedMigration};
#[cfg(feature = "migrate")]
pub use refinery_core::{Migration, Runner, Target};
#[cfg(feature = "migrate")]
#[doc(inline)]
pub use signals_macros::embed_migrations;

use crate::db::{Dialect, Tx};
use crate::error::Result;

/// Sent before tables are made by `create_tables` and before migrations are applied by [`Db::migrate`](crate::Db::migrate),
/// also when there is nothing to do. Receivers write it as in Django, `#[receiver(pre_migrate)]`.
///
/// An error undoes everything, and nothing is made.
#[signal(async, name = "pre_migrate", crate = crate)]
#[derive(Debug)]
#[non_exhaustive]
pub struct PreMigrate<'a> {
    /// What will be done.
    pub plan: &'a Plan,
    /// The transaction in which it will be done.
    pub tx: &'a mut Tx,
}

/// Sent after tables were made by `create_tables` and after migrations were applied by
/// [`Db::migrate`](crate::Db::migrate), also when there was nothing to do. Receivers write it as in Django,
/// `#[receiver(post_migrate)]`.
///
/// It is the place for rows that must be there: they and the tables are one transaction, so that either both are there or
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
}

/// Whether the signals have receivers.
pub(crate) fn is_received() -> bool {
    PreMigrate::SIGNAL.has_receivers() || PostMigrate::SIGNAL.has_receivers()
}

/// Does the work between the two signals.
pub(crate) async fn between_signals(tx: &Tx, plan: &Plan, work: impl Future<Output = Result<()>>) -> Result<()> {
    let handle = &mut tx.handle();
    tx.inside(pin!(PreMigrate { plan, tx: handle }.send())).await?;
    work.await?;
    let handle = &mut tx.handle();
    Ok(tx.inside(pin!(PostMigrate { plan, tx: handle }.send())).await?)
}

/// Waits until nobody else makes tables, in this process or another one, and keeps others waiting until the commit.
pub(crate) async fn one_at_a_time(tx: &Tx) -> Result<()> {
    match tx.db().dialect() {
        // The transaction has the lock on writing already.
        Dialect::Sqlite => Ok(()),
        // Two processes that find a table missing at the same time would both make it, and one of them would fail. Any
        // number will do, as long as all of them wait for the same. And what the others have done must be seen afterwards,
        // whichever isolation is the default.
        Dialect::Postgres => {
            let wait = "SELECT pg_advisory_xact_lock(7303014532671074419)";
            tx.batch(&format!("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; {wait}")).await
        }
    }
}
