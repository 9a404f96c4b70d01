//! What a dispatch does with the result of each receiver: stop, record, report or fold it.

use core::convert::Infallible;
use core::ops::ControlFlow;

use super::call::CallResult;
use super::{ReceiverResult, ReceiverResults};
use crate::error::{BoxError, ReceiverError, SignalError};
use crate::id::ReceiverId;
use crate::panics::{Panicked, catch_panic};
use crate::payload::Payload;

/// Passes a receiver's result to the sink. Failures are rare: the code for them is not inlined, so that they cost the loop
/// nothing.
#[inline]
pub(super) fn handle_result<P: Payload, B>(
    id: &ReceiverId,
    result: CallResult<P::Output>,
    sink: &mut impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    match result {
        Ok(Ok(output)) => into_result(sink(id, Ok(output))),
        failure => handle_failure::<P, B>(id, failure, sink),
    }
}

/// Names the receiver in its failure.
#[cold]
#[inline(never)]
fn handle_failure<P: Payload, B>(
    id: &ReceiverId,
    failure: CallResult<P::Output>,
    sink: &mut impl FnMut(&ReceiverId, ReceiverResult<P::Output>) -> ControlFlow<B>,
) -> Result<(), B> {
    let failure = match failure {
        Ok(Ok(output)) => return into_result(sink(id, Ok(output))),
        Ok(Err(error)) => Ok(error),
        Err(panic) => Err(panic),
    };
    into_result(sink(id, Err(Box::new(receiver_error(id, (P::SIGNAL, P::sender()), failure)))))
}

/// The failure with the names of the receiver and the signal. It is not generic, so that it is compiled once.
fn receiver_error(
    id: &ReceiverId,
    signal_and_sender: (&'static str, Option<&'static str>),
    failure: Result<BoxError, Panicked>,
) -> ReceiverError {
    match failure {
        Ok(error) => ReceiverError::failed(id, signal_and_sender, error),
        Err(panic) => ReceiverError::panicked(id, signal_and_sender, panic),
    }
}

#[inline]
fn into_result<B>(flow: ControlFlow<B>) -> Result<(), B> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(stop) => Err(stop),
    }
}

#[inline]
pub(super) fn stop_at_error<O>(_: &ReceiverId, result: ReceiverResult<O>) -> ControlFlow<SignalError> {
    match result {
        Ok(_) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(SignalError::Receiver(error)),
    }
}

/// Adds a result to the list, and writes a failure to the log.
#[inline]
pub(super) fn record<O>(
    results: &mut ReceiverResults<O>,
    id: &ReceiverId,
    result: ReceiverResult<O>,
) -> ControlFlow<SignalError> {
    if let Err(error) = &result {
        trace_failure(id, error);
    }
    results.push((id.clone(), result));
    ControlFlow::Continue(())
}

/// Passes a failure to an error handler.
pub(super) fn report<O>(result: ReceiverResult<O>, handler: &mut impl FnMut(SignalError)) -> ControlFlow<SignalError> {
    if let Err(error) = result {
        report_error(SignalError::Receiver(error), handler);
    }
    ControlFlow::Continue(())
}

/// Passes an error to its handler. The remaining receivers are also called when the handler panics, or the `Drop` of the error.
pub(super) fn report_error(error: SignalError, handler: &mut impl FnMut(SignalError)) {
    let _ = catch_panic(|| handler(error));
}

/// Writes a failure that does not stop the dispatch to the log, as an event of its own.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no log to write to"))]
fn trace_failure(id: &ReceiverId, error: &ReceiverError) {
    #[cfg(feature = "tracing")]
    let _ = catch_panic(|| tracing::error!(receiver = %id.name, "{error}"));
}

/// Why a fold ended before the last receiver.
pub(super) enum Stop<B> {
    /// A receiver failed.
    Error(SignalError),
    /// The closure broke with this value.
    Break(B),
}

impl<B> From<SignalError> for Stop<B> {
    fn from(error: SignalError) -> Self {
        Self::Error(error)
    }
}

/// Passes an output to the closure of `send_with`, and stops at the first failure.
pub(super) fn fold_output<O, B>(
    id: &ReceiverId,
    result: ReceiverResult<O>,
    fold: &mut impl FnMut(&ReceiverId, O) -> ControlFlow<B>,
) -> ControlFlow<Stop<B>> {
    match result {
        Ok(output) => fold(id, output).map_break(Stop::Break),
        Err(error) => ControlFlow::Break(Stop::Error(SignalError::Receiver(error))),
    }
}

/// What `send_with` returns.
pub(super) fn end_of_fold<B>(end: Result<(), Stop<B>>) -> Result<Option<B>, SignalError> {
    match end {
        Ok(()) => Ok(None),
        Err(Stop::Break(value)) => Ok(Some(value)),
        Err(Stop::Error(error)) => Err(error),
    }
}

/// The closure of `collect`.
#[inline]
pub(super) fn push<O>(outputs: &mut Vec<O>, output: O) -> ControlFlow<Infallible> {
    outputs.push(output);
    ControlFlow::Continue(())
}
