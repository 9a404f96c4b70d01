//! Reading a table of the database: its columns, indexes and foreign keys.

use crate::column::ColumnType;
use crate::db::{Dialect, Exec, Row, Statement};
use crate::error::Result;
use crate::model::sql::quoted;

/// A table as the database has it.
pub(super) struct LiveTable {
    pub(super) columns: Vec<LiveColumn>,
    /// The columns of its primary key.
    pub(super) key: Vec<String>,
    pub(super) indexes: Vec<LiveIndex>,
    pub(super) references: Vec<LiveReference>,
}

pub(super) struct LiveColumn {
    pub(super) name: String,
    /// The database's name of its type.
    pub(super) ty: String,
    /// The underlying type of a domain.
    base: String,
    pub(super) not_null: bool,
    /// Whether it gets a value if none is given: from a default, an identity or an expression.
    pub(super) fills_itself: bool,
    pub(super) writable: Writable,
}

/// Whether a statement may write a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writable {
    Yes,
    /// `GENERATED ALWAYS AS (..)`
    Generated,
    /// `GENERATED ALWAYS AS IDENTITY`
    Numbered,
}

/// An index over all rows.
pub(super) struct LiveIndex {
    pub(super) unique: bool,
    /// `None` for an expression.
    pub(super) columns: Vec<Option<String>>,
}

/// A foreign key of one column.
pub(super) struct LiveReference {
    pub(super) column: String,
    pub(super) table: String,
    /// `None` for the key of that table.
    pub(super) target: Option<String>,
    /// Its `ON DELETE` action, such as `CASCADE`.
    pub(super) on_delete: String,
    /// The name of the constraint, in PostgreSQL.
    pub(super) name: Option<String>,
}

impl LiveTable {
    /// Reads the table, if it exists: in PostgreSQL the one that a statement without a schema would use.
    pub(super) async fn read(table: &str, exec: Exec<'_>) -> Result<Option<Self>> {
        let dialect = exec.dialect();
        // `to_regclass` takes a quoted name, as a statement does.
        let name = match dialect {
            Dialect::Sqlite => table.to_owned(),
            Dialect::Postgres => quoted(table),
        };
        let params = (name.as_str(),);
        let (mut columns, mut key) = (Vec::new(), Vec::new());
        let sql = columns_of(dialect);
        let each = &mut |row: &Row<'_>| {
            let name: String = row.get(0)?;
            if row.get::<i64>(5)? > 0 {
                key.push(name.clone());
            }
            let (ty, base, not_null) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let writable = match row.get::<String>(6)?.as_str() {
                "generated" => Writable::Generated,
                "numbered" => Writable::Numbered,
                _ => Writable::Yes,
            };
            columns.push(LiveColumn { name, ty, base, not_null, fills_itself: row.get(4)?, writable });
            Ok(())
        };
        exec.run(Statement::query(sql, &params, each)).await?;
        if columns.is_empty() {
            return Ok(None);
        }
        let mut indexes: Vec<(String, LiveIndex)> = Vec::new();
        let each = &mut |row: &Row<'_>| {
            let (name, unique, column): (String, bool, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            match indexes.last_mut() {
                Some((last, index)) if *last == name => index.columns.push(column),
                _ => indexes.push((name, LiveIndex { unique, columns: vec![column] })),
            }
            Ok(())
        };
        exec.run(Statement::query(indexes_of(dialect), &params, each)).await?;
        let mut references = Vec::new();
        let each = &mut |row: &Row<'_>| {
            let (column, table, target) = (row.get(0)?, row.get(1)?, row.get(2)?);
            references.push(LiveReference { column, table, target, on_delete: row.get(3)?, name: row.get(4)? });
            Ok(())
        };
        exec.run(Statement::query(references_of(dialect), &params, each)).await?;
        let indexes = indexes.into_iter().map(|(_, index)| index).collect();
        Ok(Some(Self { columns, key, indexes, references }))
    }
}

impl LiveColumn {
    /// Whether values of a field of this type can be written to it and read from it.
    pub(super) fn holds(&self, ty: ColumnType, dialect: Dialect) -> bool {
        match dialect {
            Dialect::Sqlite => holds_in_sqlite(&self.ty.to_ascii_uppercase(), ty),
            Dialect::Postgres => holds_in_postgres(&self.base, ty),
        }
    }
}

/// SQLite derives the affinity of a column from words in the name of its type.
fn holds_in_sqlite(declared: &str, ty: ColumnType) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    if declared.is_empty() || declared == "ANY" {
        return true;
    }
    match ty.sqlite() {
        _ if has(&["INT"]) => ty.sqlite() == "INTEGER",
        expected if has(&["CHAR", "CLOB", "TEXT"]) => expected == "TEXT",
        expected if has(&["BLOB"]) => expected == "BLOB",
        expected if has(&["REAL", "FLOA", "DOUB"]) => expected == "REAL",
        // Any other type stores a string that looks like a number as a number. A date does not look like one.
        "TEXT" => !matches!(ty, ColumnType::Text | ColumnType::Json),
        expected => expected != "BLOB",
    }
}

fn holds_in_postgres(base: &str, ty: ColumnType) -> bool {
    match ty {
        ColumnType::Boolean => base == "bool",
        ColumnType::Integer => matches!(base, "int8" | "int4" | "int2" | "oid"),
        ColumnType::Real => matches!(base, "float8" | "float4"),
        ColumnType::Text => matches!(base, "text" | "varchar" | "bpchar" | "name" | "citext" | "enum"),
        ColumnType::Blob => base == "bytea",
        ColumnType::Timestamp => base == "timestamptz",
        ColumnType::DateTime => base == "timestamp",
        ColumnType::Date => base == "date",
        ColumnType::Time => base == "time",
        ColumnType::Uuid => base == "uuid",
        ColumnType::Json => matches!(base, "jsonb" | "json"),
    }
}

/// name, type, underlying type, whether it is NOT NULL, whether it fills itself, whether it is part of the key, whether a
/// statement may write it
fn columns_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            r#"SELECT name, type, type, "notnull", dflt_value IS NOT NULL OR hidden > 0, pk,
                CASE WHEN hidden IN (2, 3) THEN 'generated' ELSE '' END
            FROM pragma_table_xinfo(?1)"#
        }
        Dialect::Postgres => {
            "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod)::text,
                CASE WHEN coalesce(b.typtype, t.typtype) = 'e' THEN 'enum' ELSE coalesce(b.typname, t.typname)::text END,
                a.attnotnull OR (t.typtype = 'd' AND t.typnotnull),
                a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL,
                (EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary
                    AND a.attnum = ANY (i.indkey)))::int::bigint,
                CASE WHEN a.attgenerated <> '' THEN 'generated' WHEN a.attidentity = 'a' THEN 'numbered' ELSE '' END
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
            WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum"
        }
    }
}

/// name, whether it is unique, one of its columns
fn indexes_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            r#"SELECT l.name, l."unique", i.name FROM pragma_index_list(?1) l, pragma_index_info(l.name) i
            WHERE NOT l.partial ORDER BY l.seq, i.seqno"#
        }
        Dialect::Postgres => {
            "SELECT i.indexrelid::regclass::text, i.indisunique, a.attname::text
            FROM pg_index i
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k (number, position)
            LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
            WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND i.indpred IS NULL AND k.position <= i.indnkeyatts
            ORDER BY i.indexrelid, k.position"
        }
    }
}

/// column, target table, target column, `ON DELETE` action, name of the constraint
fn references_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            r#"SELECT f."from", f."table", f."to", f.on_delete, NULL FROM pragma_foreign_key_list(?1) f
            WHERE NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(?1) o WHERE o.id = f.id AND o.seq > 0)"#
        }
        Dialect::Postgres => {
            "SELECT a.attname::text, c.relname::text, b.attname::text,
                CASE k.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE'
                    WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END,
                k.conname::text
            FROM pg_constraint k
            JOIN pg_class c ON c.oid = k.confrelid
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
            WHERE k.conrelid = to_regclass($1) AND k.contype = 'f' AND cardinality(k.conkey) = 1"
        }
    }
}
