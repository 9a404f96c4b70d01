//! The handles of receivers that are connected while the program runs, until they are disconnected.

use core::fmt;

use crate::connected::ConnectedReceivers;

/// A receiver that was connected at run time. It stays connected when this is dropped.
///
/// ```
/// # use signals_core::signal;
/// #[signal]
/// struct Paid {}
///
/// let handle = Paid::SIGNAL.connect(|_| println!("paid"));
/// assert!(handle.disconnect());
/// assert!(!handle.disconnect(), "it is disconnected already");
/// ```
#[derive(Clone, Copy)]
pub struct ReceiverHandle {
    pub(crate) signal: &'static ConnectedReceivers,
    pub(crate) key: u64,
}

impl ReceiverHandle {
    /// Disconnects the receiver, and returns whether it was still connected.
    ///
    /// A dispatch that has begun still calls it.
    pub fn disconnect(self) -> bool {
        self.signal.remove(self.key)
    }

    /// Turns the handle into a guard that disconnects the receiver when it is dropped.
    pub fn into_guard(self) -> ReceiverGuard {
        ReceiverGuard { handle: self }
    }
}

impl fmt::Debug for ReceiverHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverHandle").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A receiver that is connected until this is dropped.
///
/// ```
/// # use signals_core::signal;
/// #[signal]
/// struct Paid {}
///
/// let guard = Paid::SIGNAL.connect_scoped(|_| println!("paid"));
/// Paid {}.send()?; // paid
/// drop(guard);
/// Paid {}.send()?;
/// # Ok::<(), signals_core::SignalError>(())
/// ```
#[must_use = "the receiver is disconnected when this guard is dropped, and `let _ = ..` drops it at once: bind it to a name, \
              `let _guard = ..`, or use `connect`, which keeps the receiver connected"]
#[derive(Debug)]
pub struct ReceiverGuard {
    handle: ReceiverHandle,
}

impl ReceiverGuard {
    /// Disconnects the receiver now, and returns whether it was still connected.
    ///
    /// A dispatch that has begun still calls it.
    pub fn disconnect(self) -> bool {
        self.handle.disconnect()
    }
}

impl Drop for ReceiverGuard {
    fn drop(&mut self) {
        self.handle.disconnect();
    }
}
