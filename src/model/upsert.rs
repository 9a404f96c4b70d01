//! Inserting a row, or writing some fields of an existing one, with one statement.

use super::draft::Draft;
use super::lookup::given;
use super::names::WrittenModel;
use super::params::RowParams;
use super::save::{self, SaveMode};
use super::update_or_create::check_write;
use super::valid::validate;
use super::{AnyModel, FieldSet, ModelInternals, commit, load, sql};
use crate::db::{DbOrTx, Exec, Tx};
use crate::error::Result;

/// Inserts the instance, or writes these fields of the row that has its values in `unique`. It sends no signals.
pub(super) async fn upsert<M: ModelInternals>(
    instance: &mut M,
    exec: Exec<'_>,
    (unique, write): (FieldSet<M>, FieldSet<M>),
) -> Result<()> {
    let (unique, write) = (unique.of_any(), write.of_any());
    let draft = Draft::new(instance);
    draft.row.fill_columns(&|_| true);
    draft.row.settle_columns();
    let checked = check(draft.row, unique, write);
    let mut row = match exec.target {
        DbOrTx::Tx(tx) => tx.whole(async { upsert_in(draft.row, tx, (&checked?, write)).await }).await?,
        DbOrTx::Db(db) => {
            let unique = checked?;
            let mut tx = db.begin_at(exec.at).await?;
            let row = upsert_in(draft.row, &tx, (&unique, write)).await;
            tx.end(row).await?
        }
    };
    <dyn AnyModel>::take_columns(draft.row, &mut *row);
    draft.keep();
    Ok(())
}

/// The indexes of the unique fields.
fn check(instance: &dyn AnyModel, unique: FieldSet<dyn AnyModel>, write: FieldSet<dyn AnyModel>) -> Result<Vec<usize>> {
    save::check(instance, SaveMode::Insert)?;
    validate(instance, None, None)?;
    let unique = given(instance, unique)?;
    check_write(write, &unique)?;
    Ok(unique)
}

async fn upsert_in(
    row: &mut dyn AnyModel,
    tx: &Tx,
    (unique, write): (&[usize], FieldSet<dyn AnyModel>),
) -> Result<Box<dyn AnyModel>> {
    let (exec, meta) = (Exec::within(tx), row.any_meta());
    if let Some(version) = row.version_counter() {
        version.start();
    }
    let has_key = !row.is_unset();
    let insert = (0..meta.fields.len()).filter(|index| has_key || *index != meta.key);
    let insert = insert.filter(|&index| !meta.is_read_only(index)).collect();
    // With an empty `write`, the row is left unchanged.
    let write = if write.is_empty() { write } else { write | FieldSet::set_by_saves_of(meta) };
    let statement = sql::upsert(meta, insert, unique, &write.indexes().collect::<Vec<_>>(), exec.dialect());
    let fields = RowParams::new(row, &statement.fields);
    let rows = load::read_any(exec, meta, &statement.sql, &fields).await;
    let rows = rows.map_err(|error| WrittenModel::new(meta, &statement.fields).of_parameter(error))?;
    commit::changed(meta, tx);
    rows.into_iter().next().ok_or_else(|| meta.not_found())
}
