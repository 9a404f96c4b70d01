//! Sending a signal whose receivers return at once. `#[signal]` gives its struct methods of these names.

use core::ops::ControlFlow;

use super::ReceiverResults;
use super::call::{Panics, guarded};
use super::outcome::{self, Sink, handle_result};
use crate::connected::Closure;
use crate::depth::{self, DepthGuard};
use crate::error::SignalError;
use crate::id::ReceiverId;
use crate::linked::LinkedReceiver;
use crate::payload::{Call, Payload, Reply, SyncCall, Synchronous};
use crate::special::Step;
use crate::state::{Route, SignalState};
use crate::trace::Span;

/// Calls every receiver in order; stops at the first that fails and returns its error.
#[inline]
pub fn send<P: Payload<Mode = Synchronous>>(
    state: &'static SignalState<P>,
    mut payload: P::Of<'_>,
) -> Result<(), SignalError> {
    match state.plain() {
        Some([]) => Ok(()),
        Some(calls) => call_plain(state, calls, &mut payload),
        None => call_all(state, &mut payload, Panics::Unwind, None),
    }
}

/// The common case: nothing is asked before a call, so that the loop is one over function pointers. In `benches/peers` it
/// halves what a receiver costs.
#[inline]
fn call_plain<P: Payload<Mode = Synchronous>>(
    state: &'static SignalState<P>,
    calls: &[SyncCall<P>],
    payload: &mut P::Of<'_>,
) -> Result<(), SignalError> {
    let _depth = DepthGuard::enter(depth::next(|| state.name())?);
    for (index, call) in calls.iter().enumerate() {
        if let Err(error) = call(payload) {
            return Err(state.failed(index, error));
        }
    }
    Ok(())
}

/// Calls every receiver, including those after a failure or panic, and returns the result of each.
pub fn send_robust<P: Payload<Mode = Synchronous>>(
    state: &'static SignalState<P>,
    mut payload: P::Of<'_>,
) -> Result<ReceiverResults<P::Output>, SignalError> {
    let mut results = Vec::new();
    let mut record = |id: &ReceiverId, result| outcome::record(&mut results, id, result);
    call_all(state, &mut payload, Panics::Catch, Some(&mut record))?;
    Ok(results)
}

/// `send_robust` for a sender with an error handler: each failure is passed to `report` and not to the log, and no list of
/// results is made.
pub fn send_reporting<P: Payload<Mode = Synchronous>>(
    state: &'static SignalState<P>,
    mut payload: P::Of<'_>,
    mut report: impl FnMut(SignalError),
) {
    let mut each = |_: &ReceiverId, result| outcome::report(result, &mut report);
    let end = call_all(state, &mut payload, Panics::Catch, Some(&mut each));
    if let Err(error) = end {
        outcome::report_error(error, &mut report);
    }
}

/// Calls every receiver in order and passes each output to `fold`, until it breaks or a receiver fails.
pub fn send_with<P: Payload<Mode = Synchronous>, B>(
    state: &'static SignalState<P>,
    mut payload: P::Of<'_>,
    mut fold: impl FnMut(&ReceiverId, P::Output) -> ControlFlow<B>,
) -> Result<Option<B>, SignalError> {
    let mut stopped = None;
    let mut fold = |id: &ReceiverId, result| outcome::fold_output(id, result, &mut fold, &mut stopped);
    call_all(state, &mut payload, Panics::Unwind, Some(&mut fold))?;
    Ok(stopped)
}

/// Calls every receiver in order and returns their outputs; stops at the first that fails.
pub fn collect<P: Payload<Mode = Synchronous>>(
    state: &'static SignalState<P>,
    mut payload: P::Of<'_>,
) -> Result<Vec<P::Output>, SignalError> {
    let mut outputs = Vec::new();
    let mut push = |_: &ReceiverId, result| outcome::push(&mut outputs, result);
    call_all(state, &mut payload, Panics::Unwind, Some(&mut push))?;
    Ok(outputs)
}

#[inline(never)]
fn call_all<P: Payload<Mode = Synchronous>>(
    state: &'static SignalState<P>,
    payload: &mut P::Of<'_>,
    panics: Panics,
    mut sink: Sink<'_, P::Output>,
) -> Result<(), SignalError> {
    let linked = match state.route()? {
        Route::Empty => return Ok(()),
        Route::Linked(linked) => linked,
        Route::Special => return call_special(state, payload, panics, sink),
    };
    let name = || state.name();
    let _depth = DepthGuard::enter(depth::next(name)?);
    let is_raw = P::is_raw(payload);
    for linked in linked {
        let receiver = linked.receiver;
        if is_raw && !receiver.raw {
            continue;
        }
        let call = || {
            if linked.passes_filters(payload) {
                Some(Span::of(&receiver.id, name).within(|| linked.call(payload)))
            } else {
                None
            }
        };
        let result = match guarded(panics, call) {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => continue,
            Err(panic) => Err(panic),
        };
        if let ControlFlow::Break(end) = handle_result(&receiver.id, name, result, reborrowed(&mut sink)) {
            return end;
        }
    }
    Ok(())
}

/// Calls what a test or the program has changed at run time.
#[cold]
fn call_special<P: Payload<Mode = Synchronous>>(
    state: &'static SignalState<P>,
    payload: &mut P::Of<'_>,
    panics: Panics,
    mut sink: Sink<'_, P::Output>,
) -> Result<(), SignalError> {
    let Some(special) = state.special(P::scopes(payload))? else { return Ok(()) };
    let name = || state.name();
    let _depth = DepthGuard::enter(depth::next(name)?);
    for step in special.steps(P::is_raw(payload)) {
        let id = step.id();
        let call = || match step {
            Step::Linked(linked) if !linked.passes_filters(payload) => {
                special.note_filtered_out(linked.receiver);
                None
            }
            Step::Linked(linked) => {
                special.note_call(step);
                Some(Span::of(id, name).within(|| linked.call(payload)))
            }
            Step::Connected(connected) => match connected.closure::<P>() {
                Closure::Sync(closure) => {
                    special.note_call(step);
                    Some(Span::of(id, name).within(|| closure(payload)))
                }
                Closure::Async(_, never) => match *never {},
                Closure::Recorder(record) => {
                    record(payload);
                    None
                }
            },
        };
        let result = match guarded(panics, call) {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => continue,
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
fn reborrowed<'b, O>(sink: &'b mut Sink<'_, O>) -> Sink<'b, O> {
    match sink {
        Some(sink) => Some(&mut **sink),
        None => None,
    }
}

impl<P: Payload<Mode = Synchronous>> LinkedReceiver<P> {
    #[inline]
    fn call(&self, payload: &mut P::Of<'_>) -> Reply<P::Output> {
        match self.binding.call {
            Call::Sync(call) => call(payload),
            Call::Async(_, never) => match never {},
        }
    }
}
