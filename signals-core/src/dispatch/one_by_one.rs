//! Calling the receivers of a signal one by one, each at a later time: which of them a payload reaches, and the call of one.

#![expect(clippy::manual_async_fn, reason = "an `async fn` cannot say that its future is `Send`")]

use core::ops::ControlFlow;
use core::pin::pin;

use super::call::{CallContext, Panics};
use super::outcome::handle_result;
use crate::depth;
use crate::error::SignalError;
use crate::payload::{Asynchronous, Call, Payload};
use crate::receiver::Receiver;
use crate::source::Source;
use crate::special::Step;
use crate::state::SignalState;
use crate::timeout::Limit;
use crate::trace::Span;

/// Passes each link-time receiver that a payload reaches to `each`, in order, with the payload. It calls none of them, and tests do not record
/// it: the same signal is dispatched to its other receivers.
pub fn choose<'a, P: Payload>(
    state: &'static SignalState<P>,
    payload: &mut P::Of<'a>,
    each: &mut dyn FnMut(&'static Receiver, &mut P::Of<'a>),
) -> Result<(), SignalError> {
    let Some(special) = state.special_unrecorded(P::scopes(payload))? else { return Ok(()) };
    let (name, is_raw) = (|| state.name(), P::is_raw(payload));
    let depth = depth::next(name)?;
    for linked in special.linked.iter().filter(|linked| !is_raw || linked.receiver.raw) {
        match linked.passes_filters_at(depth, Panics::Catch, payload) {
            Ok(true) => each(linked.receiver, payload),
            Ok(false) => special.note_filtered_out(linked.receiver),
            Err(panic) => {
                if let ControlFlow::Break(end) = handle_result::<()>(&linked.receiver.id, name, Err(panic), None) {
                    return end;
                }
            }
        }
    }
    Ok(())
}

/// Whether a receiver is one of a signal, from its sender or from any.
pub fn is_called_by(receiver: &Receiver, source: &Source) -> bool {
    let key = receiver.key();
    key == source.own || Some(key) == source.any
}

/// Calls one link-time receiver of the signal, and catches its panic. Its filters are not asked again. A receiver that a test mutes
/// is not called.
pub fn call_one<'a, P: Payload<Mode = Asynchronous>>(
    state: &'static SignalState<P>,
    receiver: &'static Receiver,
    mut payload: P::Of<'a>,
) -> impl Future<Output = Result<(), SignalError>> + Send + use<'a, P> {
    async move {
        let (payload, name) = (&mut payload, || state.name());
        let Some(special) = state.special(P::scopes(payload))? else { return Ok(()) };
        let Some(linked) = special.linked.iter().find(|linked| core::ptr::eq(linked.receiver, receiver)) else {
            return Ok(());
        };
        special.note_call(Step::Linked(linked));
        let id = &receiver.id;
        let context = CallContext { depth: depth::next(name)?, panics: Panics::Catch, span: Span::of(id, name) };
        let limit = Limit::of::<P>(receiver.timeout, P::receiver_timeout(payload));
        let result = match (linked.binding.call, limit) {
            (Call::Sync(call), _) => context.call(|| call(payload)),
            (Call::Async(call, ()), None) => context.run(pin!(call(payload))).await,
            (Call::Async(call, ()), Some(limit)) => context.run(pin!(limit.limit(call(payload)))).await,
        };
        special.note_result(id, &result);
        match handle_result(id, name, result, None) {
            ControlFlow::Break(end) => end,
            ControlFlow::Continue(()) => Ok(()),
        }
    }
}
