//! Signals and their receivers, whatever sends them: what Django has in `django.dispatch`.

#[doc(inline)]
pub use signals_core::{
    BoxError, BoxFuture, Receiver, ReceiverError, ReceiverGuard, ReceiverHandle, ReceiverId, ReceiverName,
    ReceiverResult, Signal, SignalError, SourceLocation, linked_crates, receivers, set_recursion_limit,
};
