//! The statements of PostgreSQL, in phases: what is in the way goes first, and what checks rows comes last.

use std::collections::HashMap;

use super::renames::Assumed;
use super::script::Script;
use super::tables::Tables;
use super::undecided::{if_meant, points_elsewhere, value};
use crate::db::{Dialect, Tokens};
use crate::difference::DifferenceKind;
use crate::model::sql::{list, quoted};
use crate::model::{CompositeKind, KeyKind, ReadOnly};
use crate::schema::ddl::{self, IfThere};
use crate::schema::live::{LiveColumn, LiveIndex, LiveReference, LiveTable, MadeBy, Writable};
use crate::schema::table::{Column, Table};

const DIALECT: Dialect = Dialect::Postgres;

pub(super) fn script(tables: Tables, assumed: Assumed<'_>) -> Script {
    let declared = tables.declared.clone();
    let missing = tables.missing();
    let key = |live: &LiveTable| {
        let index = live.indexes.iter().find(|index| index.made_by == MadeBy::PrimaryKey)?;
        Some((live.name.clone(), index.name.clone()))
    };
    let keys = tables.live.iter().filter_map(key).collect();
    let mut writer = Writer { tables, assumed, keys, phases: Phases::default() };
    let there: Vec<&Table> = declared.iter().filter(|table| writer.tables.live(table.name).is_some()).collect();
    for table in &there {
        writer.free(table);
    }
    for table in &there {
        writer.columns(table);
    }
    for table in &there {
        writer.constraints(table);
    }
    writer
        .phases
        .create
        .extend(ddl::create(&missing, IfThere::Fail, DIALECT).into_iter().map(|statement| statement.sql));
    writer.tables();
    Script { parts: writer.phases.parts(), is_unchecked: false }
}

#[derive(Default)]
struct Phases {
    /// Foreign keys and indexes are dropped that must go, or that other changes would touch.
    free: Vec<String>,
    alter: Vec<String>,
    add: Vec<String>,
    /// Generated columns are added once all others are there.
    compute: Vec<String>,
    create: Vec<String>,
    unique: Vec<String>,
    refer: Vec<String>,
    drop: Vec<String>,
}

impl Phases {
    fn parts(self) -> Vec<String> {
        let Self { free, alter, add, compute, create, unique, refer, drop } = self;
        [free, alter, add, compute, create, unique, refer, drop].into_iter().flatten().collect()
    }
}

struct Writer<'a> {
    tables: Tables,
    assumed: Assumed<'a>,
    /// The constraints that are primary keys, by table.
    keys: HashMap<String, String>,
    phases: Phases,
}

impl Writer<'_> {
    /// Drops the foreign keys and generated columns that would be in the way of other changes.
    fn free(&mut self, table: &Table) {
        let mut changed: Vec<String> = Vec::new();
        for kind in self.tables.kinds(table) {
            match kind {
                DifferenceKind::Type { column, .. } | DifferenceKind::ExtraColumn { column } => changed.push(column),
                DifferenceKind::NotTheKey { .. } => {
                    changed.extend(self.tables.live(table.name).into_iter().flat_map(|live| live.key.clone()));
                }
                DifferenceKind::OtherExpression { column, .. } => self.replace_generated(table, &column),
                _ => {}
            }
        }
        for column in changed.clone() {
            self.replace_generated(table, &column);
        }
        let live = self.tables.live_mut(table.name);
        let uses_one = |sql: &str| {
            let mut names = Tokens::of(sql, DIALECT).filter_map(|(_, token)| token.name());
            names.any(|name| changed.contains(&name))
        };
        let generated = live.columns.iter().filter(|column| {
            column.writable == Writable::Generated && column.expression.as_deref().is_some_and(uses_one)
        });
        for column in generated.map(|column| column.name.clone()).collect::<Vec<_>>() {
            if table.columns.iter().any(|field| field.name == column) {
                self.replace_generated(table, &column);
            }
        }
        let mut statements = Vec::new();
        for live in &mut self.tables.live {
            let is_own = live.name == table.name;
            let owner = live.name.clone();
            live.references.retain(|reference| {
                let targets =
                    reference.table == table.name && reference.target.as_ref().is_some_and(|to| changed.contains(to));
                let is_freed = targets || is_own && changed.contains(&reference.column);
                if is_freed {
                    statements.push(drop_reference(&owner, reference));
                }
                !is_freed
            });
        }
        self.phases.free.extend(statements);
    }

    /// Drops a generated column, which is then missing. It is computed, so nothing is lost.
    fn replace_generated(&mut self, table: &Table, column: &str) {
        let field = table.columns.iter().find(|field| field.name == column);
        let is_generated = self
            .tables
            .live_mut(table.name)
            .columns
            .iter()
            .any(|live| live.name == column && live.writable == Writable::Generated);
        if is_generated && matches!(field.and_then(|field| field.read_only), Some(ReadOnly::Generated(_))) {
            self.phases.free.push(format!("ALTER TABLE {} DROP COLUMN {};\n", quoted(table.name), quoted(column)));
            self.tables.note_dropped(table.name, column);
        }
    }

    /// Adds, changes and drops columns.
    fn columns(&mut self, table: &Table) {
        self.stop_computing(table);
        for kind in self.tables.kinds(table) {
            match kind {
                DifferenceKind::NoColumn { column } => self.add(table, field(table, &column)),
                DifferenceKind::ExtraColumn { column } => {
                    let question = if self.assumed.drops_column(table.name, &column) {
                        String::new()
                    } else {
                        if_meant(&format!("{} of {} is dropped with its values", quoted(&column), quoted(table.name)))
                    };
                    let live = self.tables.live_mut(table.name).columns.iter().find(|live| live.name == column);
                    // What it is computed from may be about to change.
                    let is_computed = live.is_some_and(|live| live.writable == Writable::Generated);
                    let (of, name) = (quoted(table.name), quoted(&column));
                    let statement = format!("{question}ALTER TABLE {of} DROP COLUMN {name};\n");
                    if is_computed { &mut self.phases.free } else { &mut self.phases.drop }.push(statement);
                    self.tables.note_dropped(table.name, &column);
                }
                DifferenceKind::NotFilled { column, generated: true } | DifferenceKind::Type { column, .. }
                    if is_computed(field(table, &column)) =>
                {
                    let what = format!(
                        "{} of {} is computed from now on, and its values are dropped",
                        quoted(&column),
                        quoted(table.name)
                    );
                    let drop = format!("ALTER TABLE {} DROP COLUMN {};\n", quoted(table.name), quoted(&column));
                    self.phases.free.push(if_meant(&what) + &drop);
                    self.tables.note_dropped(table.name, &column);
                    self.add(table, field(table, &column));
                }
                DifferenceKind::Type { column, .. } => self.change_type(table, field(table, &column)),
                _ => {}
            }
        }
    }

    /// Columns that are no longer computed keep their values.
    fn stop_computing(&mut self, table: &Table) {
        for field in table.columns.iter().filter(|field| !is_computed(field)) {
            let live = self.tables.live_mut(table.name);
            let is_it = |column: &&mut LiveColumn| column.name == field.name && column.writable == Writable::Generated;
            if let Some(column) = live.columns.iter_mut().find(is_it) {
                column.writable = Writable::Yes;
                column.fills_itself = false;
                column.expression = None;
                self.phases.free.push(ddl::alter_column(table, field.name, "DROP EXPRESSION") + ";\n");
            }
        }
    }

    fn add(&mut self, table: &Table, field: &Column) {
        let of = quoted(table.name);
        let is_computed = is_computed(field);
        let is_filled = matches!(field.read_only, Some(ReadOnly::Filled(_)));
        if is_computed || is_filled || field.nullable {
            let plain = Column { unique: false, ..*field };
            let statement = format!("ALTER TABLE {of} ADD COLUMN {};\n", ddl::column(&plain, DIALECT));
            if is_computed { &mut self.phases.compute } else { &mut self.phases.add }.push(statement);
        } else if field.key == Some(KeyKind::Assigned) {
            let (name, ty) = (quoted(field.name), ddl::type_name(field, DIALECT));
            let identity = "GENERATED BY DEFAULT AS IDENTITY";
            self.phases.add.push(format!("ALTER TABLE {of} ADD COLUMN {name} {ty} {identity};\n"));
        } else {
            let (name, ty) = (quoted(field.name), ddl::type_name(field, DIALECT));
            self.phases.add.push(format!(
                "ALTER TABLE {of} ADD COLUMN {name} {ty};\nUPDATE {of} SET {name} =\n{};\n{};\n",
                value(field, "in the rows that exist", DIALECT),
                ddl::alter_column(table, field.name, "SET NOT NULL"),
            ));
        }
        self.tables.note_added(table, field);
    }

    fn change_type(&mut self, table: &Table, field: &Column) {
        let live = self.tables.live_mut(table.name);
        let Some(column) = live.columns.iter_mut().find(|column| column.name == field.name) else { return };
        let (old, new) = (column.ty.clone(), ddl::type_name(field, DIALECT));
        let mut sql = String::new();
        if column.fills_itself {
            let default = ["DROP IDENTITY IF EXISTS", "DROP DEFAULT"];
            sql.extend(default.map(|change| ddl::alter_column(table, field.name, change) + ";\n"));
        }
        let of = format!("from the old value, which is {old}, such as {}::{}", quoted(field.name), new.to_lowercase());
        let change = format!("TYPE {new} USING\n{}", value(field, &of, DIALECT));
        sql += &(ddl::alter_column(table, field.name, &change) + ";\n");
        self.phases.alter.push(sql);
        let created = self
            .tables
            .created(table)
            .and_then(|created| created.columns.iter().find(|column| column.name == field.name).cloned());
        if let Some(created) = created {
            let live = self.tables.live_mut(table.name);
            let not_null = live.columns.iter().any(|column| column.name == field.name && column.not_null);
            live.columns.retain(|column| column.name != field.name);
            let changed =
                LiveColumn { not_null, fills_itself: false, writable: Writable::Yes, expression: None, ..created };
            live.columns.push(changed);
        }
    }

    /// What columns are apart from their types, and what is declared of several.
    fn constraints(&mut self, table: &Table) {
        for kind in self.tables.kinds(table) {
            match kind {
                DifferenceKind::TakesNoNull { column } => self.alter(table, &column, "DROP NOT NULL"),
                DifferenceKind::MayBeNull { column } => self.fill_nulls(table, field(table, &column)),
                DifferenceKind::Generated { column } => self.alter(table, &column, "DROP IDENTITY"),
                DifferenceKind::NotFilled { column, .. } | DifferenceKind::OtherExpression { column, .. } => {
                    self.set_default(table, field(table, &column));
                }
                DifferenceKind::NotTheKey { column } => self.change_key(table, &column),
                DifferenceKind::NotAssigned { column } => self.number(table, &column),
                DifferenceKind::NotUnique { columns } => self.index(table, &columns, CompositeKind::Unique),
                DifferenceKind::NoIndex { columns } => self.index(table, &columns, CompositeKind::Index),
                DifferenceKind::NoForeignKey { column, .. } => self.refer(table, &column),
                DifferenceKind::OtherTarget { column, expected, found } => {
                    self.drop_references(table, |reference| reference.column == column);
                    self.phases.refer.push(points_elsewhere(&column, table, &found, &expected));
                    self.refer(table, &column);
                }
                DifferenceKind::OnDelete { column, .. } | DifferenceKind::NotDeferred { column } => {
                    self.drop_references(table, |reference| reference.column == column);
                    self.refer(table, &column);
                }
                DifferenceKind::ExtraForeignKey { column, target } => {
                    self.drop_references(table, |reference| reference.column == column && reference.table == target);
                }
                DifferenceKind::ExtraIndex { name, .. } => self.drop_index(table, &name),
                _ => {}
            }
        }
    }

    fn alter(&mut self, table: &Table, column: &str, change: &str) {
        self.phases.alter.push(ddl::alter_column(table, column, change) + ";\n");
    }

    fn fill_nulls(&mut self, table: &Table, field: &Column) {
        let (of, name) = (quoted(table.name), quoted(field.name));
        self.phases.alter.push(format!(
            "UPDATE {of} SET {name} =\n{}WHERE {name} IS NULL;\n{};\n",
            value(field, "in the rows where it is NULL", DIALECT),
            ddl::alter_column(table, field.name, "SET NOT NULL"),
        ));
    }

    fn set_default(&mut self, table: &Table, field: &Column) {
        let Some(ReadOnly::Filled(sql)) = field.read_only else { return };
        self.alter(table, field.name, &format!("SET DEFAULT ({sql})"));
    }

    fn change_key(&mut self, table: &Table, column: &str) {
        let (of, key) = (quoted(table.name), quoted(column));
        // It may be the key of a column that is dropped later.
        let drop = self.keys.get(table.name).map_or_else(String::new, |old| drop_constraint(table.name, old));
        let question = if_meant(&format!("{key} becomes the primary key of {of}"));
        self.phases.add.push(format!("{question}{drop}ALTER TABLE {of} ADD PRIMARY KEY ({key});\n"));
        let is_assigned = field(table, column).key == Some(KeyKind::Assigned);
        let is_filled =
            self.tables.live_mut(table.name).columns.iter().any(|one| one.name == column && one.fills_itself);
        if is_assigned && !is_filled {
            self.number(table, column);
        }
    }

    /// Numbers new rows after those that exist.
    fn number(&mut self, table: &Table, column: &str) {
        let (of, key) = (quoted(table.name), quoted(column));
        let identity = ddl::alter_column(table, column, "ADD GENERATED BY DEFAULT AS IDENTITY");
        self.phases.add.push(format!(
            "{identity};\nSELECT setval(pg_get_serial_sequence('{}', '{}'), coalesce(max({key}), 0) + 1, false) FROM {of};\n",
            of.replace('\'', "''"),
            column.replace('\'', "''"),
        ));
    }

    fn index(&mut self, table: &Table, columns: &[String], kind: CompositeKind) {
        let columns: Vec<&Column> = columns.iter().map(|column| field(table, column)).collect();
        self.phases.unique.push(ddl::create_index(table, &columns, kind, IfThere::Fail) + ";\n");
    }

    fn refer(&mut self, table: &Table, column: &str) {
        self.phases.refer.push(ddl::add_named_foreign_key(table, field(table, column)) + ";\n");
    }

    fn drop_references(&mut self, table: &Table, is_dropped: impl Fn(&LiveReference) -> bool) {
        let references = &mut self.tables.live_mut(table.name).references;
        let dropped: Vec<_> = references.extract_if(.., |reference| is_dropped(reference)).collect();
        self.phases.free.extend(dropped.iter().map(|reference| drop_reference(table.name, reference)));
    }

    fn drop_index(&mut self, table: &Table, name: &str) {
        let is_it = |index: &&LiveIndex| index.name == name;
        let Some(index) = self.tables.live_mut(table.name).indexes.iter().find(is_it) else { return };
        let statement = match index.made_by {
            MadeBy::CreateIndex => format!("DROP INDEX {};\n", quoted(name)),
            MadeBy::Constraint | MadeBy::PrimaryKey => drop_constraint(table.name, name),
        };
        self.phases.free.push(statement);
    }

    /// Drops the tables that no model has: those first that point to others.
    fn tables(&mut self) {
        let mut left: Vec<_> = self.tables.extra().cloned().collect();
        while !left.is_empty() {
            let is_needed = |name: &str| {
                left.iter().any(|other| other.name != name && other.references.iter().any(|to| to.table == name))
            };
            let free: Vec<String> = left.iter().map(|live| live.name.clone()).filter(|name| !is_needed(name)).collect();
            // Tables that point to one another are dropped together.
            let groups: Vec<Vec<String>> = if free.is_empty() {
                vec![left.iter().map(|live| live.name.clone()).collect()]
            } else {
                free.into_iter().map(|name| vec![name]).collect()
            };
            for group in groups {
                let names = list(group.iter().map(|name| quoted(name)));
                let is_decided = group.iter().all(|name| self.assumed.drops_table(name));
                let question =
                    if is_decided { String::new() } else { if_meant(&format!("{names} is dropped with its rows")) };
                self.phases.drop.push(format!("{question}DROP TABLE {names};\n"));
                left.retain(|live| !group.contains(&live.name));
            }
        }
    }
}

fn field<'a>(table: &'a Table, column: &str) -> &'a Column {
    table.columns.iter().find(|field| field.name == column).expect("a difference names a column of the model")
}

fn is_computed(field: &Column) -> bool {
    matches!(field.read_only, Some(ReadOnly::Generated(_)))
}

fn drop_reference(table: &str, reference: &LiveReference) -> String {
    reference.name.as_deref().map_or_else(String::new, |name| drop_constraint(table, name))
}

fn drop_constraint(table: &str, name: &str) -> String {
    format!("ALTER TABLE {} DROP CONSTRAINT {};\n", quoted(table), quoted(name))
}
