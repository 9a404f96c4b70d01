//! Deleting: `pre_delete`, the statement, `post_delete`, in one transaction.

use std::panic::Location;

use signals_core::__private::asynchronous::send;

use super::draft::named;
use super::{Key, Model, PostDelete, PreDelete, commit};
use crate::db::{Exec, Tx};
use crate::error::{Error, Result};

/// How many rows a delete removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    rows: u64,
}

impl Deleted {
    /// The rows of the model itself: 1, or 0 if the row was gone already.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

pub(super) async fn delete<M: Model>(
    instance: &mut M,
    exec: Exec<'_>,
    place: &'static Location<'static>,
) -> Result<Deleted> {
    if instance.key().is_unset() {
        let field = M::META.key_field().name.to_owned();
        return Err(Error::UnsetId { model: M::META.name.to_owned(), field });
    }
    let rows = match exec {
        Exec::Tx(tx) => tx.whole(delete_in(instance, tx, place)).await?,
        Exec::Db(db) if M::PRE_DELETE.has_receivers() || M::POST_DELETE.has_receivers() => {
            let tx = db.begin_at(place).await?;
            let deleted = delete_in(instance, &tx, place).await;
            tx.end(deleted).await?
        }
        Exec::Db(_) => remove(instance, exec, place).await?,
    };
    let key = instance.key().after_delete();
    instance.set_key(key);
    Ok(Deleted { rows })
}

async fn delete_in<M: Model>(instance: &M, tx: &Tx, place: &'static Location<'static>) -> Result<u64> {
    send(M::PRE_DELETE, PreDelete { instance, tx: &mut tx.handle() }).await?;
    let rows = remove(instance, Exec::Tx(tx), place).await?;
    send(M::POST_DELETE, PostDelete { instance, tx: &mut tx.handle() }).await?;
    commit::deleted(instance, tx);
    Ok(rows)
}

async fn remove<M: Model>(instance: &M, exec: Exec<'_>, place: &'static Location<'static>) -> Result<u64> {
    let key = instance.value(M::META.key);
    exec.execute(place, &M::META.statements().delete, &[key]).await.map_err(named::<M>)
}
