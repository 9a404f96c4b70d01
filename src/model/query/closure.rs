//! The closures that the methods of queries take: a trait, for its message. The closures with a certain result are next to the traits of
//! their results.

use crate::model::columns::HasColumns;

/// A closure that gets the columns of `M` and returns a `T`: `|user| user.age`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "a field is named in a closure, as in `|user| user.age`"
)]
pub trait ColumnsClosure<M: HasColumns, T>: FnOnce(M::Columns) -> T {}

#[diagnostic::do_not_recommend]
impl<M: HasColumns, T, F: FnOnce(M::Columns) -> T> ColumnsClosure<M, T> for F {}
