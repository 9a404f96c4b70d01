//! What the payloads need to know of their model, which may be `dyn AnyModel`.

use std::any::Any;

use signals_core::__private::Sender;

use super::any_rows::AnyRows;
use crate::model::{AnyModel, FieldSet};

/// A model, or `dyn AnyModel`: the parameter of the payloads. Signals are sent with payloads of `dyn AnyModel`, and receivers of one
/// model are only called for its rows.
#[doc(hidden)]
pub trait Observed: Send + Sync + 'static {
    const SENDER: Option<&'static Sender>;
    fn any(&self) -> &dyn AnyModel;
    fn of_any(row: &dyn AnyModel) -> &Self;
    fn of_any_mut(row: &mut dyn AnyModel) -> &mut Self;
    fn of_any_fields(fields: FieldSet<dyn AnyModel>) -> FieldSet<Self>;
}

impl Observed for dyn AnyModel {
    const SENDER: Option<&'static Sender> = None;

    fn any(&self) -> &dyn AnyModel {
        self
    }

    fn of_any(row: &dyn AnyModel) -> &Self {
        row
    }

    fn of_any_mut(row: &mut dyn AnyModel) -> &mut Self {
        row
    }

    fn of_any_fields(fields: FieldSet<Self>) -> FieldSet<Self> {
        fields
    }
}

/// A receiver of one model was about to be called for a row of another.
#[cold]
pub(in crate::model) fn of_another_model() -> ! {
    unreachable!("a signal of a model is sent with rows of this model")
}

/// The type of the rows in the payload of a bulk insert.
#[doc(hidden)]
pub trait BulkSender: Observed {
    /// `&[User]` for a model, `&dyn AnyRows` for any.
    type Rows<'a>: Send + Sync;

    fn of_any_rows(rows: &dyn AnyRows) -> Self::Rows<'_>;
}

impl<M: AnyModel + Observed> BulkSender for M {
    type Rows<'a> = &'a [M];

    fn of_any_rows(rows: &dyn AnyRows) -> &[M] {
        let rows: &dyn Any = rows;
        rows.downcast_ref::<Vec<M>>().unwrap_or_else(|| of_another_model())
    }
}

impl BulkSender for dyn AnyModel {
    type Rows<'a> = &'a dyn AnyRows;

    fn of_any_rows(rows: &dyn AnyRows) -> &dyn AnyRows {
        rows
    }
}

/// A model that sends the signals of its rows: every model but those that `#[many_to_many]` generates.
#[doc(hidden)]
pub trait SendsLifecycle: BulkSender + Sized {}
