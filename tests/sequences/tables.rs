//! What the tables hold, read with one statement.

use signals::model::Meta;
use signals::prelude::*;

use crate::rows::{Kind, Link, Rows, Value};

/// The most columns that a table has.
const COLUMNS: usize = 6;

/// SQL that reads every row of every table as strings, after the name of its model.
pub(crate) fn sql() -> String {
    let of = |name: &str| signals::model::registered_models().into_iter().find(|meta| meta.name == name);
    let kinds = Kind::ALL.into_iter().filter_map(|kind| of(kind.name()));
    let select = |meta: &Meta, columns: &[&str]| {
        let texts = columns.iter().map(|column| format!("CAST(\"{column}\" AS TEXT)"));
        let texts: Vec<String> = texts.chain(std::iter::repeat("NULL".to_owned())).take(COLUMNS).collect();
        format!("SELECT '{}', {} FROM \"{}\"", meta.name, texts.join(", "), meta.table)
    };
    let columns = |meta: &'static Meta| meta.fields.iter().map(|field| field.column).collect::<Vec<_>>();
    let rows = kinds.map(|meta| select(meta, &columns(meta)));
    // The key of a through model says nothing.
    let links = Link::ALL.into_iter().filter_map(|link| of(link.name()));
    let pairs = links.map(|meta| select(meta, &columns(meta)[1..]));
    rows.chain(pairs).collect::<Vec<_>>().join(" UNION ALL ")
}

/// The rows, one on each line, in an order.
pub(crate) async fn read(db: &Db, tx: Option<&Tx>, sql: &str) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut each = |row: &signals::db::Row<'_>| {
        let model: String = row.get(0)?;
        let values = (1..=COLUMNS).map(|column| row.get::<Option<String>>(column)).collect::<Result<Vec<_>>>()?;
        lines.push(line(&model, values));
        Ok(())
    };
    match tx {
        Some(tx) => tx.for_each_row(sql, &(), &mut each).await?,
        None => db.for_each_row(sql, &(), &mut each).await?,
    }
    lines.sort_unstable();
    Ok(lines)
}

/// The same of rows in memory.
pub(crate) fn lines(rows: &Rows) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::Integer(value) => Some(value.to_string()),
        Value::Text(value) => Some(value.clone()),
    };
    let rows_of = |kind: Kind| rows.of(kind).map(move |row| line(kind.name(), row.values.iter().map(text)));
    let pairs_of = |link: Link| {
        let pairs = rows.pairs(link).map(|(source, target)| [Some(source.to_string()), Some(target.to_string())]);
        pairs.map(move |pair| line(link.name(), pair))
    };
    let mut lines: Vec<String> =
        Kind::ALL.into_iter().flat_map(rows_of).chain(Link::ALL.into_iter().flat_map(pairs_of)).collect();
    lines.sort_unstable();
    lines
}

fn line(model: &str, values: impl IntoIterator<Item = Option<String>>) -> String {
    let values = values.into_iter().chain(std::iter::repeat(None)).take(COLUMNS);
    let values = values.map(|value| value.map_or_else(|| "null".to_owned(), |value| format!("{value:?}")));
    format!("{model} {}", values.collect::<Vec<_>>().join(" "))
}
