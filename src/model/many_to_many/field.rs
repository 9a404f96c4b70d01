//! The field with `#[many_to_many]`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

#[cfg(doc)]
use super::Related;

/// A field that relates the row to many rows of `M`, each of which may be related to many rows as well.
///
/// It is not a column and stores nothing: the rows are related by rows of the through model, which `#[many_to_many]` generates.
/// The method with the field's name, and the one on the other side, return a [`Related`] to read and change them.
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
    /// The only value of the field.
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
