//! Writing many rows at once, without the signals of each row unless requested.

mod create;
mod delete;
mod update;

pub use create::CreateMany;
pub use delete::DeleteWhere;
pub use update::UpdateWhere;

use super::Meta;
use super::sql::keys_by;
use crate::db::{Dialect, Exec, Params, Row, Statement, Tx, placeholders};
use crate::error::{Error, Result};
use crate::value::Value;

/// Whether the signals of each row are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
enum RowSignals {
    Skipped,
    Sent,
}

/// A condition that the user wrote, and its parameters.
#[derive(Clone, Copy)]
struct Condition<'a> {
    sql: &'a str,
    params: &'a dyn Params,
}

impl<'a> Condition<'a> {
    /// Refuses an empty condition: a statement for every row should say so.
    fn new(sql: &'a str, params: &'a dyn Params) -> Result<Self> {
        if sql.trim().is_empty() {
            return Err(Error::other("the condition is empty: write `true` if every row is meant"));
        }
        Ok(Self { sql, params })
    }

    /// The condition as part of a statement, in which its parameters are the first.
    fn sql(&self, dialect: Dialect) -> Result<String> {
        placeholders::of_condition(self.sql, self.params.len(), dialect)
    }
}

/// The keys of the rows that meet the condition, locked.
async fn keys(meta: &'static Meta, condition: Condition<'_>, tx: &Tx) -> Result<Vec<Value>> {
    let dialect = tx.db().dialect();
    let sql = keys_by(meta, &condition.sql(dialect)?, dialect);
    let mut keys = Vec::new();
    let each = &mut |row: &Row<'_>| {
        keys.push((meta.operations.key_of)(row)?);
        Ok(())
    };
    Exec::within(tx).run(Statement::query(&sql, condition.params, each)).await?;
    Ok(keys)
}
