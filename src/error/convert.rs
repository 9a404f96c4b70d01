//! The errors that `?` converts.

use signals_core::testing::{NotRecorded, OrderMatters};
use signals_core::{MissingContext, SignalError};

use super::{Error, ErrorKind, FieldErrors, WiringMistake};

/// An error that `?` converts into [`Error`]. Implement it for your own errors, or write `.map_err(Error::other)` before `?`.
///
/// ```
/// use signals::error::ConvertsToError;
/// use signals::Error;
///
/// struct OutOfStock;
///
/// impl ConvertsToError for OutOfStock {
///     fn convert(self) -> Error {
///         Error::other("out of stock")
///     }
/// }
///
/// fn order() -> signals::Result {
///     Err(OutOfStock)?
/// }
///
/// assert_eq!(order().unwrap_err().to_string(), "out of stock");
/// ```
// A trait of this library, because the compiler says what to do about another error only for one.
#[diagnostic::on_unimplemented(
    message = "`?` does not convert `{Self}` into `signals::Error`",
    label = "write `.map_err(Error::other)` before `?`",
    note = "`Error::other` takes any error that implements `std::error::Error`, `Send` and `Sync`, and any text"
)]
pub trait ConvertsToError {
    /// The same as an error of this library.
    fn convert(self) -> Error;
}

impl<E: ConvertsToError> From<E> for Error {
    #[inline]
    fn from(error: E) -> Self {
        error.convert()
    }
}

#[diagnostic::do_not_recommend]
impl ConvertsToError for ErrorKind {
    #[cold]
    fn convert(self) -> Error {
        Error(Box::new(self))
    }
}

/// [`ErrorKind::Invalid`], so that a receiver of `pre_save` can refuse the values of fields.
#[diagnostic::do_not_recommend]
impl ConvertsToError for FieldErrors {
    fn convert(self) -> Error {
        ErrorKind::Invalid { model: None, row: None, errors: self }.into()
    }
}

#[diagnostic::do_not_recommend]
impl ConvertsToError for SignalError {
    fn convert(self) -> Error {
        match self {
            Self::Receiver(error) => ErrorKind::Receiver(error).into(),
            Self::Wiring(error) => WiringMistake::Signal(*error).into(),
            other => ErrorKind::TooDeep(Box::new(other)).into(),
        }
    }
}

#[diagnostic::do_not_recommend]
impl ConvertsToError for MissingContext {
    #[cold]
    fn convert(self) -> Error {
        Error::other(self)
    }
}

#[diagnostic::do_not_recommend]
impl ConvertsToError for NotRecorded {
    fn convert(self) -> Error {
        Error::other(self)
    }
}

#[diagnostic::do_not_recommend]
impl ConvertsToError for OrderMatters {
    fn convert(self) -> Error {
        Error::other(self)
    }
}

#[diagnostic::do_not_recommend]
impl ConvertsToError for WiringMistake {
    fn convert(self) -> Error {
        ErrorKind::Wiring(vec![self]).into()
    }
}

#[diagnostic::do_not_recommend]
impl ConvertsToError for &str {
    fn convert(self) -> Error {
        Error::other(self)
    }
}

#[diagnostic::do_not_recommend]
impl ConvertsToError for String {
    fn convert(self) -> Error {
        Error::other(self)
    }
}

#[diagnostic::do_not_recommend]
impl ConvertsToError for std::io::Error {
    fn convert(self) -> Error {
        Error::other(self)
    }
}
