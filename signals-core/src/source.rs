//! A signal from one sender, without its type.

use core::any::TypeId;
use core::fmt;

use crate::scope::SentIn;
use crate::type_name;

/// A type that sends signals.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    name: SenderName,
    /// The module that declares it as a sender.
    module: Option<&'static str>,
    pub(crate) id: TypeId,
}

/// What messages call a sender, and the module of its type. Those of any type are not known in a constant.
#[derive(Debug, Clone, Copy)]
enum SenderName {
    Known(&'static str, Option<&'static str>),
    OfType(fn() -> (&'static str, Option<&'static str>)),
}

impl Sender {
    /// The sender `S`, and the module in which it is declared, where that is known.
    #[doc(hidden)]
    pub const fn of<S: ?Sized + 'static>(name: &'static str, module: Option<&'static str>) -> Self {
        Self { name: SenderName::Known(name, module), module, id: TypeId::of::<S>() }
    }

    /// The sender `S`, which has the name of its type.
    pub(crate) const fn of_type<S: 'static>() -> Self {
        Self { name: SenderName::OfType(type_name::parts::<S>), module: None, id: TypeId::of::<S>() }
    }

    /// The same with its name, which is then at hand.
    pub(crate) fn with_known_name(self) -> Self {
        let (name, module) = self.name_and_module();
        Self { name: SenderName::Known(name, module), ..self }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name_and_module().0
    }

    fn name_and_module(&self) -> (&'static str, Option<&'static str>) {
        match self.name {
            SenderName::Known(name, module) => (name, module),
            SenderName::OfType(parts) => parts(),
        }
    }

    /// Its type.
    #[doc(hidden)]
    pub const fn id(&self) -> TypeId {
        self.id
    }
}

/// What a receiver receives: a signal, by the type of its payload for any sender, and a sender. Without a sender it is the signal
/// of any sender, or one without senders.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceKey {
    pub(crate) signal: TypeId,
    pub(crate) sender: Option<TypeId>,
}

/// A signal from one sender, without its type.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The signal, as receivers name it.
    pub signal: &'static str,
    /// The sender's type; `None` for any sender, and for a signal without senders.
    pub sender: Option<&'static str>,
    /// The module that declares the sender or, if none does, the signal.
    pub module: Option<&'static str>,
    /// The module of the sender's type, where it is known.
    pub sender_module: Option<&'static str>,
    /// What its own receivers receive.
    pub own: SourceKey,
    /// What receivers of any sender receive that it calls as well.
    pub any: Option<SourceKey>,
    /// Whether it stands for every sender.
    pub is_any: bool,
    /// The scopes that it is sent in, where receivers can be muted.
    pub sent_in: SentIn,
}

impl Source {
    /// The same from this sender, if there is one.
    pub(crate) fn from(self, sender: Option<&'static Sender>) -> Self {
        let Some(sender) = sender else { return self };
        let own = SourceKey { sender: Some(sender.id), ..self.own };
        let module = sender.module.or(self.module);
        let (name, sender_module) = sender.name_and_module();
        Self { sender: Some(name), module, sender_module, own, any: Some(self.own), is_any: false, ..self }
    }
}

/// A signal and its sender as messages name them: `` `post_save` of `User` ``.
#[derive(Clone, Copy)]
pub(crate) struct SignalOf(pub(crate) &'static str, pub(crate) Option<&'static str>);

impl fmt::Display for SignalOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(sender) => write!(f, "`{}` of `{sender}`", self.0),
            None => write!(f, "`{}`", self.0),
        }
    }
}
