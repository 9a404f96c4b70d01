//! What `#[model]` writes of a model for this library.

use signals_core::__private::{Sender, SendsSignals};

use super::columns::HasColumns;
use super::signals::{Observed, of_another_model};
use super::{AnyModel, FieldSet, Key, Meta};
use crate::db::Row;
use crate::error::Result;
use crate::value::{Value, ValueRef};

/// What of a model depends on its type, and is not public: [`Model`](super::Model) is for users, this trait is for the library. It is
/// not in the prelude, and the names of its methods are long, so that traits of the user can have methods such as `key` and
/// `snapshot`, also for all models.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "a model is a struct of your own with `#[model]`: annotate `{Self}`, or name another type if `{Self}` is not yours"
)]
pub trait ModelInternals: AnyModel + HasColumns + SendsSignals<Me = Self> + Sized {
    /// [`Model::Key`](super::Model::Key)
    type PrimaryKey: Key;
    /// The columns that a save sets: the key and the fields with `#[update]`, `#[version]` and `#[read_only]`. A failed save restores
    /// them.
    type AutomaticColumns: Send;

    /// [`Model::META`](super::Model::META)
    const MODEL: &'static Meta;
    const COLUMN_COUNT: usize;
    /// For [`Answered`](super::Answered).
    const ANSWERED: bool = true;
    /// The model as the sender of its signals.
    const SENDER: &'static Sender = &Self::MODEL.sender;
    /// Whether `#[many_to_many]` generated it. Such a model sends `m2m_changed` and no other signal.
    const IS_GENERATED: bool = false;

    fn primary_key(&self) -> &Self::PrimaryKey;
    /// The `#[default]` of a column.
    fn value_in_new_rows(_index: usize) -> Option<Value> {
        None
    }

    /// Reads the columns of a row in the order of the fields.
    fn from_columns(row: &Row<'_>) -> Result<Self>;
    /// A copy of all columns. Other fields have their `Default`.
    #[must_use]
    fn clone_columns(&self) -> Self;

    // The methods of `dyn AnyModel` with the same names, for a row whose type is known.

    fn column_value(&self, index: usize) -> ValueRef<'_> {
        self.column(index).any_value()
    }
    fn assign_primary_key(&mut self, key: Option<i64>) {
        <dyn AnyModel>::assign_primary_key(self, key);
    }
    fn settle_columns(&mut self) {
        <dyn AnyModel>::settle_columns(self);
    }
    fn copy_columns(&mut self, from: &dyn AnyModel, is_copied: &dyn Fn(usize) -> bool) {
        <dyn AnyModel>::copy_columns(self, from, is_copied);
    }

    fn automatic_columns(&self) -> Self::AutomaticColumns;
    fn restore_columns(&mut self, columns: Self::AutomaticColumns);
}

impl<M: ModelInternals> Observed for M {
    const SENDER: Option<&'static Sender> = Some(<M as ModelInternals>::SENDER);

    fn any(&self) -> &dyn AnyModel {
        self
    }

    fn of_any(row: &dyn AnyModel) -> &Self {
        row.downcast_ref().unwrap_or_else(|| of_another_model())
    }

    fn of_any_mut(row: &mut dyn AnyModel) -> &mut Self {
        row.downcast_mut().unwrap_or_else(|| of_another_model())
    }

    fn of_any_fields(fields: FieldSet<dyn AnyModel>) -> FieldSet<Self> {
        fields.of_model()
    }
}
