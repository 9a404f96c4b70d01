//! What is known of a receiver: who it is, where it stands, what it waits for.

use core::any::{Any, TypeId};
use core::fmt;
use std::borrow::Cow;

use crate::payload::{Call, Filter, Payload};
use crate::registry::{self, Entry, crate_of};

/// A place in somebody's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceLocation {
    /// The file, as the compiler was given it.
    pub file: &'static str,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
}

impl SourceLocation {
    /// The place of the caller.
    #[track_caller]
    pub fn caller() -> Self {
        let at = core::panic::Location::caller();
        Self { file: at.file(), line: at.line(), column: at.column() }
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The name of a receiver and the place where it was declared or connected.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReceiverId {
    /// `crate::module::function`, or the `id` of the attribute, or the uid of `connect_unique`.
    pub name: Cow<'static, str>,
    /// Where its attribute stands, or where it was connected.
    pub location: SourceLocation,
}

impl ReceiverId {
    #[doc(hidden)]
    pub const fn linked(name: &'static str, file: &'static str, line: u32, column: u32) -> Self {
        Self { name: Cow::Borrowed(name), location: SourceLocation { file, line, column } }
    }
}

impl fmt::Display for ReceiverId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.name, self.location)
    }
}

/// A function that `#[receiver]` was put on, as a type: what `after = [..]` and `before = [..]` name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a receiver",
    label = "not a receiver",
    note = "`after` and `before` name functions with a `#[receiver(..)]` attribute"
)]
pub trait ReceiverName {
    /// The type of the function's name.
    #[doc(hidden)]
    const ID: TypeId;
}

/// A receiver of one signal from one sender, as the linker collected it.
///
/// A function that names several signals or senders is several of these with the same id.
#[non_exhaustive]
pub struct Receiver {
    /// Its name and place.
    pub id: ReceiverId,
    /// The module that it is in, `crate::module`.
    pub module: &'static str,
    /// Its filters as they were written, such as `created = true`.
    pub filters: &'static [&'static str],
    /// The fields of the payload that it reads; `event` for all of them.
    pub reads: &'static [&'static str],
    /// Whether it is told of raw writes as well.
    pub raw: bool,
    pub(crate) function: TypeId,
    pub(crate) after: &'static [TypeId],
    pub(crate) before: &'static [TypeId],
    pub(crate) bound: &'static dyn Bound,
}

impl Receiver {
    /// The crate that it was declared in.
    pub fn crate_name(&self) -> &'static str {
        crate_of(self.module)
    }

    /// The signal, as the attribute names it.
    pub fn signal(&self) -> &'static str {
        self.source().signal
    }

    /// The sender's type; `None` for any sender, and for a signal without senders.
    pub fn sender(&self) -> Option<&'static str> {
        self.source().sender
    }

    /// Whether it is an `async fn`.
    pub fn is_async(&self) -> bool {
        self.bound.is_async()
    }

    /// The receivers that `after` names.
    pub fn after(&self) -> impl Iterator<Item = &'static ReceiverId> {
        named(self.after)
    }

    /// The receivers that `before` names.
    pub fn before(&self) -> impl Iterator<Item = &'static ReceiverId> {
        named(self.before)
    }

    /// How it is called, if this is a receiver of exactly that payload.
    pub(crate) fn binding<P: Payload>(&self) -> Option<Binding<P>> {
        let bound: &dyn Any = self.bound;
        bound.downcast_ref().copied()
    }

    /// What it receives.
    pub(crate) fn source(&self) -> Source {
        self.bound.source()
    }

    /// Whether a signal of some sender calls both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let (own, others) = (self.source(), other.source());
        own.own == others.own || own.any == Some(others.own) || others.any == Some(own.own)
    }

    /// The type of what it receives: the same for the receivers of one signal and sender, whatever their names.
    pub(crate) fn payload(&self) -> TypeId {
        let bound: &dyn Any = self.bound;
        bound.type_id()
    }

    /// The key of ties in the order: the same in every build, and source order within a file.
    pub(crate) fn position(&self) -> (&'static str, &'static str, SourceLocation, &str) {
        (self.crate_name(), self.module, self.id.location, &self.id.name)
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("id", &self.id)
            .field("signal", &self.signal())
            .field("sender", &self.sender())
            .field("filters", &self.filters)
            .finish_non_exhaustive()
    }
}

/// The receivers of these functions, each once.
fn named(functions: &'static [TypeId]) -> impl Iterator<Item = &'static ReceiverId> {
    functions.iter().filter_map(|&function| Some(&registry::receivers().find(|other| other.function == function)?.id))
}

/// A signal from a sender, where its type is not known.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The signal, as receivers name it.
    pub(crate) signal: &'static str,
    /// The sender's type; `None` for any sender, and for a signal without senders.
    pub(crate) sender: Option<&'static str>,
    /// The module of the sender, or of a signal without senders.
    pub(crate) module: Option<&'static str>,
    /// The type of its receivers.
    pub(crate) own: TypeId,
    /// The type of the receivers of any sender that are called as well.
    pub(crate) any: Option<TypeId>,
    /// Whether it stands for every sender.
    pub(crate) is_any: bool,
    /// Whether it is sent in something where receivers can be muted.
    pub(crate) scoped: bool,
}

impl Source {
    pub(crate) fn of<P: Payload>() -> Self {
        let own = TypeId::of::<Binding<P>>();
        let any = P::senders().map(|_| TypeId::of::<Binding<P::Any>>());
        Self {
            signal: P::SIGNAL,
            sender: P::sender(),
            module: P::module(),
            own,
            any: any.filter(|any| *any != own),
            is_any: any == Some(own),
            scoped: P::SCOPED,
        }
    }
}

/// A function's arguments bound to the fields of one payload, and its filters.
pub struct Binding<P: Payload> {
    pub(crate) filter: Option<Filter<P>>,
    pub(crate) call: Call<P>,
}

impl<P: Payload> Binding<P> {
    #[doc(hidden)]
    pub const fn new(call: Call<P>) -> Self {
        Self { filter: None, call }
    }

    /// A binding that is called only when `filter` says yes.
    #[doc(hidden)]
    pub const fn filtered(filter: Filter<P>, call: Call<P>) -> Self {
        Self { filter: Some(filter), call }
    }
}

impl<P: Payload> Clone for Binding<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Payload> Copy for Binding<P> {}

impl<P: Payload> fmt::Debug for Binding<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Binding({})", P::SIGNAL)
    }
}

/// A [`Binding`] of a payload that is not known.
pub trait Bound: Any + Send + Sync {
    #[doc(hidden)]
    fn source(&self) -> Source;
    #[doc(hidden)]
    fn is_async(&self) -> bool;
}

impl<P: Payload> Bound for Binding<P> {
    fn source(&self) -> Source {
        Source::of::<P>()
    }

    fn is_async(&self) -> bool {
        matches!(self.call, Call::Async(..))
    }
}

/// Everything that the attribute says of a function, but for the signals that it is bound to.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Declaration {
    pub name: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
    pub module: &'static str,
    pub function: TypeId,
    pub runs_after: isize,
    pub after: &'static [TypeId],
    pub before: &'static [TypeId],
}

impl Declaration {
    #[doc(hidden)]
    pub const fn bind(
        &self,
        bound: &'static dyn Bound,
        filters: &'static [&'static str],
        reads: &'static [&'static str],
    ) -> Entry {
        Entry::Receiver(self.receiver(bound, filters, reads))
    }

    /// As [`bind`](Self::bind), for a receiver that is told of raw writes as well.
    #[doc(hidden)]
    pub const fn bind_with_raw(
        &self,
        bound: &'static dyn Bound,
        filters: &'static [&'static str],
        reads: &'static [&'static str],
    ) -> Entry {
        let mut receiver = self.receiver(bound, filters, reads);
        receiver.raw = true;
        Entry::Receiver(receiver)
    }

    const fn receiver(
        &self,
        bound: &'static dyn Bound,
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
