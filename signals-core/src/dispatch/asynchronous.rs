//! Sending a signal whose receivers may be awaited. `#[signal(async)]` gives its struct methods of these names.
//!
//! The functions are not `async fn`, so that `Send` is checked here once and not where they are awaited.
#![expect(clippy::manual_async_fn, reason = "an `async fn` cannot say that its future is `Send`")]

use core::ops::ControlFlow;
use core::pin::pin;

use super::call::{CallContext, Panics, Skipped};
use super::outcome::{self, handle_result};
use super::{ReceiverResult, ReceiverResults};
use crate::binding::Binding;
use crate::connected::Closure;
use crate::depth;
use crate::error::SignalError;
use crate::id::ReceiverId;
use crate::payload::{Asynchronous, Call, Payload};
use crate::signal::{Route, Signal, Target};
use crate::trace::Span;

/// Calls every receiver in order; stops at the first that fails and returns its error.
pub fn send<'a, P: Payload<Mode = Asynchronous>>(
    signal: &'static Signal<P>,
    payload: P::Of<'a>,
) -> impl Future<Output = Result<(), SignalError>> + Send + use<'a, P> {
    call_all(signal, payload, Panics::Unwind, outcome::stop_at_error)
}

/// Calls every receiver, including those after a failure or panic, and returns the result of each.
pub fn send_robust<'a, P: Payload<Mode = Asynchronous>>(
    signal: &'static Signal<P>,
    payload: P::Of<'a>,
) -> impl Future<Output = Result<ReceiverResults<P::Output>, SignalError>> + Send + use<'a, P> {
    async move {
        let mut results = Vec::new();
        call_all(signal, payload, Panics::Catch, |id, result| outcome::record(&mut results, id, result)).await?;
        Ok(results)
    }
}

/// `send_robust` for a sender with an error handler: each failure is passed to `report` and not to the log, and no list of
/// results is made.
pub fn send_reporting<'a, P: Payload<Mode = Asynchronous>, F>(
    signal: &'static Signal<P>,
    payload: P::Of<'a>,
    mut report: F,
) -> impl Future<Output = ()> + Send + use<'a, P, F>
where
    F: FnMut(SignalError) + Send,
{
    async move {
        let end = call_all(signal, payload, Panics::Catch, |_, result| outcome::report(result, &mut report)).await;
        if let Err(error) = end {
            outcome::report_error(error, &mut report);
        }
    }
}

/// Calls every receiver in order and passes each output to `fold`, until it breaks or a receiver fails.
pub fn send_with<'a, P: Payload<Mode = Asynchronous>, B: Send, F>(
    signal: &'static Signal<P>,
    payload: P::Of<'a>,
    mut fold: F,
) -> impl Future<Output = Result<Option<B>, SignalError>> + Send + use<'a, P, B, F>
where
    F: FnMut(&ReceiverId, P::Output) -> ControlFlow<B> + Send,
{
    async move {
        let fold = |id: &ReceiverId, result| outcome::fold_output(id, result, &mut fold);
        outcome::end_of_fold(call_all(signal, payload, Panics::Unwind, fold).await)
    }
}

/// Calls every receiver in order and returns their outputs; stops at the first that fails.
pub fn collect<'a, P: Payload<Mode = Asynchronous>>(
    signal: &'static Signal<P>,
    payload: P::Of<'a>,
) -> impl Future<Output = Result<Vec<P::Output>, SignalError>> + Send + use<'a, P> {
    async move {
        let mut outputs = Vec::new();
        send_with(signal, payload, |_, output| outcome::push(&mut outputs, output)).await?;
        Ok(outputs)
    }
}

async fn call_all<P: Payload<Mode = Asynchronous>, B: From<SignalError>>(
    signal: &'static Signal<P>,
    mut payload: P::Of<'_>,
    panics: Panics,
    mut sink: impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    let (linked, connected) = match signal.route()? {
        Route::Empty => return Ok(()),
        Route::Linked(linked) => (linked, None),
        Route::Connected(linked, connected) => (linked, Some(connected)),
    };
    let payload = &mut payload;
    let depth = depth::next::<P>()?;
    let skipped = Skipped::of::<P>(payload);
    for linked in linked {
        let receiver = linked.receiver;
        if skipped.contains::<P>(receiver, payload) {
            continue;
        }
        let context = match linked.passes_filters_at(depth, panics, payload) {
            Ok(true) => CallContext { depth, panics, span: Span::of::<P>(&receiver.id) },
            Ok(false) => continue,
            Err(panic) => {
                handle_result::<P, B>(&receiver.id, Err(panic), &mut sink)?;
                continue;
            }
        };
        let result = match linked.target {
            Target::Own(Binding { call: Call::Sync(call), .. }) => context.call(|| call(payload)),
            Target::Own(Binding { call: Call::Async(call, ()), .. }) => context.run(pin!(call(payload))).await,
            Target::Any(Binding { call: Call::Sync(call), .. }, senders) => {
                context.call(|| call(&mut P::widen(payload, senders)))
            }
            Target::Any(Binding { call: Call::Async(call, ()), .. }, senders) => {
                let mut wide = P::widen(payload, senders);
                context.run(pin!(call(&mut wide))).await
            }
        };
        handle_result::<P, B>(&receiver.id, result, &mut sink)?;
    }
    if skipped.raw {
        return Ok(());
    }
    for connected in connected.iter().flat_map(|connected| connected.iter()) {
        let context = CallContext { depth, panics, span: Span::of::<P>(&connected.id) };
        let result = match &connected.closure {
            Closure::Sync(closure) => context.call(|| closure(payload)),
            // The closure itself is called in the first poll, so that its depth is set and its panic is caught.
            Closure::Async(closure, ()) => context.run(pin!(async { closure(payload).await })).await,
        };
        handle_result::<P, B>(&connected.id, result, &mut sink)?;
    }
    Ok(())
}
