//! What one use of a macro adds to the registry.

use core::any::Any;

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
