//! What a test returns, so that it can use `?`.

use std::fmt;
use std::panic::Location;

/// What a test returns.
pub(crate) type TestResult = std::result::Result<(), Failure>;

/// An error that a test did not expect, and the place of the `?` that returned it.
pub(crate) struct Failure {
    error: String,
    place: &'static Location<'static>,
}

impl<E: fmt::Display> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        Self { error: error.to_string(), place: Location::caller() }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at {}", self.error, self.place)
    }
}
