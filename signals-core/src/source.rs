//! A signal from one sender, without its type.

use core::any::TypeId;
use core::fmt;

/// A signal from one sender, without its type.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The signal, as receivers name it.
    pub signal: &'static str,
    /// The sender's type; `None` for any sender, and for a signal without senders.
    pub sender: Option<&'static str>,
    /// The module of the sender, or of a signal without senders.
    pub module: Option<&'static str>,
    /// The type of the bindings of its receivers.
    pub own: TypeId,
    /// The type of the bindings of receivers of any sender that it calls as well.
    pub any: Option<TypeId>,
    /// Whether it stands for every sender.
    pub is_any: bool,
    /// Whether it is sent in a scope, where receivers can be muted.
    pub scoped: bool,
}

/// A signal and its sender as messages name them: `` `post_save` of `User` ``.
pub(crate) struct SignalOf(pub(crate) &'static str, pub(crate) Option<&'static str>);

impl fmt::Display for SignalOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(sender) => write!(f, "`{}` of `{sender}`", self.0),
            None => write!(f, "`{}`", self.0),
        }
    }
}
