//! Questions about the declaration of a signal whose senders are types.

use core::marker::PhantomData;

/// The type of a field. The questions are about this type, because the compiler would suggest `&T` for a `T` that implements them.
#[derive(Debug)]
pub struct FieldType<T>(PhantomData<T>);

/// A field that is no reference.
#[diagnostic::on_unimplemented(
    message = "a field of a signal with senders is `Copy`, a `&` or a `&mut`, and `{Field}` is not",
    label = "not `Copy`",
    note = "a receiver of one sender gets a payload of its own, to which the fields are copied: lend the value, as in `&'a {Field}`"
)]
pub trait CopiedField<Field> {
    /// The value for another payload.
    #[doc(hidden)]
    fn copied(field: &Field) -> Field;
}

#[diagnostic::do_not_recommend]
impl<Field: Copy> CopiedField<Field> for FieldType<Field> {
    #[inline]
    fn copied(field: &Field) -> Field {
        *field
    }
}
