//! The words in which the compiler speaks of miswired receivers.
//!
//! Each trait is one question that the macros ask of a type that the person wrote. Its implementations have no bounds,
//! so that one mistake stays one error, and its answer is an associated type: where the question fails, everything
//! that follows from the answer is silent.

use crate::error::BoxError;
use crate::payload::{Payload, Reply};

/// A type that sends lifecycle signals.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "annotate `{Self}` with `#[model]`"
)]
pub trait Sender {
    /// The sender itself.
    type Me: ?Sized + 'static;
}

/// The sender of a receiver that names none.
#[derive(Debug)]
pub enum Anyone {}

/// A name that stands in the first place of `#[receiver(..)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a signal",
    label = "not a signal",
    note = "a signal is one of the lifecycle signals, such as `post_save`, or a struct with `#[signal]`"
)]
pub trait SignalName {
    /// The signal itself.
    type Signal;
}

/// A signal whose receivers may be `async`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` calls its receivers synchronously, so they cannot be `async`",
    label = "remove `async`",
    note = "a signal that awaits its receivers is declared with `#[signal(async)]`"
)]
pub trait AwaitsReceivers {
    /// The signal itself.
    type Signal;
}

/// A signal that is sent inside the transaction, if the sender has one.
#[diagnostic::on_unimplemented(
    message = "no field `tx` on `{Self}`: the transaction is over",
    label = "`{Self}` has no `tx`",
    note = "a receiver that runs after the transaction takes `db: &Db` and writes through that"
)]
pub trait BeforeTheEnd {
    /// The signal itself.
    type Signal;
}

/// What a signal sends for one sender.
#[diagnostic::on_unimplemented(
    message = "`{S}` never sends `{Self}`",
    label = "not a signal of `{S}`",
    note = "a signal declared with `#[signal]` has no sender: leave out `sender`"
)]
pub trait SentBy<S: ?Sized> {
    /// The payload of the signal from that sender.
    type Payload: Payload;
}

/// The type of `instance`.
#[diagnostic::on_unimplemented(
    message = "`instance` is a `&{Model}` here, not a `&{Self}`",
    label = "expected `&{Model}`, the sender of this receiver"
)]
pub trait InstanceOf<Model: ?Sized> {
    /// The model itself.
    type Instance: ?Sized;
}

impl<Model: ?Sized> InstanceOf<Model> for Model {
    type Instance = Model;
}

/// What a receiver may return.
#[diagnostic::on_unimplemented(
    message = "a receiver of this signal returns `{Output}` or a `Result` of it, not `{Self}`",
    label = "expected `{Output}` or `Result<{Output}, E>`",
    note = "the `E` of the `Result` is `signals::Error` or anything else that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait Returns<Output> {
    #[doc(hidden)]
    fn into_reply(self) -> Reply<Output>;
}

impl<Output> Returns<Output> for Output {
    #[inline]
    fn into_reply(self) -> Reply<Output> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<Output, E: Into<BoxError>> Returns<Output> for Result<Output, E> {
    #[inline]
    fn into_reply(self) -> Reply<Output> {
        self.map_err(Into::into)
    }
}


/// What a receiver returned, as the dispatch takes it. `Returned` stands first so that the person's own tokens for it
/// are what the compiler underlines.
#[doc(hidden)]
#[inline]
pub fn reply<Returned: Returns<Output>, Output>(returned: Returned) -> Reply<Output> {
    returned.into_reply()
}

/// Asks a condition of the payload.
#[doc(hidden)]
#[inline]
pub fn when<T>(payload: &T, condition: impl FnOnce(&T) -> bool) -> bool {
    condition(payload)
}
