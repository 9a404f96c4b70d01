//! The statements of SQLite. It can add a column that may be NULL, and drop one that nothing uses. For any other change the table
//! is created with the new columns, its rows are copied, and it takes the place of the old one, as
//! <https://www.sqlite.org/lang_altertable.html#otheralter> says.

use std::fmt::Write;

use super::renames::Assumed;
use super::script::Script;
use super::tables::Tables;
use super::undecided::{if_meant, points_elsewhere, value};
use crate::db::{Dialect, Tokens};
use crate::difference::DifferenceKind;
use crate::model::sql::{list, quoted};
use crate::model::{CompositeKind, KeyKind, ReadOnly};
use crate::schema::ddl::{self, IfThere};
use crate::schema::live::{LiveColumn, LiveIndex, LiveReference, LiveTable, MadeBy, Writable, Written};
use crate::schema::table::{Column, Table};

const DIALECT: Dialect = Dialect::Sqlite;

pub(super) fn script(tables: Tables, assumed: Assumed<'_>) -> Script {
    let (declared, missing) = (tables.declared.clone(), tables.missing());
    let extra: Vec<String> = tables.extra().map(|live| live.name.clone()).collect();
    let created = ddl::create(&missing, IfThere::Fail, DIALECT).into_iter().map(|statement| statement.sql);
    let mut writer = Writer { tables, assumed, script: Script { parts: created.collect(), is_unchecked: false } };
    for table in declared.iter().filter(|table| missing.iter().all(|other| other.name != table.name)) {
        if !writer.tables.compare(table).is_empty() {
            writer.table(table);
        }
    }
    for name in extra {
        let name_in_sql = quoted(&name);
        let question = if assumed.drops_table(&name) {
            String::new()
        } else {
            if_meant(&format!("{name_in_sql} is dropped with its rows"))
        };
        writer.script.parts.push(format!("{question}DROP TABLE {name_in_sql};\n"));
        // Otherwise rows that point to it would be in the way, or be deleted.
        writer.script.is_unchecked = true;
    }
    writer.script
}

struct Writer<'a> {
    tables: Tables,
    assumed: Assumed<'a>,
    script: Script,
}

impl Writer<'_> {
    fn table(&mut self, table: &Table) {
        let kinds = self.tables.kinds(table);
        if kinds.iter().all(|kind| self.is_simple(table, kind)) {
            for kind in kinds {
                self.change(table, kind);
            }
            // What an added column needs.
            for kind in self.tables.kinds(table) {
                self.index(table, kind);
            }
        } else {
            self.rebuild(table);
            for kind in self.tables.kinds(table) {
                self.index(table, kind);
            }
        }
    }

    /// Whether SQLite can do it to a table that exists.
    fn is_simple(&self, table: &Table, kind: &DifferenceKind) -> bool {
        match kind {
            DifferenceKind::NotUnique { .. } | DifferenceKind::NoIndex { .. } => true,
            DifferenceKind::NoColumn { column } => {
                let field = field(table, column);
                let is_plain = field.key.is_none() && matches!(field.read_only, None | Some(ReadOnly::Table));
                let has_own_values =
                    table.uniques().iter().any(|unique| unique.iter().any(|one| one.name == field.name));
                is_plain && (field.nullable || field.reference.is_none() && !has_own_values)
            }
            DifferenceKind::ExtraColumn { column } => self.is_unused(table, column),
            DifferenceKind::ExtraIndex { name, .. } => {
                let live = self.tables.live(table.name);
                let is_it = |index: &LiveIndex| index.name == *name && index.made_by == MadeBy::CreateIndex;
                live.is_some_and(|live| live.indexes.iter().any(is_it))
            }
            _ => false,
        }
    }

    /// Whether nothing else in the database mentions a column.
    fn is_unused(&self, table: &Table, column: &str) -> bool {
        let Some(live) = self.tables.live(table.name) else { return false };
        let is_named = |name: &str| name.eq_ignore_ascii_case(column);
        let is_constrained = live.key.iter().any(|name| is_named(name))
            || live.references.iter().any(|reference| is_named(&reference.column))
            || live.indexes.iter().any(|index| {
                index.made_by != MadeBy::CreateIndex && index.columns.iter().flatten().any(|name| is_named(name))
            });
        let indexes = &live.indexes;
        let others = live.sql.iter().filter(|written| indexes.iter().all(|index| index.name != written.name));
        // Once where it is declared.
        !is_constrained && others.map(|written| mentions(&written.sql, column)).sum::<usize>() <= 1
    }

    fn change(&mut self, table: &Table, kind: DifferenceKind) {
        let of = quoted(table.name);
        match kind {
            DifferenceKind::NoColumn { column } => {
                let field = field(table, &column);
                let (name, ty, references) =
                    (quoted(field.name), ddl::type_name(field, DIALECT), ddl::references(field));
                let rest = if field.nullable {
                    format!("{references};\n")
                } else {
                    let which = "in the rows that exist, a constant such as '' or 0";
                    format!(" NOT NULL DEFAULT\n{};\n", value(field, which, DIALECT))
                };
                self.script.parts.push(format!("ALTER TABLE {of} ADD COLUMN {name} {ty}{rest}"));
                self.tables.note_added(table, field);
                // Its constraints are not there yet.
                let live = self.tables.live_mut(table.name);
                if let Some(column) = live.columns.last_mut() {
                    column.not_null = !field.nullable;
                }
                live.references.extend(field.reference.map(|reference| LiveReference {
                    column: field.name.to_owned(),
                    table: reference.table.to_owned(),
                    target: Some(reference.column.to_owned()),
                    on_delete:
                        if ddl::references(field).contains("CASCADE") { "CASCADE" } else { "NO ACTION" }.to_owned(),
                    name: None,
                    is_deferred: ddl::references(field).contains("INITIALLY DEFERRED"),
                }));
            }
            DifferenceKind::ExtraColumn { column } => {
                let is_on_it =
                    |index: &&LiveIndex| index.columns.iter().flatten().any(|name| name.eq_ignore_ascii_case(&column));
                let indexes = self.tables.live_mut(table.name).indexes.iter().filter(is_on_it);
                let indexes: String = indexes
                    .flat_map(|index| ["DROP INDEX ".to_owned(), quoted(&index.name), ";\n".to_owned()])
                    .collect();
                let question = self.drops(table, &column);
                let name = quoted(&column);
                self.script.parts.push(format!("{question}{indexes}ALTER TABLE {of} DROP COLUMN {name};\n"));
                self.tables.note_dropped(table.name, &column);
            }
            DifferenceKind::ExtraIndex { name, .. } => {
                let indexes = &mut self.tables.live_mut(table.name).indexes;
                let count = indexes.len();
                indexes.retain(|index| index.name != name);
                if indexes.len() < count {
                    self.script.parts.push(format!("DROP INDEX {};\n", quoted(&name)));
                }
            }
            // They follow.
            _ => {}
        }
    }

    fn drops(&self, table: &Table, column: &str) -> String {
        if self.assumed.drops_column(table.name, column) {
            return String::new();
        }
        if_meant(&format!("{} of {} is dropped with its values", quoted(column), quoted(table.name)))
    }

    /// Creates a missing index.
    fn index(&mut self, table: &Table, kind: DifferenceKind) {
        let (columns, kind) = match kind {
            DifferenceKind::NotUnique { columns } => (columns, CompositeKind::Unique),
            DifferenceKind::NoIndex { columns } => (columns, CompositeKind::Index),
            _ => return,
        };
        let columns: Vec<&Column> = columns.iter().map(|column| field(table, column)).collect();
        self.script.parts.push(ddl::create_index(table, &columns, kind, IfThere::Fail) + ";\n");
    }

    /// Creates the table again, and copies its rows.
    fn rebuild(&mut self, table: &Table) {
        self.script.is_unchecked = true;
        let kinds = self.tables.kinds(table);
        let live = self.tables.live_mut(table.name).clone();
        let (of, new) = (quoted(table.name), quoted(&format!("new {}", table.name)));
        let mut sql = format!("-- {of} is created again with its rows.\n");
        for kind in &kinds {
            sql += &self.question(table, kind);
        }
        sql += &unknown(&live);
        let columns = table.columns.iter().map(|field| {
            let kept = live.columns.iter().find(|column| column.name.eq_ignore_ascii_case(field.name));
            let default = kept
                .filter(|column| field.key.is_none() && field.read_only.is_none() && column.writable == Writable::Yes);
            let default = default.and_then(|column| column.expression.as_deref());
            let default = default.map_or_else(String::new, |default| format!(" DEFAULT ({default})"));
            ddl::column(field, DIALECT) + &default + &ddl::references(field)
        });
        sql += &ddl::table_of(&format!("new {}", table.name), table, columns, IfThere::Fail, DIALECT);
        sql += &copy(table, &live, &of, &new);
        if table.columns.iter().any(|field| field.key == Some(KeyKind::Assigned)) && live.is_autoincrement() {
            // The number of a deleted last row is not used again.
            let [new, old] = [format!("new {}", table.name), live.name.clone()].map(|name| name.replace('\'', "''"));
            let _ = write!(
                sql,
                "DELETE FROM sqlite_sequence WHERE name = '{new}';\n\
                 INSERT INTO sqlite_sequence (name, seq) SELECT '{new}', seq FROM sqlite_sequence WHERE name = '{old}';\n",
            );
        }
        // Writing to a `String` does not fail.
        let _ = write!(
            sql,
            "DROP TABLE {of};\nPRAGMA legacy_alter_table = ON; -- views and triggers may name the table\n\
             ALTER TABLE {new} RENAME TO {of};\nPRAGMA legacy_alter_table = OFF;\n",
        );
        for statement in self.kept(table, &live) {
            sql += &statement;
        }
        self.script.parts.push(sql);
        self.note_rebuilt(table, &live);
    }

    /// What has to be decided of a difference, apart from values.
    fn question(&self, table: &Table, kind: &DifferenceKind) -> String {
        let of = quoted(table.name);
        match kind {
            DifferenceKind::ExtraColumn { column } => self.drops(table, column),
            DifferenceKind::NotFilled { column, generated: true } => {
                if_meant(&format!("{} of {of} is computed from now on, and its values are dropped", quoted(column)))
            }
            DifferenceKind::OtherTarget { column, expected, found } => points_elsewhere(column, table, found, expected),
            DifferenceKind::NotTheKey { column } => {
                if_meant(&format!("{} becomes the primary key of {of}", quoted(column)))
            }
            _ => String::new(),
        }
    }

    /// The statements that create again what the old table had, apart from what its CREATE TABLE declares: indexes that are
    /// declared, and what models cannot declare.
    fn kept(&self, table: &Table, live: &LiveTable) -> Vec<String> {
        let is_dropped = |name: &str| {
            let index = live.indexes.iter().find(|index| index.name == name);
            index.is_some_and(|index| !self.stays(table, index))
        };
        let written = live.sql.iter().filter(|written| !written.is_table && !is_dropped(&written.name));
        written
            .map(|written| match live.indexes.iter().find(|index| index.name == written.name) {
                Some(LiveIndex { name, columns, .. }) if columns.iter().all(Option::is_some) => {
                    let columns = list(columns.iter().flatten().map(|column| quoted(column)));
                    format!("CREATE INDEX {} ON {} ({columns});\n", quoted(name), quoted(table.name))
                }
                _ => again(written, table, live),
            })
            .collect()
    }

    /// Whether an index is created again. CREATE TABLE makes the unique ones.
    fn stays(&self, table: &Table, index: &LiveIndex) -> bool {
        let is_expression = index.columns.iter().any(Option::is_none);
        let is_on_fields = index
            .columns
            .iter()
            .flatten()
            .all(|column| table.columns.iter().any(|field| field.name.eq_ignore_ascii_case(column)));
        is_expression || !index.unique && is_on_fields && !self.tables.is_extra(table, index)
    }

    /// Notes that the table is as the database makes it, with the indexes that were kept.
    fn note_rebuilt(&mut self, table: &Table, live: &LiveTable) {
        let Some(mut created) = self.tables.created(table).cloned() else { return };
        created.indexes.retain(|index| index.made_by != MadeBy::CreateIndex);
        created.indexes.extend(live.indexes.iter().filter(|index| self.stays(table, index)).cloned());
        *self.tables.live_mut(table.name) = created;
    }
}

/// The statement that creates a trigger again, or an index that no model can declare. If it names a column that is dropped, it cannot
/// run.
fn again(written: &Written, table: &Table, live: &LiveTable) -> String {
    let is_field =
        |column: &&LiveColumn| table.columns.iter().any(|field| field.name.eq_ignore_ascii_case(&column.name));
    let mut gone = live.columns.iter().filter(|column| !is_field(column)).map(|column| &column.name);
    let sql = written.sql.trim_end().trim_end_matches(';');
    match gone.find(|column| mentions(sql, column) > 0) {
        Some(column) => {
            let what = format!(
                "{} is dropped, which names {}; otherwise create it below",
                quoted(&written.name),
                quoted(column)
            );
            let old: String = sql.lines().flat_map(|line| ["-- ", line, "\n"]).collect();
            old + &if_meant(&what)
        }
        None => format!("{sql};\n"),
    }
}

/// How often SQL names a column.
fn mentions(sql: &str, column: &str) -> usize {
    let names = Tokens::of(sql, DIALECT).filter_map(|(_, token)| token.name());
    names.filter(|name| name.eq_ignore_ascii_case(column)).count()
}

/// A line to be deleted if the table had constraints that the models cannot declare.
fn unknown(live: &LiveTable) -> String {
    let Some(written) = live.sql.iter().find(|written| written.is_table) else { return String::new() };
    let has = |word: &&str| Tokens::of(&written.sql, DIALECT).any(|(_, token)| token.is(word));
    let words: Vec<&str> = ["CHECK", "COLLATE", "WITHOUT"].into_iter().filter(has).collect();
    if words.is_empty() {
        return String::new();
    }
    let old: String = written.sql.lines().flat_map(|line| ["-- ", line, "\n"]).collect();
    let what = format!("the new table has no {}, which no model declares; otherwise add it below", words.join(" and "));
    format!("-- The old table:\n{old}{}", if_meant(&what))
}

/// INSERT of the rows of the old table.
fn copy(table: &Table, live: &LiveTable, of: &str, new: &str) -> String {
    let mut columns: Vec<String> = Vec::new();
    let mut values: Vec<String> = Vec::new();
    for field in table.columns.iter().filter(|field| !matches!(field.read_only, Some(ReadOnly::Generated(_)))) {
        let old = live.columns.iter().find(|column| column.name.eq_ignore_ascii_case(field.name));
        if let Some(value) = copied(field, old) {
            columns.push(quoted(field.name));
            values.push(value);
        }
    }
    if values.is_empty() {
        return format!("INSERT INTO {new} DEFAULT VALUES;\n");
    }
    let columns = columns.join(", ");
    // A comma begins a line, so that a line can be replaced without it.
    let lines = values.iter().enumerate().map(|(index, value)| {
        let comma = if index == 0 { "    " } else { "    , " };
        format!("{comma}{value}").replace(" \n", "\n")
    });
    format!("INSERT INTO {new} ({columns})\nSELECT\n{}FROM {of};\n", lines.collect::<String>())
}

/// The value of a column, as lines. `None` if the database gives it one, or NULL.
fn copied(field: &Column, old: Option<&LiveColumn>) -> Option<String> {
    let name = quoted(field.name);
    match old {
        None if field.nullable || field.key == Some(KeyKind::Assigned) => None,
        None if matches!(field.read_only, Some(ReadOnly::Filled(_))) => None,
        None => {
            Some(format!("\n{}", value(field, "in the rows that exist, from other columns or a constant", DIALECT)))
        }
        Some(old) if !old.holds(field.ty, DIALECT) => {
            let ty = ddl::type_name(field, DIALECT);
            let from = format!("from the old value, which is {}, such as CAST({name} AS {ty})", old.ty);
            Some(format!("\n{}", value(field, &from, DIALECT)))
        }
        Some(old) if !field.nullable && !old.not_null && field.key.is_none() && old.writable == Writable::Yes => {
            Some(format!("coalesce({name},\n{}    )\n", value(field, "in the rows where it is NULL", DIALECT)))
        }
        Some(_) => Some(format!("{name}\n")),
    }
}

fn field<'a>(table: &'a Table, column: &str) -> &'a Column {
    table
        .columns
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case(column))
        .expect("a difference names a column of the model")
}
