//! Checks everything that is linked into the program.

use crate::db::{ContextTypes, require_context};
use crate::error::{ErrorKind, Result, WiringMistake};
use crate::model;

/// Checks everything that is linked into this program, and lists the mistakes that the compiler cannot see: two models with the
/// same table, two relations that add the same method to a model, receivers with a cycle of `before` and `after`, functions that
/// one signal would call twice, `before` and `after` of receivers that no signal calls together, two receivers with the same id,
/// crates of [`apps!`](crate::apps) that declare nothing.
///
/// Call it when the program starts. It reads the registry once; it sends nothing and uses no database.
///
/// ```rust,standalone_crate
/// # fn main() -> signals::Result<()> {
/// signals::check()?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`ErrorKind::Wiring`] with all of them.
pub fn check() -> Result<()> {
    let models = model::registered_models();
    let mut mistakes = model::same_tables(&models);
    mistakes.extend(model::same_accessors(&models));
    if let Err(errors) = signals_core::check() {
        mistakes.extend(errors.into_iter().map(WiringMistake::Signal));
    }
    if mistakes.is_empty() { Ok(()) } else { Err(ErrorKind::Wiring(mistakes).into()) }
}

/// Checks that no receiver of the program needs a value of the context of another type than these. It is for a test or the start of a
/// program; [`ConnectOptions::check_context`](crate::db::ConnectOptions::check_context) does the same with the values of the options.
///
/// ```rust,standalone_crate
/// use signals::prelude::*;
///
/// struct Mailer;
/// struct Actor(u64);
///
/// #[model]
/// struct User {
///     #[key]
///     id: Id<User>,
/// }
///
/// #[receiver(post_save, sender = User)]
/// fn welcome(#[context] mailer: &Mailer, #[context] actor: Option<&Actor>) {}
///
/// # fn main() -> Result<()> {
/// signals::check_context::<(Mailer,)>()?;
/// assert!(signals::check_context::<()>().is_err());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`ErrorKind::Wiring`] with each receiver, its location, and the type that it needs.
pub fn check_context<T: ContextTypes>() -> Result<()> {
    require_context(&T::types())
}
