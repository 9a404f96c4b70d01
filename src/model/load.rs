//! Reading rows.

use std::panic::Location;

use signals_core::__private::synchronous::send;

use super::draft::named;
use super::{Id, Model, PostLoad};
use crate::db::{Exec, Params};
use crate::error::Result;
use crate::value::{Column, ValueRef};

pub(super) async fn get<M: Model>(
    exec: Exec<'_>,
    key: &M::Key,
    place: &'static Location<'static>,
) -> Result<Option<M>> {
    find(exec, M::META.key, &[key.to_value()], place).await
}

/// The row with this key, for the library itself: `post_load` is not sent.
pub(crate) async fn by_key<M: Model>(
    exec: Exec<'_>,
    key: &M::Key,
    place: &'static Location<'static>,
) -> Result<Option<M>> {
    first(exec, M::META.key, &[key.to_value()], place).await
}

pub(super) async fn refresh<M: Model>(
    instance: &mut M,
    exec: Exec<'_>,
    place: &'static Location<'static>,
) -> Result<()> {
    let row = by_key::<M>(exec, instance.key(), place).await?;
    instance.assign(row.ok_or_else(|| M::META.not_found())?);
    loaded(std::slice::from_mut(instance))
}

pub(super) async fn all<M: Model>(exec: Exec<'_>, place: &'static Location<'static>) -> Result<Vec<M>> {
    rows(exec, &M::META.statements(exec.dialect()).select, &(), place).await
}

/// The first row whose field has the value.
pub(super) async fn find<M: Model>(
    exec: Exec<'_>,
    field: usize,
    value: &dyn Params,
    place: &'static Location<'static>,
) -> Result<Option<M>> {
    let mut found = first(exec, field, value, place).await?;
    loaded(found.as_mut_slice())?;
    Ok(found)
}

async fn first<M: Model>(
    exec: Exec<'_>,
    field: usize,
    value: &dyn Params,
    place: &'static Location<'static>,
) -> Result<Option<M>> {
    let mut found = None;
    let sql = &M::META.statements(exec.dialect()).select_by[field];
    exec.query(place, sql, value, &mut |row| {
        if found.is_none() {
            found = Some(M::from_row(row)?);
        }
        Ok(())
    })
    .await
    .map_err(named::<M>(exec))?;
    Ok(found)
}

pub(super) async fn rows<M: Model>(
    exec: Exec<'_>,
    sql: &str,
    params: &dyn Params,
    place: &'static Location<'static>,
) -> Result<Vec<M>> {
    let mut rows = read(exec, sql, params, place).await?;
    loaded(&mut rows)?;
    Ok(rows)
}

/// Tells the receivers of rows that a person asked for. Not while they are read: a receiver that fails is no failure of the
/// query.
pub(super) fn loaded<M: Model>(rows: &mut [M]) -> Result<()> {
    if M::POST_LOAD.has_receivers() {
        for instance in rows {
            send(M::POST_LOAD, PostLoad { instance })?;
        }
    }
    Ok(())
}

/// Rows for the library itself: `post_load` is not sent.
pub(super) async fn read<M: Model>(
    exec: Exec<'_>,
    sql: &str,
    params: &dyn Params,
    place: &'static Location<'static>,
) -> Result<Vec<M>> {
    let mut rows = Vec::new();
    exec.query(place, sql, params, &mut |row| {
        rows.push(M::from_row(row)?);
        Ok(())
    })
    .await
    .map_err(named::<M>(exec))?;
    Ok(rows)
}

/// `User::by_username(..)`
#[doc(hidden)]
#[track_caller]
pub fn by_field<'a, M: Model, T: Send + Sync + 'a>(
    executor: &'a dyn crate::db::Executor,
    field: usize,
    value: T,
    to_value: fn(&T) -> ValueRef<'_>,
) -> impl Future<Output = Result<Option<M>>> + Send + 'a {
    let place = Location::caller();
    async move { find(executor.exec(), field, &[to_value(&value)], place).await }
}

/// Every row whose field has the value.
pub(super) async fn all_by_field<M: Model>(
    exec: Exec<'_>,
    field: usize,
    value: &dyn Params,
    place: &'static Location<'static>,
) -> Result<Vec<M>> {
    rows(exec, &M::META.statements(exec.dialect()).select_by[field], value, place).await
}

/// What following a field gives, which points to the row with this id or to none.
pub(super) async fn follow<M: Model, Loaded>(
    exec: Exec<'_>,
    id: Option<Id<M>>,
    field: &'static str,
    loaded: fn(Option<M>) -> Option<Loaded>,
    place: &'static Location<'static>,
) -> Result<Loaded> {
    let not_found = || M::META.not_found();
    let row = match id {
        None => None,
        Some(id) if id.is_unset() => return Err(M::META.unset_id(field)),
        Some(id) => Some(find(exec, M::META.key, &[id.to_value()], place).await?.ok_or_else(not_found)?),
    };
    loaded(row).ok_or_else(not_found)
}
