//! The signals of bulk operations: one for all rows.

use std::marker::PhantomData;

use super::model_signal;
use super::observed::{BulkSender, Observed, SendsLifecycle};
use signals_core::Context;

use crate::db::Tx;
#[cfg(doc)]
use crate::model::Model;
use crate::model::{FieldSet, Meta};

model_signal! {
    /// After rows were inserted by [`create_many`](crate::model::Model::create_many), in its transaction. See [`PostBulkCreate`].
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
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
    },
    sender: SendsLifecycle,
    instance: none,
    scope: tx,
    is: [InTransaction, HasNoRawWrites],
    debug: |_event| {},
    |event| { instances: M::of_any_rows(event.instances), model: event.model, tx: &mut *event.tx, context: event.context, }
}

model_signal! {
    /// After rows were updated by [`update_where`](crate::model::Model::update_where), in its transaction. See [`PostBulkUpdate`].
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
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
    },
    sender: SendsLifecycle,
    instance: none,
    scope: tx,
    is: [InTransaction, HasNoRawWrites],
    debug: |event| { count: event.count, update_fields: event.update_fields, },
    |event| {
        count: event.count,
        update_fields: M::of_any_fields(event.update_fields),
        model: event.model,
        tx: &mut *event.tx,
        context: event.context,
    }
}

model_signal! {
    /// After rows were deleted by [`delete_where`](crate::model::Model::delete_where), in its transaction. See [`PostBulkDelete`].
    post_bulk_delete,
    /// The payload of [`post_bulk_delete`]. The signal is not sent if no row was deleted. An error restores the rows.
    PostBulkDelete<M: Observed> {
        /// The number of rows that were deleted, without those of other models.
        pub count: u64,
        /// The model of the rows.
        pub model: &'static Meta,
        /// The transaction of the delete.
        pub tx: &'a mut Tx,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
        /// The payload has a type parameter and no field of that type.
        #[doc(hidden)]
        pub sender: PhantomData<fn(&M)>,
    },
    sender: SendsLifecycle,
    instance: none,
    scope: tx,
    is: [InTransaction, HasNoRawWrites],
    debug: |event| { count: event.count, },
    |event| { count: event.count, model: event.model, tx: &mut *event.tx, context: event.context, sender: PhantomData, }
}
