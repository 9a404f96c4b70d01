//! What a column can be compared with and set to.

use super::column::{ColumnOf, Nullable, Required};
use super::select;
use crate::column::Column;
use crate::model::{Id, Model, Ref};
use crate::value::ValueRef;

/// The right side of a comparison: a value, a column or an expression.
pub struct Operand<'a>(pub(super) select::Operand<'a>);

impl<'a> Operand<'a> {
    /// A value, borrowed.
    fn borrowed(value: ValueRef<'a>) -> Self {
        Self(select::Operand::Borrowed(value))
    }

    /// A value that ends with the call. Only text and bytes are copied.
    fn owned(value: ValueRef<'_>) -> Self {
        Self(match value {
            // They borrow nothing.
            ValueRef::Boolean(value) => select::Operand::Borrowed(ValueRef::Boolean(value)),
            ValueRef::Integer(value) => select::Operand::Borrowed(ValueRef::Integer(value)),
            ValueRef::Real(value) => select::Operand::Borrowed(ValueRef::Real(value)),
            value => select::Operand::Owned(value.into()),
        })
    }
}

impl std::fmt::Debug for Operand<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Operand")
    }
}

/// What a column of `M` with values of type `T` can be compared with: a `T` or a `&T`, a `&str` for a `String`, the row that an `Id` or
/// a `Ref` points to, and a column of the same model with values of the same type.
#[diagnostic::on_unimplemented(
    message = "this field of `{M}` has values of type `{T}`, and cannot be compared with `{Self}`",
    label = "expected `{T}`",
    note = "compare it with a value of that type, also borrowed, or a field of `{M}` with values of that type; text may be a `&str`, and a row \
            is borrowed",
    note = "a number of another type is converted first, as in `i64::from(age)`; `Id::new(1)` is the id of the number 1",
    note = "an `Option` is taken apart first, as in `if let Some(name) = name`; the rows with `None` are found by `.is_null()`"
)]
pub trait IntoOperand<'a, M, T>: OperandFor<'a, M, T, Required> {}

#[diagnostic::do_not_recommend]
impl<'a, M, T, V: OperandFor<'a, M, T, Required>> IntoOperand<'a, M, T> for V {}

/// What a column of `M` can be set to: what it is compared with, and an `Option` if it is [`Nullable`].
#[diagnostic::on_unimplemented(
    message = "this field of `{M}` has values of type `{T}`, and cannot be set to `{Self}`",
    label = "expected `{T}`",
    note = "set it to a value of that type, also borrowed, or to a field of `{M}` with values of that type; text may be a `&str`, and a row is \
            borrowed",
    note = "a number of another type is converted first, as in `i64::from(age)`; `Id::new(1)` is the id of the number 1",
    note = "only a field whose type is an `Option` can be set to `None`"
)]
pub trait IntoAssigned<'a, M, T, N>: OperandFor<'a, M, T, N> {}

#[diagnostic::do_not_recommend]
impl<'a, M, T, N, V: OperandFor<'a, M, T, N>> IntoAssigned<'a, M, T, N> for V {}

/// A type of text. To search in a column of a type of your own, implement it for that type, which must be stored as text.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a type of text", label = "not text")]
pub trait Text: Column {}

#[diagnostic::do_not_recommend]
impl Text for String {}

/// What text in a column of `M` with values of type `T` is searched for: what the column can be compared with, if its type is [`Text`].
#[diagnostic::on_unimplemented(
    message = "this field of `{M}` has values of type `{T}`, and `{Self}` cannot be searched in it",
    label = "text is searched for text",
    note = "only text is searched, for a `&str` or a `String`; other values are compared by `eq`, `lt`, `le`, `gt`, `ge`, `between` and `is_in`",
    note = "a type of your own that is stored as text is searched if it implements `signals::model::query::Text`"
)]
pub trait IntoSearched<'a, M, T>: OperandFor<'a, M, T, Required> {}

#[diagnostic::do_not_recommend]
impl<'a, M, T: Text, V: OperandFor<'a, M, T, Required>> IntoSearched<'a, M, T> for V {}

/// A list of what a column of `M` with values of type `T` can be compared with, for [`is_in`](ColumnOf::is_in).
#[diagnostic::on_unimplemented(
    message = "this field of `{M}` has values of type `{T}`, and `{Self}` is not a list of them",
    label = "expected a list of `{T}`",
    note = "write a list, as in `is_in([1, 2])`, `is_in(&ids)` or `is_in(&users)`; a single value is compared by `eq`, and the values of another \
            query by `in_query`"
)]
pub trait IntoOperands<'a, M, T> {
    #[doc(hidden)]
    fn into_operands(self) -> Vec<Operand<'a>>;
}

#[diagnostic::do_not_recommend]
impl<'a, M, T, I: IntoIterator> IntoOperands<'a, M, T> for I
where
    I::Item: OperandFor<'a, M, T, Required>,
{
    fn into_operands(self) -> Vec<Operand<'a>> {
        self.into_iter().map(OperandFor::into_operand).collect()
    }
}

/// The right side of a comparison with a column, or of an assignment if `N` is that of the column. The traits above have the messages.
#[doc(hidden)]
pub trait OperandFor<'a, M, T, N> {
    fn into_operand(self) -> Operand<'a>;
}

// `to_value_of_some`: an unset id is refused, as in an `Option`, and is not NULL.
macro_rules! operands {
    ($(<$($parameter:ident $(: $bound:path)?),*> $operand:ty => $of:ty, |$this:ident| $value:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<'a, M, N, $($parameter $(: $bound)?),*> OperandFor<'a, M, $of, N> for $operand {
            fn into_operand(self) -> Operand<'a> {
                let $this = self;
                $value
            }
        }
    )*};
}

operands! {
    <T: Column> T => T, |value| Operand::owned(value.to_value_of_some());
    <T: Column> &'a T => T, |value| Operand::borrowed(value.to_value_of_some());
    <> &'a str => String, |text| Operand::borrowed(ValueRef::Text(text));
    <> &'a &'a str => String, |text| Operand::borrowed(ValueRef::Text(text));
    <> &'a [u8] => Vec<u8>, |bytes| Operand::borrowed(ValueRef::Blob(bytes));
    <Target: Model> &'a Target => Id<Target>, |row| Operand::borrowed(row.primary_key().to_value_of_some());
    <Target: Model, K> &'a Target => Ref<Target, K>, |row| Operand::borrowed(row.primary_key().to_value_of_some());
    <Target> &'a str => Ref<Target, String>, |key| Operand::borrowed(ValueRef::Text(key));
    <T, C> ColumnOf<M, T, C> => T, |column| Operand(select::Operand::Column(column.index));
}

// One for each type of key, because one for all of them could be the one for a row.
macro_rules! keys {
    ($($key:ty)*) => {
        operands! { $(<Target> $key => Ref<Target, $key>, |key| Operand::owned(key.to_value());)* }
    };
}

keys!(i8 i16 i32 i64 u8 u16 u32 String Vec<u8>);
#[cfg(feature = "uuid")]
keys!(uuid::Uuid);

#[diagnostic::do_not_recommend]
impl<'a, M, T: Column> OperandFor<'a, M, T, Nullable> for Option<T> {
    fn into_operand(self) -> Operand<'a> {
        Operand::owned(self.to_value())
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, T: Column> OperandFor<'a, M, T, Nullable> for &'a Option<T> {
    fn into_operand(self) -> Operand<'a> {
        Operand::borrowed(self.to_value())
    }
}
