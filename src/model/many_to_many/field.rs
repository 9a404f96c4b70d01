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
/// ann.groups().add(&db, [staff.id]).await?;
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

/// See the methods that have this condition, which is never met: the compiler prints its message, whatever the arguments are.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `ManyToMany` field holds no rows: the method of the same name reads and changes them",
    label = "expected parentheses after the field",
    note = "for a field `groups`, write `user.groups().add(&db, [staff.id])`, and `user.groups().all(&db)` to read the rows"
)]
pub trait HoldsRows {}

macro_rules! only_of_related_rows {
    ($($method:ident)*) => {
        #[doc(hidden)]
        #[allow(clippy::iter_not_returning_iterator, reason = "it cannot be called")]
        impl<M> ManyToMany<M>
        where
            Self: HoldsRows,
        {
            $(pub fn $method(self) {})*
        }
    };
}

only_of_related_rows!(
    add remove set clear create all ids count contains exists filter first get iter len is_empty push extend insert through_defaults
    clear_and_add
);

/// Its rows, in the conditions of the implementations for `for` loops. The compiler only prints the message of a condition if it is one on
/// another type.
#[doc(hidden)]
#[derive(Debug)]
pub struct RowsOf<M>(PhantomData<fn() -> M>);

/// So that a `for` loop gets the same message.
#[doc(hidden)]
#[allow(clippy::copy_iterator, reason = "it is no iterator")]
impl<M> Iterator for ManyToMany<M>
where
    RowsOf<M>: HoldsRows,
{
    type Item = M;

    fn next(&mut self) -> Option<M> {
        None
    }
}

/// See that of the field itself.
#[doc(hidden)]
#[allow(clippy::copy_iterator, reason = "it is no iterator")]
impl<M> Iterator for &ManyToMany<M>
where
    RowsOf<M>: HoldsRows,
{
    type Item = M;

    fn next(&mut self) -> Option<M> {
        None
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
