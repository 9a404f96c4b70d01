//! The texts of a model's SQL, written once.

use super::meta::{Field, KeyKind, Meta, OnDelete};

/// The statements of one model for SQLite, and which field goes to which placeholder.
#[derive(Debug)]
pub(crate) struct Statements {
    /// INSERT without the key, which the database assigns.
    pub(crate) insert: Statement,
    /// INSERT with the key.
    pub(crate) insert_with_key: Statement,
    /// UPDATE of every field by the key.
    pub(crate) update: Statement,
    /// DELETE by the key.
    pub(crate) delete: Box<str>,
    /// SELECT of every row.
    pub(crate) select: Box<str>,
    /// SELECT by one field, for each field.
    pub(crate) select_by: Box<[Box<str>]>,
}

/// A statement and the fields that are its parameters.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) sql: Box<str>,
    pub(crate) fields: Box<[usize]>,
}

impl Statements {
    pub(super) fn of(meta: &Meta) -> Self {
        let all: Box<[usize]> = (0..meta.fields.len()).collect();
        let but_key: Box<[usize]> = all.iter().copied().filter(|&index| index != meta.key).collect();
        let table = quoted(meta.table);
        let key = quoted(meta.key_field().column);
        let columns = list(meta.fields.iter().map(|field| quoted(field.column)));
        let select = format!("SELECT {columns} FROM {table}");
        Self {
            insert: insert(meta, but_key.clone()),
            insert_with_key: insert(meta, all),
            update: update(meta, &but_key),
            delete: format!("DELETE FROM {table} WHERE {key} = ?1").into(),
            select_by: meta
                .fields
                .iter()
                .map(|field| format!("{select} WHERE {} = ?1 ORDER BY {key}", quoted(field.column)).into())
                .collect(),
            select: format!("{select} ORDER BY {key}").into(),
        }
    }
}

fn insert(meta: &Meta, fields: Box<[usize]>) -> Statement {
    let table = quoted(meta.table);
    let sql = if fields.is_empty() {
        format!("INSERT INTO {table} DEFAULT VALUES")
    } else {
        let columns = list(fields.iter().map(|&index| quoted(meta.fields[index].column)));
        let values = list((1..=fields.len()).map(|number| format!("?{number}")));
        format!("INSERT INTO {table} ({columns}) VALUES ({values})")
    };
    Statement { sql: sql.into(), fields }
}

pub(super) fn update(meta: &Meta, but_key: &[usize]) -> Statement {
    let key = quoted(meta.key_field().column);
    let assignment =
        |(number, &index): (usize, &usize)| format!("{} = ?{}", quoted(meta.fields[index].column), number + 1);
    // A model of nothing but its key is updated as well: the count says whether its row is there.
    let assignments =
        if but_key.is_empty() { format!("{key} = {key}") } else { list(but_key.iter().enumerate().map(assignment)) };
    let sql = format!("UPDATE {} SET {assignments} WHERE {key} = ?{}", quoted(meta.table), but_key.len() + 1);
    Statement { sql: sql.into(), fields: but_key.iter().copied().chain([meta.key]).collect() }
}

/// SELECT of the rows whose field has one of so many values.
pub(super) fn select_where(meta: &Meta, field: usize, values: usize) -> String {
    let columns = list(meta.fields.iter().map(|field| quoted(field.column)));
    format!("SELECT {columns} FROM {} WHERE {}", quoted(meta.table), is_one_of(meta, field, values))
}

/// SELECT of the keys of those rows.
pub(super) fn select_keys(meta: &Meta, field: usize, values: usize) -> String {
    let key = quoted(meta.key_field().column);
    format!("SELECT {key} FROM {} WHERE {} ORDER BY {key}", quoted(meta.table), is_one_of(meta, field, values))
}

/// DELETE of those rows.
pub(super) fn delete_where(meta: &Meta, field: usize, values: usize) -> String {
    format!("DELETE FROM {} WHERE {}", quoted(meta.table), is_one_of(meta, field, values))
}

/// UPDATE of those rows, so that the field is NULL.
pub(super) fn set_null_where(meta: &Meta, field: usize, values: usize) -> String {
    let column = quoted(meta.fields[field].column);
    format!("UPDATE {} SET {column} = NULL WHERE {}", quoted(meta.table), is_one_of(meta, field, values))
}

fn is_one_of(meta: &Meta, field: usize, values: usize) -> String {
    let column = quoted(meta.fields[field].column);
    match values {
        1 => format!("{column} = ?1"),
        _ => format!("{column} IN ({})", list((1..=values).map(|number| format!("?{number}")))),
    }
}

/// Lets the pointers between rows be wrong for a while, or checks them again.
pub(super) fn defer_foreign_keys(defer: bool) -> &'static str {
    if defer { "PRAGMA defer_foreign_keys = ON" } else { "PRAGMA defer_foreign_keys = OFF" }
}

/// The statements that make a model's table and its indexes, if they are not there.
pub(crate) fn create_table(meta: &Meta) -> String {
    let columns = list(meta.fields.iter().map(column));
    let table = quoted(meta.table);
    let mut sql = format!("CREATE TABLE IF NOT EXISTS {table} ({columns}) STRICT;\n");
    for field in meta.fields.iter().filter(|field| field.index) {
        let index = quoted(&format!("{}_{}", meta.table, field.column));
        let column = quoted(field.column);
        sql.extend(["CREATE INDEX IF NOT EXISTS ", &index, " ON ", &table, " (", &column, ");\n"]);
    }
    sql
}

fn column(field: &Field) -> String {
    let mut sql = format!("{} {}", quoted(field.column), field.ty.sqlite());
    match field.key {
        // Without AUTOINCREMENT, SQLite gives the number of a deleted last row to the next one, and an id that somebody
        // still holds would mean another row. Django does the same.
        Some(KeyKind::Assigned) => sql += " PRIMARY KEY AUTOINCREMENT",
        Some(KeyKind::Set) => sql += " PRIMARY KEY NOT NULL",
        None if field.nullable => {}
        None => sql += " NOT NULL",
    }
    if field.unique && field.key.is_none() {
        sql += " UNIQUE";
    }
    if let Some(relation) = &field.relation {
        let target = relation.target();
        // What goes with a deleted row is followed by the library, which tells the receivers: a DELETE that it does not
        // know of is refused.
        let action = match relation.on_delete {
            OnDelete::DbCascade => "ON DELETE CASCADE",
            OnDelete::DoNothing => "DEFERRABLE INITIALLY DEFERRED",
            OnDelete::Cascade | OnDelete::Protect | OnDelete::Restrict | OnDelete::SetNull => {
                "DEFERRABLE INITIALLY IMMEDIATE"
            }
        };
        let (table, key) = (quoted(target.table), quoted(target.key_field().column));
        sql.extend([" REFERENCES ", &table, " (", &key, ") ", action]);
    }
    sql
}

/// A name as SQL takes it, whatever it is.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
