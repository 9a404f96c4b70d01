//! A row of any model: what receivers of any sender get.

use core::any::Any;
use core::fmt;

use super::meta::{KeyKind, Meta};
use crate::column::{AnyColumn, Counter};
use crate::value::ValueRef;

/// A row of any model. A receiver without `sender` takes `instance: &dyn AnyModel`.
///
/// It gives access to its model and to its values by name, and can be downcast to a concrete model. Every model implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "a model is a struct of your own with `#[model]`: annotate `{Self}`, or name another type if `{Self}` is not yours"
)]
pub trait AnyModel: AnyRow {}

#[diagnostic::do_not_recommend]
impl<M: AnyRow> AnyModel for M {}

/// What the library does with a row whose type it does not know: saving and deleting are compiled once, over `&mut dyn AnyModel`, and
/// not for each model. `#[model]` implements it. It is not in the prelude, so that traits of the user can have methods of these names.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "a model is a struct of your own with `#[model]`: annotate `{Self}`, or name another type if `{Self}` is not yours"
)]
pub trait AnyRow: Any + Send + Sync {
    fn any_meta(&self) -> &'static Meta;
    /// The field at this index among the columns.
    fn column(&self, index: usize) -> &dyn AnyColumn;
    /// The same, to be changed.
    fn column_mut(&mut self, index: usize) -> &mut dyn AnyColumn;
    /// Whether the key is set. A key with `#[default]` has a value that means unset.
    fn has_primary_key(&self) -> bool {
        let meta = self.any_meta();
        !meta.is_unset_key(self.column(meta.key).any_value())
    }
    /// The field with `#[version]`.
    fn version_counter(&mut self) -> Option<&mut dyn Counter> {
        None
    }
    /// Sets the written columns with `#[update]`, and an unset key with `#[default]`.
    fn fill_columns(&mut self, _is_written: &dyn Fn(usize) -> bool) {}
    /// A copy of all columns. Other fields have their `Default`.
    fn boxed_columns(&self) -> Box<dyn AnyModel>;
}

impl dyn AnyModel {
    /// The model as data.
    pub fn model(&self) -> &'static Meta {
        self.any_meta()
    }

    /// The key of the row; NULL if it is unset.
    pub fn key(&self) -> ValueRef<'_> {
        self.column_value(self.any_meta().key)
    }

    /// The value of the field at this index among the columns.
    pub(crate) fn column_value(&self, index: usize) -> ValueRef<'_> {
        self.column(index).any_value()
    }

    /// Sets or unsets an auto-generated key. It leaves other keys unchanged.
    pub(crate) fn assign_primary_key(&mut self, key: Option<i64>) {
        let meta = self.any_meta();
        let column: &mut dyn Any = self.column_mut(meta.key);
        if meta.key_field().key == Some(KeyKind::Assigned)
            && let Some(id) = column.downcast_mut()
        {
            *id = key;
        }
    }

    /// Copies some of the columns from another row of the model.
    pub(crate) fn copy_columns(&mut self, from: &dyn AnyModel, is_copied: &dyn Fn(usize) -> bool) {
        for index in (0..self.any_meta().fields.len()).filter(|index| is_copied(*index)) {
            self.column_mut(index).copy_any(from.column(index));
        }
    }

    /// Takes the columns of another row of the model. Fields with `#[skip]` are left unchanged.
    pub(crate) fn take_columns(&mut self, from: &mut dyn AnyModel) {
        for index in 0..self.any_meta().fields.len() {
            self.column_mut(index).take_any(from.column_mut(index));
        }
    }

    /// Whether the key is an auto-generated one that is unset.
    pub(crate) fn is_unset(&self) -> bool {
        self.any_meta().is_unset_key(self.key())
    }

    /// The value of the field with this name, if there is one. A password hash is a [`ValueRef::Secret`], which is not printed.
    pub fn get(&self, field: &str) -> Option<ValueRef<'_>> {
        let index = self.any_meta().fields.iter().position(|known| known.name == field)?;
        Some(self.column_value(index))
    }

    /// The row as an `M`, if it is one.
    pub fn downcast_ref<M: AnyModel>(&self) -> Option<&M> {
        let any: &dyn Any = self;
        any.downcast_ref()
    }

    /// The row as a mutable `M`, if it is one.
    pub fn downcast_mut<M: AnyModel>(&mut self) -> Option<&mut M> {
        let any: &mut dyn Any = self;
        any.downcast_mut()
    }
}

/// `User { id: 1, username: "ann" }`, with the fields that are columns. A [secret](ValueRef::Secret) is printed as `Secret(..)`.
impl fmt::Debug for dyn AnyModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meta = self.any_meta();
        let mut debug = f.debug_struct(meta.name);
        for (index, field) in meta.fields.iter().enumerate() {
            match self.column_value(index) {
                ValueRef::Null => debug.field(field.name, &format_args!("null")),
                ValueRef::Boolean(value) => debug.field(field.name, &value),
                ValueRef::Integer(value) => debug.field(field.name, &value),
                ValueRef::Real(value) => debug.field(field.name, &value),
                ValueRef::Text(value) => debug.field(field.name, &value),
                ValueRef::Blob(value) => debug.field(field.name, &value),
                ValueRef::Json(value) => debug.field(field.name, &value),
                value => debug.field(field.name, &format_args!("{value}")),
            };
        }
        debug.finish()
    }
}
