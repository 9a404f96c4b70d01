//! Questions about the condition after `when`.

/// A function or a closure with a type, after `when`.
#[diagnostic::on_unimplemented(
    message = "a condition takes a `&{Payload}` and returns a `bool`",
    label = "takes `{Parameter}` and returns `{Output}`",
    note = "a closure calls it with fields of the payload, as in `when = |event| is_active(event.instance)`"
)]
pub trait Condition<'p, Payload, Parameter, Output>: Sized {
    /// Whether the receiver is called for the payload. The payload comes first, so that the compiler knows its type when it looks at
    /// the condition.
    fn holds(payload: &'p Payload, condition: Self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<'p, Payload, Parameter, Output, F> Condition<'p, Payload, Parameter, Output> for F
where
    F: FnOnce(Parameter) -> Output,
    Parameter: ConditionParameter<'p, Payload>,
    Output: ConditionOutput,
{
    #[inline]
    fn holds(payload: &'p Payload, condition: Self) -> bool {
        condition(Parameter::lent(payload)).holds()
    }
}

/// A reference to the payload.
#[doc(hidden)]
pub trait ConditionParameter<'p, Payload> {
    /// The reference.
    fn lent(payload: &'p Payload) -> Self;
}

impl<'p, Payload> ConditionParameter<'p, Payload> for &'p Payload {
    #[inline]
    fn lent(payload: &'p Payload) -> Self {
        payload
    }
}

/// A `bool`.
#[doc(hidden)]
pub trait ConditionOutput {
    /// The value.
    fn holds(self) -> bool;
}

impl ConditionOutput for bool {
    #[inline]
    fn holds(self) -> bool {
        self
    }
}

/// The type of a condition on a payload, which `when` is assigned to: the compiler then explains what a condition is.
#[doc(hidden)]
#[inline]
pub fn condition<T>(_: &T) -> fn(&T) -> bool {
    |_| true
}
