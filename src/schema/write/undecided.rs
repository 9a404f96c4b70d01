//! Lines of a migration that cannot run until a human has decided.
//!
//! `UNDECIDED` at the beginning of a line is no SQL of any database. [`Db::migrate`](crate::Db::migrate) and `embed_migrations!` refuse
//! it with the line.

use crate::db::Dialect;
use crate::model::sql::quoted;
use crate::schema::ddl;
use crate::schema::table::{Column, Table};

const UNDECIDED: &str = "UNDECIDED";

/// The undecided lines of a migration, after the name of its file and their numbers.
pub(in crate::schema) fn undecided_in(file: &str, sql: &str) -> Vec<String> {
    let lines = sql.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with(UNDECIDED));
    lines.map(|(index, line)| format!("{file}:{}: {}", index + 1, line.trim())).collect()
}

/// A line to be deleted if what follows is meant.
pub(super) fn if_meant(what: &str) -> String {
    format!("{UNDECIDED}: delete this line if it is meant that {what}\n")
}

/// A line about the values of a foreign key, which would be those of other rows.
pub(super) fn points_elsewhere(column: &str, table: &Table, found: &str, expected: &str) -> String {
    if_meant(&format!(
        "the values of {} of {}, which are of `{found}`, are of `{expected}` from now on",
        quoted(column),
        quoted(table.name),
    ))
}

/// A line in place of a value.
pub(super) fn value(column: &Column, of: &str, dialect: Dialect) -> String {
    let ty = ddl::type_name(column, dialect);
    format!("{UNDECIDED}: replace this line by the value ({ty}) of {} {of}\n", quoted(column.name))
}
