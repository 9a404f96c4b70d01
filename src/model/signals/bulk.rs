//! The signals of bulk operations: one for all rows.

use std::marker::PhantomData;

use super::model_signal;
use super::{Observed, SendsLifecycle};
use crate::db::Tx;
#[cfg(doc)]
use crate::model::Model;
use crate::model::{AnyModel, FieldSet, Meta, ModelInternals};

/// The type of the rows in the payload of a bulk insert.
#[doc(hidden)]
pub trait BulkSender: Observed {
    /// `&[User]` for a model, `&dyn AnyRows` for any.
    type Rows<'a>: Send + Sync;

    fn any_rows<'b>(rows: &'b Self::Rows<'_>) -> &'b (dyn AnyRows + 'b);
}

impl<M: ModelInternals> BulkSender for M {
    type Rows<'a> = &'a [M];

    fn any_rows<'b>(rows: &'b &[M]) -> &'b (dyn AnyRows + 'b) {
        rows
    }
}

impl BulkSender for dyn AnyModel {
    type Rows<'a> = &'a (dyn AnyRows + 'a);

    fn any_rows<'b>(rows: &'b &(dyn AnyRows + '_)) -> &'b (dyn AnyRows + 'b) {
        *rows
    }
}

/// Rows of any model. A receiver of [`post_bulk_create`] without `sender` takes `instances: &dyn AnyRows`.
pub trait AnyRows: Sync {
    /// The number of rows.
    fn len(&self) -> usize;

    /// The row at `index`, from 0.
    fn get(&self, index: usize) -> Option<&dyn AnyModel>;

    /// Whether there are no rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<M: ModelInternals> AnyRows for &[M] {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn get(&self, index: usize) -> Option<&dyn AnyModel> {
        (**self).get(index).map(|row| row as &dyn AnyModel)
    }
}

impl dyn AnyRows + '_ {
    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = &dyn AnyModel> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

model_signal! {
    /// After rows were inserted by [`create_many`](Model::create_many), in its transaction. See [`PostBulkCreate`].
    post_bulk_create,
    /// The payload of [`post_bulk_create`]. The signal is not sent if no row was inserted. The rows have their ids and are visible
    /// through `tx`. An error undoes all of them.
    PostBulkCreate<M: BulkSender> {
        /// The rows that were inserted, in the order in which they were given.
        pub instances: M::Rows<'a>,
        /// The model of the rows.
        pub model: &'static Meta,
        /// The transaction of the insert.
        pub tx: &'a mut Tx,
    },
    sender: SendsLifecycle,
    instance: model,
    scope: tx,
    is: [InTransaction, HasNoRawWrites],
    debug: |_event| {},
    |event| { instances: M::any_rows(&event.instances), model: event.model, tx: &mut *event.tx, }
}

model_signal! {
    /// After rows were updated by [`update_where`](Model::update_where), in its transaction. See [`PostBulkUpdate`].
    post_bulk_update,
    /// The payload of [`post_bulk_update`]. The signal is not sent if no row was updated. An error undoes the update.
    PostBulkUpdate<M: Observed> {
        /// The number of rows that were updated.
        pub count: u64,
        /// The fields that were set.
        pub update_fields: FieldSet<M>,
        /// The model of the rows.
        pub model: &'static Meta,
        /// The transaction of the update.
        pub tx: &'a mut Tx,
    },
    sender: SendsLifecycle,
    instance: model,
    scope: tx,
    is: [InTransaction, HasNoRawWrites],
    debug: |event| { count: event.count, update_fields: event.update_fields, },
    |event| {
        count: event.count,
        update_fields: M::any_fields(event.update_fields),
        model: event.model,
        tx: &mut *event.tx,
    }
}

model_signal! {
    /// After rows were deleted by [`delete_where`](Model::delete_where), in its transaction. See [`PostBulkDelete`].
    post_bulk_delete,
    /// The payload of [`post_bulk_delete`]. The signal is not sent if no row was deleted. An error restores the rows.
    PostBulkDelete<M: Observed> {
        /// The number of rows that were deleted, without those of other models.
        pub count: u64,
        /// The model of the rows.
        pub model: &'static Meta,
        /// The transaction of the delete.
        pub tx: &'a mut Tx,
        /// The payload has a type parameter and no field of that type.
        #[doc(hidden)]
        pub sender: PhantomData<fn(&M)>,
    },
    sender: SendsLifecycle,
    instance: model,
    scope: tx,
    is: [InTransaction, HasNoRawWrites],
    debug: |event| { count: event.count, },
    |event| { count: event.count, model: event.model, tx: &mut *event.tx, sender: PhantomData, }
}
