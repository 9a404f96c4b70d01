//! Writing many rows at once, without the signals of each row unless requested.

mod create;
mod delete;
mod update;

pub use create::CreateMany;
pub use delete::{DeleteRows, DeleteWhere};
pub use update::{UpdateRows, UpdateWhere};

use super::Meta;
use super::query::{Node, Nodes, QueryNames, Select, Writer};
use crate::db::{Exec, Params, Row, Statement, Tx};
use crate::error::{Error, Result};
use crate::value::Value;

/// Whether the signals of each row are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
enum RowSignals {
    Skipped,
    Sent,
}

/// The rows that meet a condition in SQL. An empty one is refused: a statement for every row should say so.
fn rows_where<'a>(meta: &'static Meta, (sql, params): (&'a str, &'a dyn Params)) -> Result<Select<'a>> {
    if sql.trim().is_empty() {
        return Err(Error::other("the condition is empty: write `true` if every row is meant"));
    }
    let mut select = Select::all_of(meta);
    select.narrow(Nodes::one(Node::Sql { sql, params }));
    Ok(select)
}

/// The keys of the rows, locked.
async fn keys(select: &Select<'_>, tx: &Tx) -> Result<Vec<Value>> {
    let meta = select.meta;
    let mut writer = Writer::new(tx.db().dialect());
    writer.keys_to_write(select)?;
    let mut keys = Vec::new();
    let each = &mut |row: &Row<'_>| {
        keys.push((meta.operations.key_of)(row)?);
        Ok(())
    };
    let names = QueryNames { meta, params: &writer.params };
    Exec::within(tx).run(Statement::query(&writer.sql, &writer.params, each).names(&names)).await?;
    Ok(keys)
}
