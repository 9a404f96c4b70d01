//! The columns of a model in a query, with their types.

use std::fmt;
use std::marker::PhantomData;

/// A column of `M` in a query: what the closures of a query get for each field.
///
/// `T` is the type of its values, without the `Option` of a field that may be NULL, which has the third parameter [`Nullable`].
pub struct ColumnOf<M, T, N = Required> {
    pub(super) index: usize,
    model: PhantomData<fn() -> M>,
    values: PhantomData<fn() -> (T, N)>,
}

/// The third parameter of a [`ColumnOf`] that is never NULL.
#[derive(Debug)]
pub enum Required {}

/// The third parameter of a [`ColumnOf`] that may be NULL: its field has an `Option`.
#[derive(Debug)]
pub enum Nullable {}

impl<M, T, N> ColumnOf<M, T, N> {
    /// The column at this index.
    #[doc(hidden)]
    pub const fn at(index: usize) -> Self {
        Self { index, model: PhantomData, values: PhantomData }
    }
}

impl<M, T, N> Clone for ColumnOf<M, T, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T, N> Copy for ColumnOf<M, T, N> {}

impl<M, T, N> fmt::Debug for ColumnOf<M, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ColumnOf").field(&self.index).finish()
    }
}
