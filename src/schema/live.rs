//! Reading a table of the database: its columns, indexes and foreign keys.

use super::create_table::{generated_from, is_deferred};
use crate::column::ColumnType;
use crate::db::{Dialect, Exec, Row, Statement, Tokens};
use crate::error::Result;
use crate::model::sql::quoted;

/// A table as the database has it.
#[derive(Debug, Clone)]
pub(super) struct LiveTable {
    pub(super) name: String,
    pub(super) columns: Vec<LiveColumn>,
    /// The columns of its primary key.
    pub(super) key: Vec<String>,
    pub(super) indexes: Vec<LiveIndex>,
    pub(super) references: Vec<LiveReference>,
    /// The statements that SQLite stores of it, if all tables were read.
    pub(super) sql: Vec<Written>,
}

/// A statement that created a table of SQLite, an index, or a trigger.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) is_table: bool,
    pub(super) name: String,
    pub(super) sql: String,
}

#[derive(Debug, Clone)]
pub(super) struct LiveColumn {
    pub(super) name: String,
    /// The database's name of its type.
    pub(super) ty: String,
    /// The underlying type of a domain.
    pub(super) base: String,
    pub(super) not_null: bool,
    /// Whether it gets a value if none is given: from a default, an identity or an expression.
    pub(super) fills_itself: bool,
    pub(super) writable: Writable,
    /// Its default, or the expression that it is generated from. In SQLite the latter is only known if all tables were read.
    pub(super) expression: Option<String>,
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
#[derive(Debug, Clone)]
pub(super) struct LiveIndex {
    pub(super) name: String,
    pub(super) unique: bool,
    pub(super) made_by: MadeBy,
    /// `None` for an expression.
    pub(super) columns: Vec<Option<String>>,
}

/// Which statement made an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MadeBy {
    CreateIndex,
    /// A unique constraint.
    Constraint,
    PrimaryKey,
}

/// A foreign key of one column.
#[derive(Debug, Clone)]
pub(super) struct LiveReference {
    pub(super) column: String,
    pub(super) table: String,
    /// `None` for the key of that table.
    pub(super) target: Option<String>,
    /// Its `ON DELETE` action, such as `CASCADE`.
    pub(super) on_delete: String,
    /// The name of the constraint, in PostgreSQL.
    pub(super) name: Option<String>,
    /// Whether it is only checked before the commit. In SQLite it is only known if all tables were read.
    pub(super) is_deferred: bool,
}

impl LiveTable {
    /// Reads all tables: in PostgreSQL those of the current schema that belong to no extension.
    pub(super) async fn read_all(exec: Exec<'_>) -> Result<Vec<Self>> {
        let mut names: Vec<String> = Vec::new();
        let each = &mut |row: &Row<'_>| {
            names.push(row.get(0)?);
            Ok(())
        };
        exec.run(Statement::query(all_tables(exec.dialect()), &(), each)).await?;
        let mut tables = Vec::new();
        for name in names {
            let Some(mut table) = Self::read(&name, exec).await? else { continue };
            if exec.dialect() == Dialect::Sqlite {
                table.sql = Written::read(&name, exec).await?;
                table.read_written();
            }
            tables.push(table);
        }
        Ok(tables)
    }

    /// Reads what no pragma has.
    fn read_written(&mut self) {
        let Some(written) = self.sql.iter().find(|written| written.is_table) else { return };
        for column in self.columns.iter_mut().filter(|column| column.writable == Writable::Generated) {
            column.expression = generated_from(&written.sql, &column.name);
        }
        for reference in &mut self.references {
            reference.is_deferred = is_deferred(&written.sql, &reference.column);
        }
    }

    /// Whether SQLite uses no number again.
    pub(super) fn is_autoincrement(&self) -> bool {
        let mut tokens = self
            .sql
            .iter()
            .filter(|written| written.is_table)
            .flat_map(|written| Tokens::of(&written.sql, Dialect::Sqlite));
        tokens.any(|(_, token)| token.is("AUTOINCREMENT"))
    }

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
            let (ty, base, not_null, expression) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(7)?);
            let writable = match row.get::<String>(6)?.as_str() {
                "generated" => Writable::Generated,
                "numbered" => Writable::Numbered,
                _ => Writable::Yes,
            };
            columns.push(LiveColumn { name, ty, base, not_null, fills_itself: row.get(4)?, writable, expression });
            Ok(())
        };
        exec.run(Statement::query(sql, &params, each)).await?;
        if columns.is_empty() {
            return Ok(None);
        }
        let mut indexes: Vec<LiveIndex> = Vec::new();
        let each = &mut |row: &Row<'_>| {
            let (name, unique, column): (String, bool, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let made_by = match row.get::<String>(3)?.as_str() {
                "key" => MadeBy::PrimaryKey,
                "constraint" => MadeBy::Constraint,
                _ => MadeBy::CreateIndex,
            };
            match indexes.last_mut() {
                Some(index) if index.name == name => index.columns.push(column),
                _ => indexes.push(LiveIndex { name, unique, made_by, columns: vec![column] }),
            }
            Ok(())
        };
        exec.run(Statement::query(indexes_of(dialect), &params, each)).await?;
        let mut references = Vec::new();
        let each = &mut |row: &Row<'_>| {
            let (column, table, target) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (on_delete, name, is_deferred) = (row.get(3)?, row.get(4)?, row.get(5)?);
            references.push(LiveReference { column, table, target, on_delete, name, is_deferred });
            Ok(())
        };
        exec.run(Statement::query(references_of(dialect), &params, each)).await?;
        Ok(Some(Self { name: table.to_owned(), columns, key, indexes, references, sql: Vec::new() }))
    }
}

impl Written {
    async fn read(table: &str, exec: Exec<'_>) -> Result<Vec<Self>> {
        let mut written = Vec::new();
        let each = &mut |row: &Row<'_>| {
            written.push(Self { is_table: row.get::<String>(0)? == "table", name: row.get(1)?, sql: row.get(2)? });
            Ok(())
        };
        let sql = "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = ?1 COLLATE NOCASE AND sql IS NOT NULL";
        exec.run(Statement::query(sql, &(table,), each)).await?;
        Ok(written)
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

/// The names of all tables.
fn all_tables(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            r"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'"
        }
        Dialect::Postgres => {
            "SELECT c.relname::text FROM pg_class c
            WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
                AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY c.oid"
        }
    }
}

/// name, type, underlying type, whether it is NOT NULL, whether it fills itself, whether it is part of the key, whether a
/// statement may write it, its default or what it is generated from
fn columns_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            r#"SELECT name, type, type, "notnull", dflt_value IS NOT NULL OR hidden > 0, pk,
                CASE WHEN hidden IN (2, 3) THEN 'generated' ELSE '' END, dflt_value
            FROM pragma_table_xinfo(?1)"#
        }
        Dialect::Postgres => {
            "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod)::text,
                CASE WHEN coalesce(b.typtype, t.typtype) = 'e' THEN 'enum' ELSE coalesce(b.typname, t.typname)::text END,
                a.attnotnull OR (t.typtype = 'd' AND t.typnotnull),
                a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL,
                (EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary
                    AND a.attnum = ANY (i.indkey)))::int::bigint,
                CASE WHEN a.attgenerated <> '' THEN 'generated' WHEN a.attidentity = 'a' THEN 'numbered' ELSE '' END,
                (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
                    WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum)
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
            WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum"
        }
    }
}

/// name, whether it is unique, one of its columns, what made it
fn indexes_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            r#"SELECT l.name, l."unique", i.name, CASE l.origin WHEN 'pk' THEN 'key' WHEN 'u' THEN 'constraint' ELSE '' END
            FROM pragma_index_list(?1) l, pragma_index_info(l.name) i
            WHERE NOT l.partial ORDER BY l.seq, i.seqno"#
        }
        Dialect::Postgres => {
            "SELECT c.relname::text, i.indisunique, a.attname::text,
                CASE WHEN i.indisprimary THEN 'key'
                    WHEN EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype = 'u')
                    THEN 'constraint' ELSE '' END
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k (number, position)
            LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
            WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND i.indpred IS NULL AND k.position <= i.indnkeyatts
            ORDER BY i.indexrelid, k.position"
        }
    }
}

/// column, target table, target column, `ON DELETE` action, name of the constraint, whether it is checked before the commit
fn references_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            r#"SELECT f."from", f."table", f."to", f.on_delete, NULL, 0 FROM pragma_foreign_key_list(?1) f
            WHERE NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(?1) o WHERE o.id = f.id AND o.seq > 0)"#
        }
        Dialect::Postgres => {
            "SELECT a.attname::text, c.relname::text, b.attname::text,
                CASE k.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE'
                    WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END,
                k.conname::text, k.condeferred
            FROM pg_constraint k
            JOIN pg_class c ON c.oid = k.confrelid
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
            WHERE k.conrelid = to_regclass($1) AND k.contype = 'f' AND cardinality(k.conkey) = 1"
        }
    }
}
