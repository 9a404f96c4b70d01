//! The ids that a relation is changed by, and ids of any model: what receivers of `m2m_changed` get.

use core::any::Any;
use core::fmt;

use crate::model::Id;

/// The ids that are added or removed, of the model that `model` names.
///
/// Ids that a receiver of a pre signal removes are not added or removed:
///
/// ```
/// # use signals::prelude::*;
/// # use signals::many_to_many::{AnyIds, M2mAction};
/// # #[model] #[derive(Default)] struct Group { #[key] id: Id<Group> }
/// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }
/// #[receiver(m2m_changed, sender = UserGroups)]
/// fn only_the_first_ten(action: M2mAction, ids: &mut dyn AnyIds) {
///     if action == M2mAction::PreAdd {
///         ids.retain(|id| id <= 10);
///     }
/// }
/// ```
pub trait AnyIds: Any + Send + Sync {
    #[doc(hidden)]
    fn number(&self, index: usize) -> Option<i64>;
    #[doc(hidden)]
    fn count(&self) -> usize;
    #[doc(hidden)]
    fn keep(&mut self, keep: &mut dyn FnMut(i64) -> bool);
}

impl<M: 'static> AnyIds for Vec<Id<M>> {
    fn number(&self, index: usize) -> Option<i64> {
        self.get(index)?.get()
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn keep(&mut self, keep: &mut dyn FnMut(i64) -> bool) {
        self.retain(|id| id.get().is_some_and(&mut *keep));
    }
}

impl dyn AnyIds {
    /// The number of ids.
    pub fn len(&self) -> usize {
        self.count()
    }

    /// Whether there are no ids.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// The ids as numbers.
    pub fn iter(&self) -> impl Iterator<Item = i64> {
        (0..self.count()).filter_map(|index| self.number(index))
    }

    /// Removes the ids for which the function returns `false`.
    pub fn retain(&mut self, mut keep: impl FnMut(i64) -> bool) {
        self.keep(&mut keep);
    }

    /// Whether this id is included. An id of another model never is.
    pub fn contains<M: 'static>(&self, id: Id<M>) -> bool {
        self.of::<M>().is_some_and(|ids| ids.contains(&id))
    }

    /// The ids, if they are of this model.
    pub fn of<M: 'static>(&self) -> Option<&[Id<M>]> {
        let any: &dyn Any = self;
        any.downcast_ref::<Vec<Id<M>>>().map(Vec::as_slice)
    }

    /// The ids, mutable, if they are of this model.
    pub fn of_mut<M: 'static>(&mut self) -> Option<&mut Vec<Id<M>>> {
        let any: &mut dyn Any = self;
        any.downcast_mut()
    }
}

/// The numbers.
impl fmt::Debug for dyn AnyIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Ids of `M`, by which a relation is changed: a slice, array or `Vec` of them, or one id.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of ids of `{M}`",
    label = "expected ids of `{M}`",
    note = "rows are related by their ids: `[staff.id]` for the rows `staff`, or `&ids` for a `Vec` of ids"
)]
pub trait RelatedIds<M>: Send {
    #[doc(hidden)]
    fn as_ids(&self) -> &[Id<M>];

    /// Their numbers. Some may be unset.
    #[doc(hidden)]
    fn into_numbers(self) -> Vec<Option<i64>>
    where
        Self: Sized,
    {
        self.as_ids().iter().map(|id| id.get()).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<M> RelatedIds<M> for Id<M> {
    fn as_ids(&self) -> &[Self] {
        core::slice::from_ref(self)
    }
}

macro_rules! lists_of_ids {
    ($($list:ty $(, $length:ident)?;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<M $(, const $length: usize)?> RelatedIds<M> for $list {
            fn as_ids(&self) -> &[Id<M>] {
                &self[..]
            }
        }
    )*};
}

lists_of_ids! {
    &[Id<M>];
    &Vec<Id<M>>;
    Vec<Id<M>>;
    &[Id<M>; N], N;
    [Id<M>; N], N;
}
