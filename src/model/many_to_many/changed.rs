//! `m2m_changed`: the signal that through models send.

use std::marker::PhantomData;

use super::AnyIds;
use signals_core::Context;

use crate::db::Tx;
use crate::model::signals::model_signal;
use crate::model::{AnyModel, Id, Meta};

/// The change of a relation, and whether it is about to be made or was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum M2mAction {
    /// The ids are about to be added. Ids that are already related are not included.
    PreAdd,
    /// The ids were added.
    PostAdd,
    /// The ids are about to be removed: all ids that were passed, related or not.
    PreRemove,
    /// The ids were removed.
    PostRemove,
    /// All ids are about to be removed. The list of ids is empty.
    PreClear,
    /// All ids were removed. The list of ids is empty.
    PostClear,
}

model_signal! {
    /// Before and after rows are added to a relation or removed from it, in the transaction of the change. See [`M2mChanged`].
    m2m_changed,
    /// The payload of [`m2m_changed`]. Its sender is the through model `T`.
    ///
    /// An error undoes the change and everything that earlier receivers wrote.
    M2mChanged<T: Sender> {
        /// The change.
        pub action: M2mAction,
        /// Whether it was made from the side without the field: then `instance` is of the model that the field names, and the
        /// ids are those of rows with the field.
        pub reverse: bool,
        /// The row whose relation is changed.
        pub instance: &'a dyn AnyModel,
        /// The ids that are added or removed. Ids that a receiver of a pre signal removes from them are not changed.
        pub ids: &'a mut dyn AnyIds,
        /// The transaction of the change.
        pub tx: &'a mut Tx,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
        /// The model of the ids: that of the other side.
        pub model: &'static Meta,
        /// The through model, whose rows relate the two sides.
        pub through: &'static Meta,
        /// Whether it is a raw write of [`load_fixture`](crate::Db::load_fixture). Only receivers with `raw = true` are called for
        /// those.
        pub raw: bool,
        pub(super) sender: PhantomData<fn(&T)>,
    },
    sender: Sender,
    instance: any,
    raw: raw,
    scope: tx,
    is: [InTransaction, HasRawWrites],
    debug: |event| {
        action: event.action,
        reverse: event.reverse,
        instance: event.instance,
        model: event.model.name,
        through: event.through.name,
        ids: event.ids,
    },
    |event| {
        action: event.action,
        reverse: event.reverse,
        instance: event.instance,
        model: event.model,
        through: event.through,
        ids: &mut *event.ids,
        raw: event.raw,
        tx: &mut *event.tx,
        context: event.context,
        sender: PhantomData,
    }
}

/// A through model, or `dyn AnyModel`.
#[doc(hidden)]
pub trait Sender: 'static {
    const SENDER: Option<&'static signals_core::__private::Sender>;
}

impl Sender for dyn AnyModel {
    const SENDER: Option<&'static signals_core::__private::Sender> = None;
}

/// The instance and the ids of a change, with their types.
#[derive(Debug)]
pub enum Side<'a, Source, Target> {
    /// From the row with the `#[many_to_many]` field, which is related to rows of the model that the field names.
    Forward(&'a Source, &'a mut Vec<Id<Target>>),
    /// From a row of the model that the field names.
    Reverse(&'a Target, &'a mut Vec<Id<Source>>),
}
