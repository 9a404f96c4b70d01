//! The tables of the models, those of the database, and how they differ.

use crate::db::Dialect;
use crate::difference::{DifferenceKind, SchemaDifference};
use crate::schema::check::{Comparison, Exactness};
use crate::schema::live::{LiveIndex, LiveTable};
use crate::schema::table::{Column, Table};

/// The tables of the models, and those of the database.
#[derive(Debug, Clone)]
pub(in crate::schema) struct Tables {
    pub(in crate::schema) dialect: Dialect,
    /// In the order in which they can be created.
    pub(in crate::schema) declared: Vec<Table>,
    /// What the database makes of the declared ones.
    pub(in crate::schema) created: Vec<LiveTable>,
    pub(in crate::schema) live: Vec<LiveTable>,
    /// The tables that no model has, and that are left alone.
    pub(in crate::schema) excepted: Vec<String>,
}

impl Tables {
    pub(in crate::schema) fn differences(&self) -> Vec<SchemaDifference> {
        let mut differences: Vec<SchemaDifference> =
            self.declared.iter().flat_map(|table| self.compare(table)).collect();
        differences.extend(self.extra().map(|live| SchemaDifference {
            model: String::new(),
            table: live.name.clone(),
            kind: DifferenceKind::ExtraTable,
            statement: None,
        }));
        differences
    }

    pub(super) fn compare(&self, table: &Table) -> Vec<SchemaDifference> {
        let exactness = self.created(table).map_or(Exactness::Fits, Exactness::Same);
        Comparison::of(table, self.dialect, exactness).with(self.live(table.name))
    }

    /// Whether no field declares an index.
    pub(super) fn is_extra(&self, table: &Table, index: &LiveIndex) -> bool {
        let exactness = self.created(table).map_or(Exactness::Fits, Exactness::Same);
        Comparison::of(table, self.dialect, exactness).is_extra(index)
    }

    pub(super) fn kinds(&self, table: &Table) -> Vec<DifferenceKind> {
        self.compare(table).into_iter().map(|difference| difference.kind).collect()
    }

    pub(super) fn created(&self, table: &Table) -> Option<&LiveTable> {
        self.created.iter().find(|created| self.same(&created.name, table.name))
    }

    pub(super) fn live(&self, name: &str) -> Option<&LiveTable> {
        self.live.iter().find(|live| self.same(&live.name, name))
    }

    /// The table, which exists.
    pub(super) fn live_mut(&mut self, name: &str) -> &mut LiveTable {
        let dialect = self.dialect;
        let found = self.live.iter_mut().find(|live| same(dialect, &live.name, name));
        found.expect("only tables that exist are changed")
    }

    /// The tables that no model has.
    pub(super) fn extra(&self) -> impl Iterator<Item = &LiveTable> {
        self.live.iter().filter(|live| {
            let is_declared = self.declared.iter().any(|table| self.same(table.name, &live.name));
            !is_declared && !self.excepted.iter().any(|excepted| self.same(excepted, &live.name))
        })
    }

    pub(super) fn missing(&self) -> Vec<Table> {
        self.declared.iter().filter(|table| self.live(table.name).is_none()).cloned().collect()
    }

    pub(super) fn same(&self, one: &str, other: &str) -> bool {
        same(self.dialect, one, other)
    }

    /// Notes that a column was added, as the database makes it.
    pub(super) fn note_added(&mut self, table: &Table, column: &Column) {
        let dialect = self.dialect;
        let created = self.created(table).and_then(|created| {
            created.columns.iter().find(|created| same(dialect, &created.name, column.name)).cloned()
        });
        self.live_mut(table.name).columns.extend(created);
    }

    /// Notes that a column was dropped, with its indexes and foreign keys.
    pub(super) fn note_dropped(&mut self, table: &str, column: &str) {
        let dialect = self.dialect;
        let is = |name: &str| same(dialect, name, column);
        let live = self.live_mut(table);
        live.columns.retain(|one| !is(&one.name));
        live.key.retain(|name| !is(name));
        live.indexes.retain(|index| !index.columns.iter().flatten().any(|name| is(name)));
        live.references.retain(|reference| !is(&reference.column));
    }
}

/// To SQLite, `Name` and `name` are the same.
pub(super) fn same(dialect: Dialect, one: &str, other: &str) -> bool {
    match dialect {
        Dialect::Sqlite => one.eq_ignore_ascii_case(other),
        Dialect::Postgres => one == other,
    }
}
