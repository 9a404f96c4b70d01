//! What can be done with rows of a model whose type is not known: the cascade of a delete goes through many.

use std::fmt;
use std::panic::Location;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::{AnyModel, Model, PostDelete, PreDelete, commit, load, sql};
use crate::db::{Exec, Tx};
use crate::error::Result;
use crate::value::{Value, ValueRef};

type Rows = Vec<Box<dyn AnyModel>>;
type Fetch = for<'a> fn(&'a Tx, &'static Location<'static>, usize, &'a [Value]) -> BoxFuture<'a, Result<Rows>>;
type Tell = for<'a> fn(&'a dyn AnyModel, &'a dyn AnyModel, &'a Tx) -> BoxFuture<'a, Result<()>>;

/// The functions of one model.
pub(super) struct Operations {
    /// The rows whose field has one of these values.
    pub(super) fetch: Fetch,
    /// Whether anybody receives the signals of a delete.
    pub(super) listens: fn() -> bool,
    /// Whether anything of a row may wait for the commit.
    pub(super) remembers: fn() -> bool,
    /// Sends `pre_delete` for a row, with what the delete started from.
    pub(super) pre_delete: Tell,
    /// Sends `post_delete` for a row.
    pub(super) post_delete: Tell,
    /// Takes a deleted row out of what waits for the commit.
    pub(super) forget: fn(&dyn AnyModel, &Tx),
}

impl Operations {
    pub(super) const fn of<M: Model>() -> Self {
        Self {
            fetch: |tx, place, field, keys| Box::pin(fetch::<M>(tx, place, field, keys)),
            listens: || M::PRE_DELETE.has_receivers() || M::POST_DELETE.has_receivers(),
            remembers: || M::POST_COMMIT.has_receivers(),
            pre_delete: |row, origin, tx| Box::pin(pre_delete::<M>(row, origin, tx)),
            post_delete: |row, origin, tx| Box::pin(post_delete::<M>(row, origin, tx)),
            forget: |row, tx| {
                if let Some(row) = row.downcast_ref::<M>() {
                    commit::deleted(row, tx);
                }
            },
        }
    }
}

impl fmt::Debug for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operations")
    }
}

async fn fetch<M: Model>(tx: &Tx, place: &'static Location<'static>, field: usize, keys: &[Value]) -> Result<Rows> {
    let keys: Vec<ValueRef<'_>> = keys.iter().map(ValueRef::from).collect();
    let sql = sql::select_where(M::META, field, keys.len(), tx.db().dialect());
    let rows = load::read::<M>(Exec::Tx(tx), &sql, &keys, place).await?;
    Ok(rows.into_iter().map(|row| Box::new(row) as Box<dyn AnyModel>).collect())
}

async fn pre_delete<M: Model>(row: &dyn AnyModel, origin: &dyn AnyModel, tx: &Tx) -> Result<()> {
    let Some(instance) = row.downcast_ref::<M>() else { return Ok(()) };
    Ok(send(M::PRE_DELETE, PreDelete { instance, origin, tx: &mut tx.handle() }).await?)
}

async fn post_delete<M: Model>(row: &dyn AnyModel, origin: &dyn AnyModel, tx: &Tx) -> Result<()> {
    let Some(instance) = row.downcast_ref::<M>() else { return Ok(()) };
    Ok(send(M::POST_DELETE, PostDelete { instance, origin, tx: &mut tx.handle() }).await?)
}
