//! The SQL that creates tables and changes them.

use std::fmt::Write;

use super::table::{Column, Table};
use crate::db::Dialect;
use crate::model::sql::{list, quoted};
use crate::model::{CompositeKind, KeyKind, OnDelete, ReadOnly};

/// A statement that creates a table, an index or a foreign key. It is needed if the database has nothing of this name.
pub(super) struct CreateStatement {
    /// The name of the table or index, as the database has it.
    pub(super) name: String,
    pub(super) sql: String,
}

/// What a statement does if there is something of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IfThere {
    /// Nothing.
    Skip,
    /// It fails.
    Fail,
}

/// The statements that create tables and their indexes. A table follows those that it points to, where that is possible.
pub(super) fn create(tables: &[Table], if_there: IfThere, dialect: Dialect) -> Vec<CreateStatement> {
    let mut statements = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let sql = create_table(table, &tables[index + 1..], if_there, dialect);
        statements.push(CreateStatement { name: table.name.to_owned(), sql });
        statements.extend(table.indexes().into_iter().map(|columns| CreateStatement {
            name: index_name(table, &columns, CompositeKind::Index),
            sql: create_index(table, &columns, CompositeKind::Index, if_there) + ";\n",
        }));
    }
    for (index, table) in tables.iter().enumerate() {
        // An existing table has its foreign keys already, or migrations created it and gave them other names.
        let later = table.columns.iter().filter(|column| is_later(column, &tables[index + 1..], dialect));
        statements.extend(later.map(|column| CreateStatement {
            name: table.name.to_owned(),
            sql: create_foreign_key(table, column, if_there),
        }));
    }
    statements
}

fn create_table(table: &Table, later: &[Table], if_there: IfThere, dialect: Dialect) -> String {
    let columns = table.columns.iter().map(|one| {
        let reference = if is_later(one, later, dialect) { String::new() } else { references(one) };
        column(one, dialect) + &reference
    });
    table_of(table.name, table, columns, if_there, dialect)
}

/// CREATE TABLE with this name and these columns, and the constraints of the table over several columns.
pub(super) fn table_of(
    name: &str,
    table: &Table,
    columns: impl Iterator<Item = String>,
    if_there: IfThere,
    dialect: Dialect,
) -> String {
    let uniques = table.composites.iter().filter(|composite| composite.kind == CompositeKind::Unique);
    let uniques = uniques.map(|composite| format!("UNIQUE ({})", names(&table.columns_of(composite))));
    let lines: Vec<String> = columns.chain(uniques).map(|line| format!("    {line}")).collect();
    let (create, strict) = (if_there.create("TABLE"), if dialect == Dialect::Sqlite { " STRICT" } else { "" });
    format!("{create} {} (\n{}\n){strict};\n", quoted(name), lines.join(",\n"))
}

impl IfThere {
    /// `CREATE TABLE IF NOT EXISTS`
    fn create(self, what: &str) -> String {
        match self {
            Self::Skip => format!("CREATE {what} IF NOT EXISTS"),
            Self::Fail => format!("CREATE {what}"),
        }
    }
}

/// The statement that creates an index.
pub(super) fn create_index(table: &Table, columns: &[&Column], kind: CompositeKind, if_there: IfThere) -> String {
    let create = if_there.create(match kind {
        CompositeKind::Unique => "UNIQUE INDEX",
        CompositeKind::Index => "INDEX",
    });
    format!("{create} {} ON {} ({})", quoted(&index_name(table, columns, kind)), quoted(table.name), names(columns))
}

pub(super) fn index_name(table: &Table, columns: &[&Column], kind: CompositeKind) -> String {
    let suffix = match kind {
        CompositeKind::Unique => "uniq",
        CompositeKind::Index => "idx",
    };
    name(table, columns, suffix)
}

/// The statement that adds a column, if existing rows need no value for it.
pub(super) fn add_column(table: &Table, added: &Column, dialect: Dialect) -> Option<String> {
    if let Some(ReadOnly::Generated(_) | ReadOnly::Filled(_)) = added.read_only {
        // SQLite cannot compute the values of existing rows.
        return (dialect == Dialect::Postgres)
            .then(|| format!("ALTER TABLE {} ADD COLUMN {}", quoted(table.name), column(added, dialect)));
    }
    (added.nullable && added.key.is_none()).then(|| {
        // SQLite cannot add a unique column: the missing index is reported once the column exists.
        let ty = type_name(added, dialect);
        format!("ALTER TABLE {} ADD COLUMN {} {ty}{}", quoted(table.name), quoted(added.name), references(added))
    })
}

/// The database's name for the type of a column.
pub(super) fn type_name(column: &Column, dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => column.ty.sqlite(),
        Dialect::Postgres => column.ty.postgres(),
    }
}

/// The statement that changes a column in PostgreSQL.
pub(super) fn alter_column(table: &Table, column: &str, change: &str) -> String {
    format!("ALTER TABLE {} ALTER COLUMN {} {change}", quoted(table.name), quoted(column))
}

/// The statement that adds a foreign key in PostgreSQL.
pub(super) fn add_foreign_key(table: &Table, column: &Column) -> String {
    format!("ALTER TABLE {} ADD FOREIGN KEY ({}){}", quoted(table.name), quoted(column.name), references(column))
}

/// The statement that replaces a foreign key in PostgreSQL.
pub(super) fn change_foreign_key(table: &Table, column: &Column, name: &str) -> String {
    let (table, name, references) = (quoted(table.name), quoted(name), references(column));
    let column = quoted(column.name);
    format!("ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} FOREIGN KEY ({column}){references}")
}

/// `"a", "b"`
fn names(columns: &[&Column]) -> String {
    list(columns.iter().map(|column| quoted(column.name)))
}

/// A column in CREATE TABLE, without its foreign key.
pub(super) fn column(column: &Column, dialect: Dialect) -> String {
    let mut sql = format!("{} {}", quoted(column.name), type_name(column, dialect));
    match (column.key, dialect) {
        // Without AUTOINCREMENT, SQLite reuses the number of a deleted last row, and an old id would then mean another row.
        // Django does the same.
        (Some(KeyKind::Assigned), Dialect::Sqlite) => sql += " PRIMARY KEY AUTOINCREMENT",
        (Some(KeyKind::Assigned), Dialect::Postgres) => sql += " GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
        (Some(KeyKind::Set), _) => sql += " PRIMARY KEY NOT NULL",
        (None, _) => {
            match column.read_only {
                // PostgreSQL has virtual columns since its version 18.
                Some(ReadOnly::Generated(expression)) => {
                    let _ = write!(sql, " GENERATED ALWAYS AS ({expression}) STORED");
                }
                Some(ReadOnly::Filled(expression)) => {
                    let _ = write!(sql, " DEFAULT ({expression})");
                }
                Some(ReadOnly::Table) | None => {}
            }
            if !column.nullable {
                sql += " NOT NULL";
            }
        }
    }
    if column.unique && column.key.is_none() {
        sql += " UNIQUE";
    }
    sql
}

/// ` REFERENCES ..`, if the column points to another row.
pub(super) fn references(column: &Column) -> String {
    let Some(reference) = &column.reference else { return String::new() };
    // The library follows the cascade of a delete itself and calls the receivers, so the database refuses a DELETE that would
    // need one.
    let action = match reference.on_delete {
        OnDelete::DbCascade => "ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
        OnDelete::DoNothing => "DEFERRABLE INITIALLY DEFERRED",
        OnDelete::Cascade | OnDelete::Protect | OnDelete::Restrict | OnDelete::SetNull | OnDelete::SetDefault => {
            "DEFERRABLE INITIALLY IMMEDIATE"
        }
    };
    format!(" REFERENCES {} ({}) {action}", quoted(reference.table), quoted(reference.column))
}

/// Whether the column points to a table that is created later: two models may point to each other. SQLite does not check it.
fn is_later(column: &Column, later: &[Table], dialect: Dialect) -> bool {
    let is_target = |table: &Table| column.reference.is_some_and(|reference| table.name == reference.table);
    dialect == Dialect::Postgres && later.iter().any(is_target)
}

/// The statement that adds the foreign key of a field to a table of PostgreSQL that was just created.
fn create_foreign_key(table: &Table, column: &Column, if_there: IfThere) -> String {
    let statement = add_named_foreign_key(table, column);
    match if_there {
        IfThere::Fail => format!("{statement};\n"),
        // There is no `ADD CONSTRAINT IF NOT EXISTS`.
        IfThere::Skip => {
            format!("DO $$ BEGIN\n    {statement};\nEXCEPTION WHEN duplicate_object THEN NULL; END $$;\n")
        }
    }
}

/// The statement that adds a foreign key of this library's name in PostgreSQL.
pub(super) fn add_named_foreign_key(table: &Table, column: &Column) -> String {
    let constraint = quoted(&name(table, &[column], "fk"));
    let (table, references) = (quoted(table.name), references(column));
    format!("ALTER TABLE {table} ADD CONSTRAINT {constraint} FOREIGN KEY ({}){references}", quoted(column.name))
}

/// The name of an index or a constraint, in Django's form: the table and the columns, cut to fit, and a hash that distinguishes
/// `a_b.c` from `a.b_c`. The suffix keeps the name of an index from being that of a table.
fn name(table: &Table, columns: &[&Column], suffix: &str) -> String {
    let columns = || columns.iter().map(|column| column.name);
    let hash = hash(table.name.bytes().chain(columns().flat_map(|column| [0].into_iter().chain(column.bytes()))));
    let end = format!("_{hash:08x}_{suffix}");
    let mut name = [table.name].into_iter().chain(columns()).collect::<Vec<_>>().join("_");
    while name.len() + end.len() > LONGEST_NAME {
        name.pop();
    }
    name + &end
}

/// SELECT of the names that are taken in the schema where tables are created.
pub(super) fn existing_names(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT name FROM sqlite_schema",
        Dialect::Postgres => {
            "SELECT relname::text FROM pg_class
             WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
        }
    }
}

/// How many bytes of a name PostgreSQL keeps.
const LONGEST_NAME: usize = 63;

/// FNV-1a. The standard library's hash is not the same in every build.
fn hash(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
