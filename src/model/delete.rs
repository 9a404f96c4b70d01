//! Deleting a row, and what goes with it, in one transaction.

use std::panic::Location;

use super::cascade::{Cascade, changed_below, reaches_others};
use super::draft::{named, named_any};
use super::load::or_nothing;
use super::{Key, Meta, Model};
use crate::db::{Exec, Tx};
use crate::error::Result;

/// How many rows a delete removed, of which models.
#[derive(Debug, Clone, Default)]
pub struct Deleted {
    counts: Vec<(&'static Meta, u64)>,
}

impl Deleted {
    /// The rows of all models.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|(_, rows)| rows).sum()
    }

    /// The rows of one model.
    pub fn of<M: Model>(&self) -> u64 {
        self.counts.iter().filter(|(meta, _)| std::ptr::eq(*meta, M::META)).map(|(_, rows)| rows).sum()
    }

    /// Each model that lost rows, and how many. The database's own cascades are not counted.
    pub fn by_model(&self) -> impl Iterator<Item = (&'static Meta, u64)> {
        self.counts.iter().copied()
    }

    pub(super) fn of_one(meta: &'static Meta, rows: u64) -> Self {
        let mut deleted = Self::default();
        deleted.add(meta, rows);
        deleted
    }

    pub(super) fn add(&mut self, meta: &'static Meta, rows: u64) {
        if rows == 0 {
            return;
        }
        match self.counts.iter_mut().find(|(known, _)| std::ptr::eq(*known, meta)) {
            Some((_, count)) => *count += rows,
            None => self.counts.push((meta, rows)),
        }
    }
}

pub(super) async fn delete<M: Model>(
    instance: &mut M,
    exec: Exec<'_>,
    place: &'static Location<'static>,
) -> Result<Deleted> {
    if instance.primary_key().is_unset() {
        let unset = Err(M::META.unset_id(M::META.key_field().name));
        return match exec {
            Exec::Tx(tx) => tx.whole(std::future::ready(unset)).await,
            Exec::Db(_) => unset,
        };
    }
    let alone = !(M::META.operations.listens)() && !reaches_others(M::META);
    let deleted = match exec {
        Exec::Tx(tx) if alone => tx.whole(remove(instance, exec, place)).await?,
        Exec::Tx(tx) => tx.whole(cascade(instance, tx, place)).await?,
        Exec::Db(_) if alone => remove(instance, exec, place).await?,
        Exec::Db(db) => {
            let mut tx = db.begin_at(place).await?;
            let deleted = cascade(instance, &tx, place).await;
            tx.end(deleted).await?
        }
    };
    // What is not committed yet may still be undone, and then the row would be there and its id lost.
    if let Exec::Db(_) = exec {
        let key = instance.primary_key().after_delete();
        instance.set_primary_key(key);
    }
    Ok(deleted)
}

pub(super) async fn cascade<M: Model>(instance: &M, tx: &Tx, place: &'static Location<'static>) -> Result<Deleted> {
    cascade_of(std::slice::from_ref(instance), tx, place).await
}

/// Deletes several rows and what goes with them: nothing goes before the receivers have been told of all of them.
pub(super) async fn cascade_of<M: Model>(rows: &[M], tx: &Tx, place: &'static Location<'static>) -> Result<Deleted> {
    Cascade::collect(rows, tx, place).await?.delete().await.map_err(named_any(Exec::Tx(tx)))
}

/// One statement: nobody listens, and nothing goes with the row.
async fn remove<M: Model>(instance: &M, exec: Exec<'_>, place: &'static Location<'static>) -> Result<Deleted> {
    let key = [instance.column_value(M::META.key)];
    let removed = exec.execute(place, &M::META.statements(exec.dialect()).delete, &key).await;
    let rows = or_nothing(removed, &key).map_err(named::<M>(exec))?;
    if let Exec::Tx(tx) = exec {
        super::commit::deleted(instance, tx);
        changed_below(M::META, tx);
    }
    Ok(Deleted::of_one(M::META, rows))
}
