//! `m2m_changed`: the signal that through models send.

use core::fmt;
use core::marker::PhantomData;

use signals_core::__private::{
    AnySender, Asynchronous, AwaitsReceivers, FromAnySender, HasRawWrites, HasSenders, InTransaction, LendsInstance,
    Payload, Scope, SentBy, SignalName,
};

use super::{AnyIds, Through};
use crate::db::Tx;
use crate::model::{AnyModel, Id, Meta, Model};

/// Before and after rows are related or no longer related, in the transaction of the change. See [`M2mChanged`].
#[expect(non_camel_case_types, reason = "it is written as in Django, `#[receiver(m2m_changed)]`")]
#[derive(Debug)]
pub enum m2m_changed {}

/// What is done to a relation, and whether it is done already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum M2mAction {
    /// The ids are about to be added. Those that are related already are not among them.
    PreAdd,
    /// The ids were added.
    PostAdd,
    /// The ids are about to be removed: all that were asked for, related or not.
    PreRemove,
    /// The ids were removed.
    PostRemove,
    /// All that are related are about to be removed. There are no ids.
    PreClear,
    /// All were removed. There are no ids.
    PostClear,
}

/// What [`m2m_changed`] carries. Its sender is the through model `T`.
///
/// An error undoes the change and everything that earlier receivers wrote.
#[non_exhaustive]
pub struct M2mChanged<'a, T: ?Sized> {
    /// What is done.
    pub action: M2mAction,
    /// Whether it was asked for from the side without the field: then `instance` is of the model that the field names,
    /// and the ids are those of rows with the field.
    pub reverse: bool,
    /// The row whose relation is changed.
    pub instance: &'a dyn AnyModel,
    /// The model of the ids: that of the other side.
    pub model: &'static Meta,
    /// The through model, whose rows relate the two sides.
    pub through: &'static Meta,
    /// What is added or removed. In a pre signal, what a receiver takes out is left as it is.
    pub ids: &'a mut dyn AnyIds,
    /// Whether a fixture says so, in [`load`](crate::Db::load_fixture). Only receivers with `raw = true` are called for those.
    pub raw: bool,
    /// The transaction of the change.
    pub tx: &'a mut Tx,
    pub(super) sender: PhantomData<fn(&T)>,
}

/// A change with the types of the side that it was asked for from.
#[derive(Debug)]
pub enum Side<'a, Source, Target> {
    /// From the row with the `#[many_to_many]` field, which is related to rows of the model that the field names.
    Forward(&'a Source, &'a mut Vec<Id<Target>>),
    /// From a row of the model that the field names.
    Reverse(&'a Target, &'a mut Vec<Id<Source>>),
}

impl<T: Through> M2mChanged<'_, T>
where
    T::Source: Model,
    T::Target: Model,
{
    /// The instance and the ids with their types. To which of the two sides they belong is easily forgotten, and the
    /// compiler asks for both here:
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

impl<T: ?Sized> fmt::Debug for M2mChanged<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("M2mChanged")
            .field("action", &self.action)
            .field("reverse", &self.reverse)
            .field("instance", &self.instance)
            .field("model", &self.model.name)
            .field("through", &self.through.name)
            .field("ids", &self.ids)
            .finish_non_exhaustive()
    }
}

/// The sender may be a through model that is known, or any.
#[doc(hidden)]
pub trait Sender: 'static {
    fn name() -> Option<&'static str>;
}

impl<T: Through> Sender for T {
    fn name() -> Option<&'static str> {
        Some(T::NAME)
    }
}

impl Sender for dyn AnyModel {
    fn name() -> Option<&'static str> {
        None
    }
}

impl<T: Sender + ?Sized> Payload for M2mChanged<'static, T> {
    type Of<'a> = M2mChanged<'a, T>;
    type Output = ();
    type Mode = Asynchronous;
    type Any = M2mChanged<'static, dyn AnyModel>;
    type Senders = ();
    const SIGNAL: &'static str = "m2m_changed";

    fn sender() -> Option<&'static str> {
        T::name()
    }

    fn senders() -> Option<()> {
        Some(())
    }

    fn is_raw(event: &M2mChanged<'_, T>) -> bool {
        event.raw
    }

    const SCOPED: bool = true;

    fn scope<'b>(event: &'b M2mChanged<'_, T>) -> Option<&'b Scope> {
        Some(event.tx.scope())
    }

    fn widen<'b>(event: &'b mut M2mChanged<'_, T>, (): ()) -> M2mChanged<'b, dyn AnyModel> {
        let M2mChanged { action, reverse, instance, model, through, raw, sender: _, .. } = *event;
        let (ids, tx) = (&mut *event.ids, &mut *event.tx);
        M2mChanged { action, reverse, instance, model, through, ids, raw, tx, sender: PhantomData }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Through> SentBy<T> for m2m_changed {
    type Payload = M2mChanged<'static, T>;
}

#[diagnostic::do_not_recommend]
impl SentBy<AnySender> for m2m_changed {
    type Payload = M2mChanged<'static, dyn AnyModel>;
}

#[diagnostic::do_not_recommend]
impl<S: ?Sized> HasSenders<S> for m2m_changed {
    type Signal = Self;
}

// The instance is of neither this nor that model: what it is, is compared with the person's type where it is lent.

#[diagnostic::do_not_recommend]
impl<S: ?Sized, Wanted: ?Sized> LendsInstance<S, Wanted> for m2m_changed {
    type Instance = Wanted;
}

#[diagnostic::do_not_recommend]
impl<Instance: ?Sized> FromAnySender<Instance> for m2m_changed {
    type Signal = Self;
}

macro_rules! answer {
    ($($question:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl $question for m2m_changed {
            type Signal = Self;
        }
    )*};
}

answer!(SignalName AwaitsReceivers InTransaction HasRawWrites);
