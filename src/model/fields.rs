//! Sets of a model's fields.

use core::fmt;
use core::marker::PhantomData;
use core::ops::{BitOr, BitOrAssign};

use super::{AnyModel, Meta, ModelInternals};

/// Some of the fields of `M`: `User::fields().email | User::fields().name`.
///
/// It is a few words on the stack and is copied. The fields of one model cannot be mixed with those of another.
pub struct FieldSet<M: ?Sized> {
    bits: u128,
    meta: &'static Meta,
    model: PhantomData<fn(&M)>,
}

impl<M: ModelInternals> FieldSet<M> {
    /// The field at this place among the columns.
    #[doc(hidden)]
    pub const fn of(index: usize) -> Self {
        Self { bits: 1 << index, meta: M::MODEL, model: PhantomData }
    }

    /// No field.
    pub const fn empty() -> Self {
        Self { bits: 0, meta: M::MODEL, model: PhantomData }
    }

    /// Every field that is a column, the key among them: for reading. What is written never has the key, so that it is
    /// `FieldSet::all().without_key()`.
    pub const fn all() -> Self {
        Self { bits: Self::bits_of_all(), meta: M::MODEL, model: PhantomData }
    }

    /// The fields that may have an id that is not set.
    pub(super) const fn that_may_be_unset() -> Self {
        Self { bits: M::MODEL.may_be_unset, ..Self::empty() }
    }

    /// The fields that every save sets, because they have an `#[update]`.
    pub(super) const fn set_by_saves() -> Self {
        Self { bits: M::MODEL.set_by_saves, ..Self::empty() }
    }

    /// The fields that the database sets, and no save writes.
    pub(super) const fn read_only() -> Self {
        Self { bits: M::MODEL.read_only, ..Self::empty() }
    }

    const fn bits_of_all() -> u128 {
        u128::MAX >> (128 - M::COLUMN_COUNT)
    }

    /// The fields whose values differ from those of the row before, compared as the database stores them; all of them if
    /// there was none.
    pub(crate) fn changed(before: Option<&M>, after: &M) -> Self {
        let Some(before) = before else { return Self::all() };
        let differ = |index: &usize| before.column_value(*index) != after.column_value(*index);
        let bits = (0..M::COLUMN_COUNT).filter(differ).fold(0, |bits, index| bits | 1 << index);
        Self { bits, ..Self::empty() }
    }

    /// The place of the field among the columns, if it is one field and not several or none.
    #[cfg(feature = "auth")]
    pub(crate) const fn only(self) -> Option<usize> {
        if self.bits.is_power_of_two() { Some(self.bits.trailing_zeros() as usize) } else { None }
    }

    /// Whether this field is in it: `changes.has(User::fields().email)`.
    pub fn has(self, field: Self) -> bool {
        self.contains(field)
    }

    /// The same fields but for the key: those that can be written in a row that is there.
    #[must_use]
    pub const fn without_key(self) -> Self {
        Self { bits: self.bits & !Self::of(M::MODEL.key).bits, ..self }
    }

    /// The same fields of a model whose type is not known.
    pub(super) fn of_any(self) -> FieldSet<dyn AnyModel> {
        FieldSet { bits: self.bits, meta: self.meta, model: PhantomData }
    }
}

impl<M: ?Sized> FieldSet<M> {
    /// Whether there is no field in it.
    pub fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// What `changed(..)` asks; the compiler has seen that there is such a field.
    #[doc(hidden)]
    pub fn has_named(self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// The fields that are in both.
    #[must_use]
    pub fn intersection(self, fields: Self) -> Self {
        Self { bits: self.bits & fields.bits, ..self }
    }

    /// The fields that are in this set and not in the other: `FieldSet::all().without_key().without(User::fields().name)`.
    #[must_use]
    pub fn without(self, fields: Self) -> Self {
        Self { bits: self.bits & !fields.bits, ..self }
    }

    /// How many fields there are in it.
    pub fn len(self) -> usize {
        self.bits.count_ones() as usize
    }

    /// Whether all of these fields are in it.
    pub fn contains(self, fields: Self) -> bool {
        self.bits & fields.bits == fields.bits
    }

    /// Whether one of these fields is in it.
    pub fn contains_any(self, fields: Self) -> bool {
        self.bits & fields.bits != 0
    }

    /// The names of the fields, in the order of the struct.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.indexes().map(move |index| self.meta.fields[index].name)
    }

    /// The places of the fields among the columns.
    pub(super) fn indexes(self) -> impl Iterator<Item = usize> {
        let mut left = self.bits;
        std::iter::from_fn(move || {
            let index = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(index)
        })
    }
}

impl FieldSet<dyn AnyModel> {
    /// Whether a field of this name is in it. A model that has no such field never has it in a set, so a receiver of any
    /// sender may ask for what some of the models have.
    ///
    /// Of a model that is known, ask for the field itself: `changes.has(User::fields().email)`, which the compiler checks.
    pub fn has(self, name: &str) -> bool {
        self.has_named(name)
    }
}

impl<M: ?Sized> Clone for FieldSet<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: ?Sized> Copy for FieldSet<M> {}

impl<M: ?Sized> PartialEq for FieldSet<M> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<M: ?Sized> Eq for FieldSet<M> {}

impl<M: ?Sized> BitOr for FieldSet<M> {
    type Output = Self;

    fn bitor(self, fields: Self) -> Self {
        Self { bits: self.bits | fields.bits, ..self }
    }
}

impl<M: ?Sized> BitOrAssign for FieldSet<M> {
    fn bitor_assign(&mut self, fields: Self) {
        *self = *self | fields;
    }
}

/// The names of the fields.
impl<M: ?Sized> fmt::Debug for FieldSet<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
