//! Reading rows.

use std::panic::Location;

use super::Model;
use crate::db::{Exec, Parameter, Params};
use crate::error::{Error, Result};
use crate::value::Column;

pub(crate) async fn by_key<M: Model>(
    exec: Exec<'_>,
    key: &M::Key,
    place: &'static Location<'static>,
) -> Result<Option<M>> {
    find(exec, M::META.key, &[key.to_value()], place).await
}

pub(super) async fn refresh<M: Model>(
    instance: &mut M,
    exec: Exec<'_>,
    place: &'static Location<'static>,
) -> Result<()> {
    let row = by_key::<M>(exec, instance.key(), place).await?;
    instance.assign(row.ok_or_else(|| Error::NotFound { model: M::META.name.to_owned() })?);
    Ok(())
}

pub(super) async fn all<M: Model>(exec: Exec<'_>, place: &'static Location<'static>) -> Result<Vec<M>> {
    rows(exec, &M::META.statements().select, &(), place).await
}

/// The first row whose field has the value.
pub(super) async fn find<M: Model>(
    exec: Exec<'_>,
    field: usize,
    value: &dyn Params,
    place: &'static Location<'static>,
) -> Result<Option<M>> {
    let mut found = None;
    let sql = &M::META.statements().select_by[field];
    exec.query(place, sql, value, &mut |row| {
        if found.is_none() {
            found = Some(M::from_row(row)?);
        }
        Ok(())
    })
    .await?;
    Ok(found)
}

async fn rows<M: Model>(
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
    .await?;
    Ok(rows)
}

/// `User::by_username(..)`
#[doc(hidden)]
#[track_caller]
pub fn by_field<'a, M: Model>(
    executor: &'a dyn crate::db::Executor,
    field: usize,
    value: impl Parameter + Send + 'a,
) -> impl Future<Output = Result<Option<M>>> + Send + 'a {
    let place = Location::caller();
    async move { find(executor.exec(), field, &[value.to_parameter()], place).await }
}

/// `user.article_set(..)`
#[doc(hidden)]
#[track_caller]
pub fn all_by_field<'a, M: Model>(
    executor: &'a dyn crate::db::Executor,
    field: usize,
    value: impl Parameter + Send + 'a,
) -> impl Future<Output = Result<Vec<M>>> + Send + 'a {
    let place = Location::caller();
    let sql = &M::META.statements().select_by[field];
    async move { rows(executor.exec(), sql, &[value.to_parameter()], place).await }
}

/// `profile.user(..)`
#[doc(hidden)]
#[track_caller]
pub fn follow<'a, R: super::Reference>(
    executor: &'a dyn crate::db::Executor,
    reference: &'a R,
    field: &'static str,
) -> impl Future<Output = Result<R::Loaded>> + Send + 'a {
    let place = Location::caller();
    async move { reference.load(executor.exec(), place, field).await }
}
