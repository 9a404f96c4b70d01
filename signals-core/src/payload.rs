//! What a signal sends and how its receivers are called: the types that the declaration of a signal fixes.

use core::any::{Any, TypeId};
use core::convert::Infallible;
use core::fmt;
use core::marker::PhantomData;
use core::pin::Pin;
use core::time::Duration;
use std::sync::Arc;

use stackfuture::StackFuture;

use crate::error::BoxError;
use crate::scope::{Scope, Scopes, SentIn, scope_kind};
use crate::source::{Sender, Source, SourceKey};

/// The payload of a signal, without its lifetime: `OrderPaid<'static>` stands for every `OrderPaid<'a>`.
///
/// [`signal`](macro@crate::signal) implements it.
pub trait Payload: Sized + 'static {
    /// The payload as receivers get it, with what it borrows.
    type Of<'a>: Send;
    /// What each receiver returns.
    type Output: Send + 'static;
    /// Whether receivers return at once or may be awaited.
    type Mode: Mode;
    /// The payload for a receiver that names no sender. It is the one that is sent, whatever the sender, so that a dispatch is
    /// compiled once per signal and not for each sender.
    type Any: Payload<Output = Self::Output, Mode = Self::Mode>;
    /// How a closure gets this payload from the one that is sent: [`Same`] for a signal without senders.
    #[doc(hidden)]
    type Lending: Lend<Self>;
    /// The name of the signal, as receivers write it.
    const SIGNAL: &'static str;
    /// The module of a signal that is a struct.
    const MODULE: Option<&'static str> = None;
    /// Whether the senders of this signal are types.
    const HAS_SENDERS: bool = false;
    /// The sender, unless this is the payload for any sender, or of a signal without senders.
    #[doc(hidden)]
    const SENDER: Option<&'static Sender> = None;
    /// The fields that are only filled in if a receiver reads them.
    const COSTLY: &'static [&'static str] = &[];

    /// What binds a receiver to this payload.
    #[doc(hidden)]
    const BIND: Bind<Self> = Bind::NEW;

    /// Whether receivers without filters return at once and are called for every payload: it is never sent for a raw write.
    const ALWAYS_CALLED: bool = false;

    /// Which scopes it is sent in.
    #[doc(hidden)]
    const SENT_IN: SentIn = SentIn::Nothing;
    /// The payload of the signal that a test mutes to mute this one.
    #[doc(hidden)]
    const MUTED_AS: TypeId = TypeId::of::<Self>();

    /// What measures the time of receivers, if they can have a limit.
    #[doc(hidden)]
    const TIMER: Option<Timer> = None;

    /// The time that an `async` receiver has, unless its attribute says so.
    #[doc(hidden)]
    #[inline]
    fn receiver_timeout(_: &Self::Of<'_>) -> Option<Duration> {
        None
    }

    /// The scopes that it is sent in, where a test may have rules.
    #[doc(hidden)]
    #[inline]
    fn scopes(_: &Self::Of<'_>) -> Scopes {
        Scopes::NONE
    }

    /// Whether it is sent for a raw write. Only receivers with `raw = true` are called for those.
    #[inline]
    fn is_raw(_: &Self::Of<'_>) -> bool {
        false
    }
}

/// The payload that is sent for the signal of `P`.
pub(crate) type AnyOf<'a, P> = <<P as Payload>::Any as Payload>::Of<'a>;

/// A boxed future, such as [`Signal::connect_async`](crate::Signal::connect_async) takes.
pub type BoxFuture<'b, T> = Pin<Box<dyn Future<Output = T> + Send + 'b>>;

/// Returns a future that is ready after a duration. The kernel has none, because a timer belongs to a runtime.
#[doc(hidden)]
pub type Timer = fn(Duration) -> BoxFuture<'static, ()>;

/// The signals of a crate that only uses the kernel have no timer.
#[doc(hidden)]
pub const TIMER: Option<Timer> = None;

/// Narrows the payload for any sender to that for the sender `S`. A receiver with a sender does this first.
#[doc(hidden)]
pub trait NarrowTo<'b, S: ?Sized> {
    /// The payload for the sender.
    type Narrowed;

    fn narrow(&'b mut self) -> Self::Narrowed;
}

/// Calls what was connected at run time with its payload.
#[doc(hidden)]
pub trait Lend<P: Payload> {
    fn lend<T>(any: &mut AnyOf<'_, P>, receiver: impl FnOnce(&mut P::Of<'_>) -> T) -> T;

    fn lend_async<'b, R: 'static, F>(
        any: &'b mut AnyOf<'_, P>,
        receiver: &Arc<F>,
        into_reply: fn(R) -> Reply<P::Output>,
    ) -> BoxFuture<'b, Reply<P::Output>>
    where
        F: for<'x, 'y> Fn(&'y mut P::Of<'x>) -> BoxFuture<'y, R> + Send + Sync + 'static;
}

/// The payload is the one that is sent.
#[doc(hidden)]
#[derive(Debug)]
pub enum Same {}

impl<P: Payload<Any = P>> Lend<P> for Same {
    #[inline]
    fn lend<T>(any: &mut P::Of<'_>, receiver: impl FnOnce(&mut P::Of<'_>) -> T) -> T {
        receiver(any)
    }

    fn lend_async<'b, R: 'static, F>(
        any: &'b mut P::Of<'_>,
        receiver: &Arc<F>,
        into_reply: fn(R) -> Reply<P::Output>,
    ) -> BoxFuture<'b, Reply<P::Output>>
    where
        F: for<'x, 'y> Fn(&'y mut P::Of<'x>) -> BoxFuture<'y, R> + Send + Sync + 'static,
    {
        let future = receiver(any);
        Box::pin(async move { into_reply(future.await) })
    }
}

/// The payload is the one that is sent, narrowed to the sender `S`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Narrowed<S: ?Sized>(PhantomData<S>);

impl<P: Payload, S: ?Sized> Lend<P> for Narrowed<S>
where
    for<'x, 'b> AnyOf<'x, P>: NarrowTo<'b, S, Narrowed = P::Of<'b>>,
{
    fn lend<T>(any: &mut AnyOf<'_, P>, receiver: impl FnOnce(&mut P::Of<'_>) -> T) -> T {
        receiver(&mut any.narrow())
    }

    fn lend_async<'b, R: 'static, F>(
        any: &'b mut AnyOf<'_, P>,
        receiver: &Arc<F>,
        into_reply: fn(R) -> Reply<P::Output>,
    ) -> BoxFuture<'b, Reply<P::Output>>
    where
        F: for<'x, 'y> Fn(&'y mut P::Of<'x>) -> BoxFuture<'y, R> + Send + Sync + 'static,
    {
        let receiver = Arc::clone(receiver);
        Box::pin(async move {
            let payload = &mut any.narrow();
            into_reply(receiver(payload).await)
        })
    }
}

/// What a payload with a value of its sender passes to a receiver of that sender.
#[doc(hidden)]
pub fn downcast_ref<S: 'static>(value: &dyn Any) -> &S {
    value.downcast_ref().unwrap_or_else(|| of_another_sender())
}

/// The same for a value that the receiver may change.
#[doc(hidden)]
pub fn downcast_mut<S: 'static>(value: &mut dyn Any) -> &mut S {
    value.downcast_mut().unwrap_or_else(|| of_another_sender())
}

/// A receiver of one sender was about to be called for a value of another.
#[cold]
fn of_another_sender() -> ! {
    unreachable!("a signal of a sender is sent with a value of this type")
}

/// A sender that has the name of its type.
#[doc(hidden)]
pub trait TypeSender: Sized + 'static {
    /// The sender.
    const SENDER: &'static Sender = &Sender::of_type::<Self>();
}

impl<S: 'static> TypeSender for S {}

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

/// The filters of one receiver: whether it is called for this payload, which is `&mut` so that it can be narrowed.
pub(crate) type Filter<P> = for<'a, 'b> fn(&'b mut <P as Payload>::Of<'a>) -> bool;

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

/// Panics if a signal with this payload is never sent in a scope of this kind.
#[track_caller]
pub(crate) fn assert_sent_in<P: Payload>(scope: &(impl Scope + ?Sized)) {
    let kind = scope_kind(scope);
    assert!(P::SENT_IN.reaches(kind), "`{}` {}", P::SIGNAL, P::SENT_IN.not_in(kind));
}

impl Source {
    /// The signal from this sender. `P` is its payload for any sender.
    pub(crate) fn of<P: Payload>(sender: Option<&'static Sender>) -> Self {
        let any = SourceKey { signal: TypeId::of::<P>(), sender: None };
        Self {
            signal: P::SIGNAL,
            sender: None,
            module: P::MODULE,
            sender_module: None,
            own: any,
            any: None,
            is_any: P::HAS_SENDERS,
            sent_in: P::SENT_IN,
        }
        .from(sender)
    }
}
