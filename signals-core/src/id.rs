//! How a receiver is named: in messages by its id, in `after = [..]` by its type.

use core::any::TypeId;
use core::fmt;
use std::borrow::Cow;

use crate::location::SourceLocation;

/// The name of a receiver, and the location where it was declared or connected.
///
/// It is printed as errors print it: the name in backticks, and then the location.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReceiverId {
    /// `crate::module::function`, the `id` of the attribute, the uid of `connect_unique`, or `closure`.
    pub name: Cow<'static, str>,
    /// The location of its attribute, or of the call that connected it.
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

/// A function with a `#[receiver(..)]` attribute, as a type: what `after = [..]` and `before = [..]` name.
///
/// The attribute implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a receiver",
    label = "not a receiver",
    note = "a receiver is a function with the attribute `#[receiver(..)]`: name the function, as in `after = [create_profile]` or \
            `mute::<create_profile>(&db)`"
)]
pub trait ReceiverName {
    /// The type of the function's name.
    #[doc(hidden)]
    const ID: TypeId;
}

/// What the name of a receiver is as a type: the macro gives each function another number.
#[doc(hidden)]
#[derive(Debug)]
pub enum FunctionName<const NUMBER: u64> {}

/// Picks the function of a name, if the name is that of the function.
#[doc(hidden)]
#[derive(Debug)]
pub struct SameName<Named, Own>(core::marker::PhantomData<(Named, Own)>);

impl<Name> SameName<Name, Name> {
    /// The function.
    #[inline]
    pub fn pick<F, O>(function: F, _: O) -> F {
        function
    }
}

/// Picks the other function, if the name is that of another function.
#[doc(hidden)]
pub trait OtherName {
    /// The other function.
    fn pick<F, O>(_: F, other: O) -> O {
        other
    }
}

impl<Named, Own> OtherName for SameName<Named, Own> {}

#[diagnostic::do_not_recommend]
impl<const NUMBER: u64> ReceiverName for FunctionName<NUMBER> {
    const ID: TypeId = TypeId::of::<Self>();
}
