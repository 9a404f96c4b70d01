//! What a signal sends and how its receivers are called: the types that the declaration of a signal fixes.

use core::convert::Infallible;
use core::fmt;
use core::marker::PhantomData;

use stackfuture::StackFuture;

use crate::error::BoxError;
use crate::scope::Scope;

/// The payload of a signal, without its lifetime: `OrderPaid<'static>` stands for every `OrderPaid<'a>`.
///
/// [`signal`](macro@crate::signal) implements it.
pub trait Payload: Sized + 'static {
    /// The payload that is sent, with what it borrows.
    type Of<'a>: Send;
    /// What each receiver returns.
    type Output: Send + 'static;
    /// Whether receivers return at once or may be awaited.
    type Mode: Mode;
    /// The payload for a receiver that names no sender.
    type Any: Payload<Output = Self::Output, Mode = Self::Mode>;
    /// `()` for a signal whose senders are types; `Infallible` for a signal without senders, so that its receivers have no
    /// variant for any sender, and no cost for it.
    type Senders: Copy + Send + Sync + 'static;
    /// The name of the signal, as receivers write it.
    const SIGNAL: &'static str;
    /// The fields that are only filled in if a receiver reads them.
    const COSTLY: &'static [&'static str] = &[];

    /// What binds a receiver to this payload.
    #[doc(hidden)]
    const BIND: Bind<Self> = Bind::NEW;

    /// The name of the sender's type, if this signal has senders.
    fn sender() -> Option<&'static str>;

    /// The module of the sender's type, or of a signal without senders.
    fn module() -> Option<&'static str> {
        None
    }

    /// The proof that this signal has senders, if it does.
    fn senders() -> Option<Self::Senders>;

    /// Whether [`scope`](Self::scope) returns a scope.
    const SCOPED: bool = false;

    /// The scope that it is sent in, where a test may have muted receivers.
    #[doc(hidden)]
    #[inline]
    fn scope<'b>(_: &'b Self::Of<'_>) -> Option<&'b Scope> {
        None
    }

    /// Whether it is sent for a raw write. Only receivers with `raw = true` are called for those.
    #[inline]
    fn is_raw(_: &Self::Of<'_>) -> bool {
        false
    }

    /// The payload for a receiver of any sender.
    fn widen<'b>(payload: &'b mut Self::Of<'_>, senders: Self::Senders) -> <Self::Any as Payload>::Of<'b>;
}

/// What binds a receiver to a payload.
#[doc(hidden)]
#[derive(Debug)]
pub struct Bind<P>(PhantomData<fn(P)>);

impl<P> Bind<P> {
    const NEW: Self = Self(PhantomData);
}

/// How a signal calls its receivers.
pub trait Mode: 'static {
    /// `()` where a receiver may be awaited; `Infallible` where it cannot, so that a call is a plain function pointer.
    type Awaits: Copy + Send + Sync + 'static;
}

/// Receivers are called one after the other, and return at once.
#[derive(Debug)]
pub enum Synchronous {}

/// Receivers are called one after the other, and those that are `async` are awaited.
#[derive(Debug)]
pub enum Asynchronous {}

impl Mode for Synchronous {
    type Awaits = Infallible;
}

impl Mode for Asynchronous {
    type Awaits = ();
}

/// What a receiver returns to the dispatch.
pub type Reply<O> = Result<O, BoxError>;

/// The bytes that the future of `send` has for the future of an `async` receiver. A larger future is boxed.
pub const FUTURE_BYTES: usize = 512;

/// The future of an `async` receiver.
pub type ReceiverFuture<'b, O> = StackFuture<'b, Reply<O>, FUTURE_BYTES>;

/// A `fn` receiver whose arguments are bound to a payload.
pub type SyncCall<P> = for<'a, 'b> fn(&'b mut <P as Payload>::Of<'a>) -> Reply<<P as Payload>::Output>;

/// An `async fn` receiver whose arguments are bound to a payload.
pub type AsyncCall<P> = for<'a, 'b> fn(&'b mut <P as Payload>::Of<'a>) -> ReceiverFuture<'b, <P as Payload>::Output>;

/// The filters of one receiver: whether it is called for this payload.
pub(crate) type Filter<P> = for<'a, 'b> fn(&'b <P as Payload>::Of<'a>) -> bool;

/// How a receiver of a payload is called. For a synchronous signal this is a plain function pointer, because the second variant
/// is uninhabited.
pub enum Call<P: Payload> {
    /// A `fn`.
    Sync(SyncCall<P>),
    /// An `async fn`.
    Async(AsyncCall<P>, <P::Mode as Mode>::Awaits),
}

impl<P: Payload> Clone for Call<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Payload> Copy for Call<P> {}

impl<P: Payload> fmt::Debug for Call<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sync(_) => "Sync",
            Self::Async(..) => "Async",
        })
    }
}
