//! What can be connected to a signal while the program runs.

use super::{Known, Returns, Unknown};
use crate::payload::{BoxFuture, Payload, Reply};

/// A closure that is called with the payload of a signal. `connect` takes it.
///
/// As a supertrait, `Fn` tells the compiler the type of the closure's parameter.
#[diagnostic::on_unimplemented(
    message = "what is connected to a signal is called with the whole payload, by `&mut`",
    label = "does not take `&mut` of the payload",
    note = "a closure can pass on what a function takes: `connect(|event| welcome(event.instance))`",
    note = "an `async fn` is connected with `connect_async(|event| Box::pin(welcome(event.instance)))`"
)]
pub trait ReceiverClosure<P: Payload, R, Asked = Known<()>>: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> R {}

#[diagnostic::do_not_recommend]
impl<F, P: Payload, R> ReceiverClosure<P, R> for F where F: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> R {}

// With one implementation, the compiler would explain its bound, and not the question.
#[diagnostic::do_not_recommend]
impl<F, P: Payload, R> ReceiverClosure<P, R, Unknown> for F where F: NeverAsked + for<'a, 'b> Fn(&'b mut P::Of<'a>) -> R {}

/// A closure that is called with the payload of a signal, and returns a boxed future. `connect_async` takes it.
#[diagnostic::on_unimplemented(
    message = "what `connect_async` connects is called with the whole payload, by `&mut`, and returns a boxed future",
    label = "not such a closure",
    note = "a closure can pass on what a function takes: `connect_async(|event| Box::pin(welcome(event.instance)))`"
)]
pub trait AsyncReceiverClosure<P: Payload, R, Asked = Known<()>>:
    for<'a, 'b> Fn(&'b mut P::Of<'a>) -> BoxFuture<'b, R>
{
}

#[diagnostic::do_not_recommend]
impl<F, P: Payload, R> AsyncReceiverClosure<P, R> for F where F: for<'a, 'b> Fn(&'b mut P::Of<'a>) -> BoxFuture<'b, R> {}

#[diagnostic::do_not_recommend]
impl<F, P: Payload, R> AsyncReceiverClosure<P, R, Unknown> for F where
    F: NeverAsked + for<'a, 'b> Fn(&'b mut P::Of<'a>) -> BoxFuture<'b, R>
{
}

/// A closure that returns what the signal expects. It is asked of the closure, so that the compiler underlines it.
#[diagnostic::on_unimplemented(
    message = "what is connected to this signal returns `{Output}` or a `Result` of it",
    label = "returns something else",
    note = "a closure returns its last expression: end it with `;` if it should return nothing",
    note = "what is `async` is connected with `connect_async(|event| Box::pin(welcome(event.instance)))`, or `Box::pin(async move {{ .. }})`"
)]
pub trait ClosureReturns<R, Output> {
    /// Makes what it returns what the dispatch needs.
    #[doc(hidden)]
    fn replying(&self) -> fn(R) -> Reply<Output>;
}

#[diagnostic::do_not_recommend]
impl<F, R: Returns<Output>, Output> ClosureReturns<R, Output> for F {
    #[inline]
    fn replying(&self) -> fn(R) -> Reply<Output> {
        |returned| R::into_reply(Known::NEW, returned)
    }
}

/// A closure that several threads can call at once.
#[diagnostic::on_unimplemented(
    message = "what is connected to a signal is called on the threads that send it",
    label = "owns or borrows what belongs to one thread",
    note = "use `Arc` instead of `Rc`, and a `Mutex` or an atomic instead of a `Cell` or `RefCell`"
)]
pub trait SharedClosure: Send + Sync {}

#[diagnostic::do_not_recommend]
impl<F: Send + Sync> SharedClosure for F {}

/// No type implements it.
#[doc(hidden)]
pub trait NeverAsked {}
