//! What `#[many_to_many]` has the compiler check of the two models and the through model.

use std::marker::PhantomData;

/// The model itself, by any path or alias.
#[diagnostic::on_unimplemented(
    message = "only the relation of a model to itself can be symmetrical",
    label = "`{Self}` is another model than `{M}`",
    note = "remove `symmetrical`"
)]
pub trait SameModel<M> {
    #[doc(hidden)]
    const SAME: () = ();
}

#[diagnostic::do_not_recommend]
impl<M> SameModel<M> for M {}

/// Whether two types are the same: `Compared::<A, B>::IS`. The inherent constant has precedence over that of the trait
/// [`DifferentModel`], which has to be in scope.
#[doc(hidden)]
#[derive(Debug)]
pub struct Compared<A, B>(PhantomData<(A, B)>);

impl<M> Compared<M, M> {
    #[doc(hidden)]
    pub const IS: bool = true;
}

/// See [`Compared`].
#[doc(hidden)]
pub trait DifferentModel {
    const IS: bool = false;
}

impl<A, B> DifferentModel for Compared<A, B> {}

/// A model with exactly one foreign key to `Target`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not have exactly one foreign key to `{Target}`",
    label = "a through model points to both sides",
    note = "a foreign key is a field with the attribute, as in `#[foreign_key(on_delete = cascade)] name: Id<{Target}>`; if there \
            are several, say which one is meant, and the one to the other side: `through_fields(source, target)`"
)]
pub trait PointsOnceTo<Target, Field: Index> {
    /// The model itself.
    #[doc(hidden)]
    type Me;
    /// The index of this field.
    #[doc(hidden)]
    const FIELD: usize = Field::INDEX;
}

/// The index of a field among the columns, as a type.
#[doc(hidden)]
pub trait Index {
    const INDEX: usize;
}

impl<const INDEX: usize> Index for FieldIndex<INDEX> {
    const INDEX: usize = INDEX;
}

/// The field at this index among the columns.
#[doc(hidden)]
#[derive(Debug)]
pub enum FieldIndex<const INDEX: usize> {}
