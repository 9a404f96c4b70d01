//! Sending a signal whose receivers return at once. `#[signal]` gives its struct methods of these names.

use core::ops::ControlFlow;
use std::sync::Arc;

use super::call::{Panics, Skipped, guarded};
use super::outcome::{self, handle_result};
use super::{ReceiverResult, ReceiverResults};
use crate::binding::Binding;
use crate::connected::{Closure, ConnectedReceiver};
use crate::depth::{self, DepthGuard};
use crate::error::SignalError;
use crate::id::ReceiverId;
use crate::payload::{Call, Payload, Reply, Synchronous};
use crate::signal::{LinkedReceiver, Route, Signal, Target};
use crate::trace::Span;

/// Calls every receiver in order; stops at the first that fails and returns its error.
#[inline]
pub fn send<P: Payload<Mode = Synchronous>>(
    signal: &'static Signal<P>,
    mut payload: P::Of<'_>,
) -> Result<(), SignalError> {
    call_all(signal, &mut payload, Panics::Unwind, outcome::stop_at_error)
}

/// Calls every receiver, including those after a failure or panic, and returns the result of each.
pub fn send_robust<P: Payload<Mode = Synchronous>>(
    signal: &'static Signal<P>,
    mut payload: P::Of<'_>,
) -> Result<ReceiverResults<P::Output>, SignalError> {
    let mut results = Vec::new();
    call_all(signal, &mut payload, Panics::Catch, |id, result| outcome::record(&mut results, id, result))?;
    Ok(results)
}

/// `send_robust` for a sender with an error handler: each failure is passed to `report` and not to the log, and no list of
/// results is made.
pub fn send_reporting<P: Payload<Mode = Synchronous>>(
    signal: &'static Signal<P>,
    mut payload: P::Of<'_>,
    mut report: impl FnMut(SignalError),
) {
    let end = call_all(signal, &mut payload, Panics::Catch, |_, result| outcome::report(result, &mut report));
    if let Err(error) = end {
        outcome::report_error(error, &mut report);
    }
}

/// Calls every receiver in order and passes each output to `fold`, until it breaks or a receiver fails.
pub fn send_with<P: Payload<Mode = Synchronous>, B>(
    signal: &'static Signal<P>,
    mut payload: P::Of<'_>,
    mut fold: impl FnMut(&ReceiverId, P::Output) -> ControlFlow<B>,
) -> Result<Option<B>, SignalError> {
    let end = call_all(signal, &mut payload, Panics::Unwind, |id, result| outcome::fold_output(id, result, &mut fold));
    outcome::end_of_fold(end)
}

/// Calls every receiver in order and returns their outputs; stops at the first that fails.
pub fn collect<P: Payload<Mode = Synchronous>>(
    signal: &'static Signal<P>,
    payload: P::Of<'_>,
) -> Result<Vec<P::Output>, SignalError> {
    let mut outputs = Vec::new();
    send_with(signal, payload, |_, output| outcome::push(&mut outputs, output))?;
    Ok(outputs)
}

#[inline]
fn call_all<P: Payload<Mode = Synchronous>, B: From<SignalError>>(
    signal: &'static Signal<P>,
    payload: &mut P::Of<'_>,
    panics: Panics,
    mut sink: impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    match signal.route()? {
        Route::Empty => Ok(()),
        Route::Linked(linked) => call_linked(linked, payload, panics, &mut sink),
        Route::Connected(linked, connected) => call_connected(linked, &connected, payload, panics, &mut sink),
    }
}

#[inline]
fn call_linked<P: Payload<Mode = Synchronous>, B: From<SignalError>>(
    linked: &[LinkedReceiver<P>],
    payload: &mut P::Of<'_>,
    panics: Panics,
    sink: &mut impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    let _depth = DepthGuard::enter(depth::next::<P>()?);
    let skipped = Skipped::of::<P>(payload);
    for linked in linked {
        let receiver = linked.receiver;
        if skipped.contains::<P>(receiver, payload) {
            continue;
        }
        let result = match guarded(panics, || linked.passes_filters(payload)) {
            Ok(true) => guarded(panics, || Span::of::<P>(&receiver.id).within(|| linked.call(payload))),
            Ok(false) => continue,
            Err(panic) => Err(panic),
        };
        handle_result::<P, B>(&receiver.id, result, sink)?;
    }
    Ok(())
}

/// Calls the linked receivers, and then the connected ones. It is not inlined, so that a program that connects nothing does
/// not pay for dropping the list.
#[cold]
fn call_connected<P: Payload<Mode = Synchronous>, B: From<SignalError>>(
    linked: &[LinkedReceiver<P>],
    connected: &[Arc<ConnectedReceiver<P>>],
    payload: &mut P::Of<'_>,
    panics: Panics,
    sink: &mut impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    call_linked(linked, payload, panics, sink)?;
    if P::is_raw(payload) {
        return Ok(());
    }
    let _depth = DepthGuard::enter(depth::next::<P>()?);
    for connected in connected {
        let result = guarded(panics, || Span::of::<P>(&connected.id).within(|| connected.call(payload)));
        handle_result::<P, B>(&connected.id, result, sink)?;
    }
    Ok(())
}

impl<P: Payload<Mode = Synchronous>> LinkedReceiver<P> {
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

impl<P: Payload<Mode = Synchronous>> ConnectedReceiver<P> {
    fn call(&self, payload: &mut P::Of<'_>) -> Reply<P::Output> {
        match &self.closure {
            Closure::Sync(closure) => closure(payload),
            Closure::Async(_, never) => match *never {},
        }
    }
}
