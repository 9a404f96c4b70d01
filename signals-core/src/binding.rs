//! The arguments and filters of a function, bound to the payload of one signal.

use core::any::Any;
use core::fmt;

use crate::payload::{Bind, Call, Filter, Payload};
use crate::source::{Sender, Source};

/// A function's arguments bound to the fields of a payload, and its filters.
///
/// `P` is the payload for any sender: a receiver with a sender narrows it first. So the bindings of one signal have one type.
pub struct Binding<P: Payload> {
    pub(crate) filter: Option<Filter<P>>,
    pub(crate) call: Call<P>,
    pub(crate) sender: Option<&'static Sender>,
}

#[allow(clippy::unused_self, reason = "the type of the payload is that of the constant on which they are called")]
impl<P: Payload> Bind<P> {
    #[doc(hidden)]
    pub const fn all(&self, call: Call<P::Any>) -> Binding<P::Any> {
        Binding { filter: None, call, sender: P::SENDER }
    }

    /// A binding that is only called for payloads that pass the filter.
    #[doc(hidden)]
    pub const fn filtered(&self, filter: Filter<P::Any>, call: Call<P::Any>) -> Binding<P::Any> {
        Binding { filter: Some(filter), call, sender: P::SENDER }
    }
}

impl<P: Payload> Clone for Binding<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Payload> Copy for Binding<P> {}

impl<P: Payload> fmt::Debug for Binding<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Binding({})", P::SIGNAL)
    }
}

/// A [`Binding`] without the type of its payload.
pub trait Bound: Any + Send + Sync {
    #[doc(hidden)]
    fn source(&self) -> Source;
    #[doc(hidden)]
    fn is_async(&self) -> bool;
}

impl<P: Payload> Bound for Binding<P> {
    fn source(&self) -> Source {
        Source::of::<P>(self.sender)
    }

    fn is_async(&self) -> bool {
        matches!(self.call, Call::Async(..))
    }
}
