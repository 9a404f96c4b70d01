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

/// What a column of `M` with values of type `T` can be compared with and set to: a `T` or a `&T`, a `&str` for a `String`, the row that
/// an `Id` or a `Ref` points to, and a column of the same model with values of the same type. `N` is [`Nullable`] where an `Option` is
/// accepted as well.
#[diagnostic::on_unimplemented(
    message = "this field of `{M}` is a `{T}`, and cannot be compared with or set to a `{Self}`",
    label = "expected `{T}`",
    note = "a value is a `{T}` or a `&{T}`, and text may be a `&str`; another column is one of `{M}` with the same type",
    note = "rows without a value are found by `.is_null()`, which every field with an `Option` has, and only such a field can be set \
            to `None`"
)]
pub trait IntoOperand<'a, M, T, N = Required> {
    #[doc(hidden)]
    fn into_operand(self) -> Operand<'a>;
}

// `to_value_of_some`: an unset id is refused, as in an `Option`, and is not NULL.
macro_rules! operands {
    ($(<$($parameter:ident $(: $bound:path)?),*> $operand:ty => $of:ty, |$this:ident| $value:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<'a, M, N, $($parameter $(: $bound)?),*> IntoOperand<'a, M, $of, N> for $operand {
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
impl<'a, M, T: Column> IntoOperand<'a, M, T, Nullable> for Option<T> {
    fn into_operand(self) -> Operand<'a> {
        Operand::owned(self.to_value())
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, T: Column> IntoOperand<'a, M, T, Nullable> for &'a Option<T> {
    fn into_operand(self) -> Operand<'a> {
        Operand::borrowed(self.to_value())
    }
}
