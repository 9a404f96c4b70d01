//! The hint of an error about a column that a field has under another name.

use signals_core::__private::declared;

/// A field whose column has another name than the field.
pub(crate) struct RenamedColumn {
    pub(crate) model: &'static str,
    pub(crate) field: &'static str,
    pub(crate) column: &'static str,
}

/// Finds the field of this name whose column has another name: of this model, or of any model.
///
/// Errors know no models. The module of models registers its function, as a crate registers its models.
pub(crate) struct FindRenamedColumn(pub(crate) fn(Option<&str>, &str) -> Option<RenamedColumn>);

pub(super) fn find(model: Option<&str>, field: &str) -> Option<RenamedColumn> {
    declared::<FindRenamedColumn>().find_map(|FindRenamedColumn(find)| find(model, field))
}
