//! How a parameter takes a field of the payload, and the message for a parameter of another type.
//!
//! The macro writes `<ParameterType<&Db> as TxIs<&Db, _, _>>::pass((&mut payload.tx).__field().lend())`: the type of the parameter is `&Db`, and
//! that of the field is inferred.

use core::borrow::{Borrow, BorrowMut};
use core::fmt;
use core::marker::PhantomData;

/// The type of a parameter. The questions are about this type, because the compiler would suggest `&T` for a `T` that implements them.
pub struct ParameterType<T>(PhantomData<T>);

/// A field of a payload.
#[doc(hidden)]
pub struct FieldOf<'b, Field>(&'b mut Field);

/// The macro imports these traits.
#[doc(hidden)]
pub mod fields {
    pub use super::{AnyField as _, CopyOfField as _, KeptField as _, MutField as _, OwnField as _};
}

/// A field of any type. It is a method, so that a field that does not exist is one error.
#[doc(hidden)]
pub trait AnyField: Sized {
    /// The field.
    #[inline]
    fn __field(&mut self) -> FieldOf<'_, Self> {
        FieldOf(self)
    }
}

impl<T> AnyField for T {}

/// A field of the type `Field`, in the form in which a parameter takes it.
#[doc(hidden)]
pub struct Lent<Field, As>(As, PhantomData<fn() -> Field>);

/// A field that a parameter refers to.
pub struct ByReference<T>(T);

/// A field that a parameter takes by value.
pub struct ByValue<Field>(Field);

/// A field that no parameter takes by value.
#[derive(Debug)]
pub struct NotByValue;

// The methods precede those of `OwnField`.
impl<Field: Copy> FieldOf<'_, Field> {
    /// For a parameter that is not a reference.
    #[inline]
    pub fn value(self) -> Lent<Field, ByValue<Field>> {
        Lent(ByValue(*self.0), PhantomData)
    }
}

impl<'a, T: ?Sized> FieldOf<'_, &'a T> {
    /// For a parameter that is a reference.
    #[inline]
    pub fn lend(self) -> Lent<&'a T, ByReference<&'a T>> {
        Lent(ByReference(self.0), PhantomData)
    }
}

impl<'b, 'a, T: ?Sized> FieldOf<'b, &'a mut T> {
    /// For a parameter that is a reference.
    #[inline]
    pub fn lend(self) -> Lent<&'a mut T, ByReference<&'b mut T>> {
        Lent(ByReference(self.0), PhantomData)
    }
}

// The methods for a parameter that is a `&mut`, in a receiver of one sender, which has a payload of its own. They precede that of
// `CopyOfField`.
impl<'b, 'a, T: ?Sized> FieldOf<'b, &'a mut T> {
    /// What the receiver changes.
    #[inline]
    pub fn lend_mut(self) -> Lent<&'a mut T, ByReference<&'b mut T>> {
        self.lend()
    }
}

impl<'b, 'a, T: ?Sized> FieldOf<'b, Option<&'a mut T>> {
    /// What the receiver changes, if it is there.
    #[inline]
    pub fn lend_mut(self) -> Lent<Option<&'a mut T>, ByReference<&'b mut Option<&'a mut T>>> {
        Lent(ByReference(self.0), PhantomData)
    }
}

/// A field that is copied to the payload of one sender, so that a change to it would be lost.
#[doc(hidden)]
pub trait CopyOfField<Field> {
    /// For a parameter that is a `&mut`.
    fn lend_mut(&self) -> Lent<Field, NotByValue>;
}

impl<Field> CopyOfField<Field> for FieldOf<'_, Field> {
    #[inline]
    fn lend_mut(&self) -> Lent<Field, NotByValue> {
        Lent(NotByValue, PhantomData)
    }
}

/// A field that is not a reference.
#[doc(hidden)]
pub trait OwnField<'b, Field>: Sized {
    /// For a parameter that is a reference.
    fn lend(self) -> Lent<Field, ByReference<&'b mut Field>>;
}

impl<'b, Field> OwnField<'b, Field> for FieldOf<'b, Field> {
    #[inline]
    fn lend(self) -> Lent<Field, ByReference<&'b mut Field>> {
        Lent(ByReference(self.0), PhantomData)
    }
}

/// A field that is a `&mut`.
#[doc(hidden)]
pub trait MutField<'a, T: ?Sized>: Sized {
    /// For a parameter that is not a reference.
    fn value(self) -> Lent<&'a mut T, NotByValue>;
}

impl<'a, T: ?Sized> MutField<'a, T> for FieldOf<'_, &'a mut T> {
    #[inline]
    fn value(self) -> Lent<&'a mut T, NotByValue> {
        Lent(NotByValue, PhantomData)
    }
}

/// A field that cannot be copied: a parameter can only refer to it.
#[doc(hidden)]
pub trait KeptField<'b, Field> {
    /// For a parameter that is not a reference. The method of `MutField` precedes it, because this one borrows.
    fn value(&self) -> Lent<&'b Field, NotByValue>;
}

impl<'b, Field> KeptField<'b, Field> for FieldOf<'b, Field> {
    #[inline]
    fn value(&self) -> Lent<&'b Field, NotByValue> {
        Lent(NotByValue, PhantomData)
    }
}

impl<'b, Payload> Lent<&'b Payload, ByReference<&'b Payload>> {
    /// The whole payload.
    #[inline]
    pub fn payload(payload: &'b Payload) -> Self {
        Self(ByReference(payload), PhantomData)
    }
}

impl<'b, Payload> Lent<&'b mut Payload, ByReference<&'b mut Payload>> {
    /// The whole payload.
    #[inline]
    pub fn payload_mut(payload: &'b mut Payload) -> Self {
        Self(ByReference(payload), PhantomData)
    }
}

/// A reference that can be passed to a parameter of the type `Wanted`.
#[doc(hidden)]
pub trait PassedAs<Wanted> {
    /// The argument.
    fn pass(self) -> Wanted;
}

#[diagnostic::do_not_recommend]
impl<'b, T: ?Sized, Field: Borrow<T> + ?Sized> PassedAs<&'b T> for &'b Field {
    #[inline]
    fn pass(self) -> &'b T {
        self.borrow()
    }
}

#[diagnostic::do_not_recommend]
impl<'b, T: ?Sized, Field: Borrow<T> + ?Sized> PassedAs<&'b T> for &'b mut Field {
    #[inline]
    fn pass(self) -> &'b T {
        (*self).borrow()
    }
}

#[diagnostic::do_not_recommend]
impl<'b, T: ?Sized, Field: BorrowMut<T> + ?Sized> PassedAs<&'b mut T> for &'b mut Field {
    #[inline]
    fn pass(self) -> &'b mut T {
        self.borrow_mut()
    }
}

/// Declares a question about a parameter of the type `Wanted`: whether a field of the type `Field` can be passed to it.
macro_rules! parameter {
    ($(#[$doc:meta])* $name:ident, $message:literal, $label:literal $(, $note:literal)?) => {
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $label $(, note = $note)?)]
        pub trait $name<Wanted, Field, As> {
            /// The argument.
            #[doc(hidden)]
            fn pass(field: Lent<Field, As>) -> Wanted;
        }

        #[diagnostic::do_not_recommend]
        impl<Wanted, Field, T: PassedAs<Wanted>> $name<Wanted, Field, ByReference<T>> for ParameterType<Wanted> {
            #[inline]
            fn pass(field: Lent<Field, ByReference<T>>) -> Wanted {
                field.0.0.pass()
            }
        }

        #[diagnostic::do_not_recommend]
        impl<Field> $name<Field, Field, ByValue<Field>> for ParameterType<Field> {
            #[inline]
            fn pass(field: Lent<Field, ByValue<Field>>) -> Field {
                field.0.0
            }
        }
    };
}

parameter! {
    /// The type of a parameter with any other name.
    ParameterIs, "this field is `{Field}`, not `{Wanted}`", "expected `{Field}`"
}
parameter! {
    /// The type of a `&mut` parameter with any other name.
    MutParameterIs, "this field is `{Field}`, not `{Wanted}`", "expected `{Field}`",
    "a receiver can change a field that the payload owns, or that the signal declares as `&'a mut`"
}
parameter! {
    /// The type of a `&mut` parameter in a receiver of one sender, of a signal whose senders are types.
    MutOfSenderIs, "this field is `{Field}`, not `{Wanted}`", "expected `{Field}`",
    "a receiver of one sender can change a field that the signal declares as `&'a mut`: other fields are copied for it"
}
parameter! {
    /// The type of the parameter `event`.
    EventIs, "`event` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`"
}
parameter! {
    /// The type of the parameter `instance`.
    RowIs, "`instance` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`"
}
parameter! {
    /// The type of the parameter `instance` of `m2m_changed`.
    SideIs, "`instance` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`",
    "a relation is changed from both sides: take `instance: &dyn AnyModel` and `instance.downcast_ref()`, or `event` and its `side()`"
}
parameter! {
    /// The type of the parameter `created`.
    CreatedIs, "`created` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`"
}
parameter! {
    /// The type of the parameter `adding`.
    AddingIs, "`adding` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`"
}
parameter! {
    /// The type of the parameter `raw`.
    RawIs, "`raw` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`"
}
parameter! {
    /// The type of the parameter `previous`.
    PreviousIs, "`previous` is an `{Field}` here, not `{Wanted}`", "expected `{Field}`",
    "it is `None` if the row was inserted"
}
parameter! {
    /// The type of the parameter `changes`.
    ChangesIs, "`changes` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`",
    "`changes.contains(User::fields().email)` asks for a field, `changes.names()` has the names of all"
}
parameter! {
    /// The type of the parameter `update_fields`.
    UpdateFieldsIs, "`update_fields` is `{Field}` here, not `{Wanted}`", "expected `{Field}`",
    "`contains(User::fields().email)` asks a set of fields for one, `names()` has the names of all"
}
parameter! {
    /// The type of the parameter `user`.
    UserIs, "`user` is `{Field}` here, not `{Wanted}`", "expected `{Field}`"
}
parameter! {
    /// The type of the parameter `origin`.
    OriginIs, "`origin` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`",
    "a delete may start from a row of another model: `origin.downcast_ref()` has the row of one"
}
parameter! {
    /// The type of the parameter `ids`.
    IdsIs, "`ids` is a `&mut dyn AnyIds` here, not `{Wanted}`", "expected `&dyn AnyIds` or `&mut dyn AnyIds`",
    "`ids.of::<Group>()` has the ids of one model"
}
parameter! {
    /// The type of the parameter `action`.
    ActionIs, "`action` is an `{Field}` here, not `{Wanted}`", "expected `{Field}`"
}
parameter! {
    /// The type of the parameter `tx`.
    TxIs, "`tx` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`",
    "a receiver reads and writes through the transaction that it is called in"
}
parameter! {
    /// The type of the parameter `delivery` of a durable receiver.
    DeliveryIs, "`delivery` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`"
}
parameter! {
    /// The type of the parameter `db`.
    DbIs, "`db` is a `{Field}` here, not `{Wanted}`", "expected `{Field}`"
}

macro_rules! debug {
    ($($name:ident<$($of:tt),*>,)*) => {$(
        impl<$($of),*> fmt::Debug for $name<$($of),*> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )*};
}
debug! {
    FieldOf<'b, Field>, Lent<Field, As>, ByReference<T>, ParameterType<T>, ByValue<Field>,
}
