//! The loop. The only file that calls a receiver.

use core::ops::ControlFlow;
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use std::sync::Arc;

use crate::connect::{Closure, Connected};
use crate::depth::{self, At};
use crate::error::{BoxError, ReceiverError, SignalError};
use crate::panics::{Panicked, caught};
use crate::payload::{Asynchronous, Call, Payload, Reply, Synchronous};
use crate::receiver::{Binding, Receiver, ReceiverId};
use crate::scope::Scope;
use crate::signal::{Route, Signal, Slot, Target};
use crate::trace::Span;

/// What one receiver answered.
pub type ReceiverResult<O> = Result<O, Box<ReceiverError>>;

/// What each receiver answered, in the order in which they were called.
pub type ReceiverResults<O> = Vec<(ReceiverId, ReceiverResult<O>)>;

/// What to do with a receiver that panics.
#[derive(Clone, Copy, PartialEq)]
enum Panics {
    Unwind,
    Catch,
}

/// Why a dispatch ended before its last receiver.
enum Stop<B> {
    Error(SignalError),
    Asked(B),
}

impl<B> From<SignalError> for Stop<B> {
    fn from(error: SignalError) -> Self {
        Self::Error(error)
    }
}

/// Sending a signal whose receivers return at once. `#[signal]` gives its struct methods of these names.
#[doc(hidden)]
pub mod synchronous {
    use super::{
        ControlFlow, Panics, Payload, ReceiverId, ReceiverResults, Signal, SignalError, Synchronous, asked, each,
        folded, gather, hand_over, note, reported, stop_at_error,
    };

    #[inline]
    pub fn send<P: Payload<Mode = Synchronous>>(
        signal: &'static Signal<P>,
        mut payload: P::Of<'_>,
    ) -> Result<(), SignalError> {
        each(signal, &mut payload, Panics::Unwind, stop_at_error)
    }

    pub fn send_robust<P: Payload<Mode = Synchronous>>(
        signal: &'static Signal<P>,
        mut payload: P::Of<'_>,
    ) -> Result<ReceiverResults<P::Output>, SignalError> {
        let mut answers = Vec::new();
        each(signal, &mut payload, Panics::Catch, |id, answer| note(&mut answers, id, answer))?;
        Ok(answers)
    }

    /// `send_robust` for a sender that has a handler for failures: they go there and not to the log, one at a time, and no
    /// list of answers is made.
    pub fn send_reporting<P: Payload<Mode = Synchronous>>(
        signal: &'static Signal<P>,
        mut payload: P::Of<'_>,
        mut report: impl FnMut(SignalError),
    ) {
        let end = each(signal, &mut payload, Panics::Catch, |_, answer| reported(answer, &mut report));
        if let Err(error) = end {
            hand_over(error, &mut report);
        }
    }

    pub fn send_with<P: Payload<Mode = Synchronous>, B>(
        signal: &'static Signal<P>,
        mut payload: P::Of<'_>,
        mut fold: impl FnMut(&ReceiverId, P::Output) -> ControlFlow<B>,
    ) -> Result<Option<B>, SignalError> {
        asked(each(signal, &mut payload, Panics::Unwind, |id, answer| folded(id, answer, &mut fold)))
    }

    pub fn collect<P: Payload<Mode = Synchronous>>(
        signal: &'static Signal<P>,
        payload: P::Of<'_>,
    ) -> Result<Vec<P::Output>, SignalError> {
        let mut outputs = Vec::new();
        send_with(signal, payload, |_, output| gather(&mut outputs, output))?;
        Ok(outputs)
    }
}

/// Sending a signal whose receivers may be awaited. `#[signal(async)]` gives its struct methods of these names.
///
/// The functions are not `async fn`, so that `Send` is checked here once and not where they are awaited.
#[doc(hidden)]
#[expect(clippy::manual_async_fn, reason = "an `async fn` cannot say that its future is `Send`")]
pub mod asynchronous {
    use super::{
        Asynchronous, ControlFlow, Panics, Payload, ReceiverId, ReceiverResults, Signal, SignalError, asked,
        each_async, folded, gather, hand_over, note, reported, stop_at_error,
    };

    pub fn send<'a, P: Payload<Mode = Asynchronous>>(
        signal: &'static Signal<P>,
        payload: P::Of<'a>,
    ) -> impl Future<Output = Result<(), SignalError>> + Send + use<'a, P> {
        each_async(signal, payload, Panics::Unwind, stop_at_error)
    }

    pub fn send_robust<'a, P: Payload<Mode = Asynchronous>>(
        signal: &'static Signal<P>,
        payload: P::Of<'a>,
    ) -> impl Future<Output = Result<ReceiverResults<P::Output>, SignalError>> + Send + use<'a, P> {
        async move {
            let mut answers = Vec::new();
            each_async(signal, payload, Panics::Catch, |id, answer| note(&mut answers, id, answer)).await?;
            Ok(answers)
        }
    }

    /// `send_robust` for a sender that has a handler for failures: they go there and not to the log, one at a time, and no
    /// list of answers is made.
    pub fn send_reporting<'a, P: Payload<Mode = Asynchronous>, F>(
        signal: &'static Signal<P>,
        payload: P::Of<'a>,
        mut report: F,
    ) -> impl Future<Output = ()> + Send + use<'a, P, F>
    where
        F: FnMut(SignalError) + Send,
    {
        async move {
            let end = each_async(signal, payload, Panics::Catch, |_, answer| reported(answer, &mut report)).await;
            if let Err(error) = end {
                hand_over(error, &mut report);
            }
        }
    }

    pub fn send_with<'a, P: Payload<Mode = Asynchronous>, B: Send, F>(
        signal: &'static Signal<P>,
        payload: P::Of<'a>,
        mut fold: F,
    ) -> impl Future<Output = Result<Option<B>, SignalError>> + Send + use<'a, P, B, F>
    where
        F: FnMut(&ReceiverId, P::Output) -> ControlFlow<B> + Send,
    {
        async move { asked(each_async(signal, payload, Panics::Unwind, |id, answer| folded(id, answer, &mut fold)).await) }
    }

    pub fn collect<'a, P: Payload<Mode = Asynchronous>>(
        signal: &'static Signal<P>,
        payload: P::Of<'a>,
    ) -> impl Future<Output = Result<Vec<P::Output>, SignalError>> + Send + use<'a, P> {
        async move {
            let mut outputs = Vec::new();
            send_with(signal, payload, |_, output| gather(&mut outputs, output)).await?;
            Ok(outputs)
        }
    }
}

#[inline]
fn each<P: Payload<Mode = Synchronous>, B: From<SignalError>>(
    signal: &'static Signal<P>,
    payload: &mut P::Of<'_>,
    panics: Panics,
    mut sink: impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    match signal.route()? {
        Route::Nobody => Ok(()),
        Route::Linked(slots) => each_linked(slots, payload, panics, &mut sink),
        Route::Connected(slots, list) => each_connected(slots, &list, payload, panics, &mut sink),
    }
}

#[inline]
fn each_linked<P: Payload<Mode = Synchronous>, B: From<SignalError>>(
    slots: &[Slot<P>],
    payload: &mut P::Of<'_>,
    panics: Panics,
    sink: &mut impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    let _at = At::depth(depth::next::<P>()?);
    let left_out = LeftOut::of::<P>(payload);
    for slot in slots {
        let receiver = slot.receiver;
        if left_out.has::<P>(receiver, payload) {
            continue;
        }
        let reply = match guarded(panics, || slot.lets_through(payload)) {
            Ok(true) => guarded(panics, || Span::of::<P>(&receiver.id).within(|| slot.call(payload))),
            Ok(false) => continue,
            Err(panic) => Err(panic),
        };
        answer::<P, B>(&receiver.id, reply, sink)?;
    }
    Ok(())
}

/// Which receivers are not called this time.
#[derive(Clone, Copy)]
struct LeftOut {
    /// Those who have not said that they take raw writes.
    raw: bool,
    /// Those that a test has muted.
    muted: bool,
}

impl LeftOut {
    #[inline]
    fn of<P: Payload>(payload: &P::Of<'_>) -> Self {
        Self { raw: P::is_raw(payload), muted: P::SCOPED && Scope::is_used() }
    }

    #[inline]
    fn has<P: Payload>(self, receiver: &Receiver, payload: &P::Of<'_>) -> bool {
        (self.raw && !receiver.raw) || (self.muted && P::scope(payload).is_some_and(|scope| scope.mutes(receiver)))
    }
}

/// Those that were connected come after those that were linked. A function of its own, so that a program that never
/// connects does not pay for the list that this one lets go of.
#[cold]
fn each_connected<P: Payload<Mode = Synchronous>, B: From<SignalError>>(
    slots: &[Slot<P>],
    list: &[Arc<Connected<P>>],
    payload: &mut P::Of<'_>,
    panics: Panics,
    sink: &mut impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    each_linked(slots, payload, panics, sink)?;
    if P::is_raw(payload) {
        return Ok(());
    }
    let _at = At::depth(depth::next::<P>()?);
    for connected in list {
        let reply = guarded(panics, || Span::of::<P>(&connected.id).within(|| connected.call(payload)));
        answer::<P, B>(&connected.id, reply, sink)?;
    }
    Ok(())
}

async fn each_async<P: Payload<Mode = Asynchronous>, B: From<SignalError>>(
    signal: &'static Signal<P>,
    mut payload: P::Of<'_>,
    panics: Panics,
    mut sink: impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    let (slots, list) = match signal.route()? {
        Route::Nobody => return Ok(()),
        Route::Linked(slots) => (slots, None),
        Route::Connected(slots, list) => (slots, Some(list)),
    };
    let payload = &mut payload;
    let depth = depth::next::<P>()?;
    let left_out = LeftOut::of::<P>(payload);
    for slot in slots {
        let receiver = slot.receiver;
        if left_out.has::<P>(receiver, payload) {
            continue;
        }
        let frame = match slot.lets_through_at(depth, panics, payload) {
            Ok(true) => Frame { depth, panics, span: Span::of::<P>(&receiver.id) },
            Ok(false) => continue,
            Err(panic) => {
                answer::<P, B>(&receiver.id, Err(panic), &mut sink)?;
                continue;
            }
        };
        let reply = match slot.target {
            Target::Own(Binding { call: Call::Sync(call), .. }) => frame.call(|| call(payload)),
            Target::Own(Binding { call: Call::Async(call, ()), .. }) => frame.drive(pin!(call(payload))).await,
            Target::Any(Binding { call: Call::Sync(call), .. }, senders) => {
                frame.call(|| call(&mut P::widen(payload, senders)))
            }
            Target::Any(Binding { call: Call::Async(call, ()), .. }, senders) => {
                let mut wide = P::widen(payload, senders);
                frame.drive(pin!(call(&mut wide))).await
            }
        };
        answer::<P, B>(&receiver.id, reply, &mut sink)?;
    }
    if left_out.raw {
        return Ok(());
    }
    for connected in list.iter().flat_map(|list| list.iter()) {
        let frame = Frame { depth, panics, span: Span::of::<P>(&connected.id) };
        let reply = match &connected.closure {
            Closure::Sync(closure) => frame.call(|| closure(payload)),
            // The closure itself runs at the first poll, so that it is at its depth and its panic is caught.
            Closure::Async(closure, ()) => frame.drive(pin!(async { closure(payload).await })).await,
        };
        answer::<P, B>(&connected.id, reply, &mut sink)?;
    }
    Ok(())
}

impl<P: Payload> Slot<P> {
    /// Whether the receiver's filters let the payload through.
    #[inline]
    fn lets_through(&self, payload: &mut P::Of<'_>) -> bool {
        match self.target {
            Target::Own(Binding { filter, .. }) => filter.is_none_or(|filter| filter(payload)),
            Target::Any(Binding { filter, .. }, senders) => {
                filter.is_none_or(|filter| filter(&P::widen(payload, senders)))
            }
        }
    }

    /// The same at a depth: a condition may send signals.
    fn lets_through_at(&self, depth: usize, panics: Panics, payload: &mut P::Of<'_>) -> Result<bool, Panicked> {
        let (Target::Own(Binding { filter: None, .. }) | Target::Any(Binding { filter: None, .. }, _)) = self.target
        else {
            let _at = At::depth(depth);
            return guarded(panics, || self.lets_through(payload));
        };
        Ok(true)
    }
}

impl<P: Payload<Mode = Synchronous>> Slot<P> {
    #[inline]
    fn call(&self, payload: &mut P::Of<'_>) -> Reply<P::Output> {
        match self.target {
            Target::Own(Binding { call: Call::Sync(call), .. }) => call(payload),
            Target::Any(Binding { call: Call::Sync(call), .. }, senders) => call(&mut P::widen(payload, senders)),
            Target::Own(Binding { call: Call::Async(_, never), .. })
            | Target::Any(Binding { call: Call::Async(_, never), .. }, _) => match never {},
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

type Caught<O> = Result<Reply<O>, Panicked>;

#[inline]
fn guarded<T>(panics: Panics, call: impl FnOnce() -> T) -> Result<T, Panicked> {
    match panics {
        Panics::Unwind => Ok(call()),
        // What a payload looks like after a panic is for its fields to say: they are the sender's own values.
        Panics::Catch => caught(call),
    }
}

/// What is round the call of one receiver of an asynchronous signal.
struct Frame {
    depth: usize,
    panics: Panics,
    span: Span,
}

impl Frame {
    #[inline]
    fn call<O>(&self, call: impl FnOnce() -> Reply<O>) -> Caught<O> {
        let _at = At::depth(self.depth);
        guarded(self.panics, || self.span.within(call))
    }

    /// Polls a receiver's future in this frame. The future stays where it was made: it is large, and moving it would
    /// cost more than calling it.
    #[inline]
    fn drive<F>(self, future: Pin<&mut F>) -> Driven<'_, F> {
        Driven { frame: self, future }
    }
}

struct Driven<'f, F> {
    frame: Frame,
    future: Pin<&'f mut F>,
}

impl<O, F: Future<Output = Reply<O>>> Future for Driven<'_, F> {
    type Output = Caught<O>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Caught<O>> {
        let Self { frame, future } = &mut *self;
        let _at = At::depth(frame.depth);
        let mut poll = || frame.span.within(|| future.as_mut().poll(context));
        match frame.panics {
            Panics::Unwind => poll().map(Ok),
            Panics::Catch => match caught(poll) {
                Ok(poll) => poll.map(Ok),
                Err(panic) => Poll::Ready(Err(panic)),
            },
        }
    }
}

/// Hands a receiver's answer on. What is not an answer is rare and costs the loop nothing: it is written elsewhere.
#[inline]
fn answer<P: Payload, B>(
    id: &ReceiverId,
    reply: Caught<P::Output>,
    sink: &mut impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    match reply {
        Ok(Ok(output)) => go_on(sink(id, Ok(output))),
        failure => failed::<P, B>(id, failure, sink),
    }
}

/// Names the receiver in its failure.
#[cold]
#[inline(never)]
fn failed<P: Payload, B>(
    id: &ReceiverId,
    failure: Caught<P::Output>,
    sink: &mut impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    let failure = match failure {
        Ok(Ok(output)) => return go_on(sink(id, Ok(output))),
        Ok(Err(error)) => Ok(error),
        Err(panic) => Err(panic),
    };
    go_on(sink(id, Err(Box::new(named(id, (P::SIGNAL, P::sender()), failure)))))
}

/// The failure with its names. It knows no type, so that it is compiled once.
fn named(
    id: &ReceiverId,
    sent: (&'static str, Option<&'static str>),
    failure: Result<BoxError, Panicked>,
) -> ReceiverError {
    match failure {
        Ok(error) => ReceiverError::failed(id, sent, error),
        Err(panic) => ReceiverError::panicked(id, sent, panic),
    }
}

#[inline]
fn go_on<B>(flow: ControlFlow<B>) -> Result<(), B> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(stop) => Err(stop),
    }
}

#[inline]
fn stop_at_error<O>(_: &ReceiverId, answer: ReceiverResult<O>) -> ControlFlow<SignalError> {
    match answer {
        Ok(_) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(SignalError::Receiver(error)),
    }
}

fn note<O>(answers: &mut ReceiverResults<O>, id: &ReceiverId, answer: ReceiverResult<O>) -> ControlFlow<SignalError> {
    if let Err(error) = &answer {
        trace_failure(id, error);
    }
    answers.push((id.clone(), answer));
    ControlFlow::Continue(())
}

fn reported<O>(answer: ReceiverResult<O>, report: &mut impl FnMut(SignalError)) -> ControlFlow<SignalError> {
    if let Err(error) = answer {
        hand_over(SignalError::Receiver(error), report);
    }
    ControlFlow::Continue(())
}

/// A handler that panics keeps no other receiver from being called, nor does an error whose `Drop` panics.
fn hand_over(error: SignalError, report: &mut impl FnMut(SignalError)) {
    let _ = caught(|| report(error));
}

/// A failure that stops no receiver and is reported nowhere else is an event of its own.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nowhere to write it to"))]
fn trace_failure(id: &ReceiverId, error: &ReceiverError) {
    #[cfg(feature = "tracing")]
    let _ = caught(|| tracing::error!(receiver = %id.name, "{error}"));
}

fn folded<O, B>(
    id: &ReceiverId,
    answer: ReceiverResult<O>,
    fold: &mut impl FnMut(&ReceiverId, O) -> ControlFlow<B>,
) -> ControlFlow<Stop<B>> {
    match answer {
        Ok(output) => fold(id, output).map_break(Stop::Asked),
        Err(error) => ControlFlow::Break(Stop::Error(SignalError::Receiver(error))),
    }
}

fn asked<B>(end: Result<(), Stop<B>>) -> Result<Option<B>, SignalError> {
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
