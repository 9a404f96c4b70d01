//! The through model, whose rows relate rows of two models, and the two directions of the relation.

use std::fmt;
use std::marker::PhantomData;
use std::sync::OnceLock;

use signals_core::__private::{self as kernel, SignalState};
use signals_core::Signal;

use super::changed::{M2mChanged, Sender, Side};
use super::committed::M2mCommit;
use super::relation::{Both, FieldOf, Symmetry};
use crate::model::ModelInternals;

/// A through model: each of its rows relates a row of one model to a row of another.
///
/// `#[many_to_many]` implements it, for the model that it generates and for one that `through` names.
///
/// The generated model is named after the model and the field, `UserGroups`, and has three fields: `id`, and one for each side,
/// named after its model, `user_id` and `group_id`. If both sides are the same model, or have the same name, they are
/// `from_user_id` and `to_user_id`. The columns have the same names, for SQL of your own.
pub trait Through: Sized + 'static {
    /// The model with the `#[many_to_many]` field.
    type Source;
    /// The model that the field names.
    type Target;

    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    const LINK: &'static Link<Self>;

    /// Sent before and after rows are added to the relation or removed from it.
    const M2M_CHANGED: &'static Signal<M2mChanged<'static, Self>> = &Signal::of(&Self::LINK.both.changed);
    /// Sent after the commit of what a transaction added to the relation of a row, and removed from it.
    const M2M_COMMIT: &'static Signal<M2mCommit<'static, Self>> = &Signal::of(&Self::LINK.both.committed);

    /// A row whose foreign keys are not set yet.
    #[doc(hidden)]
    #[must_use]
    fn blank() -> Self;
}

/// The data of one relation. A `static` per through model.
#[doc(hidden)]
pub struct Link<T: Through> {
    pub(super) both: Both,
    through: PhantomData<fn(T)>,
}

impl<T: Through> Link<T> {
    #[doc(hidden)]
    pub const fn new(source: FieldOf, target: FieldOf, symmetry: Symmetry) -> Self {
        let statements = [const { [const { OnceLock::new() }; 2] }; 2];
        let changed = SignalState::of(const { &kernel::Sender::of::<T>(T::NAME, None) });
        let committed = SignalState::of(const { &kernel::Sender::of::<T>(T::NAME, None) });
        Self { both: Both { changed, committed, source, target, symmetry, statements }, through: PhantomData }
    }
}

impl<T: Through> fmt::Debug for Link<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

/// The direction of a relation: which of the two sides it is read and changed from.
pub trait Direction<T: Through>: Send + Sync + 'static {
    /// The model of this side.
    type Near;
    /// The model of the other side.
    type Far;
    /// Whether this side is the one without the field.
    const REVERSE: bool;
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
}

impl<T: Through> Direction<T> for Reverse {
    type Near = T::Target;
    type Far = T::Source;
    const REVERSE: bool = true;
}

impl<T: Through> Sender for T {
    const SENDER: Option<&'static kernel::Sender> = Some(&kernel::Sender::of::<T>(T::NAME, None));
}

impl<T: Through> M2mChanged<'_, T>
where
    T::Source: ModelInternals,
    T::Target: ModelInternals,
{
    /// The instance and the ids with their types, for each of the two sides that a change can be made from:
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # use signals::many_to_many::Side;
    /// # #[model] #[derive(Default)] struct Group { #[key] id: Id<Group> }
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }
    /// #[receiver(m2m_changed, sender = UserGroups)]
    /// fn watch(event: &mut M2mChanged<'_, UserGroups>) {
    ///     match event.side() {
    ///         Side::Forward(user, groups) => println!("user {} and {} groups", user.id, groups.len()),
    ///         Side::Reverse(group, users) => println!("group {} and {} users", group.id, users.len()),
    ///     }
    /// }
    /// ```
    pub fn side(&mut self) -> Side<'_, T::Source, T::Target> {
        let (instance, ids) = (self.instance, &mut *self.ids);
        if self.reverse {
            let (Some(instance), Some(ids)) = (instance.downcast_ref(), ids.of_mut()) else { unreachable!() };
            Side::Reverse(instance, ids)
        } else {
            let (Some(instance), Some(ids)) = (instance.downcast_ref(), ids.of_mut()) else { unreachable!() };
            Side::Forward(instance, ids)
        }
    }
}
