//! Inserting a row, or writing some fields of an existing one, with one statement.

use super::draft::Draft;
use super::lookup::given;
use super::names::WrittenModel;
use super::params::ColumnParams;
use super::save::{self, SaveMode};
use super::update_or_create::check_write;
use super::{FieldSet, Key, ModelInternals, commit, load, sql};
use crate::db::{DbOrTx, Exec, Tx};
use crate::error::Result;

/// Inserts the instance, or writes these fields of the row that has its values in `unique`. It sends no signals.
pub(super) async fn upsert<M: ModelInternals>(
    instance: &mut M,
    exec: Exec<'_>,
    (unique, write): (FieldSet<M>, FieldSet<M>),
) -> Result<()> {
    let mut draft = Draft::new(instance, &|_| true);
    let checked = check(&*draft, unique, write);
    let row = match exec.target {
        DbOrTx::Tx(tx) => tx.whole(async { upsert_in(&mut draft, tx, (&checked?, write)).await }).await?,
        DbOrTx::Db(db) => {
            let unique = checked?;
            let mut tx = db.begin_at(exec.at).await?;
            let row = upsert_in(&mut draft, &tx, (&unique, write)).await;
            tx.end(row).await?
        }
    };
    draft.assign_columns(row);
    draft.keep();
    Ok(())
}

/// The indexes of the unique fields.
fn check<M: ModelInternals>(instance: &M, unique: FieldSet<M>, write: FieldSet<M>) -> Result<Vec<usize>> {
    save::check(instance, &SaveMode::Insert)?;
    let unique = given(instance, unique)?;
    check_write(write, &unique)?;
    Ok(unique)
}

async fn upsert_in<M: ModelInternals>(
    draft: &mut Draft<'_, M>,
    tx: &Tx,
    (unique, write): (&[usize], FieldSet<M>),
) -> Result<M> {
    let exec = Exec::within(tx);
    if let Some(version) = draft.version_counter() {
        version.start();
    }
    let has_key = !draft.primary_key().is_unset();
    let insert = (0..M::COLUMN_COUNT).filter(|index| has_key || *index != M::MODEL.key);
    let insert = insert.filter(|&index| !M::MODEL.is_read_only(index)).collect();
    // With an empty `write`, the row is left unchanged.
    let write = if write.is_empty() { write } else { write | FieldSet::set_by_saves() };
    let statement = sql::upsert(M::MODEL, insert, unique, &write.indexes().collect::<Vec<_>>(), exec.dialect());
    let fields = ColumnParams::of(&**draft, &statement.fields);
    let rows = load::read::<M>(exec, &statement.sql, &fields).await;
    let rows = rows.map_err(|error| WrittenModel::new(M::MODEL, &statement.fields).of_parameter(error))?;
    commit::changed::<M>(tx);
    rows.into_iter().next().ok_or_else(|| M::MODEL.not_found())
}
