//! The loop. The only file that calls a receiver.

use core::any::Any;
use core::future::poll_fn;
use core::ops::ControlFlow;
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::connect::{Closure, Connected};
use crate::depth::{self, At};
use crate::error::{Error, ReceiverError, Skipped};
use crate::payload::{Asynchronous, Call, Payload, Reply, Synchronous};
use crate::receiver::ReceiverId;
use crate::signal::{Signal, Slot, Target};

/// What one receiver answered.
pub type Answer<O> = Result<O, Box<ReceiverError>>;

/// What to do with a receiver that panics.
#[derive(Clone, Copy, PartialEq)]
enum Panics {
    Unwind,
    Catch,
}

/// Why a dispatch ended before its last receiver.
enum Stop<B> {
    Error(Error),
    Asked(B),
}

impl<B> From<Error> for Stop<B> {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Sending a signal whose receivers return at once. `#[signal]` gives its struct methods of these names.
#[doc(hidden)]
pub mod synchronous {
    use super::*;

    #[inline]
    pub fn send<P: Payload<Mode = Synchronous>>(
        signal: &'static Signal<P>,
        mut payload: P::Of<'_>,
    ) -> Result<(), Error> {
        each(signal, &mut payload, Panics::Unwind, stop_at_error)
    }

    pub fn send_robust<P: Payload<Mode = Synchronous>>(
        signal: &'static Signal<P>,
        mut payload: P::Of<'_>,
    ) -> Result<Vec<(ReceiverId, Answer<P::Output>)>, Error> {
        let mut answers = Vec::new();
        each(signal, &mut payload, Panics::Catch, |id, answer| note(&mut answers, id, answer))?;
        Ok(answers)
    }

    pub fn send_with<P: Payload<Mode = Synchronous>, B>(
        signal: &'static Signal<P>,
        mut payload: P::Of<'_>,
        mut fold: impl FnMut(&ReceiverId, P::Output) -> ControlFlow<B>,
    ) -> Result<Option<B>, Error> {
        asked(each(signal, &mut payload, Panics::Unwind, |id, answer| folded(id, answer, &mut fold)))
    }

    pub fn collect<P: Payload<Mode = Synchronous>>(
        signal: &'static Signal<P>,
        payload: P::Of<'_>,
    ) -> Result<Vec<P::Output>, Error> {
        let mut outputs = Vec::new();
        send_with(signal, payload, |_, output| gather(&mut outputs, output))?;
        Ok(outputs)
    }
}

/// Sending a signal whose receivers may be awaited. `#[signal(async)]` gives its struct methods of these names.
///
/// The functions are not `async fn`, so that `Send` is checked here once and not where they are awaited.
#[doc(hidden)]
pub mod asynchronous {
    use super::*;

    pub fn send<'a, P: Payload<Mode = Asynchronous>>(
        signal: &'static Signal<P>,
        mut payload: P::Of<'a>,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<'a, P> {
        async move { each_async(signal, &mut payload, Panics::Unwind, stop_at_error).await }
    }

    pub fn send_robust<'a, P: Payload<Mode = Asynchronous>>(
        signal: &'static Signal<P>,
        mut payload: P::Of<'a>,
    ) -> impl Future<Output = Result<Vec<(ReceiverId, Answer<P::Output>)>, Error>> + Send + use<'a, P> {
        async move {
            let mut answers = Vec::new();
            each_async(signal, &mut payload, Panics::Catch, |id, answer| note(&mut answers, id, answer)).await?;
            Ok(answers)
        }
    }

    pub fn send_with<'a, P: Payload<Mode = Asynchronous>, B: Send, F>(
        signal: &'static Signal<P>,
        mut payload: P::Of<'a>,
        mut fold: F,
    ) -> impl Future<Output = Result<Option<B>, Error>> + Send + use<'a, P, B, F>
    where
        F: FnMut(&ReceiverId, P::Output) -> ControlFlow<B> + Send,
    {
        async move {
            asked(each_async(signal, &mut payload, Panics::Unwind, |id, answer| folded(id, answer, &mut fold)).await)
        }
    }

    pub fn collect<'a, P: Payload<Mode = Asynchronous>>(
        signal: &'static Signal<P>,
        payload: P::Of<'a>,
    ) -> impl Future<Output = Result<Vec<P::Output>, Error>> + Send + use<'a, P> {
        async move {
            let mut outputs = Vec::new();
            send_with(signal, payload, |_, output| gather(&mut outputs, output)).await?;
            Ok(outputs)
        }
    }
}

#[inline]
fn each<P: Payload<Mode = Synchronous>, B: From<Error>>(
    signal: &'static Signal<P>,
    payload: &mut P::Of<'_>,
    panics: Panics,
    mut sink: impl FnMut(&ReceiverId, Answer<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    let Some(route) = signal.route()? else { return Ok(()) };
    let _at = At::depth(depth::next::<P>()?);
    for slot in route.linked {
        let reply = guarded(panics, || slot.call(payload));
        answer::<P, B>(slot.id, reply, &mut sink)?;
    }
    for connected in route.connected.iter().flat_map(|list| list.iter()) {
        let reply = guarded(panics, || connected.call(payload));
        answer::<P, B>(&connected.id, reply, &mut sink)?;
    }
    Ok(())
}

async fn each_async<P: Payload<Mode = Asynchronous>, B: From<Error>>(
    signal: &'static Signal<P>,
    payload: &mut P::Of<'_>,
    panics: Panics,
    mut sink: impl FnMut(&ReceiverId, Answer<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    let Some(route) = signal.route()? else { return Ok(()) };
    let depth = depth::next::<P>()?;
    for slot in route.linked {
        let reply = match slot.target {
            Target::Own(Call::Sync(call)) => here(depth, panics, || call(payload)),
            Target::Own(Call::Async(call, ())) => deeper(depth, panics, call(payload)).await,
            Target::Any(Call::Sync(call), senders) => here(depth, panics, || call(&mut P::widen(payload, senders))),
            Target::Any(Call::Async(call, ()), senders) => {
                let mut wide = P::widen(payload, senders);
                deeper(depth, panics, call(&mut wide)).await
            }
        };
        answer::<P, B>(slot.id, reply, &mut sink)?;
    }
    for connected in route.connected.iter().flat_map(|list| list.iter()) {
        let reply = match &connected.closure {
            Closure::Sync(closure) => here(depth, panics, || closure(payload)),
            Closure::Async(closure, ()) => deeper(depth, panics, closure(payload)).await,
        };
        answer::<P, B>(&connected.id, reply, &mut sink)?;
    }
    Ok(())
}

impl<P: Payload<Mode = Synchronous>> Slot<P> {
    #[inline]
    fn call(&self, payload: &mut P::Of<'_>) -> Reply<P::Output> {
        match self.target {
            Target::Own(Call::Sync(call)) => call(payload),
            Target::Any(Call::Sync(call), senders) => call(&mut P::widen(payload, senders)),
            Target::Own(Call::Async(_, never)) | Target::Any(Call::Async(_, never), _) => match never {},
        }
    }
}

impl<P: Payload<Mode = Synchronous>> Connected<P> {
    fn call(&self, payload: &mut P::Of<'_>) -> Reply<P::Output> {
        match &self.closure {
            Closure::Sync(closure) => closure(payload),
            Closure::Async(_, never) => match *never {},
        }
    }
}

type Caught<O> = Result<Reply<O>, Box<dyn Any + Send>>;

#[inline]
fn guarded<O>(panics: Panics, call: impl FnOnce() -> Reply<O>) -> Caught<O> {
    match panics {
        Panics::Unwind => Ok(call()),
        // What a payload looks like after a panic is for its fields to say: they are the sender's own values.
        Panics::Catch => catch_unwind(AssertUnwindSafe(call)),
    }
}

fn here<O>(depth: usize, panics: Panics, call: impl FnOnce() -> Reply<O>) -> Caught<O> {
    let _at = At::depth(depth);
    guarded(panics, call)
}

/// Drives a receiver's future at its depth.
async fn deeper<O>(depth: usize, panics: Panics, future: impl Future<Output = Reply<O>>) -> Caught<O> {
    let mut future = pin!(future);
    poll_fn(|context| poll_at(depth, panics, future.as_mut(), context)).await
}

fn poll_at<O>(
    depth: usize,
    panics: Panics,
    future: Pin<&mut impl Future<Output = Reply<O>>>,
    context: &mut Context<'_>,
) -> Poll<Caught<O>> {
    let _at = At::depth(depth);
    match panics {
        Panics::Unwind => future.poll(context).map(Ok),
        Panics::Catch => match catch_unwind(AssertUnwindSafe(|| future.poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        },
    }
}

/// Names the receiver in its failure and hands its answer on; a receiver whose filter said no has none.
#[inline]
fn answer<P: Payload, B>(
    id: &ReceiverId,
    reply: Caught<P::Output>,
    sink: &mut impl FnMut(&ReceiverId, Answer<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    let answer = match reply {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) if error.is::<Skipped>() => return Ok(()),
        Ok(Err(error)) => Err(Box::new(ReceiverError::failed(id, (P::SIGNAL, P::sender()), error))),
        Err(panic) => Err(Box::new(ReceiverError::panicked(id, (P::SIGNAL, P::sender()), &*panic))),
    };
    match sink(id, answer) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(stop) => Err(stop),
    }
}

#[inline]
fn stop_at_error<O>(_: &ReceiverId, answer: Answer<O>) -> ControlFlow<Error> {
    match answer {
        Ok(_) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(Error::Receiver(error)),
    }
}

fn note<O>(
    answers: &mut Vec<(ReceiverId, Answer<O>)>,
    id: &ReceiverId,
    answer: Answer<O>,
) -> ControlFlow<Error> {
    #[cfg(feature = "tracing")]
    if let Err(error) = &answer {
        tracing::error!(receiver = %id.name, "{error}");
    }
    answers.push((id.clone(), answer));
    ControlFlow::Continue(())
}

fn folded<O, B>(
    id: &ReceiverId,
    answer: Answer<O>,
    fold: &mut impl FnMut(&ReceiverId, O) -> ControlFlow<B>,
) -> ControlFlow<Stop<B>> {
    match answer {
        Ok(output) => fold(id, output).map_break(Stop::Asked),
        Err(error) => ControlFlow::Break(Stop::Error(Error::Receiver(error))),
    }
}

fn asked<B>(end: Result<(), Stop<B>>) -> Result<Option<B>, Error> {
    match end {
        Ok(()) => Ok(None),
        Err(Stop::Asked(value)) => Ok(Some(value)),
        Err(Stop::Error(error)) => Err(error),
    }
}

fn gather<O>(outputs: &mut Vec<O>, output: O) -> ControlFlow<core::convert::Infallible> {
    outputs.push(output);
    ControlFlow::Continue(())
}
