//! Sending a query, compiled once for all models where it can be.

use super::select::Select;
use super::write::{Bound, Ordered, Writer};
use crate::column::ColumnType;
use crate::db::{DbOrTx, Dialect, Exec, Names, Row, Statement};
use crate::error::{Error, ErrorKind, Lookup, Result};
use crate::model::{Meta, ModelInternals, load};

/// The rows of a query, after their `post_load`.
pub(super) async fn rows<M: ModelInternals>(exec: Exec<'_>, select: &Select<'_>) -> Result<Vec<M>> {
    let mut found = Vec::new();
    let each = &mut |row: &Row<'_>| {
        found.push(M::from_columns(row)?);
        Ok(())
    };
    let mut writer = Writer::new(exec.dialect());
    writer.select_rows(select)?;
    read(exec, select, &writer, each).await?;
    load::loaded(&mut found, exec.context())?;
    Ok(found)
}

/// Sends a query.
pub(super) async fn read(
    exec: Exec<'_>,
    select: &Select<'_>,
    writer: &Writer<'_>,
    each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
) -> Result<()> {
    if select.lock.is_some() && matches!(exec.target, DbOrTx::Db(_)) {
        return Err(Error::other(format!(
            "a lock on rows of `{}` ends with the statement on a `Db`, so that it locks nothing: pass the `&mut Tx` in which the rows \
             are written",
            select.meta.name
        )));
    }
    let names = QueryNames { meta: select.meta, params: &writer.params };
    exec.run(Statement::query(&writer.sql, &writer.params, each).names(&names)).await?;
    Ok(())
}

/// The names of the model and of the fields that values are compared with.
pub(crate) struct QueryNames<'a> {
    pub(crate) meta: &'static Meta,
    pub(crate) params: &'a Bound<'a>,
}

impl Names for QueryNames<'_> {
    fn rename(&self, error: &mut Error) {
        self.params.rename(error);
        self.meta.rename(error);
    }
}

/// The only one of at most two rows.
pub(super) fn only_one<T>(meta: &'static Meta, mut found: Vec<T>) -> Result<T> {
    let lookup = || Lookup::Query { model: meta.name.to_owned() };
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(ErrorKind::RowNotFound(lookup()).into()),
        (Some(row), true) => Ok(row),
        (Some(_), false) => Err(ErrorKind::MultipleRows(lookup()).into()),
    }
}

/// The keys of the rows.
pub(super) async fn keys<M: ModelInternals>(exec: Exec<'_>, select: &Select<'_>) -> Result<Vec<M::PrimaryKey>> {
    let mut writer = Writer::new(exec.dialect());
    writer.text("SELECT ").column(select.meta, select.meta.key).rows(select, Ordered::Yes)?;
    writer.lock(select);
    let mut keys = Vec::new();
    let each = &mut |row: &Row<'_>| {
        keys.push(row.get(0)?);
        Ok(())
    };
    read(exec, select, &writer, each).await?;
    Ok(keys)
}

pub(super) async fn count(exec: Exec<'_>, select: &Select<'_>) -> Result<u64> {
    let mut writer = Writer::new(exec.dialect());
    if select.is_limited() {
        writer.text("SELECT count(*) FROM (SELECT 1").rows(select, Ordered::No)?;
        writer.text(") AS counted");
    } else {
        writer.text("SELECT count(*)").rows(select, Ordered::No)?;
    }
    let mut count = 0;
    let each = &mut |row: &Row<'_>| {
        count = row.get::<i64>(0)?.unsigned_abs();
        Ok(())
    };
    read(exec, select, &writer, each).await?;
    Ok(count)
}

pub(super) async fn exists(exec: Exec<'_>, select: &Select<'_>) -> Result<bool> {
    let mut writer = Writer::new(exec.dialect());
    writer.text("SELECT EXISTS (SELECT 1").rows(select, Ordered::No)?;
    writer.text(")");
    let mut exists = false;
    let each = &mut |row: &Row<'_>| {
        exists = row.get(0)?;
        Ok(())
    };
    read(exec, select, &writer, each).await?;
    Ok(exists)
}

pub(super) async fn aggregate(
    exec: Exec<'_>,
    select: &Select<'_>,
    (opening, closing): (&str, &str),
    column: usize,
    each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
) -> Result<()> {
    let mut writer = Writer::new(exec.dialect());
    if let Some(direction) = first_instead_of(opening, exec.dialect(), select.meta.fields[column].ty) {
        writer.text("SELECT ").column(select.meta, column).text(" FROM (SELECT ").column(select.meta, column);
        writer.rows(select, Ordered::No)?;
        writer.text(") AS found WHERE ").column(select.meta, column).text(" IS NOT NULL ORDER BY ");
        writer.column(select.meta, column).text(direction).text(" LIMIT 1");
        return read(exec, select, &writer, each).await;
    }
    writer.text("SELECT ").text(opening).column(select.meta, column).text(closing);
    if select.is_limited() {
        writer.text(" FROM (SELECT ").column(select.meta, column).rows(select, Ordered::No)?;
        writer.text(") AS limited");
    } else {
        writer.rows(select, Ordered::No)?;
    }
    read(exec, select, &writer, each).await
}

/// PostgreSQL has no `max` and `min` of some types, which it orders: the direction in which the value comes first.
fn first_instead_of(function: &str, dialect: Dialect, ty: ColumnType) -> Option<&'static str> {
    let is_missing = matches!(ty, ColumnType::Boolean | ColumnType::Blob | ColumnType::Uuid | ColumnType::Json);
    match function {
        "max(" if is_missing && dialect == Dialect::Postgres => Some(" DESC"),
        "min(" if is_missing && dialect == Dialect::Postgres => Some(" ASC"),
        _ => None,
    }
}

impl<'q> Writer<'q> {
    /// SELECT of whole rows.
    fn select_rows(&mut self, select: &'q Select<'_>) -> Result<()> {
        let rows = &select.meta.statements(self.dialect).rows;
        self.text(rows).rest(select, Ordered::Yes)?;
        self.lock(select);
        Ok(())
    }
}
