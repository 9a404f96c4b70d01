//! Tables and columns that may have a new name: one is gone, and another one like it is new.

use std::cmp::Reverse;
use std::ops::Range;

use super::tables::{Tables, same};
use crate::db::{Dialect, Token, Tokens};
use crate::model::sql::quoted;
use crate::model::{KeyKind, ReadOnly};
use crate::schema::live::{LiveColumn, LiveTable, Writable};
use crate::schema::table::{Column, Table};

/// A table or a column that may have a new name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rename {
    Table {
        from: String,
        to: String,
    },
    Column {
        /// The new name of the table.
        table: String,
        from: String,
        to: String,
    },
}

/// What is known of columns that may have been renamed.
#[derive(Clone, Copy)]
pub(super) enum Assumed<'a> {
    Renamed(&'a [Rename]),
    /// They were dropped, and others were added.
    Dropped(&'a [Rename]),
}

impl Assumed<'_> {
    /// Whether it is decided that a column is dropped.
    pub(super) fn drops_column(self, table: &str, column: &str) -> bool {
        let is =
            |rename: &Rename| matches!(rename, Rename::Column { table: of, from, .. } if of == table && from == column);
        matches!(self, Self::Dropped(renames) if renames.iter().any(is))
    }

    /// Whether it is decided that a table is dropped.
    pub(super) fn drops_table(self, table: &str) -> bool {
        let is = |rename: &Rename| matches!(rename, Rename::Table { from, .. } if from == table);
        matches!(self, Self::Dropped(renames) if renames.iter().any(is))
    }
}

/// The possible renames, the tables first.
pub(super) fn find(tables: &Tables) -> Vec<Rename> {
    let mut tables = tables.clone();
    let mut renames = Vec::new();
    for missing in tables.missing() {
        if let Some(rename) = table(&missing, &tables) {
            rename.note(&mut tables);
            renames.push(rename);
        }
    }
    for table in tables.declared.clone() {
        let columns = columns(&table, &tables);
        for rename in &columns {
            rename.note(&mut tables);
        }
        renames.extend(columns);
    }
    renames
}

/// A table with at least half of the columns.
fn table(missing: &Table, tables: &Tables) -> Option<Rename> {
    let common = |live: &LiveTable| {
        let is_in = |column: &&Column| {
            live.columns.iter().any(|found| tables.same(&found.name, column.name) && fits(found, column, tables))
        };
        missing.columns.iter().filter(is_in).count()
    };
    let is_like = |live: &&LiveTable| {
        // Nearly every table has an `id`.
        let common = common(live);
        common >= 2 && common * 2 >= live.columns.len().max(missing.columns.len())
    };
    let from = tables.extra().filter(is_like).max_by_key(|live| (common(live), Reverse(live.name.clone())))?;
    Some(Rename::Table { from: from.name.clone(), to: missing.name.to_owned() })
}

/// The columns of a table that may have a new name: each with the most similar one.
fn columns(table: &Table, tables: &Tables) -> Vec<Rename> {
    let Some(live) = tables.live(table.name) else { return Vec::new() };
    let is_field = |column: &&LiveColumn| table.columns.iter().any(|field| tables.same(field.name, &column.name));
    let mut gone: Vec<&LiveColumn> = live.columns.iter().filter(|column| !is_field(column)).collect();
    let is_there = |field: &&Column| live.columns.iter().any(|column| tables.same(field.name, &column.name));
    let mut renames = Vec::new();
    for field in table.columns.iter().filter(|field| !is_there(field)) {
        let could_be = |column: &&&LiveColumn| is_like(column, field, live, tables);
        let Some(&from) = gone.iter().filter(could_be).max_by_key(|column| similarity(&column.name, field.name)) else {
            continue;
        };
        gone.retain(|column| column.name != from.name);
        let (table, from, to) = (table.name.to_owned(), from.name.clone(), field.name.to_owned());
        renames.push(Rename::Column { table, from, to });
    }
    renames
}

/// Whether a field could have this column, apart from the name.
fn is_like(column: &LiveColumn, field: &Column, live: &LiveTable, tables: &Tables) -> bool {
    let is_key = live.key.len() == 1 && tables.same(&live.key[0], &column.name);
    let target = live.references.iter().find(|reference| tables.same(&reference.column, &column.name));
    let has_same_target = match (target, field.reference) {
        (Some(found), Some(declared)) => tables.same(&found.table, declared.table),
        (found, declared) => found.is_none() && declared.is_none(),
    };
    is_key == field.key.is_some() && has_same_target && fits(column, field, tables)
}

/// Whether the values can stay.
fn fits(column: &LiveColumn, field: &Column, tables: &Tables) -> bool {
    let is_numbered = field.key != Some(KeyKind::Assigned) || column.fills_itself || tables.dialect == Dialect::Sqlite;
    let is_generated = matches!(field.read_only, Some(ReadOnly::Generated(_)));
    !is_generated && column.writable != Writable::Generated && is_numbered && column.holds(field.ty, tables.dialect)
}

impl LiveTable {
    /// Renames something in the statements that SQLite stores, as SQLite does.
    fn rename_in_sql(&mut self, from: &str, to: &str) {
        for written in &mut self.sql {
            let is_it = |(_, token): &(Range<usize>, Token<'_>)| {
                token.name().is_some_and(|name| name.eq_ignore_ascii_case(from))
            };
            let places: Vec<_> =
                Tokens::of(&written.sql, Dialect::Sqlite).filter(is_it).map(|(place, _)| place).collect();
            for place in places.into_iter().rev() {
                written.sql.replace_range(place, &quoted(to));
            }
        }
    }
}

/// How many letters two names have in common at the beginning and at the end.
fn similarity(one: &str, other: &str) -> usize {
    let begin = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let end = one.bytes().rev().zip(other.bytes().rev()).take_while(|(one, other)| one == other).count();
    begin + end
}

impl Rename {
    /// `is "b" of "users" the new name of "a"`
    pub(super) fn question(&self) -> String {
        match self {
            Self::Table { from, to } => format!("is {} the new name of the table {}", quoted(to), quoted(from)),
            Self::Column { table, from, to } => {
                format!("is {} the new name of {} in {}", quoted(to), quoted(from), quoted(table))
            }
        }
    }

    pub(super) fn statement(&self) -> String {
        match self {
            Self::Table { from, to } => format!("ALTER TABLE {} RENAME TO {}", quoted(from), quoted(to)),
            Self::Column { table, from, to } => {
                format!("ALTER TABLE {} RENAME COLUMN {} TO {}", quoted(table), quoted(from), quoted(to))
            }
        }
    }

    /// Notes that it was done. The database renames it in indexes and foreign keys as well.
    pub(super) fn note(&self, tables: &mut Tables) {
        let dialect = tables.dialect;
        let change = |name: &mut String, from: &str, to: &str| {
            if same(dialect, name, from) {
                to.clone_into(name);
            }
        };
        match self {
            Self::Table { from, to } => {
                for live in &mut tables.live {
                    live.rename_in_sql(from, to);
                    change(&mut live.name, from, to);
                    for reference in &mut live.references {
                        change(&mut reference.table, from, to);
                    }
                }
            }
            Self::Column { table, from, to } => {
                let references = tables.live.iter_mut().flat_map(|live| &mut live.references);
                for reference in references.filter(|reference| same(dialect, &reference.table, table)) {
                    if let Some(target) = &mut reference.target {
                        change(target, from, to);
                    }
                }
                let live = tables.live_mut(table);
                live.rename_in_sql(from, to);
                let own = live.columns.iter_mut().map(|column| &mut column.name);
                let key = live.key.iter_mut();
                let indexed = live.indexes.iter_mut().flat_map(|index| index.columns.iter_mut().flatten());
                let pointing = live.references.iter_mut().map(|reference| &mut reference.column);
                for name in own.chain(key).chain(indexed).chain(pointing) {
                    change(name, from, to);
                }
            }
        }
    }
}
