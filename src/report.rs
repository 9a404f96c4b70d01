//! What becomes of a failure that no call can return.

use std::io::Write;
use std::sync::Arc;

use signals_core::__private::{Panicked, caught, log};

use crate::error::Error;

/// What to do with such a failure.
pub(crate) type ErrorHandler = Arc<dyn Fn(&Error) + Send + Sync>;

/// Hands a failure to the handler. A handler that panics, as `eprintln!` does when stderr is closed, stops nothing: what it was
/// called for is done, and may not look as if it had failed.
pub(crate) fn report(handler: &ErrorHandler, error: &Error) {
    if let Err(Panicked { message }) = caught(|| handler(error)) {
        // The text of an error may be of a type that the user wrote, and panic as well.
        let _ = caught(|| print_line(&format!("signals: `on_error` panicked: {message}; it was called with: {error}")));
    }
}

/// What happens if no handler is set: one place has the failure, and not two.
pub(crate) fn print(error: &Error) {
    if !log(error) {
        print_line(&format!("signals: {error}"));
    }
}

/// Not `eprintln!`, which panics when stderr is closed.
fn print_line(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
