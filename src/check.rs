//! Does what is linked fit together?

use crate::error::{ErrorKind, Result, WiringMistake};
use crate::model;

/// Looks at everything that is linked into this program, and lists the mistakes that the compiler cannot see: two models
/// with one table, two relations that are one method of a model, receivers that wait for one another through `before`, functions
/// that one signal would call twice, `after` and `before` of receivers that no signal calls together, two receivers with one id,
/// crates of
/// [`apps!`](crate::apps) that declare nothing.
///
/// Call it when the program starts. It reads the registry once; nothing is sent and no database is touched.
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
