//! What one use of a macro adds to the registry.

use core::any::{Any, TypeId};

use crate::binding::Bound;
use crate::id::ReceiverId;
use crate::location::SourceLocation;
use crate::receiver::Receiver;

/// What one use of a macro adds to the registry.
#[doc(hidden)]
#[derive(Debug)]
pub enum Entry {
    /// `#[receiver]`: one entry per signal and sender.
    Receiver(Receiver),
    /// Any other declaration: a signal, or something that a crate of this family finds by its type, such as a model.
    Declared { module: &'static str, value: &'static (dyn Any + Send + Sync) },
    /// A crate that `apps!` names.
    App { name: &'static str, location: SourceLocation },
}

/// The declaration of a signal with `#[signal]`.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct SignalDeclaration {
    pub name: &'static str,
    pub module: &'static str,
}

/// What `#[receiver]` knows of a function, except the signals that the function receives.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Declaration {
    pub name: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
    pub module: &'static str,
    pub function: TypeId,
    pub after: &'static [TypeId],
    pub before: &'static [TypeId],
}

impl Declaration {
    /// The entry for one signal and sender.
    #[doc(hidden)]
    pub const fn bind(
        &self,
        bound: &'static &'static dyn Bound,
        filters: &'static [&'static str],
        reads: &'static [&'static str],
    ) -> Entry {
        Entry::Receiver(self.receiver(bound, filters, reads))
    }

    /// Like [`bind`](Self::bind), for a receiver that is also called for raw writes.
    #[doc(hidden)]
    pub const fn bind_with_raw(
        &self,
        bound: &'static &'static dyn Bound,
        filters: &'static [&'static str],
        reads: &'static [&'static str],
    ) -> Entry {
        let mut receiver = self.receiver(bound, filters, reads);
        receiver.raw = true;
        Entry::Receiver(receiver)
    }

    const fn receiver(
        &self,
        bound: &'static &'static dyn Bound,
        filters: &'static [&'static str],
        reads: &'static [&'static str],
    ) -> Receiver {
        Receiver {
            id: ReceiverId::linked(self.name, self.file, self.line, self.column),
            module: self.module,
            filters,
            reads,
            raw: false,
            function: self.function,
            after: self.after,
            before: self.before,
            bound,
        }
    }
}
