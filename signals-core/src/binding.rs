//! The arguments and filters of a function, bound to the payload of one signal.

use core::any::{Any, TypeId};
use core::fmt;

use crate::payload::{Bind, Call, Filter, Payload};
use crate::source::Source;

/// A function's arguments bound to the fields of one payload, and its filters.
pub struct Binding<P: Payload> {
    pub(crate) filter: Option<Filter<P>>,
    pub(crate) call: Call<P>,
}

#[allow(clippy::unused_self, reason = "the type of the payload is that of the constant on which they are called")]
impl<P: Payload> Bind<P> {
    #[doc(hidden)]
    pub const fn all(&self, call: Call<P>) -> Binding<P> {
        Binding { filter: None, call }
    }

    /// A binding that is only called for payloads that pass the filter.
    #[doc(hidden)]
    pub const fn filtered(&self, filter: Filter<P>, call: Call<P>) -> Binding<P> {
        Binding { filter: Some(filter), call }
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
        Source::of::<P>()
    }

    fn is_async(&self) -> bool {
        matches!(self.call, Call::Async(..))
    }
}

impl Source {
    pub(crate) fn of<P: Payload>() -> Self {
        let own = TypeId::of::<Binding<P>>();
        let any = P::senders().map(|_| TypeId::of::<Binding<P::Any>>());
        Self {
            signal: P::SIGNAL,
            sender: P::sender(),
            module: P::module(),
            own,
            any: any.filter(|any| *any != own),
            is_any: any == Some(own),
            scoped: P::SCOPED,
        }
    }
}
