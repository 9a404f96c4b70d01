//! What can go wrong in a dispatch.

use core::fmt;
use std::error::Error as StdError;

use crate::chain;
use crate::id::ReceiverId;
use crate::panics::Panicked;
use crate::source::SignalOf;
use crate::wiring_error::WiringError;

/// The error of a receiver, of any type.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a dispatch stopped.
///
/// `{:?}` prints the same message as `{}`, so that an error that `main` returns is readable.
///
/// ```rust,standalone_crate
/// use signals_core::{SignalError, receiver, signal};
///
/// #[signal]
/// struct OrderPaid {}
///
/// #[receiver(OrderPaid)]
/// fn book() -> Result<(), std::num::ParseIntError> {
///     "seven".parse::<u32>().map(drop)
/// }
///
/// # fn main() {
/// let error = OrderPaid {}.send().unwrap_err();
/// let SignalError::Receiver(failure) = error else { panic!("{error}") };
/// assert!(failure.receiver.name.ends_with("::book"));
/// assert!(failure.inner().is_some_and(|error| error.is::<std::num::ParseIntError>()));
/// # }
/// ```
#[non_exhaustive]
pub enum SignalError {
    /// A receiver failed.
    Receiver(Box<ReceiverError>),
    /// Dispatches are nested deeper than the limit: receivers send signals whose receivers send signals.
    TooDeep {
        /// The signal that was not sent.
        signal: &'static str,
        /// Its sender's type.
        sender: Option<&'static str>,
        /// The limit, see [`set_recursion_limit`](crate::set_recursion_limit).
        limit: usize,
    },
    /// The receivers of the signal have no order, or one of them would be called twice.
    Wiring(Box<WiringError>),
}

impl SignalError {
    /// The receiver that failed, if one did.
    pub fn receiver(&self) -> Option<&ReceiverError> {
        match self {
            Self::Receiver(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for SignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receiver(error) => error.fmt(f),
            Self::TooDeep { signal, sender, limit } => write!(
                f,
                "{} was sent from inside {limit} receivers of one another, which is the limit; \
                 let a receiver leave out what it caused itself, or raise `set_recursion_limit`",
                SignalOf(signal, *sender)
            ),
            Self::Wiring(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for SignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for SignalError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Receiver(error) => error.source(),
            Self::TooDeep { .. } | Self::Wiring(_) => None,
        }
    }
}

/// A receiver that failed or panicked.
///
/// Like [`std::io::Error`], it prints its cause, and its `source` is the source of the cause: [`inner`](Self::inner)
/// returns the cause itself. In a chain of receivers, the cause is the error of the next receiver. A cycle of receivers that
/// call one another is printed once, with a count.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReceiverError {
    /// The receiver that failed.
    pub receiver: ReceiverId,
    /// The signal that it received.
    pub signal: &'static str,
    /// The type that sent it.
    pub sender: Option<&'static str>,
    failure: Failure,
}

#[derive(Debug)]
enum Failure {
    Error(BoxError),
    Panic(String),
}

impl ReceiverError {
    /// The error that the receiver returned; `None` if it panicked.
    pub fn inner(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        match &self.failure {
            Failure::Error(error) => Some(&**error),
            Failure::Panic(_) => None,
        }
    }

    /// The error that the receiver returned; this error itself if it panicked.
    pub fn into_inner(self: Box<Self>) -> BoxError {
        match self.failure {
            Failure::Error(error) => error,
            Failure::Panic(_) => self,
        }
    }

    /// The message of the panic, if the receiver panicked.
    pub fn panic_message(&self) -> Option<&str> {
        match &self.failure {
            Failure::Error(_) => None,
            Failure::Panic(message) => Some(message),
        }
    }

    #[cold]
    pub(crate) fn failed(
        receiver: &ReceiverId,
        (signal, sender): (&'static str, Option<&'static str>),
        error: BoxError,
    ) -> Self {
        Self { receiver: receiver.clone(), signal, sender, failure: Failure::Error(error) }
    }

    #[cold]
    pub(crate) fn panicked(
        receiver: &ReceiverId,
        (signal, sender): (&'static str, Option<&'static str>),
        Panicked { message }: Panicked,
    ) -> Self {
        let failure = Failure::Panic(message);
        Self { receiver: receiver.clone(), signal, sender, failure }
    }
}

impl fmt::Display for ReceiverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            Failure::Error(error) => chain::write(f, &Link { error: self, verb: "failed" }, error),
            Failure::Panic(message) => chain::write(f, &Link { error: self, verb: "panicked" }, message),
        }
    }
}

/// Which receiver failed, without the cause.
struct Link<'a> {
    error: &'a ReceiverError,
    verb: &'static str,
}

impl fmt::Display for Link<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReceiverError { receiver, signal, sender, .. } = self.error;
        write!(f, "receiver {receiver} {} on {}", self.verb, SignalOf(signal, *sender))
    }
}

impl StdError for ReceiverError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner().and_then(StdError::source)
    }
}
