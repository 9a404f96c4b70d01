//! Errors that no call can return.

use std::io::Write;
use std::sync::Arc;

use signals_core::__private::{Panicked, catch_panic, log};

use crate::error::Error;

/// The handler of such errors.
pub(crate) type ErrorHandler = Arc<dyn Fn(&Error) + Send + Sync>;

/// Passes an error to the handler. A handler may panic, as `eprintln!` does when stderr is closed. The panic is caught, because
/// the work that caused the error is done and must not look as if it had failed.
pub(crate) fn report(handler: &ErrorHandler, error: &Error) {
    if let Err(Panicked { message }) = catch_panic(|| handler(error)) {
        // `Display` of an error may be the user's, and panic as well.
        let _ = catch_panic(|| {
            print_line(&format!("signals: `on_error` panicked: {message}; it was called with: {error}"));
        });
    }
}

/// Without a handler, the error is logged in exactly one place.
pub(crate) fn print(error: &Error) {
    if !log(error) {
        print_line(&format!("signals: {error}"));
    }
}

/// Unlike `eprintln!`, it does not panic when stderr is closed.
fn print_line(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
