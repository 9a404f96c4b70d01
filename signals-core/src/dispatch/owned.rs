//! Sending a signal that owns its fields, later.

use crate::error::SignalError;

/// A signal that [`AfterCommit::send`](crate::AfterCommit::send) can queue. `#[signal]` implements it for a struct without lifetimes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a signal that owns its fields",
    label = "not such a signal",
    note = "declare it with `#[signal]` or `#[signal(async)]`"
)]
pub trait OwnedSignal: Send + 'static {
    #[doc(hidden)]
    fn has_receivers() -> bool;

    /// Calls every receiver, whatever the others do, and passes each failure to `report`.
    #[doc(hidden)]
    fn send_reporting(self, report: &mut (dyn FnMut(SignalError) + Send)) -> impl Future<Output = ()> + Send;
}
