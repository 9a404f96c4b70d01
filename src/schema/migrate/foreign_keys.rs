//! Migrations of SQLite that turn foreign keys off, because they rebuild a table that other tables point to.
//!
//! `PRAGMA foreign_keys = OFF` does nothing in a transaction. A migration that has it says what it needs: foreign keys are turned
//! off before the transaction begins, all of them are checked before it commits, and they are on again after it.

use std::panic::Location;

use crate::db::{Db, Dialect, Exec, Row, Statement, Token, Tokens, TransactionOptions, Tx};
use crate::error::{Error, Result};

/// Whether the SQL of a migration turns foreign keys off.
pub(super) fn turned_off(sql: &str, dialect: Dialect) -> bool {
    let tokens: Vec<Token<'_>> = Tokens::of(sql, dialect).map(|(_, token)| token).collect();
    dialect == Dialect::Sqlite
        && tokens.windows(4).any(|four| {
            let is_off = four[3].is_any(&["OFF", "NO", "FALSE"]) || four[3] == Token::Literal;
            four[0].is("PRAGMA") && four[1].is("foreign_keys") && four[2] == Token::Symbol(b'=') && is_off
        })
}

/// Begins a transaction, with or without foreign keys.
pub(super) async fn begin(db: &Db, is_unchecked: bool, at: &'static Location<'static>) -> Result<Tx> {
    let options = TransactionOptions::new();
    db.begin_with_at(if is_unchecked { options.without_foreign_keys() } else { options }, at).await
}

/// Fails if a row points to a row that does not exist.
pub(super) async fn check(tx: &Tx) -> Result<()> {
    let mut dangling: Option<(String, String, i64)> = None;
    let mut count = 0;
    let each = &mut |row: &Row<'_>| {
        count += 1;
        if dangling.is_none() {
            dangling = Some((row.get(0)?, row.get(1)?, row.get::<Option<i64>>(2)?.unwrap_or_default()));
        }
        Ok(())
    };
    let sql = r#"SELECT "table", "parent", "rowid" FROM pragma_foreign_key_check"#;
    Exec::within(tx).run(Statement::query(sql, &(), each)).await?;
    let Some((table, target, row)) = dangling else { return Ok(()) };
    let others = match count {
        1 => String::new(),
        2 => ", and so does another one".to_owned(),
        _ => format!(", and so do {} others", count - 1),
    };
    Err(Error::database(format!(
        "after the migrations, the row {row} of `{table}` points to a row of `{target}` that does not exist{others}: delete such \
         rows in the migration, or point them to others",
    )))
}
