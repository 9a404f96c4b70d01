//! What the payloads need to know of their model, which may be `dyn AnyModel`.

use super::any_rows::AnyRows;
use crate::model::{AnyModel, FieldSet};

/// A model, or `dyn AnyModel`: the parameter of the payloads.
#[doc(hidden)]
pub trait Observed: Send + Sync + 'static {
    fn name() -> Option<&'static str>;
    fn module() -> Option<&'static str>;
    /// Whether receivers of any sender are called for it.
    fn is_a_sender() -> bool;
    fn any(&self) -> &dyn AnyModel;
    fn any_mut(&mut self) -> &mut dyn AnyModel;
    fn any_fields(fields: FieldSet<Self>) -> FieldSet<dyn AnyModel>;
}

impl Observed for dyn AnyModel {
    fn name() -> Option<&'static str> {
        None
    }

    fn module() -> Option<&'static str> {
        None
    }

    fn is_a_sender() -> bool {
        true
    }

    fn any(&self) -> &dyn AnyModel {
        self
    }

    fn any_mut(&mut self) -> &mut dyn AnyModel {
        self
    }

    fn any_fields(fields: FieldSet<Self>) -> FieldSet<Self> {
        fields
    }
}

/// The type of the rows in the payload of a bulk insert.
#[doc(hidden)]
pub trait BulkSender: Observed {
    /// `&[User]` for a model, `&dyn AnyRows` for any.
    type Rows<'a>: Send + Sync;

    fn any_rows<'b>(rows: &'b Self::Rows<'_>) -> &'b (dyn AnyRows + 'b);
}

impl<M: AnyModel + Observed> BulkSender for M {
    type Rows<'a> = &'a [M];

    fn any_rows<'b>(rows: &'b &[M]) -> &'b (dyn AnyRows + 'b) {
        rows
    }
}

impl BulkSender for dyn AnyModel {
    type Rows<'a> = &'a (dyn AnyRows + 'a);

    fn any_rows<'b>(rows: &'b &(dyn AnyRows + '_)) -> &'b (dyn AnyRows + 'b) {
        *rows
    }
}

/// A model that sends the signals of its rows: every model but those that `#[many_to_many]` generates.
#[doc(hidden)]
pub trait SendsLifecycle: BulkSender + Sized {}
