//! A model whose type is not known: what a receiver of every sender is given.

use core::any::Any;
use core::fmt;

use super::meta::Meta;
use crate::value::ValueRef;

/// A row of some model. A receiver without `sender` takes `instance: &dyn AnyModel`.
///
/// It can be asked for its model and its values by name, and downcast to a model that you know.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "annotate `{Self}` with `#[model]`"
)]
pub trait AnyModel: Any + Send + Sync {
    #[doc(hidden)]
    fn any_meta(&self) -> &'static Meta;
    #[doc(hidden)]
    fn any_value(&self, index: usize) -> ValueRef<'_>;
}

impl dyn AnyModel {
    /// What the model is.
    pub fn model(&self) -> &'static Meta {
        self.any_meta()
    }

    /// The key of the row; NULL while it is not set.
    pub fn key(&self) -> ValueRef<'_> {
        self.any_value(self.any_meta().key)
    }

    /// The value of the field of that name, if there is one. The hash of a password is a [`ValueRef::Secret`], which does not
    /// print it.
    pub fn get(&self, field: &str) -> Option<ValueRef<'_>> {
        let index = self.any_meta().fields.iter().position(|known| known.name == field)?;
        Some(self.any_value(index))
    }

    /// The row as an `M`, if it is one.
    pub fn downcast_ref<M: AnyModel>(&self) -> Option<&M> {
        let any: &dyn Any = self;
        any.downcast_ref()
    }

    /// The row as an `M` that can be changed, if it is one.
    pub fn downcast_mut<M: AnyModel>(&mut self) -> Option<&mut M> {
        let any: &mut dyn Any = self;
        any.downcast_mut()
    }
}

/// `User { id: 1, username: "ann" }`, with the fields that are columns. A [secret](ValueRef::Secret) is `Secret(..)`.
impl fmt::Debug for dyn AnyModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meta = self.any_meta();
        let mut debug = f.debug_struct(meta.name);
        for (index, field) in meta.fields.iter().enumerate() {
            match self.any_value(index) {
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
