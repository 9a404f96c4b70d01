//! Values that a sender passes to its receivers: who acts, in which request, and what the application has for all of them.

use core::any::{Any, TypeId, type_name};
use core::fmt;
use core::marker::PhantomData;
use std::error::Error as StdError;
use std::sync::{Arc, OnceLock};

use crate::scope::{Scope, ScopeId, ScopeKind, Scopes, SentIn};

/// Values that are found by their type: who acts, in which request, a mailer, the settings.
///
/// It has at most one value per type, and is cheap to clone. [`with`](Self::with) returns a context with one more value, and does not change
/// this one. A receiver takes a value with `#[context]` before a parameter: `&T` if it is needed, `Option<&T>` if it may be missing.
///
/// ```rust,standalone_crate
/// use signals_core::{Context, receiver, signal};
///
/// struct Actor(&'static str);
///
/// #[signal]
/// struct OrderPaid<'a> {
///     number: u32,
///     context: &'a Context,
/// }
///
/// #[receiver(OrderPaid)]
/// fn audit(number: u32, #[context] actor: Option<&Actor>) {
///     println!("order {number} was paid by {}", actor.map_or("the system", |actor| actor.0));
/// }
///
/// # fn main() -> Result<(), signals_core::SignalError> {
/// let context = Context::new().with(Actor("ann"));
/// OrderPaid { number: 7, context: &context }.send()
/// # }
/// ```
///
/// A signal of your own carries a context in a field with the name `context`. The signals of `signals-rs` carry that of the `Db` or `Tx` that
/// they are sent with.
///
/// It is also a scope of the signals that carry it: a test mutes and records them with [`testing`](crate::testing). Clones and contexts with
/// more values are the same scope; `new` makes another one.
#[derive(Clone)]
pub struct Context {
    values: Option<Arc<[Value]>>,
    scope: ScopeId,
}

#[derive(Clone)]
struct Value {
    ty: TypeId,
    name: fn() -> &'static str,
    /// An `OnceLock` of the type.
    lock: Arc<dyn Any + Send + Sync>,
}

/// A type whose values a [`Context`] can have: any type that owns its content and can be shared between threads.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be a value of a context",
    label = "not `Send` and `Sync`",
    note = "the value is shared between threads: use `Arc` instead of `Rc`, a `Mutex` or an atomic instead of a `Cell` or `RefCell`, and \
            `dyn Trait + Send + Sync` instead of `dyn Trait`"
)]
pub trait ContextValue: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> ContextValue for T {}

impl Context {
    /// A context without values.
    ///
    /// ```
    /// use signals_core::Context;
    ///
    /// assert!(Context::new().get::<String>().is_none());
    /// ```
    pub fn new() -> Self {
        Self { values: None, scope: ScopeId::next() }
    }

    /// A context with these values, as another scope: that of a database.
    #[doc(hidden)]
    #[must_use]
    pub fn in_new_scope(&self) -> Self {
        Self { values: self.values.clone(), scope: ScopeId::next() }
    }

    /// The scope of signals that carry it.
    #[doc(hidden)]
    #[inline]
    pub fn scopes(&self) -> Scopes {
        Scopes::of(self.scope)
    }

    /// A context that also has this value. It replaces a value of the same type.
    ///
    /// ```
    /// use signals_core::Context;
    ///
    /// struct Actor(u64);
    ///
    /// let context = Context::new().with(Actor(1));
    /// assert_eq!(context.get::<Actor>().map(|actor| actor.0), Some(1));
    /// assert_eq!(context.with(Actor(2)).get::<Actor>().map(|actor| actor.0), Some(2));
    /// ```
    #[must_use = "`with` returns a context with the value, and does not change this one"]
    pub fn with<T: ContextValue>(&self, value: T) -> Self {
        self.with_lock(OnceLock::from(value))
    }

    /// A context in which the value of this type is missing until [`fill`](Self::fill) sets it, once, for all clones.
    ///
    /// It is for what is only known later, such as the user of a request, which a handler reads from the session.
    ///
    /// ```
    /// use signals_core::Context;
    ///
    /// struct Actor(u64);
    ///
    /// let request = Context::new().with_slot::<Actor>();
    /// let clone = request.clone();
    /// assert!(request.get::<Actor>().is_none());
    /// assert!(request.fill(Actor(1)).is_ok());
    /// assert_eq!(clone.get::<Actor>().map(|actor| actor.0), Some(1));
    /// ```
    #[must_use = "`with_slot` returns a context with the slot, and does not change this one"]
    pub fn with_slot<T: ContextValue>(&self) -> Self {
        self.with_lock(OnceLock::<T>::new())
    }

    /// Sets the value of a [slot](Self::with_slot), for all clones of the context that has it.
    ///
    /// # Errors
    /// Returns the value if there is no slot for it, or if the slot has a value already.
    pub fn fill<T: ContextValue>(&self, value: T) -> Result<(), T> {
        match self.lock() {
            Some(slot) => slot.set(value),
            None => Err(value),
        }
    }

    /// A context with the values of both, in the scope of this one. Of two values of one type it has that of `other`.
    ///
    /// ```
    /// use signals_core::Context;
    ///
    /// let application = Context::new().with("mailer").with(1_u8);
    /// let both = application.with_all(&Context::new().with(2_u8));
    /// assert_eq!((both.get::<&str>(), both.get::<u8>()), (Some(&"mailer"), Some(&2)));
    /// ```
    #[must_use = "`with_all` returns a context with the values, and does not change this one"]
    pub fn with_all(&self, other: &Self) -> Self {
        match (&self.values, &other.values) {
            (None, _) => Self { values: other.values.clone(), scope: self.scope },
            (_, None) => self.clone(),
            (Some(own), Some(others)) => {
                let is_kept = |value: &&Value| others.iter().all(|other| other.ty != value.ty);
                let values = own.iter().filter(is_kept).chain(others.iter()).cloned().collect();
                Self { values: Some(values), scope: self.scope }
            }
        }
    }

    /// The value of this type, if there is one.
    pub fn get<T: ContextValue>(&self) -> Option<&T> {
        optional(self)
    }

    /// The value of this type.
    ///
    /// # Errors
    /// [`MissingContext`] if there is none.
    pub fn require<T: ContextValue>(&self) -> Result<&T, MissingContext> {
        required(self)
    }

    /// The types of its values, in the order in which they were added.
    pub fn types(&self) -> impl Iterator<Item = TypeId> {
        self.values.iter().flat_map(|values| values.iter().map(|value| value.ty))
    }

    fn with_lock<T: ContextValue>(&self, lock: OnceLock<T>) -> Self {
        let ty = TypeId::of::<T>();
        let added = Value { ty, name: type_name::<T>, lock: Arc::new(lock) };
        let others = self.values.iter().flat_map(|values| values.iter()).filter(|value| value.ty != ty);
        Self { values: Some(others.cloned().chain([added]).collect()), scope: self.scope }
    }

    fn lock<T: 'static>(&self) -> Option<&OnceLock<T>> {
        let ty = TypeId::of::<T>();
        self.values.as_ref()?.iter().find(|value| value.ty == ty)?.lock.downcast_ref()
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}

#[diagnostic::do_not_recommend]
impl Scope for Context {
    fn scope_id(&self) -> ScopeId {
        self.scope
    }

    const KIND: ScopeKind = ScopeKind::Whole;
}

/// The types of the values. The values may be secret.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.values.iter().flat_map(|values| values.iter());
        f.write_str("Context ")?;
        f.debug_set().entries(names.map(|value| format_args!("{}", (value.name)()).to_string())).finish()
    }
}

/// A receiver needs a value that its context does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingContext {
    /// The type of the value.
    pub type_name: &'static str,
}

impl MissingContext {
    #[cold]
    fn of<T>() -> Self {
        Self { type_name: type_name::<T>() }
    }
}

impl fmt::Display for MissingContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the context has no `{}`: pass one with `.with(..)` on the `Db`, `Tx` or `Context` that is used, or to all of the program with \
             `ConnectOptions::with`; a receiver that works without it takes an `Option`",
            self.type_name
        )
    }
}

impl StdError for MissingContext {}

/// A value of the context that a receiver takes.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ContextNeed {
    /// The type, as the receiver names it.
    pub type_name: &'static str,
    /// Whether the receiver fails without it: it takes a `&T`, and not an `Option<&T>`.
    pub required: bool,
    #[doc(hidden)]
    pub ty: TypeId,
}

/// `Mailer`, or `Option<Actor>` if it may be missing.
impl fmt::Display for ContextNeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.required { f.write_str(self.type_name) } else { write!(f, "Option<{}>", self.type_name) }
    }
}

impl ContextNeed {
    /// A value without which the receiver fails.
    #[doc(hidden)]
    pub const fn required(ty: TypeId, type_name: &'static str) -> Self {
        Self { type_name, required: true, ty }
    }

    /// A value that may be missing.
    #[doc(hidden)]
    pub const fn optional(ty: TypeId, type_name: &'static str) -> Self {
        Self { type_name, required: false, ty }
    }
}

/// The field `context` of a signal, by its type: its scope, if it is a context.
#[doc(hidden)]
#[derive(Debug)]
pub struct ContextField<T>(PhantomData<fn(T)>);

impl ContextField<Context> {
    #[doc(hidden)]
    pub const SENT_IN: SentIn = SentIn::Whole;

    #[doc(hidden)]
    #[inline]
    pub fn scopes(field: &Context) -> Scopes {
        field.scopes()
    }
}

impl ContextField<&Context> {
    #[doc(hidden)]
    pub const SENT_IN: SentIn = SentIn::Whole;

    #[doc(hidden)]
    #[inline]
    pub fn scopes(field: &&Context) -> Scopes {
        field.scopes()
    }
}

/// A field of another type with the name `context`.
#[doc(hidden)]
pub trait AnotherField {
    #[doc(hidden)]
    const SENT_IN: SentIn = SentIn::Nothing;

    #[doc(hidden)]
    #[inline]
    fn scopes<T>(_: &T) -> Scopes {
        Scopes::NONE
    }
}

impl<T> AnotherField for ContextField<T> {}

/// The value of a parameter that has to be there. That its type can be a value is asked for once, where its [`ContextNeed`] is written.
#[doc(hidden)]
pub fn required<T: 'static>(context: &Context) -> Result<&T, MissingContext> {
    optional(context).ok_or_else(MissingContext::of::<T>)
}

/// The value of a parameter that may be missing.
#[doc(hidden)]
pub fn optional<T: 'static>(context: &Context) -> Option<&T> {
    context.lock::<T>()?.get()
}
