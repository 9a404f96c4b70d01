//! A receiver, checked.

use proc_macro2::Span;
use syn::{Ident, Type};

/// A function that can be a receiver. It borrows the user's tokens.
pub(super) struct Function<'a> {
    pub(super) name: &'a Ident,
    pub(super) call: CallStyle,
    pub(super) parameters: Vec<Parameter<'a>>,
    pub(super) output: Option<&'a Type>,
    /// The parameter `raw`, if none of the attributes says `raw = true`.
    pub(super) idle_raw: Option<Ident>,
}

/// How the function is called.
pub(super) enum CallStyle {
    Plain,
    /// With the span of the keyword `async`.
    Async(Span),
}

/// What a parameter is bound to.
pub(super) enum Parameter<'a> {
    /// The whole payload.
    Event(Binding<'a>),
    /// The payload's field of that name.
    Field(Binding<'a>),
    /// What a durable receiver has next to the payload: `tx`, `db`, `delivery` or `context`.
    Part(Binding<'a>),
    /// The value of the context that has this type.
    Context(Binding<'a>, ContextValue<'a>),
}

/// The value of the context that a parameter takes.
#[derive(Clone, Copy)]
pub(super) enum ContextValue<'a> {
    /// `&T`: the receiver fails without it.
    Required(&'a Type),
    /// `Option<&T>`
    Optional(&'a Type),
}

impl<'a> ContextValue<'a> {
    /// The type of the value.
    pub(super) fn target(self) -> &'a Type {
        let (Self::Required(target) | Self::Optional(target)) = self;
        target
    }
}

/// A parameter's name and type.
pub(super) struct Binding<'a> {
    /// The field of the payload: `created` for a parameter `_created`.
    pub(super) name: Ident,
    pub(super) written: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) scope: Scope,
}

/// Where the type of a parameter can be written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Scope {
    Everywhere,
    /// Only in the function: the type names a type parameter, or is an `impl`. It is inferred for each signal and sender.
    Function,
}

impl<'a> Parameter<'a> {
    pub(super) fn binding(&self) -> &Binding<'a> {
        let (Self::Event(binding) | Self::Field(binding) | Self::Part(binding) | Self::Context(binding, _)) = self;
        binding
    }
}
