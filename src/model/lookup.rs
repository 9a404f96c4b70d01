//! Finding a row by some of its fields, or creating it.

use super::params::RowParams;
use super::save::{self, SaveMode};
use super::sql::{self, Lock};
use super::{AnyModel, FieldSet, load};
use crate::db::{DbOrTx, Exec};
use crate::error::{Error, ErrorKind, Lookup, Result};
use crate::model::names::WrittenModel;
use crate::value::ValueRef;

/// Finds the row that has the values of the instance in these fields, or creates it; returns whether it was created.
pub(super) async fn get_or_create(
    instance: &mut dyn AnyModel,
    exec: Exec<'_>,
    fields: FieldSet<dyn AnyModel>,
) -> Result<bool> {
    if let Some(row) = find(instance, exec, fields, Lock::None).await? {
        return become_row(instance, row, exec);
    }
    let lost = match create(instance, exec).await {
        Err(error) if is_duplicate(instance, &error) => error,
        created => return created.map(|()| true),
    };
    // Another transaction has created it, or another unique field has a value that is taken.
    match find(instance, exec, fields, Lock::None).await? {
        Some(row) => become_row(instance, row, exec),
        None => Err(lost),
    }
}

/// The row with the values of the instance in these fields.
pub(super) async fn find(
    instance: &dyn AnyModel,
    exec: Exec<'_>,
    fields: FieldSet<dyn AnyModel>,
    lock: Lock,
) -> Result<Option<Box<dyn AnyModel>>> {
    let (meta, given) = (instance.any_meta(), given(instance, fields)?);
    let is_null = |index: usize| instance.column_value(index) == ValueRef::Null;
    let statement = sql::find(meta, &given, &is_null, lock, exec.dialect());
    let fields = RowParams::new(instance, &statement.fields);
    let rows = load::read_any(exec, meta, &statement.sql, &fields).await;
    let rows = load::or_nothing(rows, &fields);
    let mut rows = rows.map_err(|error| WrittenModel::new(meta, &statement.fields).of_parameter(error))?;
    if rows.len() > 1 {
        let fields = given.iter().map(|&index| meta.fields[index].name.to_owned()).collect();
        return Err(ErrorKind::MultipleRows(Lookup::Fields { model: meta.name.to_owned(), fields }).into());
    }
    Ok(rows.pop())
}

/// The indexes of these fields, or that of the key for an empty set. An unset id is an error.
pub(super) fn given(instance: &dyn AnyModel, fields: FieldSet<dyn AnyModel>) -> Result<Vec<usize>> {
    let meta = instance.any_meta();
    let given = if fields.is_empty() { vec![meta.key] } else { fields.indexes().collect() };
    for &index in &given {
        let field = &meta.fields[index];
        if field.is_unset(instance.column_value(index)) {
            return Err(meta.unset_id(field.name));
        }
    }
    Ok(given)
}

/// The instance becomes the row, which was not created.
pub(super) fn become_row(instance: &mut dyn AnyModel, mut row: Box<dyn AnyModel>, exec: Exec<'_>) -> Result<bool> {
    instance.take_columns(&mut *row);
    load::row_loaded(instance, exec.context())?;
    Ok(false)
}

/// Creates the row in a transaction of its own, or in a savepoint, so that a duplicate does not end the transaction of the
/// caller.
pub(super) async fn create(instance: &mut dyn AnyModel, exec: Exec<'_>) -> Result<()> {
    match exec.target {
        DbOrTx::Db(_) => save::save_any(instance, exec, &SaveMode::Insert).await,
        DbOrTx::Tx(tx) => {
            tx.savepoint_at(exec.at, async |tx| save::save_any(instance, tx.exec(exec.at), &SaveMode::Insert).await)
                .await
        }
    }
}

/// Whether the duplicate is this row, and not one that a receiver saves.
pub(super) fn is_duplicate(instance: &dyn AnyModel, error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unique { model, .. } if model == instance.any_meta().name)
}
