//! Whether the values of a row are valid, which a save asks before it writes them.

use super::{AnyModel, FieldSet};
use crate::error::{ErrorKind, Result};

/// Validates a row, of which these fields are written; all of them if there is no set. `index` is that of one of several rows.
pub(super) fn validate(
    row: &dyn AnyModel,
    written: Option<FieldSet<dyn AnyModel>>,
    index: Option<usize>,
) -> Result<()> {
    let meta = row.any_meta();
    let Some(Err(mut errors)) = meta.operations.validation.map(|validate| validate(row)) else { return Ok(()) };
    if let Some(written) = written {
        errors.retain(|field| written.has_named(field));
        if errors.is_empty() {
            return Ok(());
        }
    }
    // Other crates report them in no order.
    errors.sort(|name| meta.fields.iter().position(|field| field.name == name).unwrap_or(usize::MAX));
    Err(ErrorKind::Invalid { model: Some(meta.name.to_owned()), row: index, errors }.into())
}
