//! Reading a relation.

use super::sql::as_list;
use super::{Direction, Related, Through};
use crate::column::Column;
use crate::db::{Exec, Params, Row, Statement};
use crate::error::Result;
use crate::model::{Id, ModelInternals, load};
use crate::value::ValueRef;

impl<T, D> Related<'_, T, D>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    /// The id of the row. An unset id is an error.
    pub(super) fn id(self) -> Result<i64> {
        match self.row.column_value(D::Near::MODEL.key) {
            ValueRef::Integer(id) => Ok(id),
            _ => Err(unset::<T>(D::near())),
        }
    }
}

/// The error of an unset id, of one side.
pub(super) fn unset<T: ModelInternals>(field: usize) -> crate::Error {
    T::MODEL.unset_id(T::MODEL.fields[field].name)
}

pub(super) async fn all<T, D>(related: Related<'_, T, D>, exec: Exec<'_>) -> Result<Vec<D::Far>>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    let params = [ValueRef::Integer(related.id()?)];
    load::rows(exec, &T::LINK.statements::<D>(exec.dialect()).all, &params).await
}

pub(super) async fn ids<T, D>(related: Related<'_, T, D>, exec: Exec<'_>) -> Result<Vec<Id<D::Far>>>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    let params = [ValueRef::Integer(related.id()?)];
    column(exec, &T::LINK.statements::<D>(exec.dialect()).ids, &params).await
}

/// The ids of this list that the row is related to.
pub(super) async fn among<T, D>(
    related: Related<'_, T, D>,
    exec: Exec<'_>,
    ids: &[Id<D::Far>],
) -> Result<Vec<Id<D::Far>>>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    let list = as_list(ids, exec.dialect());
    let params = [ValueRef::Integer(related.id()?), ValueRef::Text(&list)];
    column(exec, &T::LINK.statements::<D>(exec.dialect()).among, &params).await
}

pub(super) async fn count<T, D>(related: Related<'_, T, D>, exec: Exec<'_>) -> Result<u64>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    let params = [ValueRef::Integer(related.id()?)];
    let counts = column::<i64>(exec, &T::LINK.statements::<D>(exec.dialect()).count, &params).await?;
    Ok(counts.into_iter().map(i64::unsigned_abs).sum())
}

pub(super) async fn contains<T, D>(related: Related<'_, T, D>, exec: Exec<'_>, id: Id<D::Far>) -> Result<bool>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    let id = id.get().ok_or_else(|| unset::<T>(D::far()))?;
    let params = [ValueRef::Integer(related.id()?), ValueRef::Integer(id)];
    let mut found = false;
    let each = &mut |_: &Row<'_>| {
        found = true;
        Ok(())
    };
    exec.run(Statement::query(&T::LINK.statements::<D>(exec.dialect()).contains, &params, each)).await?;
    Ok(found)
}

/// The first column of every row.
async fn column<C: Column>(exec: Exec<'_>, sql: &str, params: &dyn Params) -> Result<Vec<C>> {
    let mut values = Vec::new();
    let each = &mut |row: &Row<'_>| {
        values.push(row.get(0)?);
        Ok(())
    };
    exec.run(Statement::query(sql, params, each)).await?;
    Ok(values)
}
