//! Running a test under every order of receivers.

use std::fmt::Debug;

use signals_core::testing::{EveryOrder, TriedOrder};

use crate::error::Result;

/// Runs a test under every order of receivers that `after` and `before` allow, and compares the results.
///
/// The test opens a database of its own, applies the order to it, and returns what it wants to compare, such as the rows of a table. If the
/// results are the same, the receivers need no `after`. If two differ, the error shows both orders and both results.
///
/// ```rust,standalone_crate
/// use signals::prelude::*;
/// use signals::testing::every_order;
///
/// #[model]
/// #[derive(Debug, Default, PartialEq)]
/// struct User {
///     #[key]
///     id: Id<User>,
///     name: String,
/// }
///
/// #[receiver(pre_save, sender = User)]
/// fn trim(instance: &mut User) {
///     instance.name = instance.name.trim().to_owned();
/// }
///
/// #[receiver(pre_save, sender = User)]
/// fn capitalize(instance: &mut User) {
///     if let Some(first) = instance.name.get(..1) {
///         instance.name = first.to_uppercase() + &instance.name[1..];
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// let tried = every_order(async |order| {
///     let db = Db::connect("sqlite::memory:").await?;
///     db.create_tables().await?;
///     let _in_order = order.apply(&db);
///     let mut ann = User { name: " ann".to_owned(), ..User::default() };
///     ann.save(&db).await?;
///     Ok(ann.name)
/// })
/// .await;
///
/// assert_eq!(
///     tried.unwrap_err().to_string(),
///     "the order of receivers matters
/// in the order
///     pre_save of User -> trim, capitalize
/// the result is \"Ann\"
/// in the order
///     pre_save of User -> capitalize, trim
/// the result is \"ann\"
/// help: `after = [..]` or `before = [..]` of one of these receivers fixes their order"
/// );
/// # Ok(())
/// # }
/// ```
///
/// It returns the result. The receivers of all signals that are sent in the scope are reordered, and keep one order in a run. With more than 200
/// orders, 200 random ones are tried. Their seed is printed, and set by the environment variable `SIGNALS_SEED`. [`EveryOrder`] has other
/// settings.
///
/// # Errors
/// That of the test in the usual order, or an error that describes both orders.
pub async fn every_order<T: PartialEq + Debug>(run: impl AsyncFn(TriedOrder) -> Result<T>) -> Result<T> {
    EveryOrder::new().run(run).await?
}
