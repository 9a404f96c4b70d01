//! The SQL that creates tables and changes them.

use std::borrow::Cow;
use std::fmt::Write;

use crate::db::Dialect;
use crate::model::sql::{list, quoted};
use crate::model::{CompositeKind, Field, KeyKind, Meta, OnDelete, ReadOnly};

/// A statement that creates a table, an index or a foreign key. It is needed if the database has nothing of this name.
pub(super) struct CreateStatement {
    /// The name of the table or index, as the database has it.
    pub(super) name: Cow<'static, str>,
    pub(super) sql: String,
}

/// The statements that create the tables of models and their indexes. A table follows those that it points to, where that is
/// possible.
pub(super) fn create(models: &[&'static Meta], dialect: Dialect) -> Vec<CreateStatement> {
    let mut statements = Vec::new();
    for (index, meta) in models.iter().enumerate() {
        statements.push(CreateStatement { name: meta.table.into(), sql: table(meta, &models[index + 1..], dialect) });
        statements.extend(indexes(meta));
    }
    for (index, meta) in models.iter().enumerate() {
        // An existing table has its foreign keys already, or migrations created it and gave them other names.
        let later = meta.fields.iter().filter(|field| is_later(field, &models[index + 1..], dialect));
        statements
            .extend(later.map(|field| CreateStatement { name: meta.table.into(), sql: foreign_key(meta, field) }));
    }
    statements
}

fn table(meta: &Meta, later: &[&'static Meta], dialect: Dialect) -> String {
    let columns = meta.fields.iter().map(|field| {
        let reference = if is_later(field, later, dialect) { String::new() } else { references(field) };
        column(field, dialect) + &reference
    });
    let uniques = meta.composites.iter().filter(|composite| composite.kind == CompositeKind::Unique);
    let uniques = uniques.map(|composite| format!("UNIQUE ({})", columns_of(composite.of(meta))));
    let columns = list(columns.chain(uniques));
    let table = quoted(meta.table);
    let strict = match dialect {
        Dialect::Sqlite => " STRICT",
        Dialect::Postgres => "",
    };
    format!("CREATE TABLE IF NOT EXISTS {table} ({columns}){strict};\n")
}

fn indexes(meta: &'static Meta) -> impl Iterator<Item = CreateStatement> {
    // A field that another index begins with needs no index of its own: a through table has one over both of its columns.
    let begins_one = |index: usize| meta.composites.iter().any(|composite| composite.fields.first() == Some(&index));
    let single = meta.fields.iter().enumerate().filter(move |(index, field)| field.index && !begins_one(*index));
    let composite = meta.composites.iter().filter(|composite| composite.kind == CompositeKind::Index);
    let single = single.map(|(_, field)| vec![field]);
    single.chain(composite.map(|composite| composite.of(meta).collect())).map(|fields| CreateStatement {
        name: index_name(meta, &fields, CompositeKind::Index).into(),
        sql: create_index(meta, &fields, CompositeKind::Index) + ";\n",
    })
}

/// The statement that creates an index, if it does not exist.
pub(super) fn create_index(meta: &Meta, fields: &[&Field], kind: CompositeKind) -> String {
    let create = match kind {
        CompositeKind::Unique => "CREATE UNIQUE INDEX",
        CompositeKind::Index => "CREATE INDEX",
    };
    let (index, table) = (quoted(&index_name(meta, fields, kind)), quoted(meta.table));
    format!("{create} IF NOT EXISTS {index} ON {table} ({})", columns_of(fields.iter().copied()))
}

fn index_name(meta: &Meta, fields: &[&Field], kind: CompositeKind) -> String {
    let suffix = match kind {
        CompositeKind::Unique => "uniq",
        CompositeKind::Index => "idx",
    };
    name(meta, fields, suffix)
}

/// The statement that adds the column of a field, if existing rows need no value for it.
pub(super) fn add_column(meta: &Meta, field: &Field, dialect: Dialect) -> Option<String> {
    if let Some(ReadOnly::Generated(_) | ReadOnly::Filled(_)) = field.read_only {
        // SQLite cannot compute the values of existing rows.
        return (dialect == Dialect::Postgres)
            .then(|| format!("ALTER TABLE {} ADD COLUMN {}", quoted(meta.table), column(field, dialect)));
    }
    (field.nullable && field.key.is_none()).then(|| {
        // SQLite cannot add a unique column: the missing index is reported once the column exists.
        let ty = match dialect {
            Dialect::Sqlite => field.ty.sqlite(),
            Dialect::Postgres => field.ty.postgres(),
        };
        format!("ALTER TABLE {} ADD COLUMN {} {ty}{}", quoted(meta.table), quoted(field.column), references(field))
    })
}

/// The statement that changes a column in PostgreSQL.
pub(super) fn alter_column(meta: &Meta, column: &str, change: &str) -> String {
    format!("ALTER TABLE {} ALTER COLUMN {} {change}", quoted(meta.table), quoted(column))
}

/// The statement that adds the foreign key of a field in PostgreSQL.
pub(super) fn add_foreign_key(meta: &Meta, field: &Field) -> String {
    format!("ALTER TABLE {} ADD FOREIGN KEY ({}){}", quoted(meta.table), quoted(field.column), references(field))
}

/// The statement that replaces a foreign key by that of a field in PostgreSQL.
pub(super) fn change_foreign_key(meta: &Meta, field: &Field, name: &str) -> String {
    let (table, name, column) = (quoted(meta.table), quoted(name), quoted(field.column));
    format!(
        "ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} FOREIGN KEY ({column}){}",
        references(field),
    )
}

/// `"a", "b"`
fn columns_of<'a>(fields: impl Iterator<Item = &'a Field>) -> String {
    list(fields.map(|field| quoted(field.column)))
}

fn column(field: &Field, dialect: Dialect) -> String {
    let ty = match dialect {
        Dialect::Sqlite => field.ty.sqlite(),
        Dialect::Postgres => field.ty.postgres(),
    };
    let mut sql = format!("{} {ty}", quoted(field.column));
    match (field.key, dialect) {
        // Without AUTOINCREMENT, SQLite reuses the number of a deleted last row, and an old id would then mean another row.
        // Django does the same.
        (Some(KeyKind::Assigned), Dialect::Sqlite) => sql += " PRIMARY KEY AUTOINCREMENT",
        (Some(KeyKind::Assigned), Dialect::Postgres) => sql += " GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
        (Some(KeyKind::Set), _) => sql += " PRIMARY KEY NOT NULL",
        (None, _) => {
            match field.read_only {
                // PostgreSQL has virtual columns since its version 18.
                Some(ReadOnly::Generated(expression)) => {
                    let _ = write!(sql, " GENERATED ALWAYS AS ({expression}) STORED");
                }
                Some(ReadOnly::Filled(expression)) => {
                    let _ = write!(sql, " DEFAULT ({expression})");
                }
                Some(ReadOnly::Table) | None => {}
            }
            if !field.nullable {
                sql += " NOT NULL";
            }
        }
    }
    if field.unique && field.key.is_none() {
        sql += " UNIQUE";
    }
    sql
}

/// ` REFERENCES ..`, if the field points to another row.
fn references(field: &Field) -> String {
    let Some(relation) = &field.relation else { return String::new() };
    let target = relation.target();
    // The library follows the cascade of a delete itself and calls the receivers, so the database refuses a DELETE that would
    // need one.
    let action = match relation.on_delete {
        OnDelete::DbCascade => "ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
        OnDelete::DoNothing => "DEFERRABLE INITIALLY DEFERRED",
        OnDelete::Cascade | OnDelete::Protect | OnDelete::Restrict | OnDelete::SetNull | OnDelete::SetDefault => {
            "DEFERRABLE INITIALLY IMMEDIATE"
        }
    };
    format!(" REFERENCES {} ({}) {action}", quoted(target.table), quoted(target.key_field().column))
}

/// Whether the field points to a table that is created later: two models may point to each other. SQLite does not check it.
fn is_later(field: &Field, later: &[&'static Meta], dialect: Dialect) -> bool {
    dialect == Dialect::Postgres
        && field
            .relation
            .as_ref()
            .is_some_and(|relation| later.iter().any(|meta| meta.table == relation.target().table))
}

/// The statement that adds the foreign key of a field to a table of PostgreSQL that was just created.
fn foreign_key(meta: &Meta, field: &Field) -> String {
    let (table, constraint) = (quoted(meta.table), quoted(&name(meta, &[field], "fk")));
    let column = quoted(field.column);
    format!("ALTER TABLE {table} ADD CONSTRAINT {constraint} FOREIGN KEY ({column}){};\n", references(field))
}

/// The name of an index or a constraint, in Django's form: the table and the columns, cut to fit, and a hash that distinguishes
/// `a_b.c` from `a.b_c`. The suffix keeps the name of an index from being that of a table.
fn name(meta: &Meta, fields: &[&Field], suffix: &str) -> String {
    let columns = || fields.iter().map(|field| field.column);
    let hash = hash(meta.table.bytes().chain(columns().flat_map(|column| [0].into_iter().chain(column.bytes()))));
    let end = format!("_{hash:08x}_{suffix}");
    let mut name = [meta.table].into_iter().chain(columns()).collect::<Vec<_>>().join("_");
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
