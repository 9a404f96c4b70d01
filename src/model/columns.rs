//! The typed columns of a model.

use super::key::Answered;

/// The columns of a model, as closures of queries get them. `#[model]` implements it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "a model is a struct of your own with `#[model]`: annotate `{Self}`, or name another type if `{Self}` is not yours"
)]
pub trait HasColumns: Sized {
    /// A struct with a [`ColumnOf`] for each field.
    type Columns: 'static;
    /// The columns.
    const COLUMNS: Self::Columns;
    /// The columns, borrowed.
    const BORROWED: &'static Self::Columns;
}

/// The columns of a `T` that is known to be a model.
#[doc(hidden)]
pub trait ColumnsIf<T> {
    /// [`HasColumns::Columns`]
    type Columns;
}

#[diagnostic::do_not_recommend]
impl<T: HasColumns> ColumnsIf<T> for Answered<true> {
    type Columns = T::Columns;
}
