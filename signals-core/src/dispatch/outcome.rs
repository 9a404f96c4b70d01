//! What a dispatch does with the result of each receiver: stop, record, report or fold it.
//!
//! The loops know two cases: stop at the first failure, or pass each result to a `dyn` closure. So there is one loop per
//! signal, whatever is done with the results.

use core::ops::ControlFlow;

use super::call::CallResult;
use super::{ReceiverResult, ReceiverResults};
use crate::error::{BoxError, ReceiverError, SignalError};
use crate::id::ReceiverId;
use crate::panics::{Panicked, catch_panic};
use crate::payload::Payload;
use crate::source::SignalOf;
use crate::state::SignalState;

/// Whether the next receiver is called, or what the dispatch returns.
pub(super) type Flow = ControlFlow<Result<(), SignalError>>;

/// Where the result of each receiver is passed. `None` stops at the first failure.
pub(super) type Sink<'s, O> = Option<&'s mut dyn FnMut(&ReceiverId, ReceiverResult<O>) -> Flow>;

/// The same for a dispatch that may move to another thread.
pub(super) type SendSink<'s, O> = Option<&'s mut (dyn FnMut(&ReceiverId, ReceiverResult<O>) -> Flow + Send)>;

/// Handles the result of one receiver. What is rare is not inlined, so that it costs the loop nothing.
#[inline]
pub(super) fn handle_result<O>(
    id: &ReceiverId,
    name: impl Fn() -> SignalOf,
    result: CallResult<O>,
    sink: Sink<'_, O>,
) -> Flow {
    match (result, sink) {
        (Ok(Ok(_)), None) => ControlFlow::Continue(()),
        (result, sink) => pass_on(id, name(), result, sink),
    }
}

#[cold]
#[inline(never)]
fn pass_on<O>(id: &ReceiverId, name: SignalOf, result: CallResult<O>, sink: Sink<'_, O>) -> Flow {
    let result = match result {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(Box::new(receiver_error(id, name, Ok(error)))),
        Err(panic) => Err(Box::new(receiver_error(id, name, Err(panic)))),
    };
    match (result, sink) {
        (result, Some(sink)) => sink(id, result),
        (Ok(_), None) => ControlFlow::Continue(()),
        (Err(error), None) => ControlFlow::Break(Err(SignalError::Receiver(error))),
    }
}

impl<P: Payload> SignalState<P> {
    /// The error of the link-time receiver at this index.
    #[cold]
    #[inline(never)]
    pub(super) fn failed(&'static self, index: usize, error: BoxError) -> SignalError {
        match self.linked() {
            Ok(linked) => {
                SignalError::Receiver(Box::new(receiver_error(&linked[index].receiver.id, self.name(), Ok(error))))
            }
            Err(error) => error,
        }
    }
}

/// The failure with the names of the receiver and the signal.
fn receiver_error(
    id: &ReceiverId,
    SignalOf(signal, sender): SignalOf,
    failure: Result<BoxError, Panicked>,
) -> ReceiverError {
    match failure {
        Ok(error) => ReceiverError::failed(id, (signal, sender), error),
        Err(panic) => ReceiverError::panicked(id, (signal, sender), panic),
    }
}

/// Adds a result to the list, and writes a failure to the log.
pub(super) fn record<O>(results: &mut ReceiverResults<O>, id: &ReceiverId, result: ReceiverResult<O>) -> Flow {
    if let Err(error) = &result {
        trace_failure(id, error);
    }
    results.push((id.clone(), result));
    ControlFlow::Continue(())
}

/// Passes a failure to an error handler.
pub(super) fn report<O>(result: ReceiverResult<O>, handler: &mut dyn FnMut(SignalError)) -> Flow {
    if let Err(error) = result {
        report_error(SignalError::Receiver(error), handler);
    }
    ControlFlow::Continue(())
}

/// Passes an error to its handler. The remaining receivers are also called when the handler panics, or the `Drop` of the error.
pub(super) fn report_error(error: SignalError, handler: &mut dyn FnMut(SignalError)) {
    let _ = catch_panic(|| handler(error));
}

/// Writes a failure that does not stop the dispatch to the log, as an event of its own.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no log to write to"))]
fn trace_failure(id: &ReceiverId, error: &ReceiverError) {
    #[cfg(feature = "tracing")]
    let _ = catch_panic(|| tracing::error!(receiver = %id.name, "{error}"));
}

/// Passes an output to the closure of `send_with`, and stops at the first failure. What the closure broke with is stored.
pub(super) fn fold_output<O, B>(
    id: &ReceiverId,
    result: ReceiverResult<O>,
    fold: &mut impl FnMut(&ReceiverId, O) -> ControlFlow<B>,
    stopped: &mut Option<B>,
) -> Flow {
    match result.map(|output| fold(id, output)) {
        Ok(ControlFlow::Continue(())) => ControlFlow::Continue(()),
        Ok(ControlFlow::Break(value)) => {
            *stopped = Some(value);
            ControlFlow::Break(Ok(()))
        }
        Err(error) => ControlFlow::Break(Err(SignalError::Receiver(error))),
    }
}

/// Adds an output to the list of `collect`, and stops at the first failure.
pub(super) fn push<O>(outputs: &mut Vec<O>, result: ReceiverResult<O>) -> Flow {
    match result {
        Ok(output) => {
            outputs.push(output);
            ControlFlow::Continue(())
        }
        Err(error) => ControlFlow::Break(Err(SignalError::Receiver(error))),
    }
}
