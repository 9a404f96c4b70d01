//! The signals of bulk operations, one for all rows.

use core::fmt;

use signals_core::__private::{
    AnySender, Asynchronous, AwaitsReceivers, FromAnySender, HasNoRawWrites, HasSenders, InTransaction, LendsInstance,
    NoSender, Payload, Scope, SentBy, SignalName,
};

use crate::db::Tx;
use crate::model::lifecycle::{Observed, SendsLifecycle, answer, lifecycle};
use crate::model::{AnyModel, FieldSet, Meta, Model};

/// What the signal of a bulk insert carries for its rows.
#[doc(hidden)]
pub trait BulkSender: Observed {
    /// `&[User]` for a model, `&dyn AnyRows` for any.
    type Rows<'a>: Send + Sync;

    fn any_rows<'b>(rows: &'b Self::Rows<'_>) -> &'b (dyn AnyRows + 'b);
}

impl<M: Model> BulkSender for M {
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

/// Rows of one model that is not known: what a receiver of [`post_bulk_create`] without `sender` takes as
/// `instances: &dyn AnyRows`.
pub trait AnyRows: Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// The row at `index`, from 0, if there are so many.
    fn get(&self, index: usize) -> Option<&dyn AnyModel>;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<M: Model> AnyRows for &[M] {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn get(&self, index: usize) -> Option<&dyn AnyModel> {
        (**self).get(index).map(|row| row as &dyn AnyModel)
    }
}

impl dyn AnyRows + '_ {
    /// Each row, in order.
    pub fn iter(&self) -> impl Iterator<Item = &dyn AnyModel> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

lifecycle! {
    /// After rows were inserted by [`create_many`](Model::create_many), in its transaction. See [`PostBulkCreate`].
    post_bulk_create,
    /// What [`post_bulk_create`] carries. It is not sent for an insert of no row. The rows have their ids and are visible through
    /// `tx`. An error undoes all of them.
    PostBulkCreate {
        /// The rows that were inserted, in the order in which they were given.
        instances: M::Rows<'a>,
        /// The model of the rows.
        model: &'static Meta,
        /// The transaction of the insert.
        tx: &'a mut Tx,
    },
    in: tx,
    of: BulkSender,
    shows: [],
    |event| { instances: M::any_rows(&event.instances), model: event.model, tx: &mut *event.tx, }
}

lifecycle! {
    /// After rows were updated by [`update_where`](Model::update_where), in its transaction. See [`PostBulkUpdate`].
    post_bulk_update,
    /// What [`post_bulk_update`] carries. It is not sent for an update of no row. An error undoes the update.
    PostBulkUpdate {
        /// How many rows were updated.
        count: u64,
        /// The fields that were set.
        update_fields: FieldSet<M>,
        /// The model of the rows.
        model: &'static Meta,
        /// The transaction of the update.
        tx: &'a mut Tx,
    },
    in: tx,
    shows: [count update_fields],
    |event| {
        count: event.count,
        update_fields: M::any_fields(event.update_fields),
        model: event.model,
        tx: &mut *event.tx,
    }
}

lifecycle! {
    /// After rows were deleted by [`delete_where`](Model::delete_where), in its transaction. See [`PostBulkDelete`].
    post_bulk_delete,
    /// What [`post_bulk_delete`] carries. It is not sent for a delete of no row. An error brings the rows back.
    PostBulkDelete {
        /// How many rows were deleted, without those of other models.
        count: u64,
        /// The model of the rows.
        model: &'static Meta,
        /// The transaction of the delete.
        tx: &'a mut Tx,
        /// The type of the model has no other place here.
        #[doc(hidden)]
        sender: core::marker::PhantomData<fn(&M)>,
    },
    in: tx,
    shows: [count],
    |event| { count: event.count, model: event.model, tx: &mut *event.tx, sender: core::marker::PhantomData, }
}

answer! {
    InTransaction: post_bulk_create post_bulk_update post_bulk_delete;
    HasNoRawWrites: post_bulk_create post_bulk_update post_bulk_delete;
}
