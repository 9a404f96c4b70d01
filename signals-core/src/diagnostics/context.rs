//! What is asked about parameters with `#[context]`: whether the signal carries a context, and whether it can have a value of the type.

use core::any::TypeId;

use crate::context::Context;

/// A signal that carries a context.
#[diagnostic::on_unimplemented(
    message = "`{Self}` carries no context",
    label = "no value of a context here",
    note = "a signal of your own carries one in a field: `context: &'a Context`"
)]
pub trait CarriesContext {
    /// The signal itself.
    type Signal;
}

/// A type that a parameter with `#[context]` takes: a `ContextValue`. It has no supertraits, whose errors would be reported as well.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be a value of a context",
    label = "not `Send` and `Sync`",
    note = "the value is shared between threads: use `Arc` instead of `Rc`, a `Mutex` or an atomic instead of a `Cell` or `RefCell`, and \
            `dyn Trait + Send + Sync` instead of `dyn Trait`"
)]
pub trait IsContextValue {
    /// The type itself.
    const TYPE: TypeId;
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> IsContextValue for T {
    const TYPE: TypeId = TypeId::of::<T>();
}

/// The field `context` of a payload.
#[diagnostic::on_unimplemented(
    message = "the field `context` of this signal is a `{Self}`, and has no values for receivers",
    label = "no value of a context here",
    note = "declare it as `context: &'a Context`"
)]
pub trait LendsContext<'field, 'context> {
    /// The context that values are taken from. A context that the payload borrows is lent for as long as it, so that the payload itself may
    /// change.
    fn lend(field: &'field Self) -> &'context Context;
}

#[diagnostic::do_not_recommend]
impl<'field> LendsContext<'field, 'field> for Context {
    fn lend(field: &'field Self) -> &'field Context {
        field
    }
}

#[diagnostic::do_not_recommend]
impl<'context> LendsContext<'_, 'context> for &'context Context {
    fn lend(field: &Self) -> &'context Context {
        field
    }
}
