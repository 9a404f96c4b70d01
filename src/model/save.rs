//! Saving: `pre_save`, the statement, `post_save`, in one transaction.

use std::panic::Location;

use signals_core::__private::asynchronous::send;

use super::draft::{Draft, Fields, check_ids, named};
use super::{Key, Model, PostSave, PreSave, commit};
use crate::db::{Exec, Tx};
use crate::error::Result;

/// What to do with a key that is set.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum How {
    /// UPDATE, and INSERT if there was no row.
    InsertOrUpdate,
    /// INSERT.
    Insert,
}

pub(super) async fn save<M: Model>(
    instance: &mut M,
    exec: Exec<'_>,
    how: How,
    place: &'static Location<'static>,
) -> Result<()> {
    let mut draft = Draft::new(instance);
    let checked = check_ids(&*draft);
    match exec {
        Exec::Tx(tx) => {
            let saved = async {
                checked?;
                save_in(&mut draft, tx, how, place).await
            };
            tx.whole(saved).await?;
        }
        Exec::Db(_) if checked.is_err() => checked?,
        Exec::Db(db) if has_receivers::<M>() => {
            let tx = db.begin_at(place).await?;
            let saved = save_in(&mut draft, &tx, how, place).await;
            tx.end(saved).await?;
        }
        Exec::Db(_) => {
            write(&mut draft, exec, how, place).await?;
        }
    }
    draft.keep();
    Ok(())
}

fn has_receivers<M: Model>() -> bool {
    M::PRE_SAVE.has_receivers() || M::POST_SAVE.has_receivers() || M::POST_COMMIT.has_receivers()
}

async fn save_in<M: Model>(
    draft: &mut Draft<'_, M>,
    tx: &Tx,
    how: How,
    place: &'static Location<'static>,
) -> Result<()> {
    if M::PRE_SAVE.has_receivers() {
        send(M::PRE_SAVE, PreSave { instance: &mut **draft, tx: &mut tx.handle() }).await?;
        check_ids(&**draft)?;
    }
    let created = write(draft, Exec::Tx(tx), how, place).await?;
    if M::POST_SAVE.has_receivers() {
        send(M::POST_SAVE, PostSave { instance: &**draft, created, tx: &mut tx.handle() }).await?;
    }
    if M::POST_COMMIT.has_receivers() {
        commit::saved(&**draft, created, tx, place);
    }
    Ok(())
}

/// Writes the row, and says whether it was inserted.
async fn write<M: Model>(
    draft: &mut Draft<'_, M>,
    exec: Exec<'_>,
    how: How,
    place: &'static Location<'static>,
) -> Result<bool> {
    let statements = M::META.statements();
    let has_key = !draft.key().is_unset();
    if has_key && how == How::InsertOrUpdate {
        let fields = Fields { instance: &**draft, fields: &statements.update.fields };
        let updated = exec.execute(place, &statements.update.sql, &fields).await.map_err(named::<M>)?;
        if updated > 0 {
            return Ok(false);
        }
    }
    let insert = if has_key { &statements.insert_with_key } else { &statements.insert };
    let fields = Fields { instance: &**draft, fields: &insert.fields };
    let assigned = exec.insert(place, &insert.sql, &fields).await.map_err(named::<M>)?;
    if !has_key && let Some(key) = M::Key::assigned(assigned) {
        draft.set_key(key);
    }
    Ok(true)
}
