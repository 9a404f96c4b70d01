//! One span per receiver with the feature `tracing`, and no code without it.

use core::fmt;

use crate::id::ReceiverId;
use crate::source::SignalOf;

/// The span of one call of a receiver.
pub(crate) struct Span {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Span {
    #[cfg(feature = "tracing")]
    pub(crate) fn of(id: &ReceiverId, name: impl Fn() -> SignalOf) -> Self {
        let SignalOf(signal, sender) = name();
        let span = tracing::info_span!("receiver", receiver = %id.name, location = %id.location, signal = signal, sender = sender);
        Self { span }
    }

    #[cfg(not(feature = "tracing"))]
    #[inline]
    pub(crate) fn of(_: &ReceiverId, _: impl Fn() -> SignalOf) -> Self {
        Self {}
    }

    /// Calls a function inside the span.
    #[inline]
    #[cfg_attr(not(feature = "tracing"), expect(clippy::unused_self, reason = "there is no span to enter"))]
    pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        #[cfg(feature = "tracing")]
        let _entered = self.span.enter();
        work()
    }
}

/// Writes a failure that no call returns to the log. Returns whether there is a log: otherwise the caller reports the failure
/// in another way.
#[cfg(feature = "tracing")]
pub fn log(failure: &dyn fmt::Display) -> bool {
    let is_read = tracing::dispatcher::get_default(|log| !log.is::<tracing::subscriber::NoSubscriber>());
    if is_read {
        tracing::error!("{failure}");
    }
    is_read
}

/// There is no log without the feature `tracing`.
#[cfg(not(feature = "tracing"))]
pub fn log(_: &dyn fmt::Display) -> bool {
    false
}
