//! Deleting a row with its cascade, in one transaction.

use super::cascade::{Cascade, note_database_cascade, reaches_others};
use super::deleted::Deleted;
use super::load::or_nothing;
use super::{Key, ModelInternals};
use crate::db::{DbOrTx, Exec, Statement, Tx};
use crate::error::Result;

pub(super) async fn delete<M: ModelInternals>(instance: &mut M, exec: Exec<'_>) -> Result<Deleted> {
    if instance.primary_key().is_unset() {
        let unset = Err(M::MODEL.unset_id(M::MODEL.key_field().name));
        return match exec.target {
            DbOrTx::Tx(tx) => tx.whole(std::future::ready(unset)).await,
            DbOrTx::Db(_) => unset,
        };
    }
    let alone = !(M::MODEL.operations.has_delete_receivers)() && !reaches_others(M::MODEL);
    let deleted = match exec.target {
        DbOrTx::Tx(tx) if alone => tx.whole(remove(instance, exec)).await?,
        DbOrTx::Tx(tx) => tx.whole(cascade(instance, tx)).await?,
        DbOrTx::Db(_) if alone => remove(instance, exec).await?,
        DbOrTx::Db(db) => {
            let mut tx = db.begin_at(exec.at).await?;
            let deleted = cascade(instance, &tx).await;
            tx.end(deleted).await?
        }
    };
    // In a transaction, the delete may still be undone; then the row would exist, and its id would be lost.
    if let DbOrTx::Db(_) = exec.target {
        instance.assign_primary_key(None);
    }
    Ok(deleted)
}

pub(super) async fn cascade<M: ModelInternals>(instance: &M, tx: &Tx) -> Result<Deleted> {
    cascade_of(std::slice::from_ref(instance), tx).await
}

/// Deletes several rows with their cascades. All receivers of `pre_delete` are called before the first row is deleted.
pub(super) async fn cascade_of<M: ModelInternals>(rows: &[M], tx: &Tx) -> Result<Deleted> {
    Cascade::collect(rows, tx).await?.delete().await
}

/// Deletes with one statement: there are no receivers, and the row has no cascade.
async fn remove<M: ModelInternals>(instance: &M, exec: Exec<'_>) -> Result<Deleted> {
    let key = [instance.column_value(M::MODEL.key)];
    let statement = Statement::new(&M::MODEL.statements(exec.dialect()).delete, &key).names(M::MODEL);
    let rows = or_nothing(exec.run(statement).await, &key)?;
    if let DbOrTx::Tx(tx) = exec.target {
        super::commit::deleted(instance, tx);
        note_database_cascade(M::MODEL, tx);
    }
    Ok(Deleted::of_one(M::MODEL, rows))
}
