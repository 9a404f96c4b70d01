//! The sets of the fields of one model.

use std::marker::PhantomData;

use super::{FieldSet, IntoFieldSet, ModelInternals};

impl<M: ModelInternals> FieldSet<M> {
    /// The field at this index among the columns.
    #[doc(hidden)]
    pub const fn of(index: usize) -> Self {
        Self { bits: 1 << index, meta: M::MODEL, model: PhantomData }
    }

    /// The empty set.
    pub const fn empty() -> Self {
        Self { bits: 0, meta: M::MODEL, model: PhantomData }
    }

    /// Every field that is a column, including the key. Use it to read; the key cannot be written, so a write takes
    /// `FieldSet::all().without_key()`.
    pub const fn all() -> Self {
        Self { bits: Self::bits_of_all(), meta: M::MODEL, model: PhantomData }
    }

    const fn bits_of_all() -> u128 {
        u128::MAX >> (128 - M::COLUMN_COUNT)
    }

    /// The fields whose values differ, compared as the database stores them; all of them if there was no row before.
    pub(crate) fn changed(before: Option<&M>, after: &M) -> Self {
        let before = before.map(|before| before as &dyn super::AnyModel);
        Self { bits: FieldSet::changed_in(before, after).bits, ..Self::empty() }
    }

    /// The index of the field among the columns, if the set has exactly one.
    #[cfg(feature = "auth")]
    pub(crate) const fn only(self) -> Option<usize> {
        if self.bits.is_power_of_two() { Some(self.bits.trailing_zeros() as usize) } else { None }
    }

    /// Whether this field is in the set: `changes.has(User::fields().email)`.
    pub fn has(self, field: impl IntoFieldSet<M>) -> bool {
        self.contains(field)
    }

    /// The same fields without the key: those that can be written to an existing row.
    #[must_use]
    pub const fn without_key(self) -> Self {
        Self { bits: self.bits & !Self::of(M::MODEL.key).bits, ..self }
    }
}

#[diagnostic::do_not_recommend]
impl<M: ModelInternals, F: IntoFieldSet<M>, const N: usize> IntoFieldSet<M> for [F; N] {
    fn into_field_set(self) -> FieldSet<M> {
        self.into_iter().fold(FieldSet::empty(), |set, fields| set | fields.into_field_set())
    }
}

#[diagnostic::do_not_recommend]
impl<M: ModelInternals, F: IntoFieldSet<M> + Copy, const N: usize> IntoFieldSet<M> for &[F; N] {
    fn into_field_set(self) -> FieldSet<M> {
        (*self).into_field_set()
    }
}
