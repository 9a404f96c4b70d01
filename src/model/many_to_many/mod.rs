//! Many-to-many: rows of two models that belong together, as rows of a third one, the through model.
//!
//! The algorithm is that of Django's `create_forward_many_to_many_manager`.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use std::sync::OnceLock;

use signals_core::Signal;

use self::sql::Texts;
use super::Model;
use crate::db::Dialect;

mod changed;
mod ids;
mod read;
mod related;
mod rows;
mod sql;
mod write;

pub use changed::{M2mAction, M2mChanged, Side, m2m_changed};
pub use ids::AnyIds;
pub use related::Related;
pub(super) use write::load_related;

/// A field that relates the row to many rows of `M`, each of which may be related to many rows as well.
///
/// It is no column and holds nothing: the rows are related by rows of a model between the two, the through model, which
/// `#[many_to_many]` makes. The method of the field's name, and the one on the other side, give a [`Related`] that reads and
/// changes them.
///
/// ```
/// # use signals::prelude::*;
/// #[model]
/// #[derive(Default)]
/// struct Group { #[key] id: Id<Group> }
///
/// #[model]
/// #[derive(Default)]
/// struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # db.create_tables_of::<(User, Group)>().await?;
/// let (mut ann, mut staff) = (User::default(), Group::default());
/// ann.save(&db).await?;
/// staff.save(&db).await?;
/// ann.groups().add(&db, &[staff.id]).await?;
/// assert_eq!(staff.user_set().ids(&db).await?, [ann.id]);
/// # Ok(())
/// # }
/// ```
pub struct ManyToMany<M> {
    model: PhantomData<fn() -> M>,
}

impl<M> ManyToMany<M> {
    /// The field of a new value.
    pub const fn new() -> Self {
        Self { model: PhantomData }
    }
}

impl<M> Default for ManyToMany<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> Clone for ManyToMany<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for ManyToMany<M> {}

impl<M> PartialEq for ManyToMany<M> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<M> Eq for ManyToMany<M> {}

impl<M> PartialOrd for ManyToMany<M> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<M> Ord for ManyToMany<M> {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl<M> Hash for ManyToMany<M> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl<M> fmt::Debug for ManyToMany<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ManyToMany")
    }
}

/// The type of a field with `#[many_to_many]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the `ManyToMany` of this library",
    label = "expected `signals::ManyToMany`"
)]
pub trait RelatesTo<M> {
    /// The value of the field.
    const NEW: Self;
}

#[diagnostic::do_not_recommend]
impl<M> RelatesTo<M> for ManyToMany<M> {
    const NEW: Self = Self::new();
}

/// A model between two others: each of its rows relates a row of the one to a row of the other.
///
/// `#[many_to_many]` implements it, for the model that it makes and for one that `through` names.
///
/// The model that it makes has the names of the model and of the field, `UserGroups`, and three fields: `id`, and one for each
/// side, called after its model, `user_id` and `group_id`. Where both sides are one model, or have one name, they are
/// `from_user_id` and `to_user_id`. Those are
/// also its columns, for SQL of your own.
pub trait Through: Sized + 'static {
    /// The model with the `#[many_to_many]` field.
    type Source;
    /// The model that the field names.
    type Target;

    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    const LINK: &'static Link<Self>;

    /// Sent when rows are related or no longer related.
    const M2M_CHANGED: &'static Signal<M2mChanged<'static, Self>> = &Self::LINK.changed;

    /// A row that relates nothing yet.
    #[doc(hidden)]
    #[must_use]
    fn blank() -> Self;
}

/// What one relation consists of. A `static` per through model.
#[doc(hidden)]
pub struct Link<T: Through> {
    changed: Signal<M2mChanged<'static, T>>,
    /// The field of the through model that points to the model with the `#[many_to_many]` field.
    source: FieldOf,
    /// The field that points to the other one.
    target: FieldOf,
    symmetry: Symmetry,
    /// For each dialect and direction.
    texts: [[OnceLock<Texts>; 2]; 2],
}

/// A field of the through model.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum FieldOf {
    At(usize),
    Called(&'static str),
}

impl FieldOf {
    /// Its place among the columns of the model.
    fn of<T: Model>(self) -> usize {
        match self {
            Self::At(index) => index,
            Self::Called(name) => match T::META.fields.iter().position(|field| field.name == name) {
                Some(index) => index,
                // The compiler has seen that there is one.
                None => unreachable!("`{}` has no column `{name}`", T::META.name),
            },
        }
    }
}

/// Whether a row that is related to another one has that one related to itself.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symmetry {
    Symmetrical,
    Asymmetrical,
}

impl<T: Through> Link<T> {
    #[doc(hidden)]
    pub const fn new(source: FieldOf, target: FieldOf, symmetry: Symmetry) -> Self {
        let texts = [const { [const { OnceLock::new() }; 2] }; 2];
        Self { changed: Signal::new(), source, target, symmetry, texts }
    }

    /// The texts of its SQL, written at the first use.
    fn texts<D: Direction<T>>(&'static self, dialect: Dialect) -> &'static Texts
    where
        T: Model,
        D::Far: Model,
    {
        self.texts[dialect as usize][usize::from(D::REVERSE)].get_or_init(|| Texts::of::<T, D>(dialect))
    }
}

impl<T: Through> fmt::Debug for Link<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

/// From which of its two sides a relation is looked at.
pub trait Direction<T: Through>: Send + Sync + 'static {
    /// The model of this side.
    type Near;
    /// The model of the other side.
    type Far;
    /// Whether this side is the one without the field.
    const REVERSE: bool;

    /// The field of the through model that points to this side.
    #[doc(hidden)]
    fn near() -> usize
    where
        T: Model;
    /// The field of the through model that points to the other side.
    #[doc(hidden)]
    fn far() -> usize
    where
        T: Model;
}

/// From the model with the `#[many_to_many]` field.
#[derive(Debug)]
pub enum Forward {}

/// From the model that the field names.
#[derive(Debug)]
pub enum Reverse {}

impl<T: Through> Direction<T> for Forward {
    type Near = T::Source;
    type Far = T::Target;
    const REVERSE: bool = false;

    fn near() -> usize
    where
        T: Model,
    {
        T::LINK.source.of::<T>()
    }

    fn far() -> usize
    where
        T: Model,
    {
        T::LINK.target.of::<T>()
    }
}

impl<T: Through> Direction<T> for Reverse {
    type Near = T::Target;
    type Far = T::Source;
    const REVERSE: bool = true;

    fn near() -> usize
    where
        T: Model,
    {
        T::LINK.target.of::<T>()
    }

    fn far() -> usize
    where
        T: Model,
    {
        T::LINK.source.of::<T>()
    }
}

/// The model itself, by whatever path or alias.
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

/// Whether two types are one: `Same::<A, B>::IS`. The constant of the type itself comes before that of the trait
/// [`OtherModel`], which has to be in scope.
#[doc(hidden)]
#[derive(Debug)]
pub struct Same<A, B>(PhantomData<(A, B)>);

impl<M> Same<M, M> {
    #[doc(hidden)]
    pub const IS: bool = true;
}

/// See [`Same`].
#[doc(hidden)]
pub trait OtherModel {
    const IS: bool = false;
}

impl<A, B> OtherModel for Same<A, B> {}

/// A model with exactly one foreign key to `Target`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not have exactly one foreign key to `{Target}`",
    label = "a through model points to both sides",
    note = "give it the field `#[foreign_key(on_delete = cascade)] name: Id<{Target}>`; if it has several, say which one is \
            meant, and the one to the other side: `through_fields(source, target)`"
)]
pub trait PointsOnceTo<Target, Field> {
    /// Which of its fields it is.
    #[doc(hidden)]
    const FIELD: usize;
}

/// The field at this place among the columns.
#[doc(hidden)]
#[derive(Debug)]
pub enum Nth<const INDEX: usize> {}
