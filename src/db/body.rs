//! What may be the body of a transaction: an async closure.
//!
//! A bound `impl AsyncFnOnce(&mut Tx) -> Result<T>` would be enough for the programs that are right. For the others it gives three
//! errors about signatures, and a closure `|tx| async move { .. }` has no type for its `tx`. So:
//!
//! - The supertrait `FnOnce` gives such a closure its `&mut Tx`.
//! - Two implementations match every type, and the compiler decides between them: it then looks into their conditions, lifetimes
//!   included, and the error is that of [`TransactionBody`] itself.
//! - The future that is returned depends on the [`BodyKind`]. As long as that is unknown, nothing else can be said of it.

use std::marker::PhantomData;

use super::Tx;
use crate::error::Result;

/// The body of [`Db::transaction`](super::Db::transaction) and [`Tx::savepoint`]: an async closure, or an async function, that takes a
/// `&mut Tx` and returns a [`Result`].
///
/// A function that passes a body on takes a closure of its own: `db.transaction(async |tx| body(tx).await)`, where `body` is an
/// `impl AsyncFnOnce(&mut Tx) -> Result<T>`.
#[diagnostic::on_unimplemented(
    message = "this cannot be the body of a transaction",
    label = "expected `async |tx| {{ .. Ok(()) }}`",
    note = "write an async closure, with `async` before the parameter and not in the body: `async |tx| {{ .. Ok(()) }}`",
    note = "it takes a `&mut Tx` and returns a `signals::Result`; `.map_err(signals::Error::other)?` converts another error"
)]
pub trait TransactionBody<T, Kind: BodyKind>:
    AsyncFnOnce(&mut Tx) -> Kind::Output + FnOnce(&'static mut Tx) -> Kind::Body
{
}

#[diagnostic::do_not_recommend]
impl<F, T, Body> TransactionBody<T, Async<Body, Result<T>>> for F where
    F: AsyncFnOnce(&mut Tx) -> Result<T> + FnOnce(&'static mut Tx) -> Body
{
}

#[diagnostic::do_not_recommend]
impl<F, T> TransactionBody<T, Never> for F where F: AsyncFnOnce(&mut Tx) -> Never + FnOnce(&'static mut Tx) -> Never {}

/// What the compiler finds out about a [`TransactionBody`]. It cannot be implemented elsewhere.
pub trait BodyKind: sealed::Sealed {
    #[doc(hidden)]
    type Body;
    /// What the body returns.
    type Output;
    /// The future of the transaction.
    type Future<F: Future>: Future<Output = F::Output>;

    #[doc(hidden)]
    fn future<F: Future>(future: F) -> Self::Future<F>;
}

/// A body that is an async closure.
#[doc(hidden)]
#[derive(Debug)]
pub struct Async<Body, Output>(PhantomData<fn() -> (Body, Output)>);

impl<Body, Output> BodyKind for Async<Body, Output> {
    type Body = Body;
    type Output = Output;
    type Future<F: Future> = F;

    fn future<F: Future>(future: F) -> F {
        future
    }
}

/// What no body is.
#[doc(hidden)]
#[derive(Debug)]
pub enum Never {}

impl BodyKind for Never {
    type Body = Self;
    type Output = Self;
    type Future<F: Future> = F;

    fn future<F: Future>(future: F) -> F {
        future
    }
}

mod sealed {
    pub trait Sealed {}
    impl<Body, Output> Sealed for super::Async<Body, Output> {}
    impl Sealed for super::Never {}
}
