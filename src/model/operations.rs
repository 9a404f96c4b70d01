//! What can be done with rows of a model whose type is not known: the cascade of a delete goes through many.

use std::fmt;
use std::panic::Location;
use std::pin::pin;

use signals_core::__private::Source;
use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::sql::Lock;
use super::{AnyModel, Model, PostDelete, PreDelete, commit, sql};
use crate::column::Column;
use crate::db::{Exec, Tx};
use crate::error::Result;
use crate::value::{Value, ValueRef};

type Loaded = Vec<Box<dyn AnyModel>>;
type Fetch = for<'a> fn(&'a Tx, &'static Location<'static>, usize, &'a [ValueRef<'a>]) -> BoxFuture<'a, Result<Loaded>>;
type Tell = for<'a> fn(&'a [Row<'a>], &'a Tx) -> BoxFuture<'a, Result<()>>;
#[cfg(feature = "fixtures")]
type LoadRow = for<'a> fn(&'a Tx, &'static Location<'static>, &'a [Value]) -> BoxFuture<'a, Result<Box<dyn AnyModel>>>;
/// Relates a row to exactly the rows with these ids, as a fixture says.
pub(super) type LoadRelated =
    for<'a> fn(&'a Tx, &'static Location<'static>, &'a dyn AnyModel, &'a [i64]) -> BoxFuture<'a, Result<()>>;

/// A row that goes.
pub(super) enum Row<'a> {
    /// One that the delete started from.
    Origin(&'a dyn AnyModel),
    /// One that goes with it, and the row that the delete started from.
    Loaded(Box<dyn AnyModel>, &'a dyn AnyModel),
}

impl<'a> Row<'a> {
    pub(super) fn get(&self) -> &dyn AnyModel {
        match self {
            Self::Origin(row) => *row,
            Self::Loaded(row, _) => &**row,
        }
    }

    pub(super) fn origin(&self) -> &'a dyn AnyModel {
        match *self {
            Self::Origin(origin) | Self::Loaded(_, origin) => origin,
        }
    }

    pub(super) fn key(&self) -> ValueRef<'_> {
        self.get().key()
    }
}

/// The functions of one model. Those that wait take all rows of the model at a time: a future in a box for each row would
/// cost more than the row.
pub(super) struct Operations {
    /// The rows whose field has one of these values, locked: they are going to be deleted.
    pub(super) fetch: Fetch,
    /// Whether anybody receives the signals of a delete.
    pub(super) listens: fn() -> bool,
    /// Whether anything of a row may wait for the end of the transaction.
    pub(super) remembers: fn() -> bool,
    /// Notes that rows were changed or deleted without a word on each.
    pub(super) changed: fn(&Tx),
    /// The signals that it sends, where their types do not matter.
    pub(super) sources: fn() -> Vec<Source>,
    /// The key in the first column of a row. A driver may have it in another form than the model: a UUID as bytes.
    pub(super) key_of: fn(&crate::db::Row<'_>) -> Result<Value>,
    /// The `#[default]` of a column, if it has one.
    pub(super) default_of: fn(usize) -> Option<Value>,
    /// Reads a row, for the library itself.
    #[cfg(feature = "fixtures")]
    pub(super) from_row: fn(&crate::db::Row<'_>) -> Result<Box<dyn AnyModel>>,
    /// Writes a row as it is given.
    #[cfg(feature = "fixtures")]
    pub(super) load_row: LoadRow,
    /// Sends `pre_delete` for each row.
    pub(super) pre_delete: Tell,
    /// Sends `post_delete` for each row, the last one first, and takes it out of what waits for the commit.
    pub(super) post_delete: Tell,
}

impl Operations {
    pub(super) const fn of<M: Model>() -> Self {
        Self {
            fetch: |tx, place, field, keys| Box::pin(fetch::<M>(tx, place, field, keys)),
            listens: || M::PRE_DELETE.has_receivers() || M::POST_DELETE.has_receivers(),
            remembers: commit::listens::<M>,
            changed: commit::changed::<M>,
            sources: || M::LIFECYCLE.sources(),
            key_of: key_of::<M>,
            default_of: M::column_default,
            #[cfg(feature = "fixtures")]
            from_row: |row| Ok(Box::new(M::from_columns(row)?)),
            #[cfg(feature = "fixtures")]
            load_row: |tx, place, values| Box::pin(super::fixtures::load_row::<M>(tx, place, values)),
            pre_delete: |rows, tx| Box::pin(pre_delete::<M>(rows, tx)),
            post_delete: |rows, tx| Box::pin(post_delete::<M>(rows, tx)),
        }
    }
}

/// The key in the first column of a row.
pub(super) fn key_of<M: Model>(row: &crate::db::Row<'_>) -> Result<Value> {
    Ok(row.get::<M::Key>(0)?.to_value().into())
}

impl fmt::Debug for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operations")
    }
}

async fn fetch<M: Model>(
    tx: &Tx,
    place: &'static Location<'static>,
    field: usize,
    keys: &[ValueRef<'_>],
) -> Result<Loaded> {
    let sql = sql::select_where(M::META, field, keys.len(), Lock::ForDelete, tx.db().dialect());
    let mut rows = Loaded::new();
    Exec::Tx(tx)
        .query(place, &sql, &keys, &mut |row| {
            rows.push(Box::new(M::from_columns(row)?));
            Ok(())
        })
        .await?;
    Ok(rows)
}

async fn pre_delete<M: Model>(rows: &[Row<'_>], tx: &Tx) -> Result<()> {
    for row in rows {
        if let Some(instance) = row.get().downcast_ref::<M>() {
            let event = PreDelete { instance, origin: row.origin(), tx: &mut tx.handle() };
            tx.inside(pin!(send(M::PRE_DELETE, event))).await?;
        }
    }
    Ok(())
}

async fn post_delete<M: Model>(rows: &[Row<'_>], tx: &Tx) -> Result<()> {
    for row in rows.iter().rev() {
        if let Some(instance) = row.get().downcast_ref::<M>() {
            let event = PostDelete { instance, origin: row.origin(), tx: &mut tx.handle() };
            tx.inside(pin!(send(M::POST_DELETE, event))).await?;
            commit::deleted(instance, tx);
        }
    }
    Ok(())
}
