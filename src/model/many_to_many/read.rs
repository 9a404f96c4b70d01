//! Reading a relation.

use super::relation::{Relation, Subject};
use super::sql::as_list;
use super::{Direction, Related, Through};
use crate::db::{Exec, Params, Row, Statement};
use crate::error::Result;
use crate::model::{Id, ModelInternals, load};
use crate::value::ValueRef;

pub(super) async fn all<T, D>(related: Related<'_, T, D>, exec: Exec<'_>) -> Result<Vec<D::Far>>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    let subject = related.subject();
    let params = [ValueRef::Integer(subject.id()?)];
    load::rows(exec, &subject.relation.statements(exec.dialect()).all, &params).await
}

pub(super) async fn typed_ids<M>(subject: Subject<'_>, exec: Exec<'_>) -> Result<Vec<Id<M>>> {
    Ok(ids(&subject, exec).await?.into_iter().map(Id::new).collect())
}

pub(super) async fn ids(subject: &Subject<'_>, exec: Exec<'_>) -> Result<Vec<i64>> {
    let params = [ValueRef::Integer(subject.id()?)];
    numbers(exec, &subject.relation.statements(exec.dialect()).ids, &params).await
}

/// The ids of this list that the row is related to.
pub(super) async fn among(subject: &Subject<'_>, exec: Exec<'_>, ids: &[i64]) -> Result<Vec<i64>> {
    related_among(&subject.relation, subject.id()?, ids, exec).await
}

/// The ids of this list that the row with this id is related to.
pub(super) async fn related_among(relation: &Relation, id: i64, ids: &[i64], exec: Exec<'_>) -> Result<Vec<i64>> {
    let list = as_list(ids, exec.dialect());
    let params = [ValueRef::Integer(id), ValueRef::Text(&list)];
    numbers(exec, &relation.statements(exec.dialect()).among, &params).await
}

pub(super) async fn count(subject: Subject<'_>, exec: Exec<'_>) -> Result<u64> {
    let params = [ValueRef::Integer(subject.id()?)];
    let counts = numbers(exec, &subject.relation.statements(exec.dialect()).count, &params).await?;
    Ok(counts.into_iter().map(i64::unsigned_abs).sum())
}

pub(super) async fn contains(subject: Subject<'_>, exec: Exec<'_>, id: Option<i64>) -> Result<bool> {
    let relation = &subject.relation;
    let id = id.ok_or_else(|| relation.unset(relation.far))?;
    let params = [ValueRef::Integer(subject.id()?), ValueRef::Integer(id)];
    let mut found = false;
    let each = &mut |_: &Row<'_>| {
        found = true;
        Ok(())
    };
    exec.run(Statement::query(&relation.statements(exec.dialect()).contains, &params, each)).await?;
    Ok(found)
}

/// The first column of every row.
async fn numbers(exec: Exec<'_>, sql: &str, params: &dyn Params) -> Result<Vec<i64>> {
    let mut values = Vec::new();
    let each = &mut |row: &Row<'_>| {
        values.push(row.get(0)?);
        Ok(())
    };
    exec.run(Statement::query(sql, params, each)).await?;
    Ok(values)
}
