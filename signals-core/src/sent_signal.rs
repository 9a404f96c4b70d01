//! One dispatch, as a test sees it.

use core::fmt;

use crate::id::ReceiverId;
use crate::source::SignalOf;

/// A signal that was sent, and the receivers that were called. It is printed as a line:
/// `post_save of User -> create_profile, audit`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentSignal {
    /// The signal, as receivers name it.
    pub signal: &'static str,
    /// The sender's type; `None` for a signal without senders.
    pub sender: Option<&'static str>,
    /// The receivers that were called, in their order. Those that are muted or whose filters were false are not in it.
    pub calls: Vec<Call>,
}

/// A receiver that was called.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The receiver.
    pub receiver: ReceiverId,
    /// Whether it failed or panicked.
    pub failed: bool,
}

impl SentSignal {
    pub(crate) fn new(SignalOf(signal, sender): SignalOf) -> Self {
        Self { signal, sender, calls: Vec::new() }
    }
}

impl fmt::Display for SentSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.signal)?;
        if let Some(sender) = self.sender {
            write!(f, " of {sender}")?;
        }
        for (index, call) in self.calls.iter().enumerate() {
            write!(f, "{}{call}", if index == 0 { " -> " } else { ", " })?;
        }
        Ok(())
    }
}

/// The same line, so that a failed comparison is readable.
impl fmt::Debug for SentSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", short_name(&self.receiver.name), if self.failed { " (failed)" } else { "" })
    }
}

/// The name of a receiver without its module.
pub(crate) fn short_name(name: &str) -> &str {
    name.rsplit_once("::").map_or(name, |(_, function)| function)
}
