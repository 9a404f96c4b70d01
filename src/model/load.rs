//! Reading rows.

use std::panic::Location;

use signals_core::__private::synchronous::send;
use signals_core::{BoxFuture, Context};

use super::id::UNSET_ID;
use super::operations::Loaded;
use super::{AnyModel, Field, Meta, ModelInternals, PostLoad};
use crate::column::{AnyColumn, Column};
use crate::db::{Exec, Params, Query, Row, Statement};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Value, ValueRef};

pub(super) async fn get<M: ModelInternals>(exec: Exec<'_>, key: &M::PrimaryKey) -> Result<Option<M>> {
    find(exec, M::MODEL.key, &[key.to_value()]).await
}

/// The row in the database that this one is, for the library itself.
pub(super) async fn same_row(exec: Exec<'_>, row: &dyn AnyModel) -> Result<Option<Box<dyn AnyModel>>> {
    let meta = row.any_meta();
    first_any(exec, meta, &meta.statements(exec.dialect()).select_by[meta.key], &[row.key()]).await
}

/// Like [`same_row`], locked because it will be updated.
pub(super) async fn same_row_for_update(exec: Exec<'_>, row: &dyn AnyModel) -> Result<Option<Box<dyn AnyModel>>> {
    any_by_key_for_update(exec, row.any_meta(), row.key()).await
}

/// The row with this key, locked because it will be updated.
pub(super) async fn any_by_key_for_update(
    exec: Exec<'_>,
    meta: &'static Meta,
    key: ValueRef<'_>,
) -> Result<Option<Box<dyn AnyModel>>> {
    first_any(exec, meta, &meta.statements(exec.dialect()).select_for_update, &[key]).await
}

pub(super) async fn refresh(instance: &mut dyn AnyModel, exec: Exec<'_>) -> Result<()> {
    let mut row = same_row(exec, instance).await?.ok_or_else(|| instance.any_meta().not_found())?;
    instance.take_columns(&mut *row);
    row_loaded(instance, exec.context())
}

pub(super) async fn all<M: ModelInternals>(exec: Exec<'_>) -> Result<Vec<M>> {
    rows(exec, &M::MODEL.statements(exec.dialect()).select, &()).await
}

/// The first row whose field has the value.
pub(crate) async fn find<M: ModelInternals>(exec: Exec<'_>, field: usize, value: &dyn Params) -> Result<Option<M>> {
    let mut found = first(exec, &M::MODEL.statements(exec.dialect()).select_by[field], value).await?;
    loaded(found.as_mut_slice(), exec.context())?;
    Ok(found)
}

async fn first<M: ModelInternals>(exec: Exec<'_>, sql: &str, value: &dyn Params) -> Result<Option<M>> {
    let mut found = None;
    let each = &mut |row: &Row<'_>| {
        if found.is_none() {
            found = Some(M::from_columns(row)?);
        }
        Ok(())
    };
    or_nothing(exec.run(Statement::query(sql, value, each).names(M::MODEL)).await, value)?;
    Ok(found)
}

/// The first row of a query for a model of any type.
async fn first_any(
    exec: Exec<'_>,
    meta: &'static Meta,
    sql: &str,
    value: &dyn Params,
) -> Result<Option<Box<dyn AnyModel>>> {
    Ok(or_nothing(read_any(exec, meta, sql, value).await, value)?.into_iter().next())
}

/// The answer to a lookup by these values. A value that the database cannot store, such as a string with a NUL in PostgreSQL, is
/// in no row, so the lookup finds nothing. A value that its type refuses, such as an unset id, is still an error.
pub(super) fn or_nothing<T: Default>(answer: Result<T>, values: &dyn Params) -> Result<T> {
    match answer {
        Err(error) if is_of_no_row(&error, values) => Ok(T::default()),
        answer => answer,
    }
}

/// Whether a lookup by these values failed because no row can have them.
fn is_of_no_row(error: &Error, values: &dyn Params) -> bool {
    let ErrorKind::Parameter { number, cast: None, .. } = *error.kind() else { return false };
    number <= values.len() && !matches!(values.get(number - 1), ValueRef::Refused(_))
}

pub(super) async fn rows<M: ModelInternals>(exec: Exec<'_>, sql: &str, params: &dyn Params) -> Result<Vec<M>> {
    let mut rows = read(exec, sql, params).await?;
    loaded(&mut rows, exec.context())?;
    Ok(rows)
}

/// Sends `post_load` of rows that the user queried. It is sent after the query, so that a receiver that fails is not an error of
/// the query.
pub(super) fn loaded<M: ModelInternals>(rows: &mut [M], context: &Context) -> Result<()> {
    if M::MODEL.lifecycle.post_load.has_receivers() {
        for instance in rows {
            send(&M::MODEL.lifecycle.post_load, PostLoad::<dyn AnyModel> { instance, context })?;
        }
    }
    Ok(())
}

/// Like [`loaded`], for one row.
pub(super) fn row_loaded(instance: &mut dyn AnyModel, context: &Context) -> Result<()> {
    let signal = &instance.any_meta().lifecycle.post_load;
    if signal.has_receivers() { Ok(send(signal, PostLoad::<dyn AnyModel> { instance, context })?) } else { Ok(()) }
}

/// Rows of the user's own SQL, whose columns have any order and may be among others.
#[doc(hidden)]
pub fn rows_by_name<M: ModelInternals>(query: Query<'_>) -> BoxFuture<'_, Result<Vec<M>>> {
    Box::pin(async move {
        let (mut order, context) = (None, query.context());
        let mut rows = query
            .read(|row| {
                let order = match &mut order {
                    Some(order) => order,
                    none => none.insert(by_name(M::MODEL, row)?),
                };
                M::from_columns(&row.in_order(order))
            })
            .await?;
        loaded(&mut rows, context)?;
        Ok(rows)
    })
}

/// One such row. `post_load` is not sent.
#[doc(hidden)]
pub fn row_by_name<M: ModelInternals>(row: &Row<'_>) -> Result<M> {
    M::from_columns(&row.in_order(&by_name(M::MODEL, row)?))
}

/// The indexes of the columns of a model in an answer.
fn by_name(meta: &Meta, row: &Row<'_>) -> Result<Vec<usize>> {
    let place = |field: &Field| {
        let mut found = row.positions(field.column);
        let (model, column) = (meta.name.to_owned(), field.column.to_owned());
        match (found.next(), found.next()) {
            (Some(index), None) => Ok(index),
            (None, _) => Err(ErrorKind::NotSelected { model, column }.into()),
            (Some(_), Some(_)) => Err(ErrorKind::SelectedTwice { model, column }.into()),
        }
    };
    meta.fields.iter().map(place).collect()
}

/// Rows for the library itself: `post_load` is not sent.
pub(super) async fn read<M: ModelInternals>(exec: Exec<'_>, sql: &str, params: &dyn Params) -> Result<Vec<M>> {
    let mut rows = Vec::new();
    let each = &mut |row: &Row<'_>| {
        rows.push(M::from_columns(row)?);
        Ok(())
    };
    exec.run(Statement::query(sql, params, each).names(M::MODEL)).await?;
    Ok(rows)
}

/// Like [`read`], for a model of any type.
pub(super) async fn read_any(exec: Exec<'_>, meta: &'static Meta, sql: &str, params: &dyn Params) -> Result<Loaded> {
    let mut rows = Loaded::new();
    let each = &mut |row: &Row<'_>| {
        rows.push((meta.operations.from_row)(row)?);
        Ok(())
    };
    exec.run(Statement::query(sql, params, each).names(meta)).await?;
    Ok(rows)
}

/// `User::by_age(..)`
#[doc(hidden)]
#[track_caller]
pub fn by_field<'a, M: ModelInternals, T: Send + Sync + 'a>(
    executor: &'a dyn crate::db::Executor,
    field: usize,
    value: T,
    any: fn(&T) -> &dyn AnyColumn,
) -> impl Future<Output = Result<Option<M>>> + Send + 'a {
    let place = Location::caller();
    async move { find(executor.exec(place), field, &[any(&value).any_value()]).await }
}

/// `User::by_username(..)` of a string.
#[doc(hidden)]
#[track_caller]
pub fn by_text<'a, M: ModelInternals>(
    executor: &'a dyn crate::db::Executor,
    field: usize,
    value: &'a str,
) -> impl Future<Output = Result<Option<M>>> + Send + 'a {
    let place = Location::caller();
    async move { find(executor.exec(place), field, &[ValueRef::Text(value)]).await }
}

/// `User::by_username(..)` of a field that is an `Option`.
#[doc(hidden)]
#[track_caller]
pub fn by_optional_field<'a, M: ModelInternals, T: Send + Sync + 'a>(
    executor: &'a dyn crate::db::Executor,
    field: usize,
    value: T,
    any: fn(&Option<T>) -> &dyn AnyColumn,
) -> impl Future<Output = Result<Option<M>>> + Send + 'a {
    let place = Location::caller();
    async move {
        let value = Some(value);
        // No row has an unset id.
        let value = Some(any(&value).any_value()).filter(|value| *value != UNSET_ID).unwrap_or(ValueRef::Null);
        find(executor.exec(place), field, &[value]).await
    }
}

/// Every row whose field has the value.
pub(super) async fn all_by_field<M: ModelInternals>(
    exec: Exec<'_>,
    field: usize,
    value: &dyn Params,
) -> Result<Vec<M>> {
    let found = rows(exec, &M::MODEL.statements(exec.dialect()).select_by[field], value).await;
    or_nothing(found, value)
}

/// Follows a field that points to the row with this key, or to no row.
pub(super) async fn follow<M: ModelInternals, Loaded>(
    exec: Exec<'_>,
    key: Option<ValueRef<'_>>,
    (model, field): (&'static str, &'static str),
    loaded: fn(Option<M>) -> Option<Loaded>,
) -> Result<Loaded> {
    let not_found = || M::MODEL.not_found();
    let row = match key {
        None => None,
        Some(ValueRef::Null) => {
            return Err(ErrorKind::UnsetId { model: model.to_owned(), field: field.to_owned() }.into());
        }
        Some(key) => Some(find(exec, M::MODEL.key, &[key]).await?.ok_or_else(not_found)?),
    };
    loaded(row).ok_or_else(not_found)
}

/// The key in the first column of a row.
pub(super) fn key_of<M: ModelInternals>(row: &crate::db::Row<'_>) -> Result<Value> {
    Ok(row.get::<M::PrimaryKey>(0)?.to_value().into())
}
