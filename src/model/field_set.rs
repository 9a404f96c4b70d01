//! Sets of a model's fields.

use core::fmt;
use core::marker::PhantomData;
use core::ops::{BitOr, BitOrAssign};

use super::{AnyModel, Meta};

/// Some of the fields of `M`: `User::fields().email | User::fields().name`.
///
/// It is small and `Copy`. Fields of different models cannot be mixed.
pub struct FieldSet<M: ?Sized> {
    pub(super) bits: u128,
    pub(super) meta: &'static Meta,
    pub(super) model: PhantomData<fn(&M)>,
}

impl<M: ?Sized> FieldSet<M> {
    /// The same fields, as those of any model.
    pub(super) fn of_any(self) -> FieldSet<dyn AnyModel> {
        FieldSet { bits: self.bits, meta: self.meta, model: PhantomData }
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// What `changed(..)` calls; the compiler has checked that there is such a field.
    #[doc(hidden)]
    pub fn has_named(self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// The fields that are in both sets.
    #[must_use]
    pub fn intersection(self, fields: Self) -> Self {
        Self { bits: self.bits & fields.bits, ..self }
    }

    /// The fields that are in this set and not in the other: `FieldSet::all().without_key().without(User::fields().name)`.
    #[must_use]
    pub fn without(self, fields: Self) -> Self {
        Self { bits: self.bits & !fields.bits, ..self }
    }

    /// The number of fields.
    pub fn len(self) -> usize {
        self.bits.count_ones() as usize
    }

    /// Whether all of these fields are in the set.
    pub fn contains(self, fields: impl IntoFieldSet<M>) -> bool {
        let fields = fields.into_field_set();
        self.bits & fields.bits == fields.bits
    }

    /// Whether at least one of these fields is in the set.
    pub fn contains_any(self, fields: impl IntoFieldSet<M>) -> bool {
        self.bits & fields.into_field_set().bits != 0
    }

    /// The names of the fields, in the order of the struct.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.indexes().map(move |index| self.meta.fields[index].name)
    }

    /// Whether the field at this index among the columns is in the set.
    pub(super) const fn has_index(self, index: usize) -> bool {
        self.bits >> index & 1 == 1
    }

    /// The indexes of the fields among the columns.
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
    /// No field of this model.
    pub(super) const fn none_of(meta: &'static Meta) -> Self {
        Self { bits: 0, meta, model: PhantomData }
    }

    /// The field of this model at this index among the columns.
    pub(super) const fn index_of(meta: &'static Meta, index: usize) -> Self {
        Self { bits: 1 << index, ..Self::none_of(meta) }
    }

    /// The fields that every save sets, because they have `#[update]`.
    pub(super) const fn set_by_saves_of(meta: &'static Meta) -> Self {
        Self { bits: meta.set_by_saves, ..Self::none_of(meta) }
    }

    /// The fields whose values are rounded before they are written.
    pub(super) const fn settled_of(meta: &'static Meta) -> Self {
        Self { bits: meta.settles, ..Self::none_of(meta) }
    }

    /// The fields that the database sets and a save does not write.
    pub(super) const fn read_only_of(meta: &'static Meta) -> Self {
        Self { bits: meta.read_only, ..Self::none_of(meta) }
    }

    /// The fields that may have an unset id.
    pub(super) const fn that_may_be_unset_of(meta: &'static Meta) -> Self {
        Self { bits: meta.may_be_unset, ..Self::none_of(meta) }
    }

    /// The fields whose values differ, compared as the database stores them; all of them if there was no row before.
    pub(super) fn changed_in(before: Option<&dyn AnyModel>, after: &dyn AnyModel) -> Self {
        let meta = after.any_meta();
        let Some(before) = before else {
            return Self { bits: u128::MAX >> (128 - meta.fields.len()), ..Self::none_of(meta) };
        };
        let differ = |index: &usize| before.column_value(*index) != after.column_value(*index);
        let bits = (0..meta.fields.len()).filter(differ).fold(0, |bits, index| bits | 1 << index);
        Self { bits, ..Self::none_of(meta) }
    }

    /// The same fields, as those of one model.
    pub(super) fn of_model<M>(self) -> FieldSet<M> {
        FieldSet { bits: self.bits, meta: self.meta, model: PhantomData }
    }

    /// Whether a field of this name is in the set. A set of a model without such a field never contains it, so a receiver of any
    /// sender may ask for a field that only some of the models have.
    ///
    /// For a known model, ask for the field itself, which the compiler checks: `changes.has(User::fields().email)`.
    pub fn has(self, name: &str) -> bool {
        self.has_named(name)
    }
}

/// Some of the fields of `M`: a [`FieldSet`], or an array of them, `[User::fields().email, User::fields().name]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name fields of `{M}`",
    label = "expected fields of `{M}`",
    note = "the function `fields` of the model has its fields, which the compiler checks: `{M}::fields().email`, and several in \
            brackets",
    note = "only a receiver of any sender names them by strings: `changes.has(\"email\")`"
)]
pub trait IntoFieldSet<M: ?Sized> {
    /// The set.
    fn into_field_set(self) -> FieldSet<M>;
}

#[diagnostic::do_not_recommend]
impl<M: ?Sized> IntoFieldSet<M> for FieldSet<M> {
    fn into_field_set(self) -> Self {
        self
    }
}

// It is a set of no model. If a trait has two implementations, the compiler suggests neither.
#[diagnostic::do_not_recommend]
impl<M: ?Sized> IntoFieldSet<(FieldSet<M>,)> for FieldSet<M> {
    fn into_field_set(self) -> FieldSet<(Self,)> {
        FieldSet { bits: self.bits, meta: self.meta, model: PhantomData }
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

impl dyn AnyModel {
    /// Rounds values to what their columns can store.
    pub(crate) fn settle_columns(&mut self) {
        for index in FieldSet::settled_of(self.any_meta()).indexes() {
            self.column_mut(index).settle_any();
        }
    }
}
