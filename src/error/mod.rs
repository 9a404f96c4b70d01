//! What can go wrong, and what to do about it.

mod convert;
pub(crate) mod field_errors;
mod kind;
mod lookup;
pub(crate) mod renamed_column;
mod texts;
mod wiring;

use std::error::Error as StdError;
use std::fmt;

pub use signals_core::WiringError;

pub use self::convert::ConvertsToError;
pub use self::field_errors::FieldErrors;
pub use self::kind::ErrorKind;
pub use self::lookup::Lookup;
pub use self::wiring::{DeclaredField, DeclaredModel, WiringMistake};

/// A `Result` whose error is [`Error`] unless another one is named.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Any failure of this library. [`kind`](Self::kind) says which.
///
/// The text says what happened and what to do about it, and includes the text of a cause; [`source`](StdError::source) therefore
/// goes on after that cause, as with [`std::io::Error`], and a report prints nothing twice.
///
/// `{:?}` prints the same text, so that `fn main() -> signals::Result<()>` reports something readable.
///
/// ```
/// # use signals::{Db, ErrorKind};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// let db = Db::connect("sqlite::memory:").await?;
/// db.execute("CREATE TABLE names (name TEXT UNIQUE)", &()).await?;
/// db.execute("INSERT INTO names VALUES ('ann')", &()).await?;
///
/// let error = db.execute("INSERT INTO names VALUES ('ann')", &()).await.unwrap_err();
/// match error.kind() {
///     ErrorKind::Unique { fields, .. } => assert_eq!(fields, &["name"]),
///     _ => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
// One word, so that results travel in registers.
pub struct Error(Box<ErrorKind>);

impl Error {
    /// What it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// What it is, to take it apart.
    pub fn into_kind(self) -> ErrorKind {
        *self.0
    }

    /// Wraps any error, or a text.
    ///
    /// ```
    /// use signals::Error;
    ///
    /// assert_eq!(Error::other("out of stock").to_string(), "out of stock");
    /// ```
    pub fn other(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        ErrorKind::Other(error.into()).into()
    }

    /// The error at the bottom of a chain of receivers: what the innermost one failed with, if that is an error of this
    /// library, or what is wrong with an object of a fixture; the error itself if it is neither.
    ///
    /// ```
    /// # use signals::{Error, ErrorKind};
    /// # fn handle(error: Error) {
    /// match error.root().kind() {
    ///     ErrorKind::Unique { model, fields } => println!("{model} with this {fields:?} is there already"),
    ///     _ => println!("{error}"),
    /// }
    /// # }
    /// ```
    pub fn root(&self) -> &Self {
        let deeper = match self.kind() {
            ErrorKind::Receiver(receiver) => receiver.inner().and_then(|cause| cause.downcast_ref::<Self>()),
            ErrorKind::Fixture { source, .. } => Some(source),
            _ => None,
        };
        deeper.map_or(self, Self::root)
    }

    pub(crate) fn database(message: impl Into<String>) -> Self {
        ErrorKind::Database { message: message.into(), source: None }.into()
    }

    /// The error of a broken transaction, for a caller who cannot roll it back because it already is.
    pub(crate) fn swallowed(self) -> Self {
        match self.into_kind() {
            ErrorKind::Broken { first } => ErrorKind::Swallowed { first }.into(),
            kind => kind.into(),
        }
    }

    /// What it is, to correct it.
    pub(crate) fn kind_mut(&mut self) -> &mut ErrorKind {
        &mut self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.kind() {
            ErrorKind::Column { source, .. } => source.source(),
            ErrorKind::Hook { source, .. }
            | ErrorKind::Delivery { source, .. }
            | ErrorKind::Migration { source, .. }
            | ErrorKind::Fixture { source, .. } => source.source(),
            kind => kind.source(),
        }
    }
}
