//! Sending a signal whose receivers may be awaited. `#[signal(async)]` gives its struct methods of these names.
//!
//! The functions are not `async fn`, so that `Send` is checked here once and not where they are awaited. An `async fn` would also
//! copy the payload when it is first polled.
#![expect(clippy::manual_async_fn, reason = "an `async fn` cannot say that its future is `Send`")]

use core::ops::ControlFlow;
use core::pin::pin;

use super::ReceiverResults;
use super::call::{CallContext, Panics, guarded};
use super::outcome::{self, SendSink, Sink, handle_result};
use crate::connected::Closure;
use crate::depth;
use crate::error::SignalError;
use crate::id::ReceiverId;
use crate::payload::{Asynchronous, BoxFuture, Call, Payload};
use crate::scope::Scopes;
use crate::special::Step;
use crate::state::{Route, SignalState};
use crate::timeout::Limit;
use crate::trace::Span;

/// Calls every receiver in order; stops at the first that fails and returns its error.
pub fn send<'a, P: Payload<Mode = Asynchronous>>(
    state: &'static SignalState<P>,
    payload: P::Of<'a>,
) -> impl Future<Output = Result<(), SignalError>> + Send + use<'a, P> {
    call_all(state, payload, Panics::Unwind, None, None)
}

/// `send` in these scopes: for a signal that is sent in a transaction, and whose payload does not know it.
pub fn send_in<'a, P: Payload<Mode = Asynchronous>>(
    state: &'static SignalState<P>,
    payload: P::Of<'a>,
    scopes: Scopes,
) -> impl Future<Output = Result<(), SignalError>> + Send + use<'a, P> {
    call_all(state, payload, Panics::Unwind, None, Some(scopes))
}

/// Calls every receiver, including those after a failure or panic, and returns the result of each.
pub fn send_robust<'a, P: Payload<Mode = Asynchronous>>(
    state: &'static SignalState<P>,
    payload: P::Of<'a>,
) -> impl Future<Output = Result<ReceiverResults<P::Output>, SignalError>> + Send + use<'a, P> {
    async move {
        let mut results = Vec::new();
        let mut record = |id: &ReceiverId, result| outcome::record(&mut results, id, result);
        call_all(state, payload, Panics::Catch, Some(&mut record), None).await?;
        Ok(results)
    }
}

/// `send_robust` for a sender with an error handler: each failure is passed to `report` and not to the log, and no list of
/// results is made.
pub fn send_reporting<'a, P: Payload<Mode = Asynchronous>, F>(
    state: &'static SignalState<P>,
    payload: P::Of<'a>,
    mut report: F,
) -> impl Future<Output = ()> + Send + use<'a, P, F>
where
    F: FnMut(SignalError) + Send,
{
    async move {
        let mut each = |_: &ReceiverId, result| outcome::report(result, &mut report);
        let end = call_all(state, payload, Panics::Catch, Some(&mut each), None).await;
        if let Err(error) = end {
            outcome::report_error(error, &mut report);
        }
    }
}

/// Calls every receiver in order and passes each output to `fold`, until it breaks or a receiver fails.
pub fn send_with<'a, P: Payload<Mode = Asynchronous>, B: Send, F>(
    state: &'static SignalState<P>,
    payload: P::Of<'a>,
    mut fold: F,
) -> impl Future<Output = Result<Option<B>, SignalError>> + Send + use<'a, P, B, F>
where
    F: FnMut(&ReceiverId, P::Output) -> ControlFlow<B> + Send,
{
    async move {
        let mut stopped = None;
        let mut fold = |id: &ReceiverId, result| outcome::fold_output(id, result, &mut fold, &mut stopped);
        call_all(state, payload, Panics::Unwind, Some(&mut fold), None).await?;
        Ok(stopped)
    }
}

/// Calls every receiver in order and returns their outputs; stops at the first that fails.
pub fn collect<'a, P: Payload<Mode = Asynchronous>>(
    state: &'static SignalState<P>,
    payload: P::Of<'a>,
) -> impl Future<Output = Result<Vec<P::Output>, SignalError>> + Send + use<'a, P> {
    async move {
        let mut outputs = Vec::new();
        let mut push = |_: &ReceiverId, result| outcome::push(&mut outputs, result);
        call_all(state, payload, Panics::Unwind, Some(&mut push), None).await?;
        Ok(outputs)
    }
}

fn call_all<'a, 's, P: Payload<Mode = Asynchronous>>(
    state: &'static SignalState<P>,
    mut payload: P::Of<'a>,
    panics: Panics,
    mut sink: SendSink<'s, P::Output>,
    scopes: Option<Scopes>,
) -> impl Future<Output = Result<(), SignalError>> + Send + use<'a, 's, P> {
    async move {
        let linked = match state.route()? {
            Route::Empty => return Ok(()),
            Route::Linked(linked) if !state.has_limits(&payload) => linked,
            Route::Linked(_) | Route::Special => {
                let called: BoxFuture<'_, _> = Box::pin(call_special(state, payload, panics, sink, scopes));
                return called.await;
            }
        };
        let (payload, name) = (&mut payload, || state.name());
        let depth = depth::next(name)?;
        let is_raw = P::is_raw(payload);
        for linked in linked {
            let id = &linked.receiver.id;
            if is_raw && !linked.receiver.raw {
                continue;
            }
            let result = match linked.passes_filters_at(depth, panics, payload) {
                Ok(false) => continue,
                Ok(true) => {
                    let context = CallContext { depth, panics, span: Span::of(id, name) };
                    match linked.binding.call {
                        Call::Sync(call) => context.call(|| call(payload)),
                        Call::Async(call, ()) => context.run(pin!(call(payload))).await,
                    }
                }
                Err(panic) => Err(panic),
            };
            if let ControlFlow::Break(end) = handle_result(id, name, result, reborrowed(&mut sink)) {
                return end;
            }
        }
        Ok(())
    }
}

/// Calls what a test or the program has changed at run time.
async fn call_special<P: Payload<Mode = Asynchronous>>(
    state: &'static SignalState<P>,
    mut payload: P::Of<'_>,
    panics: Panics,
    mut sink: SendSink<'_, P::Output>,
    scopes: Option<Scopes>,
) -> Result<(), SignalError> {
    let (payload, name) = (&mut payload, || state.name());
    let Some(special) = state.special(scopes.unwrap_or_else(|| P::scopes(payload)))? else { return Ok(()) };
    let depth = depth::next(name)?;
    let timeout = P::receiver_timeout(payload);
    for step in special.steps(P::is_raw(payload)) {
        let id = step.id();
        let passes = match step {
            Step::Linked(linked) => linked.passes_filters_at(depth, panics, payload),
            Step::Connected(_) => Ok(true),
        };
        let result = match passes {
            Ok(false) => {
                if let Step::Linked(linked) = step {
                    special.note_filtered_out(linked.receiver);
                }
                continue;
            }
            Ok(true) => {
                let context = CallContext { depth, panics, span: Span::of(id, name) };
                match step {
                    Step::Linked(linked) => {
                        special.note_call(step);
                        match linked.binding.call {
                            Call::Sync(call) => context.call(|| call(payload)),
                            Call::Async(call, ()) => match Limit::of::<P>(linked.receiver.timeout, timeout) {
                                None => context.run(pin!(call(payload))).await,
                                Some(limit) => context.run(pin!(limit.limit(call(payload)))).await,
                            },
                        }
                    }
                    Step::Connected(connected) => match connected.closure::<P>() {
                        Closure::Recorder(record) => match guarded(panics, || record(payload)) {
                            Ok(()) => continue,
                            Err(panic) => Err(panic),
                        },
                        Closure::Sync(closure) => {
                            special.note_call(step);
                            context.call(|| closure(payload))
                        }
                        // The closure itself is called in the first poll, so that its depth is set and its panic is caught.
                        Closure::Async(closure, ()) => {
                            special.note_call(step);
                            let called = async { closure(payload).await };
                            match Limit::of::<P>(None, timeout) {
                                None => context.run(pin!(called)).await,
                                Some(limit) => context.run(pin!(limit.limit(called))).await,
                            }
                        }
                    },
                }
            }
            Err(panic) => Err(panic),
        };
        special.note_result(id, &result);
        if let ControlFlow::Break(end) = handle_result(id, name, result, reborrowed(&mut sink)) {
            return end;
        }
    }
    Ok(())
}

#[inline]
fn reborrowed<'b, O>(sink: &'b mut SendSink<'_, O>) -> Sink<'b, O> {
    match sink {
        Some(sink) => Some(&mut **sink),
        None => None,
    }
}
