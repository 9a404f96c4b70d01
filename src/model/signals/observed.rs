//! What the payloads need to know of their model, which may be `dyn AnyModel`.

use crate::model::{AnyModel, FieldSet, ModelInternals};

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

impl<M: ModelInternals> Observed for M {
    fn name() -> Option<&'static str> {
        Some(M::MODEL.name)
    }

    fn module() -> Option<&'static str> {
        Some(M::MODEL.module)
    }

    fn is_a_sender() -> bool {
        !M::IS_GENERATED
    }

    fn any(&self) -> &dyn AnyModel {
        self
    }

    fn any_mut(&mut self) -> &mut dyn AnyModel {
        self
    }

    fn any_fields(fields: FieldSet<Self>) -> FieldSet<dyn AnyModel> {
        fields.of_any()
    }
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
